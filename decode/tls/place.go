package tls

import "wsscope/event"

// recordAt is where a record stands in the capture.
type recordAt struct {
	origin event.Stamp // the packet that carried its first byte
	last   uint64      // the packet that carried its last byte
	off    int64       // of its header in the TCP stream, -1 not known
	len    int         // of its fragment
}

// after is the offset n bytes behind one that may not be known.
func after(off int64, n int) int64 {
	if off < 0 {
		return off
	}
	return off + int64(n)
}

// recordAt says where the record stands that begins at buf[pos:], and of which
// b is there.
func (h *half) recordAt(pos int, b []byte) (r recordAt) {
	end := pos
	if len(b) >= headLen {
		end += min(len(b), headLen+fragmentLen(b)) - 1
	}
	for i := h.at; i < len(h.marks); i++ {
		m := &h.marks[i]
		if m.pos > end || m.kind != dataMark {
			break
		}
		if m.pos <= pos {
			r.origin, r.off = m.origin, after(m.off, pos-m.pos)
		}
		r.last = m.last
	}
	return r
}
