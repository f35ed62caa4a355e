package decode

import (
	"fmt"

	"wsscope/decode/tls"
	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// secure is a TLS connection: a layer that is followed by what its plaintext
// shows.
type secure struct {
	*tls.Conn
	c     *Conn
	conn  *tls.Conn
	ended int
	over  event.Stamp // when both directions had ended
	began event.Stamp
	// listed: it is among Shared.waitingTLS.
	listed bool
	news   tidings
	asked  int64 // packet time at which a key was first missed
}

// secure starts a TLS layer; first is what a side begins with.
func (c *Conn) secure(side event.Dir, first []byte, now event.Stamp) {
	client := side
	const handshake, serverHello = 22, 2
	switch {
	case first[0] == handshake && first[5] == serverHello:
		client = side.Reverse()
	case first[0] != handshake && c.addr[side].Port() < c.addr[side.Reverse()].Port() && !c.whole:
		client = side.Reverse() // joined late: servers have the lower ports
	}
	in := c.inside(client, c.whole && !c.side[0].gap && !c.side[1].gap)
	s := &secure{c: c, began: now}
	s.conn = tls.New(c.sh.Opt.Keys, in, nil)
	s.conn.Linger, s.conn.Trace = c.sh.Opt.LateKeys, c.sh.Opt.Spans
	s.Conn = s.conn
	in.tls, in.alpn = s, func() string { return s.conn.Info().ALPN }
	c.start(client, s, now)
}

// Data implements stream.Layer.
func (s *secure) Data(dir event.Dir, ch *stream.Chunk) {
	s.Conn.Data(dir, ch)
	if s.c.sh.Opt.LateKeys && !s.listed && s.Conn.Waiting() {
		s.listed = true
		s.c.sh.waitingTLS = append(s.c.sh.waitingTLS, s)
	}
	s.tell(ch.Now)
}

// End implements stream.Layer.
func (s *secure) End(dir event.Dir, how stream.End, now event.Stamp) {
	s.Conn.End(dir, how, now)
	if s.ended++; s.ended < 2 {
		return
	}
	s.over = now
	if !s.listed {
		s.conn.GiveUp(now)
		s.account()
	}
}

// RetryTLS lets records that wait for keys try those that came in since.
func (sh *Shared) RetryTLS(now event.Stamp) {
	keep := sh.waitingTLS[:0]
	for _, s := range sh.waitingTLS {
		s.conn.Retry(now)
		switch {
		case s.ended == 2 && now.Time-s.over.Time > limits.TLSKeysAwaited:
			s.conn.GiveUp(now)
		case s.news != toldAll && s.asked != 0 && now.Time-s.asked > limits.TLSKeysAwaited && sh.Opt.Keys.Crowded():
			s.conn.Evict(now) // its key would be here: new ones need the room
		}
		s.tell(now)
		switch {
		case s.conn.Waiting():
			keep = append(keep, s)
		case s.ended == 2:
			s.account()
		default:
			s.listed = false
		}
	}
	clear(sh.waitingTLS[len(keep):])
	sh.waitingTLS = keep
}

// Finish ends what waits still: nothing more comes.
func (sh *Shared) Finish(now event.Stamp) {
	for _, s := range sh.waitingTLS {
		s.conn.GiveUp(now)
		s.account()
	}
	sh.waitingTLS = nil
}

// account says why a connection could not be read, if it could not.
func (s *secure) account() {
	client := s.c.client
	ends := fmt.Sprintf("%s > %s", s.c.addr[client], s.c.addr[client.Reverse()])
	s.c.sh.Stats.Encrypted.note(s.began, ends, s.conn.Info())
}
