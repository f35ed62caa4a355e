package tls

import "wsscope/event"

// hole is what is lost of a direction, from the end of the last record that
// was used to the beginning of the next.
type hole struct {
	open  bool
	bytes int64 // of records, -1 not known
	first byte  // type of its only record, if its header was there
	plain int   // length of that one's plaintext, -1 not known
	one   bool  // it is a single record, whose header was there
	sure  bool  // application data is lost with it, whatever the sequence numbers say
	app   bool  // it began where application data stands
	key   any   // where it began: the key …
	seq   uint64
}

// add makes the hole longer.
func (o *hole) add(n int) {
	if o.open && o.bytes >= 0 {
		o.bytes += int64(n)
	}
	if n > 0 {
		o.one = false
	}
}

// lose opens a hole, unless there is one, in which at most records are lost.
func (h *half) lose(most int) {
	if !h.hole.open {
		h.hole = hole{open: true}
		h.hole.key, h.hole.seq = h.place()
		h.hole.app = h.hole.key != nil && (h.protected || h.epoch == application)
	} else {
		h.hole.one = false
	}
	h.missed += most
	h.msgs = messages{}
}

// passOver makes the hole longer by captured bytes. They may hold records that
// cannot be opened, such as those of TLS 1.0 whose IV is lost.
func (h *half) passOver(n int) {
	h.hole.add(n)
	h.passed += n
}

// record adds a record whose header was captured.
func (o *hole) record(h *half, rec []byte) {
	n := fragmentLen(rec)
	if o.bytes == 0 {
		o.one, o.first, o.plain = true, rec[0], -1
		if h.protection != nil {
			o.plain = h.protection.plainLen(n)
		}
	} else {
		o.one = false
	}
	if o.bytes >= 0 {
		o.bytes += int64(headLen + n)
	}
}

// place is the key in use and the sequence number of the next record.
func (h *half) place() (key any, seq uint64) {
	if h.protected {
		if h.protection == nil {
			return nil, 0
		}
		return h.protection, h.seq
	}
	if t := h.traffic[h.epoch]; t != nil && h.begun {
		return t, t.seq
	}
	return nil, 0
}

// gap takes lost bytes, -1 where their number is not known.
func (c *Conn) gap(h *half, n int64) {
	if h.sync == dead {
		return
	}
	h.pass(nil)
	if !h.begun && !h.protected {
		c.cutHandshake(h, nil)
		h.hs.forgetFlights()
		if !c.hs.seen[h.dir] {
			h.noHello = true
			c.news++
		}
	}
	if h.sync == skipping && n >= 0 && n <= int64(h.skip) {
		if h.skip -= int(n); h.skip == 0 {
			h.sync = inSync
		}
		return
	}
	h.lose(tries(n))
	if n < 0 || h.hole.bytes < 0 {
		h.hole.bytes = -1
	} else {
		h.hole.bytes += n - int64(h.skip) // the rest of a record that was cut counts already
	}
	h.sync, h.skip = scanning, 0
}

// cut takes what is there of a record that runs into lost bytes or into the
// end of the stream.
func (c *Conn) cut(h *half, b []byte) {
	if h.sync == dead {
		return
	}
	if h.sync == scanning {
		h.passOver(len(b))
		return
	}
	if len(b) < headLen {
		h.lose(1)
		h.hole.add(len(b))
		h.sync = scanning
		return
	}
	if !h.protected && !h.begun && b[0] == handshakeRecord {
		c.cutHandshake(h, b[headLen:])
	}
	h.lose(1)
	h.hole.record(h, b)
	h.sync, h.skip = skipping, headLen+fragmentLen(b)-len(b)
}

// resolve closes the hole before a record that opened with a key and a
// sequence number, and tells the next layer what is lost of the plaintext.
func (c *Conn) resolve(h *half, key any, seq uint64) {
	o := h.hole
	h.hole, h.missed, h.passed, h.tried, h.failures, h.late = hole{}, 0, 0, 0, 0, false
	if !o.open {
		return
	}
	lost := int64(-1)
	if o.key == key && !o.sure {
		lost = o.plaintext(h, seq-o.seq)
	} else if !o.sure && !o.app && !h.dataBefore(seq) && !c.earlyMissed(h) {
		lost = 0
	}
	if lost != 0 && !h.closed {
		c.speak()
		c.next.Gap(h.dir, lost, c.now)
	}
}

// plaintext is the length of the plaintext of the hole, which held so many
// records, -1 not known.
func (o *hole) plaintext(h *half, records uint64) int64 {
	switch {
	case records == 0:
		return 0
	case records == 1 && o.one && h.protected:
		if o.first != applicationData {
			return 0
		}
		return int64(o.plain)
	}
	// With a fixed overhead the sum says it, as long as all were application
	// data: which other records are, in the middle of a connection, is so
	// rare that an exact answer is worth more.
	a, fixed := h.protection.(*aead12)
	if !fixed || o.bytes < 0 || records > 1<<20 {
		return -1
	}
	overhead := int64(headLen + a.overhead())
	n := o.bytes - int64(records)*overhead
	if n < 0 || n > int64(records)<<14 {
		return -1
	}
	return n
}

// earlyMissed reports whether early data may be lost with a ClientHello: the
// client logs its key where it sends some.
func (c *Conn) earlyMissed(h *half) bool {
	return h.dir == event.ClientToServer && !c.hs.seen[0] && c.entry != nil && c.keys.trafficSecret(c.entry, h.dir, early) != nil
}

// dataBefore reports whether application data may stand under new keys before
// a sequence number.
func (h *half) dataBefore(seq uint64) bool {
	if h.protected {
		return seq > 1 // 0 is that of the Finished message
	}
	return h.epoch == application && seq > 0
}
