package tls

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// script writes the records of a TLS 1.3 connection that no library would be
// talked into.
type script struct {
	keys    *Keys
	random  [32]byte
	suite   suite
	traffic [2][3]*traffic
	pieces  []piece
	want    [2][]byte
}

func newScript() *script {
	s := &script{keys: NewKeys(), suite: suiteByID(0x1301)}
	copy(s.random[:], "the random of a scripted client.")
	for d := range s.traffic {
		for e := range s.traffic[d] {
			s.traffic[d][e] = newTraffic(&s.suite, s.secret(event.Dir(d), epoch(e)))
		}
	}
	return s
}

func (s *script) secret(d event.Dir, e epoch) []byte {
	sum := sha256.Sum256([]byte{byte(d), byte(e)})
	return sum[:]
}

// log gives the keys lines of the key log.
func (s *script) log(labels ...string) {
	for _, l := range labels {
		d, e, _ := trafficLabel(l)
		s.keys.AddLog(fmt.Appendf(nil, "%s %x %x\n", l, s.random, s.secret(d, e)))
	}
}

func (s *script) logAll() {
	s.log("CLIENT_EARLY_TRAFFIC_SECRET", "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0")
}

func record(typ byte, fragment []byte) []byte {
	head := []byte{typ, 3, 3, byte(len(fragment) >> 8), byte(len(fragment))}
	return append(head, fragment...)
}

func message(typ byte, body ...byte) []byte {
	return append([]byte{typ, 0, byte(len(body) >> 8), byte(len(body))}, body...)
}

func extension(t uint16, data ...byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, t)
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}

func (s *script) plain(d event.Dir, typ byte, fragment []byte) {
	s.pieces = append(s.pieces, piece{d, record(typ, fragment)})
}

// clientHello sends a ClientHello with further extensions.
func (s *script) clientHello(extensions ...byte) {
	b := append([]byte{3, 3}, s.random[:]...)
	b = append(b, 0, 0, 2, 0x13, 0x01, 1, 0)
	b = append(b, byte(len(extensions)>>8), byte(len(extensions)))
	s.plain(0, handshakeRecord, message(clientHello, append(b, extensions...)...))
}

func (s *script) serverHello(random [32]byte, extensions ...byte) {
	extensions = append(extension(extSupportedVersions, 3, 4), extensions...)
	b := append([]byte{3, 3}, random[:]...)
	b = append(b, 0, 0x13, 0x01, 0)
	b = append(b, byte(len(extensions)>>8), byte(len(extensions)))
	s.plain(1, handshakeRecord, message(serverHello, append(b, extensions...)...))
}

// seal sends a protected record with padding.
func (s *script) seal(d event.Dir, e epoch, typ byte, plain []byte, padding int) {
	t := s.traffic[d][e]
	inner := append(append(bytes.Clone(plain), typ), make([]byte, padding)...)
	n := len(inner) + t.aead.Overhead()
	head := []byte{applicationData, 3, 3, byte(n >> 8), byte(n)}
	nonce := t.iv
	binary.BigEndian.PutUint64(nonce[4:], binary.BigEndian.Uint64(nonce[4:])^t.seq)
	t.seq++
	s.pieces = append(s.pieces, piece{d, t.aead.Seal(head, nonce[:], inner, head)})
}

// say sends application data.
func (s *script) say(d event.Dir, words ...string) {
	for _, w := range words {
		s.seal(d, application, applicationData, []byte(w), 0)
		s.want[d] = append(s.want[d], w...)
	}
}

func (s *script) handshake(d event.Dir, e epoch, typ byte, body ...byte) {
	s.seal(d, e, handshakeRecord, message(typ, body...), 0)
}

// update sends a KeyUpdate and changes the keys.
func (s *script) update(d event.Dir) {
	s.handshake(d, application, keyUpdate, 0)
	s.traffic[d][application] = s.traffic[d][application].update(&s.suite)
}

// begin sends a whole handshake.
func (s *script) begin() {
	s.clientHello()
	s.serverHello([32]byte{1})
	s.finish()
}

// finish sends what follows the ServerHello.
func (s *script) finish(encrypted ...byte) {
	s.plain(1, changeCipherSpec, []byte{1})
	s.handshake(1, handshaking, encryptedExtensions, append([]byte{0, byte(len(encrypted))}, encrypted...)...)
	s.handshake(1, handshaking, finished, make([]byte, 32)...)
	s.plain(0, changeCipherSpec, []byte{1})
	s.handshake(0, handshaking, finished, make([]byte, 32)...)
}

// play feeds the pieces, without those that lost picks, to a Conn.
func (s *script) play(t *testing.T, lost ...int) (*player, *ledger) {
	l := &ledger{sink: sink{t: t}}
	p := &player{sink: &l.sink}
	p.Conn = New(s.keys, l, func(i *Info) { p.last = *i })
	for i, x := range s.pieces {
		if slices.Contains(lost, i) {
			p.Gap(x.dir, int64(len(x.data)), p.stamp())
			continue
		}
		p.data(x.dir, x.data)
	}
	p.end(stream.FIN)
	return p, l
}

func (s *script) check(p *player) {
	p.sink.t.Helper()
	p.check(&flow{want: s.want})
}

func TestKeyUpdate(t *testing.T) {
	s := newScript()
	s.logAll()
	s.begin()
	for i := range 4 {
		s.say(0, "a", "b")
		s.say(1, "c", "d")
		s.update(event.Dir(i % 2))
		s.say(0, "e")
		s.say(1, "f")
	}
	p, _ := s.play(t)
	s.check(p)
}

// TestLostKeyUpdate loses the KeyUpdate and what stands around it.
func TestLostKeyUpdate(t *testing.T) {
	s := newScript()
	s.logAll()
	s.begin()
	s.say(0, "one", "two")
	at := len(s.pieces)
	s.say(0, "lost")
	s.update(0)
	s.say(0, "lost too", "three", "four")
	_, l := s.play(t, at, at+1, at+2)
	if got := string(l.data[0]); got != "onetwothreefour" || !slices.Equal(l.gaps[0], []int64{-1}) {
		t.Errorf("%q, gaps %v", got, l.gaps[0])
	}
}

func TestPadding(t *testing.T) {
	s := newScript()
	s.logAll()
	s.begin()
	for _, n := range []int{0, 1, 100, 1<<14 - 5} {
		s.seal(0, application, applicationData, []byte("data\x00"), n)
		s.want[0] = append(s.want[0], "data\x00"...)
	}
	s.seal(0, application, applicationData, nil, 0)  // empty
	s.seal(0, application, 0, nil, 20)               // nothing but zeros: no type at all
	s.handshake(1, application, newSessionTicket, 1) // after the handshake
	s.seal(1, application, alertRecord, []byte{1, 0}, 3)
	s.say(0, "end")
	p, _ := s.play(t)
	s.check(p)
}

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

// TestLateStart plays connections of TLS 1.3 without their beginning.
func TestLateStart(t *testing.T) {
	build := func() *script {
		s := newScript()
		s.logAll()
		s.begin()
		for range 40 {
			s.say(0, "request ")
			s.say(1, "response ")
		}
		return s
	}
	for _, skip := range []int{1, 2, 5, 8, 20, 60} {
		s := build()
		s.pieces = s.pieces[skip:]
		p, l := s.play(t)
		for d := range event.NoDir {
			if got := l.data[d]; !bytes.HasSuffix(s.want[d], got) || len(got) < len(s.want[d])-len("response ")*skip {
				t.Errorf("%d pieces skipped, %v: %d bytes of %d; %+v", skip, d, len(got), len(s.want[d]), p.last)
			}
		}
		if p.last.Cipher != "TLS_AES_128_GCM_SHA256" {
			t.Errorf("%+v", p.last)
		}
	}
	s := build()
	s.pieces = s.pieces[5:]
	s.keys = NewKeys()
	if p, _ := s.play(t); p.last.Reason != reasonNoKeys || p.last.Decrypted {
		t.Errorf("%+v", p.last)
	}
	s.keys.AddLog(fmt.Appendf(nil, "CLIENT_RANDOM %064x %096x", 1, 1))
	if p, _ := s.play(t); p.last.Reason != reasonLate {
		t.Errorf("%+v", p.last)
	}
}

// TestLostHello loses either hello.
func TestLostHello(t *testing.T) {
	for lost := range 2 {
		s := newScript()
		s.logAll()
		s.begin()
		s.say(0, "request")
		s.say(1, "response")
		_, l := s.play(t, lost)
		for d := range event.NoDir {
			if !bytes.Equal(l.data[d], s.want[d]) {
				t.Errorf("hello %d lost: %v got %q", lost, d, l.data[d])
			}
		}
	}
}

// TestHeld lets more wait for a key than may.
func TestHeld(t *testing.T) {
	s := newScript()
	s.begin()
	for range int(limits.TLSHeld)/16000 + 1 {
		s.say(1, strings.Repeat("x", 16000))
	}
	p := newPlayer(t, s.keys)
	most := int64(0)
	for _, x := range s.pieces {
		p.data(x.dir, x.data)
		most = max(most, s.keys.held.Load())
	}
	if most > limits.TLSHeld || s.keys.held.Load() > 1000 { // the client's Finished still waits
		t.Errorf("%d bytes held, %d now", most, s.keys.held.Load())
	}
	if got := s.keys.Struck(); len(got) != 1 || got[0].Limit != "tls-held" || got[0].Count != 1 {
		t.Errorf("%+v", got)
	}
	s.logAll()
	p.end(stream.EOF)
	if len(p.sink.data[1]) > 0 || !strings.Contains(p.last.Reason, "tls-held") {
		t.Errorf("%d bytes, %+v", len(p.sink.data[1]), p.last)
	}
	if n := s.keys.held.Load(); n != 0 {
		t.Errorf("%d bytes still count as held", n)
	}
}

// TestComplete does not wait for keys that will not come.
func TestComplete(t *testing.T) {
	s := newScript()
	s.begin()
	s.say(1, "x")
	s.keys.Complete()
	p := newPlayer(t, s.keys)
	for _, x := range s.pieces {
		p.data(x.dir, x.data)
	}
	if s.keys.held.Load() != 0 || p.last.Reason != reasonNoKeys {
		t.Errorf("held %d, %+v", s.keys.held.Load(), p.last)
	}
}

// TestCloseNotify ends a direction at its alert, whatever follows.
func TestCloseNotify(t *testing.T) {
	s := newScript()
	s.logAll()
	s.begin()
	s.say(0, "bye")
	s.seal(0, application, alertRecord, []byte{1, 0}, 0)
	s.seal(0, application, applicationData, []byte("not for anybody"), 0)
	s.say(1, "half open")
	s.seal(1, application, alertRecord, []byte{2, 80}, 0)
	p := newPlayer(t, s.keys)
	p.play(s.pieces)
	if got := p.sink.ends; len(got[0]) != 1 || got[0][0] != stream.FIN || len(got[1]) != 0 {
		t.Errorf("ends %v", got)
	}
	p.end(stream.RST)
	s.check(p)
	if got := p.sink.ends; len(got[0]) != 1 || len(got[1]) != 1 || got[1][0] != stream.RST {
		t.Errorf("ends %v", got)
	}
	if got := fmt.Sprint(p.last.Alerts[0], p.last.Alerts[1]); got != "warning close_notify fatal internal_error" {
		t.Errorf("alerts %v", got)
	}
}

// TestDamaged changes bytes of records: those are lost, what follows is not.
func TestDamaged(t *testing.T) {
	s := newScript()
	s.logAll()
	s.begin()
	s.say(0, "one")
	at := len(s.pieces)
	s.say(0, "two", "three", "four")
	s.pieces[at].data = bytes.Clone(s.pieces[at].data)
	s.pieces[at].data[7] ^= 1   // the ciphertext
	s.pieces[at+1].data[0] ^= 1 // the header
	_, l := s.play(t)
	if got := string(l.data[0]); got != "onefour" || !slices.Equal(l.gaps[0], []int64{-1}) {
		t.Errorf("%q, gaps %v", got, l.gaps[0])
	}
}

// TestWrongKey has a key for the client random that is not the session's.
func TestWrongKey(t *testing.T) {
	s := newScript()
	s.logAll()
	for d := range s.traffic {
		for e := range s.traffic[d] {
			s.traffic[d][e] = newTraffic(&s.suite, make([]byte, 32))
		}
	}
	s.begin()
	for range 40 {
		s.say(0, "request")
		s.say(1, "response")
	}
	p, l := s.play(t)
	if p.last.Decrypted || p.last.Reason != reasonBadKey || len(l.data[0])+len(l.gaps[0])+len(l.ends[0]) > 0 {
		t.Errorf("%+v", p.last)
	}
}
