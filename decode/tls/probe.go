package tls

import (
	"wsscope/event"
	"wsscope/limits"
)

// findSecrets finds the key log's secrets for a connection that is of TLS 1.3
// as far as known. Where there are none for its client random, or its hellos
// are lost, the secrets that are there are tried on the record: with an
// encrypted ClientHello (RFC 9849) the key log has the inner random, which
// does not show on the wire. It answers done where the record needs nothing
// more.
func (c *Conn) findSecrets(h *half, rec []byte) (v verdict, done bool) {
	if !c.hs.seen[h.dir] && !h.noHello {
		h.noHello = true
		c.news++
	}
	if c.entry == nil {
		if c.mayCome(c.hs, 0) {
			return wait, true
		}
		if c.hs.seen[0] {
			c.entry = c.keys.find(c.hs.clientRandom)
		}
	}
	known := c.hs.version == tls13
	if known && (!c.hs.suite.aead() || c.hs.suite.cipher == unsupported) {
		c.giveUp(h, reasonSuite(c.hs))
		return used, true
	}
	if known && c.entry != nil {
		return used, false
	}
	if h.probed != c.generation+1 {
		h.probed = c.generation + 1
		if c.probe(h, rec) {
			return used, true
		}
	}
	return c.waitForKey(h), true
}

// nearRecords is how many sequence numbers are tried first, with all secrets,
// of a connection whose beginning is lost; then it goes on with more, up to
// limits.TLSLateRecords.
const nearRecords = 64

// probe tries secrets of the key log on a record.
func (c *Conn) probe(h *half, rec []byte) bool {
	entries := []*secrets{c.entry}
	if c.entry == nil {
		entries = c.keys.candidates(c.hs.seen[0])
	}
	if found, more := c.probeRange(h, rec, entries, 0, 1); found || !more || !h.noHello {
		return found
	}
	for from, to := uint64(1), uint64(nearRecords); from < uint64(limits.TLSLateRecords); from, to = to, 8*to {
		if found, more := c.probeRange(h, rec, entries, from, min(to, uint64(limits.TLSLateRecords))); found || !more {
			return found
		}
	}
	return false
}

// probeRange tries sequence numbers from from to below to. There is more to be
// tried unless no secret can be the one, or a limit struck.
func (c *Conn) probeRange(h *half, rec []byte, entries []*secrets, from, to uint64) (found, more bool) {
	for _, s := range entries {
		for e := handshaking; e <= application; e++ {
			if from > 0 && e == handshaking {
				continue
			}
			secret := c.keys.trafficSecret(s, h.dir, e)
			for _, suite := range c.possibleSuites(len(secret)) {
				t := newTraffic(&suite, secret)
				if t == nil {
					continue
				}
				more = true
				for seq := from; seq < to; seq++ {
					if !c.mayProbe(len(rec)) {
						return false, false
					}
					plain, ok := t.open(c.scratch(), seq, rec[:headLen], rec[headLen:])
					if !ok {
						continue
					}
					c.keys.probed.Add(-int64(c.probed))
					c.entry = s
					c.hs.version, c.hs.suite = tls13, suite
					c.learn()
					c.news++
					h.begun, h.epoch = true, e
					if seq > 0 {
						h.lose(0)
						h.hole.sure = true
					}
					c.opened13(h, e, t, seq, plain)
					return true, true
				}
			}
		}
	}
	return false, more
}

// probe12 finds the client random and the master secret of a handshake up to
// TLS 1.2 whose ClientHello is lost: those that open the Finished message, the
// first record under its keys.
func (c *Conn) probe12(h *half, rec []byte) bool {
	if h.probed == c.generation+1 {
		return false
	}
	h.probed = c.generation + 1
	for _, s := range c.keys.masters() {
		if !c.mayProbe(len(rec) + probeCost12) {
			return false
		}
		hs := *h.keyed
		hs.clientRandom, hs.master = s.random, s.master
		p := newProtection12(&hs, hs.master, h.dir == event.ServerToClient)
		if p == nil {
			return false
		}
		if _, ok := p.open(c.scratch(), 0, rec[:headLen], rec[headLen:]); ok {
			c.keys.probed.Add(-int64(c.probed))
			h.keyed.clientRandom, h.keyed.master = hs.clientRandom, hs.master
			h.keyed.forgetFlights()
			return true
		}
	}
	return false
}

// probeCost12 is what the derivation of the keys costs, as bytes.
const probeCost12 = 4096

// mayProbe counts a try on n bytes, unless there were too many.
func (c *Conn) mayProbe(n int) bool {
	n += probeCost
	if c.probed+n > int(limits.TLSProbedBytes) {
		c.keys.probedStruck.Add(1)
		return false
	}
	if c.keys.probed.Add(int64(n)) > limits.TLSProbedTotal {
		c.keys.probed.Add(-int64(n))
		c.keys.probedTotalStruck.Add(1)
		return false
	}
	c.probed += n
	return true
}

// probeCost is what a try costs beside its bytes, as bytes.
const probeCost = 64

// possibleSuites are the suites that a traffic secret of n bytes may be for.
func (c *Conn) possibleSuites(n int) []suite {
	switch {
	case n == 0:
		return nil
	case c.hs.version == tls13:
		return []suite{c.hs.suite}
	case n == 48:
		return []suite{suiteByID(0x1302)}
	}
	return []suite{suiteByID(0x1301), suiteByID(0x1303), suiteByID(0x1304), suiteByID(0x1305)}
}
