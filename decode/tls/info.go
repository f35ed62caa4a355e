package tls

import (
	"fmt"

	"wsscope/event"
)

// Info is what is known of a connection. The strings come from the wire and
// need escaping.
type Info struct {
	Version      string // "1.3", "1.2", "1.1", "1" (TLS 1.0); empty where the ServerHello was not seen
	Cipher       string // the suite's IANA name
	SNI          string // server_name of the ClientHello; with ECH the outer one
	ALPN         string // what the server chose; in TLS 1.3 known only when decrypted
	Decrypted    bool   // something was
	Reason       string // why not, or not in one direction, and what to do about it
	ClientRandom [32]byte
	Resumed      bool
	EarlyData    bool // the client sent early data and the server took it
	Alerts       []Alert
}

// Info is what is known so far; it belongs to the Conn.
func (c *Conn) Info() *Info { return &c.info }

// Reasons why a connection is not decrypted, in words for people.
const (
	reasonNoKeys = "no keys were given: name a key log with --keylog (clients write one if SSLKEYLOGFILE names a file)"
	reasonNoKey  = "no key for this client random in the key log: it has to be written by this client or server, in this session"
	reasonLate   = "joined after the handshake: start the capture before the connection"
	reasonOneWay = "the key log has not the secrets of this direction"
	reasonLost   = "bytes lost here: the records after them could not be found again"
	reasonHello  = "bytes of the handshake are lost, and with them what the keys are made of"
	reasonBadKey = "records do not open with the key that the key log has for this connection"
	reasonResume = "the session was resumed: its key is neither in the key log nor in an earlier handshake of this capture"
	reasonPFS    = "the key exchange is ephemeral, which a private key does not open: use a key log"
)

// reasonSuite says why a handshake's keys cannot be made.
func reasonSuite(hs *handshake) string {
	switch {
	case !hs.seen[0] || !hs.seen[1]:
		return reasonHello
	case hs.compressed:
		return "TLS compression is not supported"
	case hs.suite.name == "":
		return fmt.Sprintf("cipher suite 0x%04x is not known", hs.suite.id)
	}
	return fmt.Sprintf("cipher suite %s with version %s is not supported", hs.suite.name, versionName(hs.version))
}

// noKeyReason says why the key of a direction is not there.
func (c *Conn) noKeyReason(h *half) string {
	hs := c.hs
	if h.keyed != nil {
		hs = h.keyed
	}
	switch {
	case c.keys.empty():
		return reasonNoKeys
	case !hs.seen[0] && !hs.seen[1]:
		return reasonLate
	case !hs.seen[0] || !hs.seen[1]:
		return reasonHello
	case c.entry != nil:
		return reasonOneWay
	case c.keys.onlyRSA() && (hs.version >= tls13 || !hs.suite.rsa && !hs.resumed()):
		return reasonPFS
	case hs.version < tls13 && hs.resumed():
		return reasonResume
	}
	return reasonNoKey
}

func versionName(v uint16) string {
	switch v {
	case 0:
		return ""
	case tls10:
		return "1"
	case tls11:
		return "1.1"
	case tls12:
		return "1.2"
	case tls13:
		return "1.3"
	}
	return fmt.Sprintf("0x%04x", v)
}

// report brings info up to date and hands it on.
func (c *Conn) report() {
	c.dirty = false
	client, server := &c.half[0], &c.half[1]
	c.info.Resumed = c.hs.resumed()
	c.info.Reason = ""
	switch a, b := client.reason, server.reason; {
	case a == b || b == "" && !c.info.Decrypted:
		c.info.Reason = a
	case a == "" && !c.info.Decrypted:
		c.info.Reason = b
	case a != "" && b != "":
		c.info.Reason = "client: " + a + "; server: " + b
	case a != "":
		c.info.Reason = "client: " + a
	default:
		c.info.Reason = "server: " + b
	}
	if c.onInfo != nil {
		c.onInfo(&c.info)
	}
}

// learn takes over what the first ServerHello said.
func (c *Conn) learn() {
	c.info.Version, c.info.Cipher = versionName(c.hs.version), c.hs.suite.name
	c.dirty = true
}

// Alert is an alert that was seen (RFC 8446 section 6).
type Alert struct {
	event.Stamp
	Dir                event.Dir
	Level, Description byte
}

const (
	closeNotify     = 0
	noRenegotiation = 100
)

// String gives the alert in clear: "fatal bad_certificate".
func (a Alert) String() string {
	level := [...]string{1: "warning", 2: "fatal"}
	s := fmt.Sprintf("level %d", a.Level)
	if int(a.Level) < len(level) && level[a.Level] != "" {
		s = level[a.Level]
	}
	if name := alertNames[a.Description]; name != "" {
		return s + " " + name
	}
	return fmt.Sprintf("%s alert %d", s, a.Description)
}

// alertNames are the descriptions of RFC 8446 section 6 and RFC 5246 section
// 7.2.
var alertNames = map[byte]string{
	0:   "close_notify",
	10:  "unexpected_message",
	20:  "bad_record_mac",
	21:  "decryption_failed",
	22:  "record_overflow",
	30:  "decompression_failure",
	40:  "handshake_failure",
	42:  "bad_certificate",
	43:  "unsupported_certificate",
	44:  "certificate_revoked",
	45:  "certificate_expired",
	46:  "certificate_unknown",
	47:  "illegal_parameter",
	48:  "unknown_ca",
	49:  "access_denied",
	50:  "decode_error",
	51:  "decrypt_error",
	70:  "protocol_version",
	71:  "insufficient_security",
	80:  "internal_error",
	86:  "inappropriate_fallback",
	90:  "user_canceled",
	100: "no_renegotiation",
	109: "missing_extension",
	110: "unsupported_extension",
	112: "unrecognized_name",
	113: "bad_certificate_status_response",
	115: "unknown_psk_identity",
	116: "certificate_required",
	120: "no_application_protocol",
	121: "ech_required",
}
