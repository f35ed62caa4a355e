// Package frame reads the base framing of RFC 6455 section 5.2: the header
// in all its forms, and the masking of section 5.3. It takes whatever has a
// shape; judging is not its business.
package frame

import "encoding/binary"

// MaxHeader is the longest header: two bytes, a 64-bit length, a key.
const MaxHeader = 14

// Header is a frame's header as it stood on the wire.
type Header struct {
	FIN    bool
	RSV    uint8 // RSV1<<2 | RSV2<<1 | RSV3
	Opcode uint8
	Masked bool
	Key    [4]byte // valid only if Masked
	Len    uint64  // payload length, all 64 bits as they stand
	Size   int     // bytes of the header
	Form   int     // bits of the length field used: 7, 16 or 64
}

// Size gives the length of the header that begins with b, which holds at
// least two bytes.
func Size(b []byte) int {
	n := 2
	switch b[1] & 0x7f {
	case 126:
		n = 4
	case 127:
		n = 10
	}
	if b[1]&0x80 != 0 {
		n += 4
	}
	return n
}

// Parse reads the header that b begins with. It reports false where b does
// not hold all of it.
func Parse(b []byte) (h Header, ok bool) {
	if len(b) < 2 {
		return h, false
	}
	h.Size = Size(b)
	if len(b) < h.Size {
		return h, false
	}
	h.FIN = b[0]&0x80 != 0
	h.RSV = b[0] >> 4 & 7
	h.Opcode = b[0] & 15
	h.Masked = b[1]&0x80 != 0
	switch n := b[1] & 0x7f; n {
	case 126:
		h.Len, h.Form = uint64(binary.BigEndian.Uint16(b[2:])), 16
	case 127:
		h.Len, h.Form = binary.BigEndian.Uint64(b[2:]), 64
	default:
		h.Len, h.Form = uint64(n), 7
	}
	if h.Masked {
		copy(h.Key[:], b[h.Size-4:])
	}
	return h, true
}

// Minimal reports whether the length is written in its shortest form.
func (h *Header) Minimal() bool {
	return h.Form == 7 || h.Form == 16 && h.Len > 125 || h.Form == 64 && h.Len > 65535
}
