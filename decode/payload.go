package decode

import (
	"wsscope/decode/frame"
	"wsscope/event"
	"wsscope/limits"
)

// payload takes the next captured bytes of the payload, which are unmasked
// in place (RFC 6455 section 5.3).
func (d *direction) payload(b []byte, origin event.Stamp) {
	f := &d.f
	if f.Masked {
		frame.Mask(b, f.Key, d.pos)
	}
	d.span(uint64(f.HeaderLen)+d.pos, len(b), origin)
	if d.keep > 0 {
		if d.pos == 0 && uint64(len(b)) == f.Len {
			d.whole = true
			f.Payload = b[:min(int64(len(b)), d.keep)]
		} else {
			d.store(b)
		}
	}
	if !event.IsControl(f.Opcode) {
		d.msg.piece(d, b)
	}
	d.pos += uint64(len(b))
	f.Captured += uint64(len(b))
}

// store keeps payload bytes at their place; what was lost before them reads
// zero.
func (d *direction) store(b []byte) {
	if d.pos >= uint64(d.keep) {
		return
	}
	if d.buf == nil {
		d.buf = d.s.sh.buffer()
	}
	for uint64(len(d.buf)) < d.pos {
		d.buf = append(d.buf, 0)
	}
	d.buf = append(d.buf, b[:min(int64(len(b)), d.keep-int64(d.pos))]...)
}

// lose notes that n bytes of the payload are lost.
func (d *direction) lose(n uint64) {
	if n == 0 {
		return
	}
	d.f.Missing = addRange(d.f.Missing, d.pos, n)
	if !event.IsControl(d.f.Opcode) {
		d.msg.lose(d, n)
	}
	d.pos += n
}

func addRange(r []event.Range, off, n uint64) []event.Range {
	if k := len(r); k > 0 && (r[k-1].Off+r[k-1].Len == off || k >= int(limits.MissingRanges)) {
		r[k-1].Len = off + n - r[k-1].Off
		return r
	}
	return append(r, event.Range{Off: off, Len: n})
}
