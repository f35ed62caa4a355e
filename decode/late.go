package decode

import (
	"cmp"
	"slices"

	"wsscope/decode/http1"
	"wsscope/decode/tls"
	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// joinLate begins to look for frames on a connection whose handshake is not
// in the capture.
func (c *Conn) joinLate(now event.Stamp) {
	c.late = true
	for i := range c.side {
		s := &c.side[i]
		s.hunt = c.newHunt(event.Dir(i))
	}
	for i := range c.side {
		s := &c.side[i]
		items := s.held
		c.sh.unreserve(s.bytes)
		s.held, s.bytes = nil, 0
		for j := 0; j < len(items); j++ {
			h := &items[j]
			switch {
			case c.ignore:
				return
			case c.layer != nil: // recognised: the rest belongs to the frames
				replay(c.layer, c.dir(event.Dir(i)), items[j:j+1], now)
			case h.kind == isData:
				c.seek(event.Dir(i), &stream.Chunk{Data: h.data, Origin: h.origin, Now: now, Acked: -1})
			case h.kind == isGap:
				c.seekGap(event.Dir(i))
			default:
				c.seekEnd(event.Dir(i), h.how, now)
			}
		}
	}
}

// seek takes the next bytes of a side and looks whether they show frames.
func (c *Conn) seek(side event.Dir, ch *stream.Chunk) {
	s := &c.side[side]
	if yes, _ := http1.LooksLikeRequest(ch.Data); c.stream == 0 && yes && http1.End(ch.Data, 0) > 0 {
		// Joined between two exchanges of HTTP.
		c.giveUpHunt()
		c.start(side, newHTTP(c, side), ch.Now)
		c.layer.Data(c.dir(side), ch)
		return
	}
	if c.stream == 0 && c.tls == nil && tls.Continues(ch.Data) {
		// Joined inside a record of TLS: this is the first that is whole.
		c.giveUpHunt()
		c.secure(side, ch.Data, ch.Now)
		c.layer.Data(c.dir(side), ch)
		return
	}
	s.seen += int64(len(ch.Data))
	if s.seen > limits.HuntUnknown || !c.sh.reserve(len(ch.Data)) {
		c.sh.Stats.NotFollowed++
		c.giveUp()
		return
	}
	dropped := s.hunt.feed(ch.Data, ch.Origin, ch.Now)
	c.sh.unreserve(dropped)
	if !c.seekHTTP2(side, dropped, ch.Now) {
		c.believe(side, false, ch.Now)
	}
}

// giveUpHunt ends the hunts; ends that were seen meanwhile stay held.
func (c *Conn) giveUpHunt() {
	for i := range c.side {
		s := &c.side[i]
		c.sh.unreserve(len(s.hunt.buf))
		s.hunt, s.h2 = nil, nil
	}
}

// seekGap begins anew behind a gap.
func (c *Conn) seekGap(side event.Dir) {
	s := &c.side[side]
	c.sh.unreserve(len(s.hunt.buf))
	s.hunt = c.newHunt(side)
	s.hunt.behindGap = true
	s.h2 = nil
}

// newHunt begins a hunt in a side of which only a request is known, or
// nothing.
func (c *Conn) newHunt(side event.Dir) *hunter {
	if c.template == nil {
		h := newHunter(event.Unknown, true)
		h.need = needMasked
		return h
	}
	masked := event.Yes
	if side == event.ServerToClient {
		masked = event.No
	}
	return newHunter(masked, c.template.OfferedExtensions != "")
}

// seekEnd makes the end of a side part of the evidence.
func (c *Conn) seekEnd(side event.Dir, how stream.End, now event.Stamp) {
	c.believe(side, true, now)
	if c.layer != nil {
		c.layer.End(c.dir(side), how, now)
		return
	}
	c.side[side].held = append(c.side[side].held, held{kind: isEnd, how: how, origin: now})
}

// seekAtEnd looks once more, knowing that nothing follows; it reports whether
// the connection is open.
func (c *Conn) seekAtEnd(now event.Stamp) bool {
	for side := range event.NoDir {
		if c.layer == nil && !c.ignore {
			c.believe(side, true, now)
		}
	}
	return c.layer != nil
}

// believe opens the connection if a side shows frames beyond doubt and the
// other does not contradict.
func (c *Conn) believe(side event.Dir, end bool, now event.Stamp) {
	h := c.side[side].hunt
	at, masked := h.search(end)
	if at < 0 || c.likeHTTP2() {
		return
	}
	other := c.side[side.Reverse()].hunt
	oat, omasked := other.search(c.side[side.Reverse()].ended)
	if oat >= 0 && omasked == masked {
		c.giveUp()
		return
	}
	if oat < 0 && other.total >= 64 && !other.promising() {
		return
	}
	client := side
	if !masked {
		client = side.Reverse()
	}
	c.client = client
	o := c.template
	if o == nil {
		o = &event.Open{
			Handshake: event.HandshakeInferred, Transport: "h1", HandshakeTime: -1,
			Conn: &event.Conn{Client: c.addr[client], Server: c.addr[client.Reverse()], Stream: c.stream},
		}
		if c.stream != 0 {
			o.Transport = "h2"
		}
		c.setTLS(o)
	}
	// The connection was open when its first frame was whole.
	o.Stamp = h.completed(h.frameEnd(at))
	if oat >= 0 {
		if first := other.completed(other.frameEnd(oat)); first.Packet < o.Stamp.Packet {
			o.Stamp = first
		}
	}
	s := OpenSession(c.sh, o)
	c.layer = s
	var parts []part
	for _, d := range [2]event.Dir{side, side.Reverse()} {
		parts = append(parts, s.adopt(c.dir(d), c.side[d].hunt, now)...)
		c.side[d].hunt = nil
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.now.Packet, b.now.Packet) })
	for _, p := range parts {
		s.dirs[p.dir].follow(p.data, p.origin, p.now)
	}
	for _, d := range [2]event.Dir{side, side.Reverse()} {
		items := c.side[d].held
		c.side[d].held = nil
		replay(s, c.dir(d), items, now)
	}
}

// adopt goes on with a hunt that was begun before the connection was known;
// it gives the bytes to follow, if frames begin in them.
func (s *Session) adopt(dir event.Dir, h *hunter, now event.Stamp) []part {
	d := &s.dirs[dir]
	d.hunt = s.newHunt(dir)
	d.hunt.buf, d.hunt.bounds, d.hunt.skipped = h.buf, h.bounds, h.skipped
	d.hunt.total, d.hunt.chunks, d.hunt.avg = h.total, h.chunks, h.avg
	d.state = hunting
	d.late = true
	if h.behindGap {
		d.syncLost(-1, now)
	}
	if at, _ := d.hunt.search(false); at >= 0 {
		return d.release(at, now)
	}
	return nil
}
