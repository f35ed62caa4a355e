// Package tls decrypts TLS 1.0 to 1.3 passively: it turns the two streams of
// records of a connection into the two streams of plaintext, with the secrets
// of a key log or an RSA private key.
//
// It follows RFC 8446 (TLS 1.3), RFC 5246 (1.2), RFC 4346 (1.1) and RFC 2246
// (1.0). It verifies what it opens, by tag or MAC, but not who speaks:
// certificates and Finished messages are not checked.
//
// A record whose key is not known yet waits: for the hello of the other
// direction, which may stand later in the capture, or for a line of the key
// log. What waits is bounded (limits.TLSHeld).
package tls

import (
	"sync"

	"wsscope/event"
	"wsscope/stream"
)

// Conn is one TLS connection: a stream.Layer that takes records and gives
// plaintext to the next layer. The client is the side that sends the
// ClientHello.
//
// The next layer hears nothing of a connection of which nothing was decrypted.
// Of one that was, a direction that cannot be decrypted is a gap of unknown
// length. A chunk is the plaintext of one record; its Origin is the packet
// that carried the record's first byte, its Off the place of that byte. A direction ends at its close_notify
// alert or at the end of its stream, whichever comes first.
type Conn struct {
	keys   *Keys
	next   stream.Layer
	onInfo func(*Info)

	// Linger, set before the first byte, lets records wait for their key
	// beyond the end of the connection. The owner then calls Retry when
	// secrets came in, and GiveUp at last.
	Linger bool
	// Trace, set before the first byte, gives chunks the record that carried
	// them.
	Trace bool

	info  Info
	dirty bool // info has changed

	half [2]half
	hs   *handshake // the first
	// entry is the key log's secrets for the connection (TLS 1.3), nil not
	// known.
	entry  *secrets
	probed int // bytes decrypted in vain with secrets of other client randoms

	news                  uint64 // grows when something came that a stalled direction may wait for
	generation, resumable uint64 // of the keys, as last seen
	final                 bool   // nothing more will come: no waiting
	spoke                 bool   // the next layer knows of the connection

	now   event.Stamp
	rec   recordAt // the record being used
	chunk stream.Chunk
	via   event.Via          // of chunk
	room  *[maxFragment]byte // where records are opened; borrowed during a call
}

// New makes a connection. onInfo is called at the end of a call of the Layer's
// methods that changed what is known; the Info belongs to the Conn.
func New(keys *Keys, next stream.Layer, onInfo func(*Info)) *Conn {
	c := &Conn{keys: keys, next: next, onInfo: onInfo, hs: newHandshake()}
	for side := range c.half {
		c.half[side].dir = event.Dir(side)
		c.half[side].hs = c.hs
	}
	c.generation, c.resumable = keys.generation.Load(), keys.resumable.Load()
	return c
}

// rooms holds the memory for one record for each connection that is at work.
var rooms = sync.Pool{New: func() any { return new([maxFragment]byte) }}

func (c *Conn) enter(now event.Stamp) {
	c.now = now
	g, r := c.keys.generation.Load(), c.keys.resumable.Load()
	if g == c.generation && r == c.resumable {
		return
	}
	c.generation, c.resumable = g, r
	c.news++
	c.pump()
}

func (c *Conn) leave() {
	c.pump()
	for side := range c.half {
		c.charge(&c.half[side])
	}
	if c.room != nil {
		rooms.Put(c.room)
		c.room = nil
	}
	if c.dirty {
		c.report()
	}
}

// Data takes the next bytes of a direction.
func (c *Conn) Data(dir event.Dir, ch *stream.Chunk) {
	h := &c.half[dir]
	if h.ending {
		return
	}
	c.enter(ch.Now)
	off := ch.Off
	if ch.Via != nil && ch.Via.Record.N != 0 {
		off = -1 // TLS inside TLS
	}
	for b := ch.Data; len(b) > 0; {
		if !h.waits() {
			b = b[c.use(h, b, ch.Origin, after(off, len(ch.Data)-len(b))):]
			if len(b) == 0 {
				break
			}
		}
		n := h.wants(len(b))
		h.hold(b[:n], mark{origin: ch.Origin, arrival: ch.Now, off: after(off, len(ch.Data)-len(b))})
		b = b[n:]
		c.pump()
	}
	c.leave()
}

// Gap takes note of lost bytes.
func (c *Conn) Gap(dir event.Dir, n int64, now event.Stamp) {
	h := &c.half[dir]
	if h.ending || n == 0 {
		return
	}
	c.enter(now)
	h.holdMark(mark{kind: gapMark, gap: n, arrival: now})
	c.leave()
}

// End takes note of the end of a direction.
func (c *Conn) End(dir event.Dir, how stream.End, now event.Stamp) {
	h := &c.half[dir]
	if h.ending {
		return
	}
	c.enter(now)
	h.ending = true
	h.holdMark(mark{kind: endMark, how: how, arrival: now})
	c.pump()
	if c.half[0].ending && c.half[1].ending && !c.Linger {
		c.finish()
	}
	c.leave()
}

// Waiting reports whether records wait for their key. After the ends of both
// directions they do so only with Linger.
func (c *Conn) Waiting() bool { return c.half[0].stalled || c.half[1].stalled }

// Retry tries to open what waits, if secrets came in since.
func (c *Conn) Retry(now event.Stamp) {
	c.enter(now)
	c.leave()
}

// GiveUp ends the waiting: what cannot be opened now counts as lost.
func (c *Conn) GiveUp(now event.Stamp) {
	c.enter(now)
	c.finish()
	c.leave()
}

// Evict is GiveUp where others need the room.
func (c *Conn) Evict(now event.Stamp) {
	c.keys.heldStruck.Add(1)
	c.GiveUp(now)
}

func (c *Conn) finish() {
	c.final = true
	c.news++
	c.pump()
}

// use takes records straight from b until one is not whole or has to wait, and
// returns the number of bytes used.
func (c *Conn) use(h *half, b []byte, origin event.Stamp, off int64) (used int) {
	peer := &c.half[h.dir.Reverse()]
	for used < len(b) {
		c.rec = recordAt{origin: origin, last: origin.Packet, off: after(off, used)}
		n, v := c.step(h, b[used:])
		used += n
		if v == wait {
			h.stall(c.news)
			return used
		}
		if n == 0 || peer.stalled && peer.stalledAt != c.news {
			return used
		}
	}
	return used
}

// pump takes what both directions hold, as far as it can be used, in the order
// in which it arrived.
func (c *Conn) pump() {
	for {
		a, b := &c.half[0], &c.half[1]
		switch ra, rb := a.ready(c.news), b.ready(c.news); {
		case ra && (!rb || a.marks[a.at].arrival.Packet <= b.marks[b.at].arrival.Packet):
			c.drainOne(a)
		case rb:
			c.drainOne(b)
		default:
			return
		}
	}
}

// drainOne takes the first record that h holds, or the gap or the end that
// stands before it.
func (c *Conn) drainOne(h *half) {
	h.stalled = false
	b, border := h.front()
	if len(b) == 0 && border != nil {
		m := *border
		h.dropMark()
		if m.kind == gapMark {
			c.gap(h, m.gap)
		} else {
			c.end(h, m.how)
		}
		return
	}
	c.rec = h.recordAt(h.off, b)
	n, v := c.step(h, b)
	switch {
	case v == wait && c.final:
		c.giveUp(h, h.reason)
	case v == wait:
		h.advance(n)
		h.stall(c.news)
	case n > 0:
		h.advance(n)
	case border != nil:
		if border.kind == gapMark { // at its end a stream may break off anywhere
			c.cut(h, b)
		}
		h.advance(len(b))
	default:
		h.short = true
	}
}
