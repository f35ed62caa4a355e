package http2

import (
	"wsscope/event"
	"wsscope/limits"
)

// Block is a header block.
type Block struct {
	Fields  []event.Header // in order, pseudo-header fields among them; a view, but its strings stay
	Partial bool           // there were fields that are not known or not kept
	Origin  event.Stamp    // the packet of its last byte
	Now     event.Stamp
	Behind  int64 // bytes of the direction up to its end; -1 not known
}

// Get gives the value of a field, repeated ones joined with ", ".
func (b *Block) Get(name string) (value string, present bool) {
	for i := range b.Fields {
		if b.Fields[i].Name == name {
			if present {
				value += ", " + b.Fields[i].Value
			} else {
				value, present = b.Fields[i].Value, true
			}
		}
	}
	return value, present
}

// block is a header block that is not whole yet (RFC 9113 section 4.3).
type block struct {
	open   bool
	stream uint32
	push   bool // of a PUSH_PROMISE
	end    bool // END_STREAM comes with it
	lost   bool // it cannot be decoded
	buf    []byte
}

// fragment takes bytes of a header block.
func (r *Reader) fragment(b []byte) {
	k := &r.block
	if !k.open || k.lost {
		return
	}
	if int64(len(k.buf)+len(b)) > limits.H2HeaderBlock {
		r.stats.HeaderBlock++
		k.lost, k.buf = true, nil
		return
	}
	k.buf = append(k.buf, b...)
}

// blockKept is how much memory for header blocks a reader keeps.
const blockKept = 4 << 10

// endBlock decodes the header block at hand.
func (r *Reader) endBlock(origin, now event.Stamp) {
	k := &r.block
	b := Block{Origin: origin, Now: now, Behind: r.read}
	if k.lost {
		r.decoder.forget()
		b.Partial, b.Behind = true, -1
	} else {
		b.Fields, _ = r.decoder.decode(k.buf) // a fault shows in Partial
		b.Partial = r.decoder.partial
		if r.decoder.over {
			r.stats.HeaderList++
		}
	}
	k.open = false
	if k.buf = k.buf[:0]; cap(k.buf) > blockKept {
		k.buf = nil
	}
	if k.push {
		return // pushed responses are no WebSockets
	}
	r.out.Headers(r.dir, k.stream, &b)
	if k.end {
		r.out.StreamEnd(r.dir, k.stream, now)
	}
}

// abandon gives up a header block whose end will not come.
func (r *Reader) abandon(now event.Stamp) {
	r.block.lost = true
	r.endBlock(now, now)
}
