package tls

import "wsscope/limits"

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

// lateRecords is how many sequence numbers are tried of a connection whose
// beginning is lost.
const lateRecords = 64

// probe tries secrets of the key log on a record.
func (c *Conn) probe(h *half, rec []byte) bool {
	entries := []*secrets{c.entry}
	if c.entry == nil {
		entries = c.keys.unmatched(!c.hs.seen[0])
	}
	for _, s := range entries {
		for e := handshaking; e <= application; e++ {
			secret := c.keys.trafficSecret(s, h.dir, e)
			for _, suite := range c.possibleSuites(len(secret)) {
				t := newTraffic(&suite, secret)
				if t == nil {
					continue
				}
				records := uint64(1)
				if e == application && h.noHello {
					records = lateRecords
				}
				for seq := range records {
					if c.probes++; c.probes > int(limits.TLSProbes) {
						c.keys.probesStruck.Add(1)
						return false
					}
					plain, ok := t.open(c.scratch(), seq, rec[:headLen], rec[headLen:])
					if !ok {
						continue
					}
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
					return true
				}
			}
		}
	}
	return false
}

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
