package event

// CloseCodeName gives the short meaning of a close code by RFC 6455 section
// 7.4.1 and the IANA registry of RFC 6455 section 11.7.
func CloseCodeName(code int) string {
	switch code {
	case 1000:
		return "normal closure"
	case 1001:
		return "going away"
	case 1002:
		return "protocol error"
	case 1003:
		return "unsupported data"
	case 1004:
		return "reserved"
	case 1005:
		return "no status received, never sent"
	case 1006:
		return "abnormal closure, never sent"
	case 1007:
		return "invalid payload data"
	case 1008:
		return "policy violation"
	case 1009:
		return "message too big"
	case 1010:
		return "mandatory extension missing"
	case 1011:
		return "internal error"
	case 1012:
		return "service restart"
	case 1013:
		return "try again later"
	case 1014:
		return "bad gateway"
	case 1015:
		return "TLS handshake failed, never sent"
	}
	switch {
	case code < 1000:
		return "not used"
	case code < 3000:
		return "unassigned"
	case code < 4000:
		return "registered by libraries and applications"
	case code < 5000:
		return "private use"
	}
	return "not defined"
}

// CloseCodeAllowed reports the codes that may stand in a Close frame: those
// that RFC 6455 section 7.4.1 defines and does not reserve, those that IANA
// added (1012 to 1014), and 3000 to 4999 (section 7.4.2).
func CloseCodeAllowed(code int) bool {
	switch {
	case code >= 1000 && code <= 1003, code >= 1007 && code <= 1014, code >= 3000 && code <= 4999:
		return true
	}
	return false
}
