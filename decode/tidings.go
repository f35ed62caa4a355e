package decode

import (
	"wsscope/event"
)

// tidings is what was told of a TLS connection while it lasts.
type tidings uint8

const (
	untold tidings = iota
	toldEncrypted
	toldAll // it is decrypted: nothing more is to be told
)

// keyGrace is how long, in packet time, a key that a growing key log may bring
// is awaited before the connection is told of as encrypted: most come within
// 100 ms.
const keyGrace = 2_000_000_000

// tell says that the connection cannot be read as soon as that is known, and
// that it can be read after all. An Output that does not want to know is none
// of event.EncryptedSink.
func (s *secure) tell(now event.Stamp) {
	if s.news == toldAll {
		return
	}
	i := s.conn.Info()
	switch {
	case i.Decrypted:
		if s.news == toldEncrypted {
			s.say(now, "", true)
		}
		s.news = toldAll
	case s.news == toldEncrypted || i.Reason == "":
	case s.asked == 0 && s.c.sh.Opt.LateKeys:
		s.asked = max(now.Time, 1)
	case s.c.sh.Opt.LateKeys && s.conn.Waiting() && now.Time-s.asked < keyGrace:
	default:
		s.news = toldEncrypted
		s.say(now, i.Reason, false)
	}
}

func (s *secure) say(now event.Stamp, reason string, opened bool) {
	out, ok := s.c.sh.Out.(event.EncryptedSink)
	if !ok {
		return
	}
	i, client := s.conn.Info(), s.c.client
	out.Encrypted(&event.Encrypted{
		Stamp: now, Client: s.c.addr[client], Server: s.c.addr[client.Reverse()],
		Version: i.Version, Cipher: i.Cipher, SNI: i.SNI, ALPN: i.ALPN, Reason: reason, Opened: opened,
	})
}
