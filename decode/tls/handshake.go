package tls

import (
	"crypto"

	"wsscope/limits"
)

// Handshake message types (RFC 8446 section 4, RFC 5246 section 7.4).
const (
	helloRequest        = 0
	clientHello         = 1
	serverHello         = 2
	newSessionTicket    = 4
	endOfEarlyData      = 5
	encryptedExtensions = 8
	certificate         = 11
	serverHelloDone     = 14
	clientKeyExchange   = 16
	finished            = 20
	keyUpdate           = 24
)

// messages puts handshake messages together out of the fragments of records:
// a message may span records and a record may hold several (RFC 8446 section
// 5.1).
type messages struct {
	buf  []byte // the message that is under way, as far as it is kept
	typ  byte   // valid if skip > 0
	skip int    // bytes still to come of a message whose body is not kept
}

const messageHead = 4

func messageLen(head []byte) int { return int(head[1])<<16 | int(head[2])<<8 | int(head[3]) }

// kept tells the messages whose bodies are read.
func kept(t byte) bool {
	switch t {
	case clientHello, serverHello, newSessionTicket, encryptedExtensions, clientKeyExchange:
		return true
	}
	return false
}

// next uses n bytes of b, which is not empty, up to the end of a message, of
// type t. If it is done it gives its body, if kept: a view, valid until next
// is called again.
func (m *messages) next(b []byte) (n int, t byte, body []byte, done bool) {
	if m.skip > 0 {
		n = min(m.skip, len(b))
		m.skip -= n
		return n, m.typ, nil, m.skip == 0
	}
	if len(m.buf) > messageHead && len(m.buf) == messageHead+messageLen(m.buf) {
		m.buf = nil // read by now
	}
	want := messageHead
	if len(m.buf) >= messageHead {
		want += messageLen(m.buf)
	}
	n = min(want-len(m.buf), len(b))
	m.buf = append(m.buf, b[:n]...)
	t = m.buf[0]
	if len(m.buf) < want {
		return n, t, nil, false
	}
	if want > messageHead {
		return n, t, m.buf[messageHead:], true
	}
	length := messageLen(m.buf)
	switch {
	case length == 0:
		done = true
		m.buf = m.buf[:0]
	case !kept(t) || length > int(limits.TLSMessage):
		m.typ, m.skip = t, length
		m.buf = m.buf[:0]
	}
	return n, t, nil, done
}

// cut gives what is there of a kept message that lost bytes cut off, or that
// has not ended.
func (m *messages) cut() (t byte, body []byte) {
	if len(m.buf) < messageHead || len(m.buf) == messageHead+messageLen(m.buf) {
		return 0, nil
	}
	return m.buf[0], m.buf[messageHead:]
}

// handshake is what both sides said in one handshake; a connection that
// renegotiates has several, one after the other.
type handshake struct {
	number int
	next   *handshake // the renegotiation after it, if it has begun
	seen   [2]bool    // hello by direction

	clientRandom, serverRandom [32]byte
	version                    uint16 // 0 unknown
	suite                      suite
	compressed                 bool
	ems                        bool // extended master secret (RFC 7627)
	etm                        bool // encrypt-then-MAC (RFC 7366)

	// TLS 1.3
	retried      bool // a HelloRetryRequest was sent
	psk          bool // the server took a pre-shared key
	earlyOffered bool
	earlyTaken   bool // valid if extensions
	extensions   bool // the server's EncryptedExtensions were read

	// TLS 1.2 and before
	offeredID, sessionID sessionKey // zero where empty
	offeredTicket        sessionKey
	full                 bool // the server sent its certificate or ServerHelloDone
	abbreviated          bool // it did not, and changed its cipher
	newTicket            sessionKey
	premaster            []byte    // EncryptedPreMasterSecret, where the key exchange may be RSA
	flight               [2][]byte // handshake messages up to the ClientKeyExchange; nil where they are not kept
	frozen               [2]bool   // … which is there
	master               []byte    // nil unknown
}

// newHandshake begins a handshake, whose messages are kept until it is known
// that they are not needed.
func newHandshake() *handshake {
	return &handshake{flight: [2][]byte{{}, {}}}
}

// following is the handshake after hs. The directions come to it each in its
// own time.
func (hs *handshake) following() *handshake {
	if hs.next == nil {
		hs.next = newHandshake()
		hs.next.number = hs.number + 1
	}
	return hs.next
}

// forgetFlights drops what was kept of the messages.
func (hs *handshake) forgetFlights() { hs.flight = [2][]byte{} }

// keep adds handshake bytes to the transcript of a direction. It gives false
// where they would be too many.
func (hs *handshake) keep(side int, b []byte) bool {
	if hs.flight[side] == nil || hs.frozen[side] {
		return true
	}
	if len(hs.flight[side])+len(b) > int(limits.TLSTranscript) {
		hs.forgetFlights()
		return false
	}
	hs.flight[side] = append(hs.flight[side], b...)
	return true
}

// sessionHash is the hash of all handshake messages up to and including the
// ClientKeyExchange (RFC 7627 section 3): the client's hello, the server's
// flight, and the rest of the client's, which answers it.
func (hs *handshake) sessionHash() []byte {
	client, server := hs.flight[0], hs.flight[1]
	n := min(messageHead+messageLen(client), len(client))
	hashes := []crypto.Hash{hs.suite.prf}
	if hs.version < tls12 {
		hashes = []crypto.Hash{crypto.MD5, crypto.SHA1}
	}
	var sum []byte
	for _, hash := range hashes {
		h := hash.New()
		h.Write(client[:n])
		h.Write(server)
		h.Write(client[n:])
		sum = h.Sum(sum)
	}
	return sum
}

// resumed reports whether the handshake resumes a session: in TLS 1.2 the
// server echoes the session id (RFC 5246 section 7.4.1.3, RFC 5077 section
// 3.4) or leaves its key exchange out.
func (hs *handshake) resumed() bool {
	if hs.version >= tls13 {
		return hs.psk
	}
	return hs.abbreviated || hs.sessionID != sessionKey{} && hs.sessionID == hs.offeredID
}
