package reassembly

// history keeps the payload delivered last, for all connections together, so
// that a retransmission can be compared with what was delivered first.
type history struct {
	ring []byte
	pos  uint64 // bytes ever written
}

// mark is one delivered segment in the history.
type mark struct {
	off int64 // stream offset of its first byte
	pos uint64
	n   int32
}

// longest is how much of one segment is kept: a segment of an MTU-sized
// packet whole, of an offloaded giant its beginning.
const longest = 2048

func (h *history) add(off int64, b []byte) mark {
	if len(b) > longest {
		b = b[:longest]
	}
	at := h.pos % uint64(len(h.ring))
	if int(at)+len(b) > len(h.ring) { // never split over the end
		h.pos += uint64(len(h.ring)) - at
		at = 0
	}
	copy(h.ring[at:], b)
	m := mark{off, h.pos, int32(len(b))}
	h.pos += uint64(len(b))
	return m
}

// overlap gives the delivered bytes that b, at off, repeats, and b's part
// there; nil where they are no longer held.
func (h *history) overlap(m mark, off int64, b []byte) (old, again []byte) {
	if m.n == 0 || h.pos-m.pos > uint64(len(h.ring)) {
		return nil, nil
	}
	lo, hi := max(m.off, off), min(m.off+int64(m.n), off+int64(len(b)))
	if lo >= hi {
		return nil, nil
	}
	at := m.pos % uint64(len(h.ring))
	old = h.ring[at+uint64(lo-m.off) : at+uint64(hi-m.off)]
	return old, b[lo-off : hi-off]
}
