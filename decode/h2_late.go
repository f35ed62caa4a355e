package decode

import (
	"cmp"
	"slices"

	"wsscope/decode/http2"
	"wsscope/event"
	"wsscope/stream"
)

// seekHTTP2 looks for HTTP/2 frames in a side of a connection that was joined
// late, after the side's hunt dropped bytes. It reports whether the connection
// is followed now.
func (c *Conn) seekHTTP2(side event.Dir, dropped int, now event.Stamp) bool {
	if c.template != nil || c.stream != 0 {
		return false
	}
	s := &c.side[side]
	if s.h2 == nil {
		hunt := http2.NewHunt(http2.Unknown)
		s.h2 = &hunt
	}
	s.h2.Drop(dropped)
	at := s.h2.Search(s.hunt.buf, s.hunt.begins)
	if at < 0 {
		return false
	}
	c.joinHTTP2(c.client2(side, at), now)
	return true
}

// likeHTTP2 reports whether what the hunts hold may turn out to be HTTP/2: a
// WebSocket frame that fills a DATA frame looks like one of its own.
func (c *Conn) likeHTTP2() bool {
	for i := range c.side {
		if s := &c.side[i]; s.h2 != nil && s.h2.Promising(s.hunt.buf) {
			return true
		}
	}
	return false
}

// client2 tells which side is the client of an HTTP/2 connection that was
// joined late; side shows frames from place at on.
func (c *Conn) client2(side event.Dir, at int) event.Dir {
	switch http2.Role(c.side[side].hunt.buf[at:]) {
	case event.Yes:
		return side
	case event.No:
		return side.Reverse()
	}
	if c.tls != nil || c.addr[0].Port() > c.addr[1].Port() {
		return 0
	}
	return 1 // servers have the lower ports
}

// joinHTTP2 follows a connection from what its hunts hold on.
func (c *Conn) joinHTTP2(client event.Dir, now event.Stamp) {
	var parts []part
	for i := range c.side {
		h := c.side[i].hunt
		parts = append(parts, h.parts(0, event.Dir(i))...)
		c.sh.unreserve(len(h.buf))
		c.side[i].hunt, c.side[i].h2 = nil, nil
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Compare(a.now.Packet, b.now.Packet) })
	c.client = client
	l := newHTTP2(c, false, false)
	c.layer = l
	for _, p := range parts {
		l.Data(c.dir(p.dir), &stream.Chunk{Data: p.data, Origin: p.origin, Now: p.now, Acked: -1, Place: stream.Nowhere})
	}
	for i := range c.side {
		items := c.side[i].held
		c.side[i].held = nil
		replay(l, c.dir(event.Dir(i)), items, now)
	}
}
