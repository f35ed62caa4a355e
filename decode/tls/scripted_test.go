package tls

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

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

// TestLateByMany joins TLS 1.3 late, with other sessions in the key log, one
// direction far ahead of the other.
func TestLateByMany(t *testing.T) {
	const client, server = 1000, 15_000
	s := newScript()
	for i := range 20 {
		s.keys.AddLog(fmt.Appendf(nil, "CLIENT_TRAFFIC_SECRET_0 %064x %064x\nSERVER_TRAFFIC_SECRET_0 %064x %064x\n", i, i, i, i+100))
	}
	s.logAll()
	s.traffic[0][application].seq, s.traffic[1][application].seq = client, server
	for range 3 {
		s.say(0, "request ")
		s.say(1, "response ")
	}
	p, l := s.play(t)
	for d := range event.NoDir {
		if !bytes.Equal(l.data[d], s.want[d]) {
			t.Errorf("%v: %d bytes of %d; %+v", d, len(l.data[d]), len(s.want[d]), p.last)
		}
	}
	if s.keys.probed.Load() != 0 {
		t.Errorf("%d bytes count as tried in vain", s.keys.probed.Load())
	}
}

// TestProbesAreBounded has connections that no session of the key log fits.
func TestProbesAreBounded(t *testing.T) {
	keys := NewKeys()
	for i := range 50 {
		keys.AddLog(fmt.Appendf(nil, "CLIENT_TRAFFIC_SECRET_0 %064x %064x\n", i, i))
	}
	keys.probed.Store(limits.TLSProbedTotal - limits.TLSProbedBytes - 1<<20)
	for range 2 {
		s := newScript()
		s.keys = keys
		s.say(0, "request ")
		s.play(t)
	}
	said := map[string]uint64{}
	for _, l := range keys.Struck() {
		said[l.Limit] = l.Count
	}
	if said["tls-probed-bytes"] != 1 || said["tls-probed-total"] != 1 || len(said) != 2 {
		t.Error(said)
	}
	if n := keys.probed.Load(); n > limits.TLSProbedTotal {
		t.Errorf("%d bytes were tried", n)
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
