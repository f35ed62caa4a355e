package tls

import "wsscope/event"

// handshakeBytes takes a fragment of handshake messages.
func (c *Conn) handshakeBytes(h *half, b []byte) {
	for len(b) > 0 {
		n, t, body, done := h.msgs.next(b)
		if t != helloRequest && t != clientHello && !h.hs.keep(int(h.dir), b[:n]) {
			c.keys.transcripts.Add(1)
		}
		b = b[n:]
		if done {
			if kept(t) && body == nil {
				c.keys.messages.Add(1)
			}
			c.message(h, t, body)
		}
	}
}

// cutHandshake takes the beginning of a plain handshake record before lost
// bytes: a hello tells most of what it has to tell in its first bytes.
func (c *Conn) cutHandshake(h *half, b []byte) {
	c.handshakeBytes(h, b)
	if t, body := h.msgs.cut(); t == clientHello || t == serverHello {
		c.message(h, t, body)
	}
}

// message takes a handshake message; body is nil where it is not kept.
func (c *Conn) message(h *half, t byte, body []byte) {
	if h.dir == event.ServerToClient {
		c.serverMessage(h, t, body)
	} else {
		c.clientMessage(h, t, body)
	}
	if c.hs.version != tls13 || !h.begun {
		return
	}
	switch t {
	case finished:
		if h.epoch == handshaking {
			h.epoch = application
			c.news++
		}
	case keyUpdate:
		if k := h.traffic[application]; k != nil && h.epoch == application {
			h.traffic[application] = k.update(&c.hs.suite)
		}
	}
}

func (c *Conn) clientMessage(h *half, t byte, body []byte) {
	switch t {
	case clientHello:
		c.clientHello(h, body)
	case clientKeyExchange:
		f := field(body)
		if sent := f.vector16(); len(sent) <= mostPremaster {
			h.hs.premaster = append([]byte{}, sent...)
		}
		h.hs.frozen[h.dir] = true
		c.news++
	case endOfEarlyData:
		if h.epoch == early {
			h.epoch = handshaking
		}
	}
}

// mostPremaster is the length of what an RSA key of 8192 bits encrypts.
const mostPremaster = 1024

func (c *Conn) serverMessage(h *half, t byte, body []byte) {
	hs := h.hs
	switch t {
	case serverHello:
		c.serverHello(h, body)
	case certificate, serverHelloDone:
		if hs.version < tls13 && !hs.full {
			hs.full = true
			c.news++
		}
		if t == serverHelloDone {
			hs.frozen[h.dir] = true
			c.news++
		}
	case encryptedExtensions:
		if hs.version == tls13 && h.begun && h.epoch == handshaking {
			c.encryptedExtensions(body)
		}
	case newSessionTicket:
		if hs.version < tls13 {
			f := field(body)
			f.next(4) // ticket_lifetime_hint
			hs.newTicket = sessionByTicket(f.vector16())
			if hs.master != nil {
				c.keys.addSession(hs.newTicket, hs.master)
			}
		}
	}
}

// renegotiate goes on to the next handshake of a direction (RFC 5246 section
// 7.4.1.1, RFC 5746).
func (c *Conn) renegotiate(h *half) {
	h.hs = h.hs.following()
	if peer := &c.half[h.dir.Reverse()]; h.hs.number > peer.hs.number+mostAhead {
		c.giveUp(h, reasonHello)
	}
}

// mostAhead is how many handshakes a direction may be ahead of the other. They
// cannot be, by protocol; in a capture that reorders they stay far below.
const mostAhead = 64

func (c *Conn) clientHello(h *half, body []byte) {
	p, ok := parseHello(clientHello, body)
	if !ok {
		return
	}
	if h.hs.seen[0] && h.protected {
		c.renegotiate(h)
	}
	hs := h.hs
	first := !hs.seen[0]
	hs.seen[0] = true
	hs.clientRandom = p.random
	hs.offeredID, hs.offeredTicket = sessionByID(p.sessionID), sessionByTicket(p.ticket)
	hs.earlyOffered = hs.earlyOffered || p.early
	if first && !hs.keep(0, h.msgs.buf) {
		c.keys.transcripts.Add(1)
	}
	c.news++
	if hs == c.hs {
		c.info.ClientRandom, c.info.SNI = p.random, p.serverName
		c.dirty = true
	}
}

func (c *Conn) serverHello(h *half, body []byte) {
	p, ok := parseHello(serverHello, body)
	if !ok {
		return
	}
	if h.hs.seen[1] {
		c.renegotiate(h)
	}
	hs := h.hs
	hs.version, hs.suite, hs.compressed = p.version, suiteByID(p.suite), p.compressed
	if hs.retried = hs.retried || p.random == retryRandom; p.random == retryRandom {
		c.news++
		return
	}
	hs.seen[1] = true
	hs.serverRandom = p.random
	hs.sessionID = sessionByID(p.sessionID)
	hs.ems, hs.etm, hs.psk = p.ems, p.etm, p.psk
	if !hs.suite.rsa || hs.version >= tls13 {
		hs.forgetFlights()
	}
	c.news++
	if hs == c.hs {
		c.info.ALPN = p.alpn
		c.learn()
	}
}

// encryptedExtensions of TLS 1.3 (RFC 8446 section 4.3.1).
func (c *Conn) encryptedExtensions(body []byte) {
	f := field(body)
	f.extensions(func(t int, data field) {
		switch t {
		case extALPN:
			list := data.vector16()
			c.info.ALPN = string(list.vector8())
		case extEarlyData:
			c.hs.earlyTaken = true
			c.info.EarlyData = true
		}
	})
	c.hs.extensions = true
	c.news++
	c.dirty = true
}
