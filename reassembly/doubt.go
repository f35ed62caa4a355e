package reassembly

import (
	"wsscope/limits"
	"wsscope/link"
)

// doubt keeps a segment with a wrong checksum aside if its sender's other
// checksums are right: it counts only where nothing else fills its place.
func (a *Assembler) doubt(c *Conn, side int, s *link.Segment) bool {
	h := &c.half[side]
	switch s.Checksum {
	case link.ChecksumGood:
		h.good++
	case link.ChecksumBad:
		a.Struck.BadChecksums++
		h.bad++
		// A giant was put together by the network card or the kernel, and
		// its checksum is that of nothing.
		if h.good < h.bad || s.Len > 1500 || c.state == closed {
			return false
		}
		if len(s.Payload) == 0 || !h.started || h.ended {
			return true
		}
		off := h.at(s.Seq)
		if off+int64(len(s.Payload)) <= h.off || off-h.off > far {
			return true
		}
		if len(h.doubtful) >= int(limits.Doubtful) || a.queued > limits.TotalQueued {
			a.Struck.Doubtful++
			return true
		}
		p := &piece{off: off, data: append([]byte(nil), s.Payload...), origin: a.now, acked: -1}
		h.doubtful = append(h.doubtful, p)
		a.queued += pieceCost(p)
		h.max = max(h.max, off+int64(s.Len))
		return true
	}
	return false
}

// dropDoubtful drops doubtful segments that end at off or before.
func (a *Assembler) dropDoubtful(h *half, off int64) {
	keep := h.doubtful[:0]
	for _, p := range h.doubtful {
		if p.end() > off {
			keep = append(keep, p)
		} else {
			a.queued -= pieceCost(p)
		}
	}
	clear(h.doubtful[len(keep):])
	if h.doubtful = keep; len(keep) == 0 {
		h.doubtful = nil
	}
}
