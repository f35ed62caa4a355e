package reassembly

import "wsscope/limits"

// A hole that the peer acknowledged is lost, but only the capture says in
// which order packets passed: an acknowledgement can be captured before the
// data that it is for, where each direction, or each queue of a network card,
// has a buffer of its own that is read at its own pace. Time alone does not
// tell, since a sender may leave pauses between its packets longer than any
// buffer does; packets alone do not, since many pass in a millisecond. So both
// must have gone by, and one of them alone must be much more: a quiet
// connection is told of its hole within a second, and one in a capture whose
// clock does not go on after many packets.
const (
	patience        = 100_000_000   // ns, and
	patiencePackets = 24            // packets of the connection
	patienceQuiet   = 1_000_000_000 // ns, however few packets
	patienceStopped = 1000          // packets, the clock stands still
)

// holeFrom begins the waiting for the hole at the front, which is new.
func (h *half) holeFrom(pkts uint64, clock int64) {
	h.holeSeen, h.holePkts, h.holeTime = true, pkts, clock
}

// front says that the front has moved. What waits behind the next hole tells
// how long that one has stood already.
func (h *half) front(pkts uint64) {
	h.holeSeen = false
	if p := h.q.first(); p != nil {
		h.holeFrom(pkts, p.origin.Time)
	}
}

func (h *half) waited(pkts uint64, clock int64) bool {
	time := clock - h.holeTime
	since := pkts - h.holePkts
	return time >= patience && since >= patiencePackets || time >= patienceQuiet || time <= 0 && since >= patienceStopped
}

// resolve hands on the hole at the front of a direction as a gap once it is
// clear that it will not be filled.
func (a *Assembler) resolve(c *Conn, side int) { a.resolveBy(c, side, a.now.Time) }

func (a *Assembler) resolveBy(c *Conn, side int, clock int64) {
	h := &c.half[side]
	for !h.ended {
		to := h.off
		known := false // nothing needs to be waited for
		if h.ackSeen && h.acked > h.off {
			to = h.acked
			if to > h.max && h.q.empty() && (to == h.fin+1 || to == h.max+1) {
				to = max(h.off, to-1) // the acknowledgement of a FIN
			}
			if p := h.q.first(); p != nil && p.off < to {
				to = p.off
			}
			known = to <= h.snapTo
		} else if p := h.q.first(); p != nil && !c.half[1-side].spoke {
			to = p.off
			if h.holeSeen && c.pkts-h.holePkts < uint64(limits.SilentPeer) {
				return
			}
		}
		if to <= h.off {
			h.holeSeen = false
			return
		}
		if !known {
			if !h.holeSeen {
				h.holeFrom(c.pkts, clock)
				return
			}
			if !h.waited(c.pkts, clock) {
				return
			}
		}
		a.fill(c, side, to)
	}
}

// lacks reports a hole that time alone will resolve.
func (h *half) lacks() bool { return !h.ended && h.holeSeen && h.ackSeen && h.acked > h.off }

// await notes a connection with a hole: it may have been its last packet.
func (a *Assembler) await(c *Conn) {
	if !c.awaited && c.state != closed && (c.half[0].lacks() || c.half[1].lacks()) {
		c.awaited = true
		a.awaited = append(a.awaited, c)
	}
}

// overdue gives up the holes that have stood long enough in connections that
// are quiet.
func (a *Assembler) overdue() {
	a.looked = a.clock.time
	keep := a.awaited[:0]
	for _, c := range a.awaited {
		if c.state != closed {
			a.resolveBy(c, 0, a.clock.last)
			a.resolveBy(c, 1, a.clock.last)
			a.settle(c)
		}
		if c.awaited = c.state != closed && (c.half[0].lacks() || c.half[1].lacks()); c.awaited {
			keep = append(keep, c)
		}
	}
	clear(a.awaited[len(keep):])
	a.awaited = keep
}
