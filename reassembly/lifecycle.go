package reassembly

import (
	"wsscope/event"
	"wsscope/limits"
	"wsscope/link"
	"wsscope/stream"
)

// open begins a connection with its first captured segment.
func (a *Assembler) open(k key, s *link.Segment) *Conn {
	c := &Conn{key: k, touched: a.clock.time, hiFirst: srcIsHi(k, s)}
	c.half[0].fin, c.half[1].fin = -1, -1
	src, dst := addrPort(s.Src, s.SrcPort), addrPort(s.Dst, s.DstPort)
	c.addr[0], c.addr[1] = src, dst
	if s.Flags&(link.SYN|link.ACK) == link.SYN|link.ACK {
		c.addr[0], c.addr[1] = dst, src
		c.hiFirst = !c.hiFirst
	}
	c.SYN = s.Flags&link.SYN != 0
	if len(a.conns) >= int(limits.Connections) {
		switch reset, silent := a.linger.head, a.alive.head; {
		case a.graves.head != nil:
			a.forget(a.graves.head)
		case reset != nil:
			a.Struck.Connections++
			a.end(reset, stream.EOF)
			a.forget(reset)
		case silent != nil:
			a.Struck.Connections++
			a.end(silent, stream.Evicted)
			a.forget(silent)
		}
	}
	a.conns[k] = c
	a.alive.push(c)
	a.Total++
	if !c.SYN {
		a.lookAhead(c, s)
	}
	a.sink.Open(c, a.now)
	return c
}

// syn takes a SYN or SYN/ACK; it gives the connection that the segment
// belongs to, nil where the segment is done with.
func (a *Assembler) syn(c *Conn, side int, s *link.Segment) *Conn {
	h, peer := &c.half[side], &c.half[1-side]
	after := s.Seq + 1
	answer := s.Flags&link.ACK != 0
	if h.started && h.base == after && (!answer || !peer.started || peer.base == s.Ack) {
		if c.state == closed || h.ended {
			return nil
		}
		return c // sent again
	}
	over := c.state >= reset || h.ended || peer.ended
	virgin := h.virgin() && peer.virgin()
	if answer && !h.started && peer.started && !peer.virgin() {
		at := peer.at(s.Ack)
		over = over || at < 0 || at > peer.max // it answers another SYN
	}
	switch {
	case over, answer && c.hasPendingSYN && c.pendingSYN == s.Ack && !virgin:
		pending, has := c.pendingSYN, c.hasPendingSYN
		a.end(c, stream.EOF)
		a.forget(c)
		c = a.open(c.key, s)
		if answer && has && pending == s.Ack {
			c.half[0].start(pending)
		}
		return a.syn(c, c.side(s), s)
	case !h.started || virgin:
		h.start(after)
		if answer {
			if !peer.started || peer.virgin() && peer.base != s.Ack {
				peer.start(s.Ack) // else it acknowledges data that came with the SYN (RFC 7413)
			}
		}
		return c
	case !answer:
		c.pendingSYN, c.hasPendingSYN = after, true
	}
	return nil
}

// afterEnd takes a segment for a direction that has ended: a late
// retransmission, or a new connection on the same ports whose SYN was not
// captured. It gives the new connection, or nil.
func (a *Assembler) afterEnd(c *Conn, side int, s *link.Segment) *Conn {
	h := &c.half[side]
	if s.Len == 0 {
		return nil
	}
	if h.started {
		off := h.at(s.Seq)
		if off-h.off <= 1<<20 && h.off-off <= far && (h.fin < 0 || off <= h.fin) {
			return nil
		}
	} else {
		return nil
	}
	if !c.half[0].ended || !c.half[1].ended {
		a.end(c, stream.EOF)
	}
	a.forget(c)
	return a.open(c.key, s)
}

// close drops a connection whose directions have both ended; it is
// remembered for a while.
func (a *Assembler) close(c *Conn) {
	c.state = closed
	if c.Delivered(0) == 0 && c.Delivered(1) == 0 {
		a.Struck.NoData++
	}
	for i := range c.half {
		h := &c.half[i]
		a.queued -= h.q.bytes
		h.q = queue{}
	}
	a.sink.Close(c, a.now)
	c.deadline = a.clock.time + limits.Tombstone
	a.graves.push(c)
	if a.graves.n > limits.Tombstones {
		a.forget(a.graves.head)
	}
}

// end ends both directions, how where nothing better is known.
func (a *Assembler) end(c *Conn, how stream.End) {
	if c.state == closed {
		return
	}
	for side := range c.half {
		switch {
		case c.rst[side] || c.rstMaybe[side]:
			a.finish(c, side, stream.RST)
		case c.rst[1-side] || c.rstMaybe[1-side]:
			a.finish(c, side, stream.PeerReset)
		default:
			a.finish(c, side, how)
		}
	}
	a.close(c)
}

func (a *Assembler) forget(c *Conn) {
	delete(a.conns, c.key)
	c.unlink()
	if a.last == c {
		a.last = nil
	}
}

// touch notes that a connection is alive. Once a second is enough.
func (a *Assembler) touch(c *Conn) {
	if c.state == open && a.clock.time-c.touched > 1e9 {
		c.touched = a.clock.time
		a.alive.push(c)
	}
}

// passes lets time pass, up to that of a packet or of a clock.
func (a *Assembler) passes(now int64) {
	a.clock.hear(now)
	a.expire(a.clock.time)
	if a.clock.time-a.looked >= patience {
		a.overdue()
	}
}

// expire ends what lingers, forgets what is closed, evicts what is idle.
func (a *Assembler) expire(clock int64) {
	for c := a.linger.head; c != nil && clock > c.deadline; c = a.linger.head {
		a.end(c, stream.EOF)
	}
	for c := a.graves.head; c != nil && clock > c.deadline; c = a.graves.head {
		a.forget(c)
	}
	if c := a.alive.head; c != nil && clock-c.touched > limits.Idle {
		a.Struck.Idle++
		a.end(c, stream.Evicted)
		a.forget(c)
	}
}

// Tick lets time pass without a packet: live, when nothing arrives. Events
// keep the stamp of the last packet.
func (a *Assembler) Tick(clock int64) { a.passes(clock) }

// Clock is how many nanoseconds have passed as far as the packets' times are
// believed. It never goes back.
func (a *Assembler) Clock() int64 { return a.clock.time }

// Close ends all connections: the capture is over.
func (a *Assembler) Close(now event.Stamp) {
	a.now = now
	for _, l := range []*list{&a.linger, &a.alive} {
		for c := l.head; c != nil; c = l.head {
			a.end(c, stream.EOF)
		}
	}
}

// list is a doubly linked list of connections; a connection is in one list.
type list struct {
	head, tail *Conn
	n          int64
}

func (l *list) push(c *Conn) {
	c.unlink()
	c.list, c.prev = l, l.tail
	l.n++
	if l.tail != nil {
		l.tail.next = c
	} else {
		l.head = c
	}
	l.tail = c
}

func (c *Conn) unlink() {
	l := c.list
	if l == nil {
		return
	}
	if c.prev != nil {
		c.prev.next = c.next
	} else {
		l.head = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	} else {
		l.tail = c.prev
	}
	l.n--
	c.prev, c.next, c.list = nil, nil, nil
}
