package event

import (
	"fmt"
	"net/netip"
)

// EncryptedSink is a Sink that wants to know of TLS connections that are not
// decrypted while they last; the Summary tells of them in any case.
type EncryptedSink interface{ Encrypted(*Encrypted) }

// Encrypted says that a TLS connection cannot be read, or, if Opened, that one
// of which that was said is read from here on. The strings are raw wire bytes
// but for Reason.
type Encrypted struct {
	Stamp
	Client, Server netip.AddrPort
	Version        string // "1.3"; empty where the ServerHello was not seen
	Cipher         string // the suite's IANA name
	SNI, ALPN      string
	Reason         string // in words, and what to do about it
	Opened         bool   // its keys came, and Reason is empty
}

// Describe gives version, suite, server name and protocol, safe to print.
func (e *Encrypted) Describe() string {
	s := "TLS"
	if e.Version != "" {
		s += " " + e.Version + " " + e.Cipher
	}
	if e.SNI != "" {
		s += fmt.Sprintf(" to %q", e.SNI)
	}
	if e.ALPN != "" {
		s += fmt.Sprintf(" (%q)", e.ALPN)
	}
	return s
}
