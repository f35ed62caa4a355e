package decode

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"wsscope/decode/tls"
	"wsscope/event"
	"wsscope/limits"
)

// Encrypted is what is known of the TLS connections that were not opened, or
// not in both directions.
type Encrypted struct {
	Count   uint64            // connections of which nothing was opened
	reasons map[string]uint64 // connections by reason
	first   []encryptedConn   // the earliest ones, in order, at most limits.EncryptedListed
}

// encryptedConn is a connection that is described in a line.
type encryptedConn struct {
	began event.Stamp
	text  string
}

// note takes a connection in, if there is a reason why it was not read.
func (e *Encrypted) note(began event.Stamp, ends string, i *tls.Info) {
	reason := i.Reason
	switch {
	case reason != "" && !i.Decrypted:
		e.Count++
	case reason == "":
		if reason = failure(i); reason == "" {
			return
		}
	}
	if i.Decrypted {
		reason = inPart + reason
	}
	if e.reasons == nil {
		e.reasons = map[string]uint64{}
	}
	if _, known := e.reasons[reason]; !known && len(e.reasons) >= int(limits.EncryptedReasons) {
		reason = "other reasons"
	}
	e.reasons[reason]++
	if n := len(e.first); n == int(limits.EncryptedListed) && began.Packet >= e.first[n-1].began.Packet {
		return
	}
	e.list(encryptedConn{began, ends + ": " + describe(i) + ": " + brief(reason)})
}

func (e *Encrypted) list(c encryptedConn) {
	at, _ := slices.BinarySearchFunc(e.first, c, func(a, b encryptedConn) int {
		return cmp.Or(cmp.Compare(a.began.Packet, b.began.Packet), cmp.Compare(a.text, b.text))
	})
	e.first = slices.Insert(e.first, at, c)
	e.first = e.first[:min(len(e.first), int(limits.EncryptedListed))]
}

// failure gives the alert that ended a handshake from which nothing came.
func failure(i *tls.Info) string {
	if i.Decrypted {
		return ""
	}
	for _, a := range i.Alerts {
		if a.Level == fatalAlert {
			side := "client"
			if a.Dir == event.ServerToClient {
				side = "server"
			}
			return "the handshake failed: the " + side + " sent the alert " + a.String()
		}
	}
	return ""
}

const fatalAlert = 2 // RFC 8446 section 6

// describe gives version, suite, server name and protocol.
func describe(i *tls.Info) string {
	e := event.Encrypted{Version: i.Version, Cipher: i.Cipher, SNI: i.SNI, ALPN: i.ALPN}
	return e.Describe()
}

// inPart stands before the reason where something was decrypted.
const inPart = "decrypted in part: "

// brief leaves the advice out, which stands in a line of its own.
func brief(reason string) string {
	if strings.HasPrefix(reason, "the handshake failed") || strings.Contains(reason, "; server: ") {
		return reason
	}
	kept, rest := "", reason
	for _, prefix := range []string{inPart, "client: ", "server: "} {
		if strings.HasPrefix(rest, prefix) {
			kept, rest = kept+prefix, rest[len(prefix):]
		}
	}
	what, _, _ := strings.Cut(rest, ": ")
	return kept + what
}

// Add takes over what another worker found out.
func (e *Encrypted) Add(o *Encrypted) {
	e.Count += o.Count
	for reason, n := range o.reasons {
		if e.reasons == nil {
			e.reasons = map[string]uint64{}
		}
		e.reasons[reason] += n
	}
	for _, c := range o.first {
		e.list(c)
	}
}

// Notes says it for people: each reason with what to do about it, the
// commonest first, then the first connections.
func (e *Encrypted) Notes() []string {
	type count struct {
		reason string
		n      uint64
	}
	var counts []count
	var total uint64
	for reason, n := range e.reasons {
		counts = append(counts, count{reason, n})
		total += n
	}
	slices.SortFunc(counts, func(a, b count) int {
		return cmp.Or(cmp.Compare(b.n, a.n), cmp.Compare(a.reason, b.reason))
	})
	var out []string
	for _, c := range counts {
		what := "TLS connections"
		if c.n == 1 {
			what = "TLS connection"
		}
		if !strings.HasPrefix(c.reason, inPart) {
			what += " not decrypted:"
		}
		out = append(out, fmt.Sprintf("%d %s %s", c.n, what, c.reason))
	}
	for _, c := range e.first {
		out = append(out, c.text)
	}
	if more := total - uint64(len(e.first)); more > 0 {
		out = append(out, fmt.Sprintf("and %d more TLS connections", more))
	}
	return out
}
