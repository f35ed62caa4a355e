package tls

import (
	"slices"
	"testing"
)

func TestEarlyData(t *testing.T) {
	psk := extension(extPreSharedKey, 0, 0)
	offer := append(extension(extEarlyData), psk...)
	taken := func(s *script) {
		s.clientHello(offer...)
		s.seal(0, early, applicationData, []byte("early "), 0)
		s.seal(0, early, applicationData, []byte("data "), 0)
		s.serverHello([32]byte{1}, psk...)
		s.plain(1, changeCipherSpec, []byte{1})
		ee := extension(extEarlyData)
		s.handshake(1, handshaking, encryptedExtensions, append([]byte{0, byte(len(ee))}, ee...)...)
		s.handshake(1, handshaking, finished, make([]byte, 32)...)
		s.say(1, "0.5-RTT")
		s.handshake(0, early, endOfEarlyData)
		s.handshake(0, handshaking, finished, make([]byte, 32)...)
		s.say(0, "late")
	}
	t.Run("taken", func(t *testing.T) {
		s := newScript()
		s.logAll()
		taken(s)
		s.want[0] = []byte("early data late")
		p, _ := s.play(t)
		s.check(p)
		if !p.last.EarlyData || !p.last.Resumed {
			t.Errorf("%+v", p.last)
		}
	})
	t.Run("client keys only", func(t *testing.T) {
		s := newScript()
		s.log("CLIENT_EARLY_TRAFFIC_SECRET", "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0")
		taken(s)
		_, l := s.play(t)
		if got := string(l.data[0]); got != "early data late" {
			t.Errorf("%q", got)
		}
	})
	t.Run("no ServerHello", func(t *testing.T) {
		s := newScript()
		s.logAll()
		taken(s)
		_, l := s.play(t, 3)
		if got := string(l.data[0]); got != "early data late" {
			t.Errorf("%q", got)
		}
	})
	t.Run("no ClientHello", func(t *testing.T) {
		s := newScript()
		s.logAll()
		taken(s)
		_, l := s.play(t, 0, 1, 2)
		if got := string(l.data[0]); got != "late" || !slices.Equal(l.gaps[0], []int64{-1}) {
			t.Errorf("%q, gaps %v", got, l.gaps[0])
		}
	})
	t.Run("no early key", func(t *testing.T) {
		s := newScript()
		s.log("CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0")
		taken(s)
		_, l := s.play(t)
		if got := string(l.data[0]); got != "late" || !slices.Equal(l.gaps[0], []int64{-1}) {
			t.Errorf("%q, gaps %v", got, l.gaps[0])
		}
	})
	refused := func(s *script) {
		s.clientHello(offer...)
		s.seal(0, early, applicationData, []byte("refused"), 0)
		s.seal(0, early, applicationData, []byte("refused"), 0)
	}
	t.Run("refused without PSK", func(t *testing.T) {
		s := newScript()
		s.logAll()
		refused(s)
		s.serverHello([32]byte{1})
		s.finish()
		s.say(0, "again")
		p, _ := s.play(t)
		s.check(p)
	})
	t.Run("refused with PSK", func(t *testing.T) {
		s := newScript()
		s.logAll()
		refused(s)
		s.serverHello([32]byte{1}, psk...)
		s.finish()
		s.say(0, "again")
		p, _ := s.play(t)
		s.check(p)
	})
	t.Run("refused by retry", func(t *testing.T) {
		s := newScript()
		s.logAll()
		refused(s)
		s.serverHello(retryRandom)
		s.seal(0, early, applicationData, []byte("still under way"), 0)
		s.clientHello(psk...)
		s.serverHello([32]byte{1}, psk...)
		s.finish()
		s.say(0, "again")
		p, _ := s.play(t)
		s.check(p)
	})
}
