// Package http2 reads HTTP/2 (RFC 9113) passively, as far as WebSocket
// connections need it (RFC 8441): frames, header blocks, and the bytes of
// streams. It is push-style: a Reader is fed one direction of a connection in
// pieces of any size, lost ones among them, and tells a Handler what it saw.
//
// A peer checks what it is sent and fails the connection; a Reader takes what
// has a shape and goes on. Only what would make the following frames
// unreadable stops it, and then it looks for the next frame (see boundary.go).
package http2

import "encoding/binary"

// headerLen is the length of a frame's header (RFC 9113 section 4.1).
const headerLen = 9

// Preface is what a client sends first (RFC 9113 section 3.4).
const Preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

// Type is the type of a frame (RFC 9113 section 6).
type Type uint8

// The types of frames that are read. The others carry nothing that matters
// here.
const (
	typeData         Type = 0x0
	typeHeaders      Type = 0x1
	typePriority     Type = 0x2
	typeReset        Type = 0x3 // RST_STREAM
	typeSettings     Type = 0x4
	typePushPromise  Type = 0x5
	typePing         Type = 0x6
	typeGoAway       Type = 0x7
	typeWindowUpdate Type = 0x8
	typeContinuation Type = 0x9

	typeAltSvc         Type = 0xa  // RFC 7838 section 4
	typeOrigin         Type = 0xc  // RFC 8336 section 2
	typePriorityUpdate Type = 0x10 // RFC 9218 section 7.1
)

// Flags of frames; which type has which is in RFC 9113 section 6.
const (
	flagEndStream  = 0x01 // DATA, HEADERS
	flagAck        = 0x01 // SETTINGS, PING
	flagEndHeaders = 0x04 // HEADERS, PUSH_PROMISE, CONTINUATION
	flagPadded     = 0x08 // DATA, HEADERS, PUSH_PROMISE
	flagPriority   = 0x20 // HEADERS
)

// header is the header of a frame (RFC 9113 section 4.1).
type header struct {
	length   uint32 // of the payload, 24 bits
	typ      Type
	flags    uint8
	stream   uint32 // 31 bits; 0 is the connection
	reserved bool   // the bit before the stream, which must be 0 and is ignored
}

// parseHeader takes the headerLen bytes that b begins with apart.
func parseHeader(b []byte) header {
	_ = b[headerLen-1]
	id := binary.BigEndian.Uint32(b[5:])
	return header{
		length:   uint32(b[0])<<16 | uint32(b[1])<<8 | uint32(b[2]),
		typ:      Type(b[3]),
		flags:    b[4],
		stream:   id &^ (1 << 31),
		reserved: id>>31 == 1,
	}
}

// has reports whether a flag is set.
func (h *header) has(flag uint8) bool { return h.flags&flag != 0 }

// prefix is the number of bytes that stand in the payload before the data,
// the header block fragment or the padding: pad length, priority (RFC 9113
// section 6.2), promised stream (section 6.6).
func (h *header) prefix() uint32 {
	var n uint32
	switch h.typ {
	case typeData, typeHeaders, typePushPromise:
		if h.has(flagPadded) {
			n++
		}
	}
	switch {
	case h.typ == typeHeaders && h.has(flagPriority):
		n += 5
	case h.typ == typePushPromise:
		n += 4
	}
	return n
}

// Sniff tells from the first bytes of a side whether it is the client of an
// HTTP/2 connection; more asks for further bytes.
func Sniff(b []byte) (yes, more bool) {
	n := min(len(b), len(Preface))
	if string(b[:n]) != Preface[:n] {
		return false, false
	}
	return n == len(Preface), n < len(Preface)
}

// mostSettings is the most that a server's first SETTINGS frame plausibly
// holds: some ten are defined, unknown ones may be mixed in.
const mostSettings = 32

// SniffServer tells from the first bytes of a side whether it is the server
// of an HTTP/2 connection: its preface is a SETTINGS frame (RFC 9113 section
// 3.4), of whose header hardly a bit is free.
func SniffServer(b []byte) (yes, more bool) {
	if len(b) < headerLen {
		const begin = "\x00"
		return false, len(b) == 0 || b[0] == begin[0]
	}
	h := parseHeader(b)
	yes = h.typ == typeSettings && h.flags == 0 && h.stream == 0 && !h.reserved && h.length%6 == 0 && h.length <= 6*mostSettings
	return yes, false
}
