package reassembly

import (
	"math"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// half is one direction of a connection: what one side sent. Offsets count
// the bytes of the stream from the first one known, 0.
type half struct {
	started bool
	next    uint32 // sequence number that follows the delivered bytes
	base    uint32 // sequence number of offset 0
	off     int64  // offset of next
	max     int64  // highest offset that was seen sent
	fin     int64  // offset of the FIN, -1 unknown
	ended   bool
	// late: the first byte that was sent is not known. Where others turn out to
	// be the first that were captured, those before them were never there.
	late  bool
	lead  int64  // how many these are
	named bool   // other packets tell that the stream begins …
	name  uint32 // … here
	spoke bool   // any packet of this side was captured

	acked   int64 // offset up to which the peer acknowledged, valid if ackSeen
	ackSeen bool
	snapTo  int64 // bytes up to here are known to be cut away by a snap length
	rstAt   int64 // where a reset stood, valid if the connection's rstMaybe is set

	holeSeen bool // the hole at off stands since …
	holePkts uint64
	holeTime int64

	q        queue
	doubtful []*piece
	marks    [4]mark
	nmarks   uint32

	good, bad uint32 // checksums

	jumps    uint32 // segments in a row far outside of the window …
	jumpNext uint32 // … that follow each other
}

// far is farther than any window (RFC 7323 allows 1 GiB, no sender fills
// more than some MiB): a segment out there belongs to another connection,
// or the capture lost more than it makes sense to wait for.
const far = 64 << 20

// jumpsBelieved is after how many segments in a row a far place is believed.
const jumpsBelieved = 4

func (h *half) start(seq uint32) {
	h.started, h.next, h.base = true, seq, seq
	h.off, h.max, h.fin = 0, 0, -1
	h.late, h.lead = false, 0
}

// told is an offset as others know it: from the first byte that was captured.
func (h *half) told(off int64) int64 { return off - h.lead }

// lostFIN reports that all was delivered that was seen, and that the peer
// acknowledged one number more: at the end of a connection that of a FIN (RFC
// 9293 section 3.4) that was not captured.
func (h *half) lostFIN() bool {
	return !h.ended && h.fin < 0 && h.q.empty() && h.off == h.max && h.ackSeen && h.acked == h.max+1
}

// virgin reports that no byte was delivered or waits.
func (h *half) virgin() bool { return h.off == h.lead && h.q.empty() }

// at turns a sequence number into an offset, in the serial arithmetic of
// RFC 1982.
func (h *half) at(seq uint32) int64 { return h.off + int64(int32(seq-h.next)) }

// deliver hands on bytes that follow those delivered.
func (a *Assembler) deliver(c *Conn, side int, b []byte, origin event.Stamp, acked int64) {
	h := &c.half[side]
	h.marks[h.nmarks&3] = a.hist.add(h.off, b)
	h.nmarks++
	h.off += int64(len(b))
	h.next += uint32(len(b))
	if h.off > h.max {
		h.max = h.off
	}
	a.chunk = stream.Chunk{Data: b, Origin: origin, Now: a.now, Acked: acked}
	a.sink.Data(c, side, &a.chunk)
	if len(h.doubtful) > 0 {
		a.dropDoubtful(h, h.off)
	}
}

// data takes the payload b, captured out of wireLen bytes, at offset off.
func (a *Assembler) data(c *Conn, side int, off int64, b []byte, wireLen int, acked int64) {
	h := &c.half[side]
	h.jumps = 0
	if end := off + int64(wireLen); end > h.max {
		h.max = end
	}
	if wireLen > len(b) && off+int64(wireLen) > h.snapTo {
		h.snapTo = off + int64(wireLen)
	}
	if off < h.off {
		// A keep-alive (RFC 9293 section 3.8.4) repeats one byte, garbage at that.
		if wireLen > 1 {
			a.compare(c, side, off, b)
		}
		skip := h.off - off
		if skip >= int64(len(b)) {
			return
		}
		b, off = b[skip:], h.off
	}
	if len(b) == 0 {
		return
	}
	if off == h.off && h.q.empty() {
		a.deliver(c, side, b, a.now, acked)
		h.holeSeen = false
		return
	}
	if h.q.empty() {
		h.holePkts = c.pkts
	}
	a.enqueue(c, side, off, b, acked)
	if off == h.off {
		a.drain(c, side)
		h.front(c.pkts)
	}
	for !h.q.empty() && (h.q.bytes > limits.StreamQueued || a.queued > limits.TotalQueued) {
		a.Struck.Queued++
		a.fill(c, side, h.q.first().off)
	}
}

// enqueue keeps a copy of the parts of b that no earlier piece holds.
func (a *Assembler) enqueue(c *Conn, side int, off int64, b []byte, acked int64) {
	h := &c.half[side]
	end := off + int64(len(b))
	if p := h.q.floor(off); p != nil && p.end() > off {
		n := min(p.end(), end) - off
		a.conflict(c, side, off, p.data[off-p.off:off-p.off+n], b[:n])
		off += n
	}
	for off < end {
		stop := end
		p := h.q.ceil(off)
		if p != nil && p.off < end {
			stop = p.off
		}
		if stop > off {
			own := append([]byte(nil), b[int64(len(b))-(end-off):int64(len(b))-(end-stop)]...)
			before := h.q.bytes
			h.q.insert(&piece{off: off, data: own, origin: a.now, acked: acked})
			a.queued += h.q.bytes - before
			off = stop
		}
		if p != nil && p.off == off {
			n := min(p.end(), end) - off
			i := int64(len(b)) - (end - off)
			a.conflict(c, side, off, p.data[:n], b[i:i+n])
			off += n
		}
	}
}

// compare looks whether a retransmission repeats what was delivered.
func (a *Assembler) compare(c *Conn, side int, off int64, b []byte) {
	for _, m := range c.half[side].marks {
		if old, again := a.hist.overlap(m, off, b); len(again) > 0 {
			a.conflict(c, side, max(off, m.off), old, again)
		}
	}
}

func (a *Assembler) conflict(c *Conn, side int, off int64, first, again []byte) {
	if string(first) != string(again) {
		a.sink.Conflict(c, side, c.half[side].told(off), first, again, a.now)
	}
}

// drain delivers the queued pieces that have become contiguous.
func (a *Assembler) drain(c *Conn, side int) {
	h := &c.half[side]
	for p := h.q.first(); p != nil && p.off <= h.off; p = h.q.first() {
		before := h.q.bytes
		h.q.pop()
		a.queued -= before - h.q.bytes
		if p.end() > h.off {
			a.deliver(c, side, p.data[h.off-p.off:], p.origin, p.acked)
		}
	}
}

// fill gives up the hole from off to to: with doubtful segments where there
// are any, as a gap where there are none; then what follows it is delivered.
func (a *Assembler) fill(c *Conn, side int, to int64) {
	h := &c.half[side]
	for h.off < to {
		stop := to
		var use *piece
		for _, p := range h.doubtful {
			if p.end() > h.off && p.off < stop {
				stop, use = max(p.off, h.off), p
			}
		}
		if stop > h.off {
			n := stop - h.off
			if h.late && h.off == h.lead {
				h.lead += n
			}
			if h.off, h.next = stop, h.next+uint32(n); h.off > h.lead {
				a.sink.Gap(c, side, n, a.now)
			}
		}
		if use != nil && h.off < to {
			a.Struck.BadChecksumUsed++
			b := use.data[h.off-use.off : min(use.end(), to)-use.off]
			a.deliver(c, side, b, use.origin, use.acked)
		}
	}
	if h.off > h.max {
		h.max = h.off
	}
	a.drain(c, side)
	h.front(c.pkts)
}

// finish delivers what is left of a direction, holes as gaps, and ends it.
func (a *Assembler) finish(c *Conn, side int, how stream.End) {
	h := &c.half[side]
	if h.ended {
		return
	}
	for !h.q.empty() {
		a.fill(c, side, h.q.first().off)
	}
	tail := h.off
	if h.ackSeen {
		tail = h.acked
		if tail == h.max+1 {
			tail--
		}
	}
	if h.fin > tail {
		tail = h.fin
	}
	if h.snapTo > tail {
		tail = h.snapTo
	}
	// A reset has the number of the next byte that its sender would have sent.
	// One number more is that of a FIN.
	if c.rstMaybe[side] && h.rstAt > max(tail, h.max)+1 {
		tail = h.rstAt
	}
	if len(h.doubtful) > 0 {
		for _, p := range h.doubtful {
			tail = max(tail, p.end())
		}
	}
	if h.fin >= 0 && tail > h.fin { // the FIN has a number of its own
		tail = h.fin
	}
	if h.started && tail > h.off && tail-h.off < far {
		a.fill(c, side, tail)
	}
	if h.fin >= 0 && h.off >= h.fin {
		how = stream.FIN
	}
	h.ended = true
	a.dropDoubtful(h, math.MaxInt64)
	a.sink.End(c, side, how, a.now)
}
