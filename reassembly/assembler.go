// Package reassembly turns TCP segments, in whatever order, number and shape
// they were captured, into the two byte streams of each connection
// (RFC 9293). It is a state machine: no I/O, no clock but packet time, no
// goroutine. What the capture lost is handed on as a gap once the peer's
// acknowledgement, a limit or the end shows that it will not come.
package reassembly

import (
	"bytes"
	"iter"
	"net/netip"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/link"
	"wsscope/stream"
)

// Sink takes the streams. side 0 is who opened the connection as far as
// that was seen (the sender of the SYN, or else of the first payload),
// side 1 the other. Data and its chunk are valid during the call only.
type Sink interface {
	Open(c *Conn, now event.Stamp)
	Data(c *Conn, side int, ch *stream.Chunk)
	Gap(c *Conn, side int, n int64, now event.Stamp)
	End(c *Conn, side int, how stream.End, now event.Stamp)
	// Conflict tells that bytes from offset off were seen twice and differ.
	Conflict(c *Conn, side int, off int64, first, again []byte, now event.Stamp)
	// Close is the last call for a connection; both directions have ended.
	Close(c *Conn, now event.Stamp)
}

// Conn is one TCP connection.
type Conn struct {
	User any  // the sink's own
	SYN  bool // its beginning was captured: side 0 is the client of TCP
	addr [2]netip.AddrPort
	key  key
	// hiFirst: side 0 is the higher endpoint of key.
	hiFirst bool
	half    [2]half
	pkts    uint64
	// pendingSYN is the sequence number after a SYN that came while the
	// connection was alive; the SYN's answer tells whether it counts.
	pendingSYN    uint32
	hasPendingSYN bool
	rst           [2]bool // a reset that counts was sent by this side
	rstMaybe      [2]bool // one inside the window, but not at the next byte (RFC 5961 section 3.2)
	state         state
	awaited       bool  // it is among the Assembler's awaited
	touched       int64 // by the Assembler's clock
	deadline      int64 // "
	prev, next    *Conn
	list          *list
}

// Addr is the address of a side.
func (c *Conn) Addr(side int) netip.AddrPort { return c.addr[side] }

// Delivered is how many bytes of a side's stream have been passed, gaps included.
func (c *Conn) Delivered(side int) int64 { return c.half[side].told(c.half[side].off) }

type state uint8

const (
	open    state = iota
	doubted       // open, unless the reset that passed last counts
	reset         // a reset passed; bytes under way may still come
	closed        // only remembered
)

// key names a connection: the two endpoints, the lower one first.
type key struct {
	lo, hi         [16]byte
	loPort, hiPort uint16
	domain         uint32
}

// Struck counts what the limits did, and other facts for the summary.
type Struck struct {
	Queued          uint64 // stream-queued, total-queued
	Connections     uint64 // connections
	Idle            uint64 // idle
	Doubtful        uint64 // doubtful-segments
	BadChecksumUsed uint64 // segments with a wrong checksum used where nothing else filled their place
	BadChecksums    uint64
	NoData          uint64 // connections that never carried a byte
}

// Assembler reassembles all connections of a capture.
type Assembler struct {
	Struck Struck
	Total  uint64 // TCP connections seen
	// Ahead gives segments that follow the present one in the capture, a few, as
	// far as they are at hand; nil: none are. Each is valid until the next.
	Ahead iter.Seq[*link.Segment]

	sink   Sink
	conns  map[key]*Conn
	alive  list // by last packet
	linger list // doubted and reset, by deadline
	graves list // closed, by deadline
	hist   history
	now    event.Stamp
	clock  clock
	// awaited are connections with a hole that time will resolve, looked at
	// last when the clock stood at looked.
	awaited []*Conn
	looked  int64
	queued  int64
	chunk   stream.Chunk
	last    *Conn
}

// New returns an Assembler that tells sink.
func New(sink Sink) *Assembler {
	return &Assembler{sink: sink, conns: map[key]*Conn{}, hist: history{ring: make([]byte, limits.Overlap)}}
}

func keyOf(s *link.Segment) key {
	if c := bytes.Compare(s.Src[:], s.Dst[:]); c < 0 || c == 0 && s.SrcPort <= s.DstPort {
		return key{s.Src, s.Dst, s.SrcPort, s.DstPort, s.Domain}
	}
	return key{s.Dst, s.Src, s.DstPort, s.SrcPort, s.Domain}
}

func srcIsHi(k key, s *link.Segment) bool { return s.SrcPort != k.loPort || s.Src != k.lo }

// side tells which side sent s.
func (c *Conn) side(s *link.Segment) int {
	if srcIsHi(c.key, s) == c.hiFirst {
		return 0
	}
	return 1
}

func addrPort(a [16]byte, port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom16(a).Unmap(), port)
}

// Segment takes one segment and gives its connection, nil if it belongs to
// none. The payload need not outlive the call.
func (a *Assembler) Segment(s *link.Segment, now event.Stamp) *Conn {
	a.now = now
	a.passes(now.Time)
	k := keyOf(s)
	c := a.last
	if c == nil || c.key != k {
		c = a.conns[k]
	}
	if c == nil {
		if s.Len == 0 && s.Flags&link.SYN == 0 {
			return nil // an acknowledgement, FIN or RST of a connection that carried nothing we saw
		}
		c = a.open(k, s)
	}
	a.last = c
	a.touch(c)
	c.pkts++
	side := c.side(s)
	if a.doubt(c, side, s) {
		return c
	}
	last := c
	if s.Flags&link.SYN != 0 {
		c = a.syn(c, side, s)
	} else if c.state == closed || c.half[side].ended && s.Len > 0 {
		c = a.afterEnd(c, side, s)
	} else if s.Len > 0 && a.another(c, side, s) {
		a.end(c, stream.EOF)
		a.forget(c)
		c = a.open(c.key, s)
	}
	if c == nil {
		return last // a late packet of a connection that has ended
	}
	a.take(c, c.side(s), s)
	return c
}

// take processes a segment that belongs to c's present incarnation.
func (a *Assembler) take(c *Conn, side int, s *link.Segment) {
	h, peer := &c.half[side], &c.half[1-side]
	h.spoke = true
	if c.state == doubted && s.Flags&link.RST == 0 {
		a.goesOn(c)
	}
	acked := int64(-1)
	if s.Flags&link.ACK != 0 && s.Flags&link.RST == 0 {
		if !peer.started {
			if !peer.named {
				peer.named, peer.name = true, s.Ack
			}
		} else if at := peer.at(s.Ack); at >= 0 && at-peer.off < far {
			if !peer.late || peer.off > peer.lead {
				acked = max(peer.told(at), 0)
			}
			if !peer.ackSeen || at > peer.acked {
				peer.ackSeen, peer.acked = true, at
			}
		}
	}
	seq := s.Seq
	if s.Flags&link.SYN != 0 {
		seq++
	}
	if s.Len > 0 || s.Flags&link.FIN != 0 {
		if !h.started {
			h.begin(seq, !c.SYN)
		}
		off := h.at(seq)
		switch {
		case off-h.off > far || h.off-off > far:
			if s.Len > 0 {
				a.jump(c, side, seq, s, acked)
			}
		default:
			if s.Len > 0 {
				c.rstMaybe[side] = false
				a.data(c, side, off, s.Payload, s.Len, acked)
			}
			if end := off + int64(s.Len); s.Flags&link.FIN != 0 && end >= h.off {
				h.fin = end
			}
		}
	}
	if s.Flags&link.RST != 0 {
		a.rst(c, side, s)
	}
	a.resolve(c, side)
	a.resolve(c, 1-side)
	a.settle(c)
	a.await(c)
}

// settle ends directions whose FIN was reached, and the connection after both.
func (a *Assembler) settle(c *Conn) {
	for side := range c.half {
		h := &c.half[side]
		if !h.ended && h.fin >= 0 && h.off == h.fin {
			if c.half[1-side].lostFIN() {
				a.finish(c, 1-side, stream.FIN)
			}
			a.finish(c, side, stream.FIN)
		} else if !h.ended && c.rst[side] && h.q.empty() && h.off >= h.fin {
			a.finish(c, side, stream.RST)
		}
	}
	if c.state != closed && c.half[0].ended && c.half[1].ended {
		a.close(c)
	}
}

// far reports that a segment with payload stands far outside of the window.
func (h *half) far(seq uint32) bool {
	off := h.at(seq)
	return off-h.off > far || h.off-off > far
}

// another reports that s is of a connection that has taken up the ports of c
// without a word: both of its numbers are far from those of c, and the peer, or
// some segments in a row, go on from them.
func (a *Assembler) another(c *Conn, side int, s *link.Segment) bool {
	h := &c.half[side]
	if !h.started || !h.far(s.Seq) || !c.foreign(side, s) {
		return false
	}
	return h.jumps+1 >= jumpsBelieved && h.continues(s.Seq) || a.answered(s)
}

// continues reports that seq goes on from the segment far away that came last.
func (h *half) continues(seq uint32) bool { return h.jumps > 0 && isNear(seq, h.jumpNext) }

// jump believes a place far outside of the window after some segments in a
// row that continue each other: the capture lost more than a window.
func (a *Assembler) jump(c *Conn, side int, seq uint32, s *link.Segment, acked int64) {
	h := &c.half[side]
	if h.continues(seq) {
		h.jumps++
	} else {
		h.jumps = 1
	}
	h.jumpNext = seq + uint32(s.Len)
	if h.jumps < jumpsBelieved {
		return
	}
	for !h.q.empty() {
		a.fill(c, side, h.q.first().off)
	}
	a.sink.Gap(c, side, -1, a.now)
	h.next, h.base = seq, seq-uint32(h.off)
	h.max, h.acked, h.ackSeen, h.fin, h.snapTo, h.jumps = h.off, 0, false, -1, 0, 0
	h.marks = [4]mark{}
	a.data(c, side, h.off, s.Payload, s.Len, acked)
}
