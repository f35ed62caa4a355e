package tls

import (
	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// content takes the plaintext of a protected record.
func (c *Conn) content(h *half, typ byte, plain []byte) {
	if !c.info.Decrypted || h.reason != "" {
		c.info.Decrypted, h.reason, c.dirty = true, "", true
	}
	switch typ {
	case applicationData:
		c.emit(h, plain)
	case handshakeRecord:
		c.handshakeBytes(h, plain)
	case alertRecord:
		if len(plain) == 2 {
			c.alert(h, plain[0], plain[1])
		}
	}
}

// emit hands plaintext on.
func (c *Conn) emit(h *half, plain []byte) {
	if len(plain) == 0 || h.closed {
		return
	}
	c.speak()
	c.chunk = stream.Chunk{Data: plain[:len(plain):len(plain)], Origin: c.rec.origin, Now: c.now, Acked: -1, Place: stream.Place{Off: c.rec.off}}
	if c.Trace {
		c.via = event.Via{Record: event.Record{N: h.records + 1, Len: uint32(c.rec.len), Last: c.rec.last}}
		c.chunk.Via = &c.via
	}
	c.next.Data(h.dir, &c.chunk)
}

// speak tells the next layer, the first time it hears of the connection, what
// it missed.
func (c *Conn) speak() {
	if c.spoke {
		return
	}
	c.spoke = true
	for side := range c.half {
		h := &c.half[side]
		if h.sync == dead {
			c.next.Gap(h.dir, -1, c.now)
		}
		if h.closed || h.over {
			c.next.End(h.dir, h.how, c.now)
		}
	}
}

// end takes the end of a direction's stream.
func (c *Conn) end(h *half, how stream.End) {
	if h.hole.open && c.spoke && !h.closed && h.sync != dead {
		if h.hole.app {
			lost := int64(-1)
			if h.hole.one && h.protected {
				lost = h.hole.plaintext(h, 1)
			}
			if lost != 0 {
				c.next.Gap(h.dir, lost, c.now)
			}
		}
	}
	h.hole = hole{}
	h.over = true
	c.news++
	if h.closed {
		return
	}
	h.how = how
	if c.spoke {
		c.next.End(h.dir, how, c.now)
	}
}

// plainAlert takes an alert that is not protected; TLS 1.3 sends some so
// before there are keys.
func (c *Conn) plainAlert(h *half, fragment []byte) verdict {
	if len(fragment) != 2 {
		if h.sync == scanning {
			return reject
		}
		return used
	}
	c.alert(h, fragment[0], fragment[1])
	return used
}

// alert takes an alert (RFC 8446 section 6).
func (c *Conn) alert(h *half, level, description byte) {
	if len(c.info.Alerts) < int(limits.TLSAlerts) {
		c.info.Alerts = append(c.info.Alerts, Alert{Dir: h.dir, Stamp: c.now, Level: level, Description: description})
		c.dirty = true
	} else {
		c.keys.alerts.Add(1)
	}
	if description == noRenegotiation && h.protected && h.dir == event.ServerToClient {
		// The ClientHello that it answers has no ServerHello.
		c.renegotiate(h)
		h.hs.seen[event.ServerToClient] = true
	}
	if description == closeNotify && !h.closed {
		h.closed, h.how = true, stream.FIN
		if c.spoke {
			c.next.End(h.dir, stream.FIN, c.now)
		}
	}
}
