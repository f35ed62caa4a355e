package tls

import (
	"math"

	"wsscope/event"
	"wsscope/limits"
)

// verdict is what became of a record.
type verdict uint8

const (
	used   verdict = iota
	wait           // it can be opened when something else has come
	reject         // it does not open
)

// step takes the record in front of b, or bytes that belong to none. It
// returns the bytes used: none where the record is not whole or has to wait.
func (c *Conn) step(h *half, b []byte) (int, verdict) {
	switch h.sync {
	case dead:
		return len(b), used
	case skipping:
		n := min(h.skip, len(b))
		h.pass(b[:n])
		if h.skip -= n; h.skip == 0 {
			h.sync = inSync
		}
		return n, used
	case scanning:
		return c.scan(h, b)
	}
	if len(b) < headLen {
		return 0, used
	}
	if !isHead(b, maxFragment) {
		h.lose(1)
		h.sync = scanning
		return c.scan(h, b)
	}
	n := headLen + fragmentLen(b)
	if len(b) < n {
		return 0, used
	}
	switch c.record(h, b[:n]) {
	case wait:
		return 0, wait
	case reject:
		c.rejected(h, b[:n])
	}
	h.records++
	h.pass(b[:n])
	return n, used
}

// pass lets the protection see bytes that were used.
func (h *half) pass(b []byte) {
	if h.protection != nil {
		h.protection.pass(b)
	}
}

// scan looks for a record header in b after lost bytes. A header is believed
// when its record opens.
func (c *Conn) scan(h *half, b []byte) (int, verdict) {
	passed, first := 0, c.rec
	skip := func(to int) {
		h.pass(b[passed:to])
		h.passOver(to - passed)
		passed = to
	}
	for i := 0; i+headLen <= len(b); i++ {
		if !h.believable(b[i:]) {
			continue
		}
		skip(i)
		n := headLen + fragmentLen(b[i:])
		if i+n > len(b) {
			return i, used
		}
		c.rec.off = after(first.off, i)
		if h.waits() {
			c.rec = h.recordAt(h.off+i, b[i:])
		}
		switch c.record(h, b[i:i+n]) {
		case wait:
			return i, wait
		case used:
			if h.sync == scanning {
				h.sync = inSync
			}
			h.records++
			h.pass(b[i : i+n])
			return i + n, used
		}
		if h.sync == dead || c.triedEnough(h, n) {
			return len(b), used
		}
	}
	if keep := headLen - 1; len(b) > keep {
		skip(len(b) - keep)
	}
	return passed, used
}

// believable reports whether b can be a record header in the middle of a
// stream.
func (h *half) believable(b []byte) bool {
	if !isHead(b, scanFragment) || fragmentLen(b) == 0 {
		return false
	}
	v := h.hs.version
	if v == 0 {
		return true
	}
	// TLS 1.3 writes the version of 1.2, and hides the type (RFC 8446 section
	// 5.2).
	return b[2] == byte(min(v, tls12)) && (v < tls13 || !h.begun || b[0] == applicationData)
}

// record takes a whole record. In a direction that is scanning, reject means
// that it is none.
func (c *Conn) record(h *half, rec []byte) verdict {
	c.rec.len = len(rec) - headLen
	if h.protected {
		return c.open12(h, rec)
	}
	if h.begun && h.epoch == application && rec[0] != applicationData {
		return reject // nothing is sent in clear any more
	}
	switch rec[0] {
	case changeCipherSpec:
		return c.changeCipherSpec(h, rec[headLen:])
	case alertRecord:
		return c.plainAlert(h, rec[headLen:])
	case handshakeRecord:
		return c.plainHandshake(h, rec)
	}
	return c.firstProtected(h, rec)
}

// changeCipherSpec is the plain message that, up to TLS 1.2, switches to the
// keys of the handshake (RFC 5246 section 7.1). TLS 1.3 ignores it (RFC 8446
// section 5).
func (c *Conn) changeCipherSpec(h *half, fragment []byte) verdict {
	if len(fragment) != 1 || fragment[0] != 1 {
		return reject
	}
	if h.dir == event.ClientToServer && c.mayCome(h.hs, 1) {
		return wait // whether this is TLS 1.3 stands in the ServerHello
	}
	if v := h.hs.version; v != 0 && v < tls13 {
		c.protect(h)
	} else if !h.hs.seen[h.dir] {
		h.noHello = true
		c.news++
	}
	return used
}

// protect begins the keys of the latest handshake.
func (c *Conn) protect(h *half) {
	h.protected, h.keyed, h.protection, h.seq = true, h.hs, nil, 0
	h.msgs = messages{}
	if h.dir == event.ServerToClient && !h.hs.full && !h.hole.open {
		h.hs.abbreviated = true
		c.news++
	}
}

// plainHandshake takes a handshake record that is not protected.
func (c *Conn) plainHandshake(h *half, rec []byte) verdict {
	fragment := rec[headLen:]
	if h.hole.open || h.sync == scanning {
		// Lost bytes may have hidden a ChangeCipherSpec; and a message that
		// began in them cannot be put together.
		if v := h.hs.version; v != 0 && v < tls13 && c.guessProtected(h, rec) == used {
			return used
		}
		if !beginsMessage(fragment) {
			if h.sync == scanning {
				return reject
			}
			return used
		}
		h.hole = hole{}
	}
	c.handshakeBytes(h, fragment)
	return used
}

// beginsMessage reports whether a fragment can be the beginning of a handshake
// message.
func beginsMessage(b []byte) bool {
	if len(b) < messageHead || messageLen(b) > 1<<17 {
		return false
	}
	switch b[0] {
	case clientHello, serverHello, newSessionTicket, certificate, 12, 13, serverHelloDone, 15, clientKeyExchange, 21, 22:
		return true
	}
	return false
}

// guessProtected tries whether a record is the first one under the keys of
// the handshake, its ChangeCipherSpec being lost.
func (c *Conn) guessProtected(h *half, rec []byte) verdict {
	before := *h
	c.protect(h)
	v := c.open12(h, rec)
	if v != used {
		*h = before
	}
	return v
}

// firstProtected takes a record of type application_data in a direction whose
// keys were not switched by a ChangeCipherSpec.
func (c *Conn) firstProtected(h *half, rec []byte) verdict {
	if h.dir == event.ClientToServer && c.mayCome(h.hs, 1) {
		return wait
	}
	if v := h.hs.version; v != 0 && v < tls13 {
		if !h.hole.open && h.sync != scanning {
			return reject // only lost bytes can have hidden the ChangeCipherSpec
		}
		return c.guessProtected(h, rec)
	}
	return c.open13(h, rec)
}

// mayCome reports whether the hello of a side is still to be expected.
func (c *Conn) mayCome(hs *handshake, side int) bool {
	h := &c.half[side]
	return !hs.seen[side] && !h.noHello && !h.over && h.sync != dead && !c.final
}

// rejected takes note of a whole record, in sync, that did not open: as if it
// was lost.
func (c *Conn) rejected(h *half, rec []byte) {
	h.lose(1)
	h.hole.record(h, rec)
	h.failures++
	if h.failures > mostFailures {
		reason := reasonBadKey
		if c.info.Decrypted {
			reason = reasonLost
		}
		c.giveUp(h, reason)
	}
}

// mostFailures is how many records in a row may fail to open before the key is
// believed to be wrong.
const mostFailures = 16

// giveUp ends the decryption of a direction.
func (c *Conn) giveUp(h *half, reason string) {
	if h.sync == dead {
		return
	}
	h.sync, h.stalled, h.short = dead, false, false
	h.reason = reason
	h.protection, h.traffic = nil, [3]*traffic{}
	c.dirty = true
	c.news++
	if c.spoke && !h.closed && !h.over {
		c.next.Gap(h.dir, -1, c.now)
	}
}

// attempts is how many sequence numbers are tried on a record of n bytes. One
// header that is none must not use up what may be spent on the whole hole.
func (h *half) attempts(n int) uint64 {
	missed := h.missed
	if h.passed > 0 {
		missed += tries(int64(h.passed))
	}
	if missed = min(missed, int(limits.TLSTries)); h.late {
		missed = math.MaxInt
	}
	return uint64(max(1, min(missed, int(limits.TLSTriedBytes)/4/n)))
}

// tries is how many records can be lost in n bytes.
func tries(n int64) int {
	const smallest = headLen + 16 // a tag or a MAC
	if n < 0 || n/smallest+1 > limits.TLSTries {
		return int(limits.TLSTries)
	}
	return int(n/smallest) + 1
}
