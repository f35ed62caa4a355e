package deflate

import "encoding/binary"

// input is the payload as bits, least significant first (RFC 1951 section
// 3.1.1).
type input struct {
	src  []byte // the unread rest of the piece at hand
	in   int64  // bytes of payload so far, src included
	bits uint64 // the next bits; those above n are 0 or the following ones
	n    uint   // bits in bits that were taken from src, 0 to 63
}

// fill takes bytes from src: at least 56 bits are there afterwards, or src is
// empty.
func (r *input) fill() {
	if len(r.src) >= 8 {
		r.bits |= binary.LittleEndian.Uint64(r.src) << (r.n & 63)
		r.src = r.src[(63-r.n)>>3:]
		r.n |= 56
		return
	}
	for r.n < 56 && len(r.src) > 0 {
		r.bits |= uint64(r.src[0]) << r.n
		r.src = r.src[1:]
		r.n += 8
	}
}

// drop removes k bits, at most n.
func (r *input) drop(k uint) {
	r.bits >>= k
	r.n -= k
}

// offset is that of the next bit's byte in the payload.
func (r *input) offset() int64 {
	return r.in - int64(len(r.src)) - int64((r.n+7)/8)
}
