package tls

import (
	"encoding/binary"

	"wsscope/event"
)

// open12 takes a protected record of TLS 1.2 or before.
func (c *Conn) open12(h *half, rec []byte) verdict {
	if h.protection == nil {
		master, v := c.master(h, rec)
		if v != used || h.sync == dead {
			return v
		}
		h.protection = newProtection12(h.keyed, master, h.dir == event.ServerToClient)
		if h.protection == nil {
			c.giveUp(h, reasonSuite(h.keyed))
			return used
		}
	}
	if plain, ok := h.protection.open(c.scratch(), h.seq, rec[:headLen], rec[headLen:]); ok {
		return c.opened12(h, h.seq, rec, plain)
	}
	if h.missed > 0 {
		return c.search12(h, rec)
	}
	return reject
}

func (c *Conn) opened12(h *half, seq uint64, rec, plain []byte) verdict {
	typ := rec[0]
	if typ == changeCipherSpec && h.dir == event.ClientToServer && c.mayCome(h.hs, 1) {
		return wait // the server's hello of the renegotiation
	}
	c.resolve(h, h.protection, seq)
	h.seq = seq + 1
	if len(rec) >= headLen+explicitNonce {
		h.nonce = binary.BigEndian.Uint64(rec[headLen:])
	}
	if typ == changeCipherSpec {
		c.protect(h)
		return used
	}
	c.content(h, typ, plain)
	return used
}

// search12 tries the sequence numbers that follow lost bytes.
func (c *Conn) search12(h *half, rec []byte) verdict {
	head, fragment := rec[:headLen], rec[headLen:]
	if seq, ok := h.guessSequence(fragment); ok {
		if plain, ok := h.protection.open(c.scratch(), seq, head, fragment); ok {
			return c.opened12(h, seq, rec, plain)
		}
	}
	if b, ok := h.protection.(*cbc); ok && b.blind() {
		return reject
	}
	for i := range h.attempts(len(rec)) {
		if c.triedEnough(h, len(rec)) {
			return used
		}
		if plain, ok := h.protection.open(c.scratch(), h.seq+1+i, head, fragment); ok {
			return c.opened12(h, h.seq+1+i, rec, plain)
		}
	}
	return reject
}

// guessSequence reads the sequence number out of an explicit nonce: every
// implementation counts it up by one a record, from 0 or from anywhere.
func (h *half) guessSequence(fragment []byte) (seq uint64, ok bool) {
	a, ok := h.protection.(*aead12)
	if !ok || !a.explicit || len(fragment) < explicitNonce {
		return 0, false
	}
	nonce := binary.BigEndian.Uint64(fragment)
	if h.seq == 0 {
		return nonce, true
	}
	return h.seq - 1 + nonce - h.nonce, true
}

// master gives the master secret of the handshake that made the keys of h:
// from the key log, by the premaster secret, or from the session resumed. rec
// is the first record under these keys.
func (c *Conn) master(h *half, rec []byte) ([]byte, verdict) {
	hs := h.keyed
	if hs.master != nil {
		return hs.master, used
	}
	if c.mayCome(hs, 0) {
		return nil, wait
	}
	if !hs.seen[1] || hs.compressed || hs.version < tls10 || hs.suite.cipher == unsupported {
		c.giveUp(h, reasonSuite(hs))
		return nil, used
	}
	if !hs.seen[0] {
		if !c.probe12(h, rec) {
			return nil, c.waitForKey(h)
		}
		return hs.master, used
	}
	master := c.keys.masterSecret(hs.clientRandom)
	if master == nil {
		var v verdict
		if master, v = c.exchanged(hs); v != used {
			return nil, v
		}
	}
	if master == nil && hs.resumed() {
		if master = c.keys.session(hs.offeredTicket); master == nil {
			master = c.keys.session(hs.sessionID)
		}
	}
	if master == nil {
		return nil, c.waitForKey(h)
	}
	hs.master, hs.premaster = master, nil
	hs.forgetFlights()
	c.keys.addSession(hs.sessionID, master)
	c.keys.addSession(hs.newTicket, master)
	return master, used
}

// exchanged computes the master secret of an RSA key exchange, nil if it
// cannot be.
func (c *Conn) exchanged(hs *handshake) ([]byte, verdict) {
	if hs.premaster == nil || !hs.suite.rsa {
		return nil, used
	}
	premaster := c.keys.premaster(hs.premaster)
	switch {
	case premaster == nil:
		return nil, used
	case !hs.ems:
		return masterFromPremaster(hs, premaster), used
	case hs.flight[0] == nil || hs.flight[1] == nil:
		return nil, used
	case !hs.frozen[1]:
		if server := &c.half[1]; c.final || server.over || server.sync == dead || server.protected {
			return nil, used
		}
		return nil, wait // the rest of the server's flight
	}
	return extendedMaster(hs, premaster), used
}
