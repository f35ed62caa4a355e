package reassembly

import (
	"wsscope/limits"
	"wsscope/link"
)

// rst takes a reset. RFC 5961 section 3.2: an endpoint obeys one exactly at
// the next byte and challenges one elsewhere in the window; one outside is
// an old or forged one. One elsewhere in the window is also what shows where
// the capture lost the bytes before it.
func (a *Assembler) rst(c *Conn, side int, s *link.Segment) {
	h := &c.half[side]
	if c.state == closed {
		return
	}
	deadline := a.clock.time + limits.Linger
	if h.started {
		off := h.at(s.Seq)
		exact := off == h.off || off == h.max || h.ackSeen && off == h.acked || h.fin >= 0 && off == h.fin+1
		if !exact {
			if off > h.off && off-h.off < 1<<20 {
				c.rstMaybe[side], h.rstAt = true, off
				if c.state == open {
					c.state, c.deadline = doubted, deadline
					a.linger.push(c)
				}
			}
			return
		}
	}
	c.rst[side] = true
	if c.state != reset {
		c.state, c.deadline = reset, deadline
		a.linger.push(c)
	}
}

// goesOn takes a packet after a reset that may have been none: a peer that
// does not obey a reset answers it at once.
func (a *Assembler) goesOn(c *Conn) {
	c.state, c.touched = open, a.clock.time
	a.alive.push(c)
}
