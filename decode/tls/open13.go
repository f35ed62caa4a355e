package tls

import (
	"wsscope/event"
	"wsscope/limits"
)

// open13 takes a protected record of TLS 1.3. Which key it is under, the
// messages before it tell; where those cannot be read, the tag does.
func (c *Conn) open13(h *half, rec []byte) verdict {
	if v, done := c.findSecrets(h, rec); done {
		return v
	}
	if !h.begun {
		h.begun, h.epoch = true, handshaking
		if !c.hs.seen[h.dir] {
			h.lose(int(limits.TLSTries))
			h.late = true
		}
		if h.dir == event.ClientToServer && c.hs.earlyOffered {
			h.epoch = early
		}
	}
	skipsEarly := h.dir == event.ClientToServer && c.hs.earlyOffered && h.epoch <= handshaking
	if h.epoch == early {
		switch taken, known := c.earlyTaken(); {
		case !known:
			return wait
		case !taken:
			h.epoch = handshaking
		default:
			skipsEarly = false
		}
	}
	any := false
	for e := h.epoch; e <= application; e++ {
		t := c.trafficKey(h, e)
		if t == nil {
			continue
		}
		any = true
		if plain, ok := t.open(c.scratch(), t.seq, rec[:headLen], rec[headLen:]); ok {
			return c.opened13(h, e, t, t.seq, plain)
		}
	}
	if h.missed > 0 {
		if v, ok := c.search13(h, rec); ok {
			return v
		}
	}
	switch {
	case !any:
		return c.waitForKey(h)
	case h.sync == scanning:
		return reject
	case h.epoch == early:
		// Early data that was taken, without its key.
		h.lose(0)
		h.hole.sure = true
		return c.unread(h)
	case skipsEarly, c.trafficKey(h, h.epoch) == nil:
		// Early data that the server did not take (RFC 8446 section 4.2.10), or
		// the handshake of which the key log has only what follows.
		return c.unread(h)
	}
	return reject
}

// unread counts a record that cannot be read and need not be.
func (c *Conn) unread(h *half) verdict {
	if h.unreadable++; h.unreadable > int(limits.TLSUnreadable) {
		c.keys.unread.Add(1)
		c.giveUp(h, reasonBadKey)
	}
	return used
}

// earlyTaken reports whether the server took the early data that the client
// offered, which its EncryptedExtensions say.
func (c *Conn) earlyTaken() (taken, known bool) {
	if c.hs.retried || c.hs.seen[1] && !c.hs.psk {
		return false, true
	}
	if c.hs.extensions {
		return c.hs.earlyTaken, true
	}
	server := &c.half[event.ServerToClient]
	if c.final || server.over || server.sync == dead || server.epoch == application || c.trafficKey(server, handshaking) == nil {
		return true, true // not to be known; most are taken
	}
	return false, false
}

// trafficKey gives the keys of an epoch, nil where their secret is not known.
func (c *Conn) trafficKey(h *half, e epoch) *traffic {
	if h.traffic[e] == nil && c.entry != nil && c.hs.version == tls13 {
		if secret := c.keys.trafficSecret(c.entry, h.dir, e); secret != nil {
			h.traffic[e] = newTraffic(&c.hs.suite, secret)
		}
	}
	return h.traffic[e]
}

// scratch is the memory that a record is opened into.
func (c *Conn) scratch() []byte {
	if c.room == nil {
		c.room = rooms.Get().(*[maxFragment]byte)
	}
	return c.room[:0]
}

// opened13 takes the TLSInnerPlaintext of a record (RFC 8446 section 5.2).
func (c *Conn) opened13(h *half, e epoch, t *traffic, seq uint64, plain []byte) verdict {
	if e != h.epoch {
		h.epoch, h.msgs = e, messages{}
	}
	c.resolve(h, t, seq)
	t.seq = seq + 1
	h.traffic[e] = t
	if e == application {
		h.traffic[handshaking], h.traffic[early] = nil, nil
	}
	n := len(plain)
	for n > 0 && plain[n-1] == 0 {
		n--
	}
	if n == 0 {
		return used
	}
	c.content(h, plain[n-1], plain[:n-1])
	return used
}

// search13 tries the sequence numbers and keys that follow lost bytes.
func (c *Conn) search13(h *half, rec []byte) (verdict, bool) {
	for e := h.epoch; e <= application; e++ {
		t := c.trafficKey(h, e)
		if t == nil {
			continue
		}
		if v, ok := c.trySequence13(h, e, t, t.seq+1, rec); ok {
			return v, true
		}
	}
	if t := h.traffic[application]; t != nil && h.epoch == application {
		if next := t.update(&c.hs.suite); next != nil { // a KeyUpdate may be lost
			return c.trySequence13(h, application, next, 0, rec)
		}
	}
	return reject, false
}

func (c *Conn) trySequence13(h *half, e epoch, t *traffic, from uint64, rec []byte) (verdict, bool) {
	for i := range h.attempts(len(rec)) {
		if c.triedEnough(h, len(rec)) {
			return used, h.sync == dead
		}
		if plain, ok := t.open(c.scratch(), from+i, rec[:headLen], rec[headLen:]); ok {
			return c.opened13(h, e, t, from+i, plain), true
		}
	}
	return reject, false
}

// triedEnough counts a try of n bytes, and gives the direction up where there
// were too many.
func (c *Conn) triedEnough(h *half, n int) bool {
	if h.tried += n; h.tried > int(limits.TLSTriedBytes) {
		c.keys.triesStruck.Add(1)
		c.giveUp(h, reasonLost)
		return true
	}
	return false
}

// waitForKey is for a record whose secret is not there.
func (c *Conn) waitForKey(h *half) verdict {
	h.reason = c.noKeyReason(h)
	c.dirty = true
	// The key of a resumed session may still come out of another connection.
	resumed := h.keyed != nil && h.keyed.resumed()
	if c.final || c.keys.complete.Load() && !resumed {
		c.giveUp(h, h.reason)
		return used
	}
	return wait
}
