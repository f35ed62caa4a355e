package reassembly

import "wsscope/link"

// A connection that is joined late does not say where its streams begin: the
// first segment captured may have been overtaken by later ones, and nothing can
// be put before what was delivered. The peer's acknowledgements tell, and so do
// the packets that follow, as far as they are at hand.

// near is closer than what is under way at once in a connection that is
// beginning or resumed.
const near = 1 << 20

// isNear reports that seq is at from or less than near behind it.
func isNear(seq, from uint32) bool { return seq-from < near }

// begin starts a direction whose SYN did not come first: at its first segment,
// or before it where the stream is known to begin earlier.
func (h *half) begin(seq uint32, late bool) {
	if h.named && isNear(seq, h.name) {
		seq = h.name
	}
	h.start(seq)
	h.late = late
}

// carries reports that bytes of the stream, or its end, have a place in s.
func carries(s *link.Segment) bool { return s.Len > 0 || s.Flags&link.FIN != 0 }

// lookAhead looks where the streams of a connection begin that is joined with s.
func (a *Assembler) lookAhead(c *Conn, s *link.Segment) {
	if a.Ahead == nil || !carries(s) {
		return
	}
	h := &c.half[c.side(s)]
	h.named, h.name = true, s.Seq
	hi, seq, ack := srcIsHi(c.key, s), s.Seq, s.Ack // s itself would move to the heap
	for n := range a.Ahead {
		if n.Flags&link.RST != 0 || n.Checksum == link.ChecksumBad || keyOf(n) != c.key {
			continue
		}
		h := &c.half[c.side(n)]
		switch {
		case n.Flags&link.SYN != 0:
			known := ack
			if srcIsHi(c.key, n) == hi {
				known = seq
			}
			if !isNear(known, n.Seq+1) {
				return // another connection
			}
			h.named, h.name = true, n.Seq+1
			c.hasSYN(n)
		case carries(n) && (!h.named || isNear(h.name, n.Seq)):
			h.named, h.name = true, n.Seq
		}
	}
}

// hasSYN takes a SYN of the connection before anything is told of it.
func (c *Conn) hasSYN(s *link.Segment) {
	c.SYN = true
	if client := s.Flags&link.ACK == 0; client != (c.side(s) == 0) {
		c.addr[0], c.addr[1] = c.addr[1], c.addr[0]
		c.hiFirst = !c.hiFirst
		c.half[0], c.half[1] = c.half[1], c.half[0]
	}
}

// answered reports whether the other side of s, soon after it, goes on from what
// s acknowledges and acknowledges s: then the two belong to one connection.
func (a *Assembler) answered(s *link.Segment) bool {
	if a.Ahead == nil {
		return false
	}
	k := keyOf(s)
	hi, end, ack := srcIsHi(k, s), s.Seq+uint32(s.Len), s.Ack
	for n := range a.Ahead {
		if n.Flags&link.ACK != 0 && keyOf(n) == k && srcIsHi(k, n) != hi && isNear(n.Seq, ack) && isNear(n.Ack, end) {
			return true
		}
	}
	return false
}

// foreign reports that both numbers of s are far from the streams of c.
func (c *Conn) foreign(side int, s *link.Segment) bool {
	peer := &c.half[1-side]
	at := peer.at(s.Ack)
	return s.Flags&link.ACK != 0 && peer.started && (at-peer.off > far || peer.off-at > far)
}
