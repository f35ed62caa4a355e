package decode

import (
	"bytes"
	"encoding/binary"

	"wsscope/event"
)

// A preamble is what a proxy has a side say before the content begins: the
// PROXY protocol of load balancers, which goes in front of it in one piece, or
// the talk by which a SOCKS proxy is asked for a connection.

// preambleState is how far the search for one has come.
type preambleState uint8

const (
	noPreamble   preambleState = iota
	partPreamble               // it may be one: more bytes will tell
	wholePreamble
)

// longestPreamble is how many bytes of a side are looked at: more than a SOCKS
// client's longest user name, password and host name take.
const longestPreamble = 1 << 11

// skipPreamble drops the preambles that are held. It is unsure while more
// bytes are needed to tell whether there is one.
func (c *Conn) skipPreamble() (unsure bool) {
	if c.preamble {
		return false
	}
	front := [2][]byte{c.side[0].front(), c.side[1].front()}
	for side := range event.NoDir {
		peer := side.Reverse()
		lengths, state := proxyHeader(front[side])
		if state == noPreamble && c.whole {
			lengths, state = socks(front[side], front[peer])
		}
		switch {
		case state == wholePreamble:
			c.preamble = true
			c.drop(side, lengths[0])
			c.drop(peer, lengths[1])
			return false
		case state == partPreamble && !c.side[side].ended && len(front[side]) < longestPreamble:
			unsure = true
		}
	}
	return unsure
}

// front joins the first bytes of a side, up to the first loss.
func (s *opening) front() []byte {
	var b []byte
	for i := range s.held {
		h := &s.held[i]
		if h.kind != isData || len(b) >= longestPreamble {
			break
		}
		b = append(b, h.data...)
	}
	return b
}

// drop forgets the first n bytes of a side.
func (c *Conn) drop(side event.Dir, n int) {
	s := &c.side[side]
	s.bytes -= n
	c.sh.unreserve(n)
	for n > 0 {
		h := &s.held[0]
		if len(h.data) > n {
			h.data, h.place = h.data[n:], h.place.Skip(n)
			return
		}
		n -= len(h.data)
		s.held = s.held[1:]
	}
}

// proxyV2 is the signature of a binary header of the PROXY protocol.
const proxyV2 = "\r\n\r\n\x00\r\nQUIT\n"

// proxyHeader measures a header of the PROXY protocol (version 1 section 2.1,
// version 2 section 2.2 of HAProxy's specification), which one side sends.
func proxyHeader(b []byte) (lengths [2]int, state preambleState) {
	const v1, longestV1 = "PROXY ", 107
	const headV2 = 16
	switch {
	case len(b) == 0:
	case startsLike(b, v1):
		end := bytes.Index(b[:min(len(b), longestV1)], []byte("\r\n"))
		if end < 0 && len(b) < longestV1 {
			return lengths, partPreamble
		}
		if end >= len(v1) {
			return [2]int{end + 2}, wholePreamble
		}
	case startsLike(b, proxyV2):
		if len(b) < headV2 {
			return lengths, partPreamble
		}
		n := headV2 + int(binary.BigEndian.Uint16(b[14:]))
		switch {
		case b[12]>>4 != 2, n > longestPreamble:
		case n > len(b):
			return lengths, partPreamble
		default:
			return [2]int{n}, wholePreamble
		}
	}
	return lengths, noPreamble
}

// startsLike reports whether b begins with want, as far as both go.
func startsLike(b []byte, want string) bool {
	n := min(len(b), len(want))
	return string(b[:n]) == want[:n]
}

// socks measures what a SOCKS client and its proxy say before the connection
// is made, for each of both.
func socks(client, server []byte) (lengths [2]int, state preambleState) {
	if len(client) == 0 {
		return lengths, noPreamble
	}
	switch client[0] {
	case 4:
		return socks4(client, server)
	case 5:
		return socks5(client, server)
	}
	return lengths, noPreamble
}

// socks4 is version 4, with the host names of 4a.
func socks4(client, server []byte) (lengths [2]int, state preambleState) {
	const head, connect, granted = 8, 1, 0x5a
	switch {
	case len(client) > 1 && client[1] != connect, len(server) > 0 && server[0] != 0, len(server) > 1 && server[1] != granted:
		return lengths, noPreamble
	case len(client) <= head || len(server) < head:
		return lengths, partPreamble
	}
	strings := 1
	if ip := client[4:8]; ip[0]|ip[1]|ip[2] == 0 && ip[3] != 0 {
		strings = 2 // the host name stands behind the user's
	}
	n := head
	for range strings {
		end := bytes.IndexByte(client[n:], 0)
		if end < 0 {
			return lengths, partPreamble
		}
		n += end + 1
	}
	return [2]int{n, head}, wholePreamble
}

// socks5 is version 5 (RFC 1928), without a login or with a user name and a
// password (RFC 1929).
func socks5(client, server []byte) (lengths [2]int, state preambleState) {
	const version, login, loginVersion, connect = 5, 2, 1, 1
	c, s := reader{b: client}, reader{b: server}
	c.want(version)
	methods := c.take(1)
	if len(methods) == 1 && methods[0] == 0 {
		return lengths, noPreamble
	}
	c.counted(methods)
	s.want(version)
	switch method := s.take(1); {
	case len(method) == 0:
	case method[0] == login:
		c.want(loginVersion)
		c.counted(c.take(1)) // user name
		c.counted(c.take(1)) // password
		s.want(loginVersion)
		s.want(0)
	case method[0] != 0:
		return lengths, noPreamble
	}
	c.want(version)
	c.want(connect)
	c.want(0)
	c.address()
	s.want(version)
	s.want(0)
	s.want(0)
	s.address()
	switch {
	case c.wrong || s.wrong:
		return lengths, noPreamble
	case c.short || s.short:
		return lengths, partPreamble
	}
	return [2]int{c.at, s.at}, wholePreamble
}

// reader walks over the fields of a preamble. Behind a field that is wrong, or
// not whole, it stands still.
type reader struct {
	b            []byte
	at           int
	short, wrong bool
}

// take gives the next n bytes, nil where they are not all there.
func (r *reader) take(n int) []byte {
	if r.short || r.wrong {
		return nil
	}
	if len(r.b)-r.at < n {
		r.short = true
		return nil
	}
	r.at += n
	return r.b[r.at-n : r.at]
}

// want demands a byte.
func (r *reader) want(v byte) {
	if b := r.take(1); b != nil && b[0] != v {
		r.wrong = true
	}
}

// counted skips as many bytes as the one in length says.
func (r *reader) counted(length []byte) {
	if len(length) == 1 {
		r.take(int(length[0]))
	}
}

// address skips an address and a port (RFC 1928 section 5).
func (r *reader) address() {
	const v4, name, v6 = 1, 3, 4
	switch kind := r.take(1); {
	case kind == nil:
		return
	case kind[0] == v4:
		r.take(4)
	case kind[0] == v6:
		r.take(16)
	case kind[0] == name:
		r.counted(r.take(1))
	default:
		r.wrong = true
	}
	r.take(2)
}
