package deflate

import (
	"fmt"

	"wsscope/event"
)

// lostHistory says which bytes of the window are unknown, where some are: the
// capture began late, or bytes of an earlier message are missing.
type lostHistory struct {
	// lost: bytes before known may be unknown. Those before buf are, and
	// those with a bit in unknown, which is nil while no byte in buf is. If
	// lost is false all are known, and known is 0.
	lost       bool
	known      int
	unknown    []uint64
	unknownLen int64 // unknown bytes in this message
}

// settle ends the unknown history once all of the window before end is known.
func (h *lostHistory) settle(end int) {
	if h.lost && end-h.known >= windowSize {
		h.lost, h.known, h.unknown = false, 0, nil
	}
}

// moveUnknown follows a move of the bytes in buf, by a multiple of 64.
func (h *lostHistory) moveUnknown(by int) {
	if !h.lost {
		return
	}
	h.known -= by
	if h.unknown != nil {
		k := copy(h.unknown, h.unknown[by/64:])
		clear(h.unknown[k:])
	}
}

func (h *lostHistory) isUnknown(at int) bool {
	return at < 0 || h.unknown != nil && h.unknown[at/64]>>(at%64)&1 != 0
}

func (h *lostHistory) setUnknown(at int) {
	if h.unknown == nil {
		h.unknown = make([]uint64, maxBuffer/64)
	}
	h.unknown[at/64] |= 1 << (at % 64)
	h.known = at + 1
	h.unknownLen++
}

// copyMatch copies a match that reaches before the floor: into lost history,
// before a message that should start with an empty window, or before the
// stream, for which it answers false. The caller has made room.
func (c *Context) copyMatch(distance, length int) bool {
	if distance > c.w && !c.lost {
		return false
	}
	if c.opt.NoContextTakeover && distance > c.w-c.start && !c.faults.Has(event.InflateTakeover) {
		c.fault(event.InflateTakeover, fmt.Sprintf("a distance of %d after %d bytes of the message", distance, c.w-c.start))
	}
	for range length {
		from := c.w - distance
		if c.lost && from < c.known && c.isUnknown(from) {
			c.buf[c.w] = '?'
			c.setUnknown(c.w)
		} else {
			c.buf[c.w] = c.buf[from]
		}
		c.w++
	}
	c.maxDistance = max(c.maxDistance, distance)
	c.setFloor()
	return true
}
