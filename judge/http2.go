package judge

import (
	"strings"

	"wsscope/event"
)

// connectionFields belong to one connection of HTTP/1.1 (RFC 9113 section
// 8.2.2).
var connectionFields = []string{"connection", "upgrade", "keep-alive", "proxy-connection", "transfer-encoding"}

// http2 holds an Extended CONNECT against RFC 8441.
func (r *requestJudge) http2() {
	if r.o.ConnectEnabled == event.No {
		r.tell(h2SettingsMissing, "The server sent no SETTINGS_ENABLE_CONNECT_PROTOCOL = 1 before its response; without it a client must not use Extended CONNECT.")
	}
	if r.o.Method != "" && r.o.Method != "CONNECT" {
		r.refuse(h2Method, "The method is %s; with :protocol it must be CONNECT.", quote(r.o.Method))
	}
	if p := r.head.all(":protocol"); len(p) > 0 && p[0] != "websocket" {
		r.refuse(h2ProtocolInvalid, "The :protocol is %s; it must be \"websocket\".", quote(p[0]))
	}
	for _, name := range []string{":scheme", ":path"} {
		if r.head.lacks(name) {
			r.refuse(h2SchemePathMissing, "The request has no %s.", name)
			break
		}
	}
	if s := r.head.all(":scheme"); len(s) > 0 && s[0] != "http" && s[0] != "https" {
		r.refuse(h2SchemeInvalid, "The :scheme is %s; it must be \"https\" or \"http\".", quote(s[0]))
	}
	r.authority()
	if name, value := r.head.anyOf(connectionFields); name != "" {
		r.refuse(h2ConnectHeaders, "The request has the field %s: %s, which has no place in HTTP/2.", name, quote(value))
	}
	if fault := pseudoFault(r.head.lines, requestPseudo); fault != "" {
		r.refuse(h2PseudoHeaders, "%s", fault)
	}
	if name := badName(r.head.lines); name != "" {
		r.refuse(h2FieldName, "The field name %s must be a token in lower case.", quote(name))
	}
	if r.head.has("Sec-WebSocket-Key") {
		r.tell(h2KeyPresent, "The request has a Sec-WebSocket-Key, which has no meaning over HTTP/2.")
	}
}

func (r *requestJudge) authority() {
	authority, host := r.head.all(":authority"), r.head.all("host")
	switch {
	case r.head.lacks(":authority"):
		r.refuse(h2AuthorityMissing, "The request has no :authority.")
	case len(authority) > 0 && len(host) > 0 && !strings.EqualFold(authority[0], host[0]):
		r.refuse(h2HostDiffers, "The :authority is %s, but Host is %s.", quote(authority[0]), quote(host[0]))
	}
}

// http2 holds the answer to an Extended CONNECT against RFC 9113.
func (r *responseJudge) http2() {
	if r.o.Status == 101 {
		r.tell(h2Status101, "The status is 101; HTTP/2 accepts with 2xx.")
	}
	if name, value := r.head.anyOf(connectionFields); name != "" {
		r.tell(h2ResponseHeaders, "The response has the field %s: %s, which has no place in HTTP/2.", name, quote(value))
	}
	if fault := pseudoFault(r.head.lines, responsePseudo); fault != "" {
		r.tell(h2PseudoHeaders, "%s", fault)
	}
	if name := badName(r.head.lines); name != "" {
		r.tell(h2FieldName, "The field name %s must be a token in lower case.", quote(name))
	}
	if r.head.has("Sec-WebSocket-Accept") && (r.request == nil || !r.request.head.has("Sec-WebSocket-Key")) {
		r.tell(h2KeyPresent, "The response has a Sec-WebSocket-Accept, which has no meaning over HTTP/2.")
	}
}

// anyOf gives the first field that has one of the names; empty: none has.
func (h fields) anyOf(names []string) (name, value string) {
	for _, n := range names {
		if v := h.all(n); len(v) > 0 {
			return n, v[0]
		}
	}
	return "", ""
}

// Pseudo-header fields of a request (RFC 9113 section 8.3.1, RFC 8441 section
// 4) and of a response (RFC 9113 section 8.3.2).
var (
	requestPseudo  = map[string]bool{":method": true, ":scheme": true, ":authority": true, ":path": true, ":protocol": true}
	responsePseudo = map[string]bool{":status": true}
)

// pseudoFault says what is wrong with the pseudo-header fields of a head;
// empty: nothing.
func pseudoFault(lines []event.Header, defined map[string]bool) string {
	seen, regular := map[string]bool{}, false
	for i := range lines {
		n := lines[i].Name
		switch {
		case !strings.HasPrefix(n, ":"):
			regular = true
			continue
		case !defined[n]:
			return "The pseudo-header field " + quote(n) + " is not defined for it."
		case seen[n]:
			return "The pseudo-header field " + n + " is there twice."
		case regular:
			return "The pseudo-header field " + n + " stands after an ordinary field."
		}
		seen[n] = true
	}
	return ""
}

// badName gives the first field name that RFC 9113 section 8.2.1 forbids;
// empty: none.
func badName(lines []event.Header) string {
	for i := range lines {
		for j := 0; j < len(lines[i].Name); j++ {
			c := lines[i].Name[j]
			if c <= ' ' || c >= 'A' && c <= 'Z' || c >= 0x7f || c == ':' && j > 0 {
				return lines[i].Name
			}
		}
	}
	return ""
}

// ended names how a direction ended. Over HTTP/2 its stream did, alone or with
// TCP (RFC 8441 section 5).
func (j *Conn) ended(reset bool) string {
	switch {
	case j.h2 && reset:
		return "reset its HTTP/2 stream"
	case j.h2:
		return "ended its HTTP/2 stream"
	case reset:
		return "reset TCP (RST)"
	}
	return "ended TCP (FIN)"
}
