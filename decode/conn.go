package decode

import (
	"fmt"
	"net/netip"

	"wsscope/decode/http1"
	"wsscope/decode/http2"
	"wsscope/decode/tls"
	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// Conn is a connection whose content is not known yet: of TCP, or inside TLS
// or an HTTP CONNECT tunnel. It finds out what it carries and passes the
// bytes to the layer that reads it. It is a stream.Layer whose directions are
// those of its input: which side is the client shows in the content.
type Conn struct {
	sh     *Shared
	addr   [2]netip.AddrPort
	whole  bool // its beginning was captured
	layer  stream.Layer
	client event.Dir // the side that is the client, valid if layer is set
	side   [2]opening
	late   bool // looking for frames without a handshake
	ignore bool
	ended  int
	// preamble: what a proxy put in front was dropped.
	preamble bool
	alpn     func() string // the protocol that TLS agreed on for exactly these bytes; nil in the clear and in a tunnel
	// template is the half of the handshake that is known, nil if none is.
	template *event.Open
	tls      *secure  // the TLS connection around it; nil in the clear
	stream   uint32   // the HTTP/2 stream that carries a WebSocket; 0: none does
	depth    int      // layers around it
	at       [2]int64 // of a TCP connection: offset of the next bytes of a side, -1 not known
}

// opening is what is known of a side before the layer is.
type opening struct {
	held  []held
	bytes int
	gap   bool // bytes were lost, or never captured, before those held
	ended bool
	hunt  *hunter
	h2    *http2.Hunt // in the buffer of hunt; nil before the first byte
	seen  int64
}

// held is a chunk, a gap or an end that waits.
type held struct {
	kind   kind
	data   []byte // the layer's own copy …
	own    bool   // … if this says so
	mid    bool   // it does not begin with a segment
	gap    int64
	how    stream.End
	origin event.Stamp
	acked  int64
	place  stream.Place // its own
}

// chunk makes an item of a chunk; the data and the place are still the chunk's.
func chunk(c *stream.Chunk) held {
	return held{kind: isData, data: c.Data, origin: c.Origin, acked: c.Acked, place: c.Place}
}

type kind uint8

const (
	isData kind = iota
	isGap
	isEnd
)

// NewConn follows a connection between two endpoints. whole says that its
// beginning was captured.
func NewConn(sh *Shared, a, b netip.AddrPort, whole bool) *Conn {
	c := &Conn{sh: sh, addr: [2]netip.AddrPort{a, b}, whole: whole}
	c.side[0].gap, c.side[1].gap = !whole, !whole
	return c
}

// inside makes the Conn for what a layer around it carries. Its side 0 is the
// client.
func (c *Conn) inside(client event.Dir, whole bool) *Conn {
	in := NewConn(c.sh, c.addr[client], c.addr[client.Reverse()], whole)
	in.tls, in.depth = c.tls, c.depth+1
	if int64(in.depth) > limits.Layers {
		c.sh.Stats.Layers++
		in.ignore = true
	}
	return in
}

// dir turns a direction of the input into one between client and server.
func (c *Conn) dir(side event.Dir) event.Dir { return side ^ c.client }

// Ended reports whether the connection has nothing more to tell: both
// directions have ended, or it carries nothing that is followed.
func (c *Conn) Ended() bool { return c.ignore || c.ended == 2 }

// Data implements stream.Layer.
func (c *Conn) Data(side event.Dir, ch *stream.Chunk) {
	if c.depth == 0 {
		ch.Place = stream.Place{Off: c.at[side]}
		c.pass(side, int64(len(ch.Data)))
	}
	switch {
	case c.ignore:
	case c.layer != nil:
		c.layer.Data(c.dir(side), ch)
	case c.late:
		c.seek(side, ch)
	default:
		if c.hold(side, chunk(ch)) {
			c.recognise(ch.Now)
		}
	}
}

// Gap implements stream.Layer.
func (c *Conn) Gap(side event.Dir, n int64, now event.Stamp) {
	if c.depth == 0 {
		c.pass(side, n)
	}
	switch {
	case c.ignore:
	case c.layer != nil:
		c.layer.Gap(c.dir(side), n, now)
	case c.late:
		c.seekGap(side)
	default:
		c.side[side].gap = true
		if c.hold(side, held{kind: isGap, gap: n, origin: now}) {
			c.recognise(now)
		}
	}
}

// pass counts n bytes of a side, an unknown number if n is negative.
func (c *Conn) pass(side event.Dir, n int64) {
	if n < 0 {
		c.at[side] = -1
	} else if c.at[side] >= 0 {
		c.at[side] += n
	}
}

// End implements stream.Layer.
func (c *Conn) End(side event.Dir, how stream.End, now event.Stamp) {
	c.ended++
	c.side[side].ended = true
	switch {
	case c.ignore:
	case c.layer != nil:
		c.layer.End(c.dir(side), how, now)
		return
	case c.late:
		c.seekEnd(side, how, now)
	default:
		if c.hold(side, held{kind: isEnd, how: how, origin: now}) {
			c.recognise(now)
		}
	}
	if c.ended == 2 && c.layer == nil && !c.ignore {
		c.giveUp()
	}
}

// Conflict takes the news that a retransmission differs from the original.
func (c *Conn) Conflict(side event.Dir, off int64, first, again []byte, now event.Stamp) {
	l, ok := c.layer.(interface {
		Conflict(event.Dir, string, int64, event.Stamp)
	})
	if ok {
		l.Conflict(c.dir(side), fmt.Sprintf("%d bytes from stream offset %d were seen twice: first %s, then %s", len(first), off, quote(first), quote(again)), int64(len(first)), now)
	}
}

// quote shows the beginning of captured bytes in words safe to print.
func quote(b []byte) string {
	if len(b) > 48 {
		return fmt.Sprintf("%q…", b[:48])
	}
	return fmt.Sprintf("%q", b)
}

// hold keeps an item of a side until the layer is known.
func (c *Conn) hold(side event.Dir, h held) bool {
	s := &c.side[side]
	if s.bytes+len(h.data) > int(limits.Held) || len(s.held) >= heldItems || !c.sh.reserve(len(h.data)) {
		c.giveUp()
		return false
	}
	if h.data != nil {
		h.data = append([]byte(nil), h.data...)
		h.place = h.place.Keep()
	}
	s.held = append(s.held, h)
	s.bytes += len(h.data)
	return true
}

// heldItems bounds the chunks of one byte that a side may be held in.
const heldItems = 1 << 16

func (c *Conn) giveUp() {
	c.ignore = true
	for i := range c.side {
		c.side[i].release(c.sh)
	}
}

func (s *opening) release(sh *Shared) {
	sh.unreserve(s.bytes)
	if s.hunt != nil {
		sh.unreserve(len(s.hunt.buf))
	}
	s.held, s.bytes, s.hunt, s.h2 = nil, 0, nil, nil
}

// recognise tries to tell from what is held what the connection carries.
func (c *Conn) recognise(now event.Stamp) {
	if c.alpn != nil && c.alpn() == "h2" {
		c.start(event.ClientToServer, newHTTP2(c, c.whole, c.whole), now)
		return
	}
	if c.skipPreamble() {
		return
	}
	unsure, any := false, false
	for i := range c.side {
		side := event.Dir(i)
		first := c.side[side].first()
		if first == nil {
			continue
		}
		any = true
		h2, moreH2 := http2.Sniff(first)
		if h2 {
			c.start(side, newHTTP2(c, c.whole, c.whole), now)
			return
		}
		if moreH2 && !c.side[side].ended {
			unsure = true
			continue // its beginning looks like a request's
		}
		req, more := http1.LooksLikeRequest(first)
		if req {
			c.start(side, newHTTP(c, side), now)
			return
		}
		res, moreRes := http1.LooksLikeResponse(first)
		if res {
			c.start(side.Reverse(), newHTTP(c, side.Reverse()), now)
			return
		}
		secured := tls.Sniff(first)
		if secured == tls.Yes {
			c.secure(side, first, now)
			return
		}
		if !c.side[side].gap {
			if h2, moreH2 = http2.SniffServer(first); h2 {
				c.start(side.Reverse(), newHTTP2(c, true, c.whole), now)
				return
			}
		}
		if (more || moreRes || moreH2 || secured == tls.NeedMore) && len(first) < 32 && !c.side[side].ended {
			unsure = true
		}
	}
	if unsure || !any {
		return
	}
	if c.whole && !c.side[0].gap && !c.side[1].gap {
		c.giveUp() // the beginning is there, and it is no handshake
		return
	}
	c.joinLate(now)
}

// first gives the first bytes of a side, joined over small chunks.
func (s *opening) first() []byte {
	var b []byte
	for i := range s.held {
		switch h := &s.held[i]; {
		case h.kind != isData:
			if b != nil {
				return b
			}
		case b == nil:
			b = h.data
		default:
			b = append(b[:len(b):len(b)], h.data...)
		}
		if len(b) >= 32 {
			break
		}
	}
	return b
}

// start hands everything to a layer, the held items first.
func (c *Conn) start(client event.Dir, l stream.Layer, now event.Stamp) {
	c.layer, c.client = l, client
	for _, side := range [2]event.Dir{client, client.Reverse()} {
		s := &c.side[side]
		items := s.held
		s.release(c.sh)
		replay(l, c.dir(side), items, now)
	}
}

// replay feeds held items to a layer.
func replay(l stream.Layer, dir event.Dir, items []held, now event.Stamp) {
	for i := range items {
		switch h := &items[i]; h.kind {
		case isEnd:
			l.End(dir, h.how, now)
		case isGap:
			l.Gap(dir, h.gap, now)
		default:
			l.Data(dir, &stream.Chunk{Data: h.data, Origin: h.origin, Now: now, Acked: h.acked, Place: h.place})
		}
	}
}
