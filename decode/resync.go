package decode

import (
	"math/bits"

	"wsscope/event"
	"wsscope/stream"
)

// learn tells a hunt how the sender was seen to pack its frames.
func (d *direction) learn(h *hunter) {
	// One of eight may be an exception: of the segments if there are several
	// frames in each, of the frames if there are several segments to each.
	if d.starts < 4 || 8*d.starts < 7*min(d.segments, int(d.index)) {
		return
	}
	h.packets = true
	h.fit = max(0, segmentsFit-bits.Len(uint(d.segments/d.starts-1)))
}

// gap takes n lost bytes, or an unknown number if n is negative.
func (d *direction) gap(n int64, now event.Stamp) {
	if d.state == ended {
		return
	}
	s := d.s
	s.judge.Transport(&event.Transport{Stamp: now, Conn: s.conn, Dir: d.dir, Kind: event.TransportGap, Bytes: n})
	if n > 0 {
		d.count.LostBytes += uint64(n)
	}
	if d.state == hunting {
		d.restartHunt(now)
		return
	}
	if d.state == inPayload {
		left := d.f.Len - d.pos
		if n >= 0 && uint64(n) <= left {
			d.lose(uint64(n))
			if d.pos == d.f.Len {
				d.finish(now)
			}
			return
		}
		d.lose(left)
		d.finish(now)
		if d.state == ended {
			return
		}
	}
	d.count.LostBytes += uint64(d.headN)
	d.headN = 0
	d.syncLost(n, now)
	d.msg.cut(d, now, "frames were lost by the capture")
	d.msg.forget()
	d.hunt = s.newHunt(d.dir)
	d.state = hunting
}

// seek looks for frame boundaries in the next bytes.
func (d *direction) seek(c *stream.Chunk) {
	if !d.s.sh.reserve(len(c.Data)) {
		// What was kept and what comes next are not neighbours any more.
		d.count.LostBytes += uint64(len(c.Data))
		d.restartHunt(c.Now)
		return
	}
	d.dropped(d.hunt.feed(c.Data, c.Origin, c.Now))
	if at, _ := d.hunt.search(false); at >= 0 {
		d.found(at, c.Now)
	}
}

func (d *direction) dropped(n int) {
	if n > 0 {
		d.s.sh.unreserve(n)
		d.count.LostBytes += uint64(n)
		d.s.sh.Stats.HuntSkipped++
	}
}

// found goes on with the frames that begin at place at of the hunt's buffer.
func (d *direction) found(at int, now event.Stamp) {
	for _, p := range d.release(at, now) {
		d.follow(p.data, p.origin, p.now)
	}
}

// release ends the hunt and gives the bytes to follow.
func (d *direction) release(at int, now event.Stamp) []part {
	h := d.hunt
	d.hunt = nil
	d.adrift = false
	d.state = inHeader
	d.s.sh.unreserve(len(h.buf))
	d.count.LostBytes += uint64(at)
	d.s.judge.Transport(&event.Transport{Stamp: d.s.later(now), Conn: d.s.conn, Dir: d.dir, Kind: event.TransportSyncFound, Bytes: int64(h.skipped) + int64(at)})
	return h.parts(at, d.dir)
}

// restartHunt begins anew behind another gap; what stands before it may
// still hold frames.
func (d *direction) restartHunt(now event.Stamp) {
	if at, _ := d.hunt.search(true); at >= 0 {
		d.found(at, now)
		if d.state != hunting {
			d.gapAfterFound(now)
		}
		return
	}
	d.abandonHunt(now)
	if !d.adrift {
		d.syncLost(-1, now)
	}
	d.hunt = d.s.newHunt(d.dir)
}

// gapAfterFound loses the frame that a second gap cut short.
func (d *direction) gapAfterFound(now event.Stamp) {
	if d.state == inPayload {
		d.lose(d.f.Len - d.pos)
		d.finish(now)
	}
	if d.state == ended {
		return
	}
	d.count.LostBytes += uint64(d.headN)
	d.headN = 0
	d.syncLost(-1, now)
	d.msg.cut(d, now, "frames were lost by the capture")
	d.msg.forget()
	d.hunt = d.s.newHunt(d.dir)
	d.state = hunting
}

// syncLost tells that frame boundaries are not known from here on.
func (d *direction) syncLost(n int64, now event.Stamp) {
	if d.adrift && now.Packet == d.adriftAt {
		return // several holes came out at one packet
	}
	d.adrift, d.adriftAt = true, now.Packet
	d.late = true
	d.s.judge.Transport(&event.Transport{Stamp: d.s.later(now), Conn: d.s.conn, Dir: d.dir, Kind: event.TransportSyncLost, Bytes: n})
}

// abandonHunt drops what showed no frames.
func (d *direction) abandonHunt(now event.Stamp) {
	if n := len(d.hunt.buf); n > 0 {
		d.syncLost(int64(n), now)
	}
	d.count.LostBytes += uint64(len(d.hunt.buf))
	d.s.sh.unreserve(len(d.hunt.buf))
	d.hunt = nil
}
