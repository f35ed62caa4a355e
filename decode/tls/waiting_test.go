package tls

import (
	"bytes"
	gotls "crypto/tls"
	"fmt"
	"slices"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// TestKeysMidway gives the key log while the connection is under way: what
// waited comes out in the order in which it was captured.
func TestKeysMidway(t *testing.T) {
	for name, cfg := range goConfigs() {
		t.Run(name, func(t *testing.T) {
			f := converse(t, cfg[0], cfg[1], []string{"request", "response", "hello", "world", "bye", "good bye"})
			straight := newPlayer(t, keysOf(f))
			straight.play(f.pieces)
			for at := range f.pieces {
				keys := NewKeys()
				p := newPlayer(t, keys)
				p.play(f.pieces[:at])
				keys.AddLog(f.log)
				p.play(f.pieces[at:])
				p.end(stream.FIN)
				p.check(f)
				if !slices.Equal(p.sink.order, straight.sink.order) {
					t.Errorf("keys before piece %d: order %v, want %v", at, p.sink.order, straight.sink.order)
				}
			}
		})
	}
}

// TestKeysInPieces lets the key log grow by a byte with each piece.
func TestKeysInPieces(t *testing.T) {
	f := converse(t, &gotls.Config{}, &gotls.Config{Certificates: []gotls.Certificate{rsaCert()}}, talk)
	keys := NewKeys()
	r := keys.NewLogReader()
	p := newPlayer(t, keys)
	log := f.log
	for i, x := range f.pieces {
		n := len(log) * (i + 1) / len(f.pieces)
		r.Write(log[len(f.log)*i/len(f.pieces) : n])
		p.data(x.dir, x.data)
	}
	p.end(stream.FIN)
	p.check(f)
}

// TestGivesUpAtTheEnd waits no longer than the connection, unless told to.
func TestGivesUpAtTheEnd(t *testing.T) {
	f := converse(t, &gotls.Config{}, &gotls.Config{Certificates: []gotls.Certificate{rsaCert()}}, talk)
	keys := NewKeys()
	p := newPlayer(t, keys)
	p.play(f.pieces)
	p.End(event.ClientToServer, stream.FIN, p.stamp())
	if !p.Waiting() {
		t.Error("gives up before the other direction has ended")
	}
	p.End(event.ServerToClient, stream.FIN, p.stamp())
	keys.AddLog(f.log)
	p.Retry(p.stamp())
	if p.Waiting() || p.last.Decrypted || p.last.Reason != reasonNoKeys || len(p.sink.ends[0]) > 0 {
		t.Errorf("%+v", p.last)
	}
}

// TestLostHandshakeRecords loses each record of a TLS 1.2 handshake in turn.
func TestLostHandshakeRecords(t *testing.T) {
	for _, suite := range []uint16{gotls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, gotls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, gotls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA} {
		f := converse(t, &gotls.Config{MaxVersion: gotls.VersionTLS12, CipherSuites: []uint16{suite}}, &gotls.Config{Certificates: []gotls.Certificate{rsaCert()}, CipherSuites: []uint16{suite}}, talk)
		records := split(f.pieces)
		for lost := range 12 {
			p := newPlayer(t, keysOf(f))
			for i, x := range records {
				if i == lost {
					p.Gap(x.dir, int64(len(x.data)), p.stamp())
				} else {
					p.data(x.dir, x.data)
				}
			}
			p.end(stream.FIN)
			hello := lost == 1 // the ServerHello; the client random is in the key log too
			for d := range event.NoDir {
				switch got := p.sink.data[d]; {
				case hello && (len(got) > 0 || p.last.Reason != reasonHello):
					t.Errorf("hello lost: %+v", p.last)
				case !hello && !bytes.Equal(got, f.want[d]) && records[lost].data[0] != applicationData:
					t.Errorf("%v: record %d (type %d) lost: %d bytes of %d, gaps %v; %+v", d, lost, records[lost].data[0], len(got), len(f.want[d]), p.sink.gaps[d], p.last)
				}
			}
		}
	}
}

// TestOneWay has only one direction of TLS 1.3: the other's hello is awaited
// for a while.
func TestOneWay(t *testing.T) {
	for d := range event.NoDir {
		s := newScript()
		s.logAll()
		s.begin()
		for range int(limits.TLSHelloAwaited)/16000 + 20 {
			s.say(d, strings.Repeat("x", 16000))
		}
		p := newPlayer(t, s.keys)
		p.play(only(d, s.pieces))
		if !bytes.Equal(p.sink.data[d], s.want[d]) || p.Waiting() {
			t.Errorf("%v: %d bytes of %d before the end; %+v", d, len(p.sink.data[d]), len(s.want[d]), p.last)
		}
	}
}

// TestServerOnly12 has the server's direction of TLS 1.2: its hello and the key
// log are enough.
func TestServerOnly12(t *testing.T) {
	f := converse(t, &gotls.Config{MaxVersion: gotls.VersionTLS12}, &gotls.Config{Certificates: []gotls.Certificate{rsaCert()}}, talk)
	keys := NewKeys()
	for i := range 1000 { // newer sessions
		keys.AddLog(fmt.Appendf(nil, "CLIENT_RANDOM %064x %096x\n", i, i))
	}
	keys.AddLog(f.log)
	for i := range 1000 {
		keys.AddLog(fmt.Appendf(nil, "CLIENT_RANDOM %064x %096x\n", i+5000, i))
	}
	p := newPlayer(t, keys)
	p.play(only(1, f.pieces))
	p.end(stream.FIN)
	if !bytes.Equal(p.sink.data[1], f.want[1]) || !p.last.Decrypted {
		t.Errorf("%d bytes of %d; %+v", len(p.sink.data[1]), len(f.want[1]), p.last)
	}
	if keys.probed.Load() != 0 {
		t.Errorf("%d bytes count as tried in vain", keys.probed.Load())
	}
}

// split cuts pieces at the borders of records.
func split(pieces []piece) (out []piece) {
	for _, p := range pieces {
		for b := p.data; len(b) > 0; {
			n := headLen + fragmentLen(b)
			out = append(out, piece{p.dir, b[:n]})
			b = b[n:]
		}
	}
	return out
}

// TestReasons says why a connection is not decrypted.
func TestReasons(t *testing.T) {
	server := &gotls.Config{Certificates: []gotls.Certificate{rsaCert()}, CipherSuites: []uint16{gotls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, gotls.TLS_RSA_WITH_AES_128_GCM_SHA256}}
	ecdhe := converse(t, &gotls.Config{MaxVersion: gotls.VersionTLS12}, server, talk)
	other := converse(t, &gotls.Config{MaxVersion: gotls.VersionTLS12}, server, talk)
	onlyRSA := NewKeys()
	key := readCaptured(t, "testdata/tls12-rsakx-privkey.flow").pem
	if err := onlyRSA.AddRSA(key); err != nil {
		t.Fatal(err)
	}
	changed := func(change func(hello []byte)) []piece {
		var out []piece
		for _, p := range split(ecdhe.pieces) {
			if p.data[0] == handshakeRecord && p.data[5] == serverHello {
				p.data = bytes.Clone(p.data)
				at := 5 + 4 + 2 + 32
				change(p.data[at+1+int(p.data[at]):])
			}
			out = append(out, p)
		}
		return out
	}
	for _, c := range []struct {
		name   string
		pieces []piece
		keys   *Keys
		want   string
	}{
		{"no keys", ecdhe.pieces, NewKeys(), reasonNoKeys},
		{"another session's", ecdhe.pieces, keysOf(other), reasonNoKey},
		{"private key", ecdhe.pieces, onlyRSA, reasonPFS},
		{"private key, 1.3", converse(t, &gotls.Config{}, server, talk).pieces, onlyRSA, reasonPFS},
		{"late", ecdhe.pieces[5:], keysOf(ecdhe), reasonLate},
		{"no server", only(0, ecdhe.pieces), keysOf(ecdhe), reasonHello},
		{"no client", only(1, ecdhe.pieces), keysOf(other), reasonHello},
		{"RC4", changed(func(b []byte) { copy(b, []byte{0, 5}) }), keysOf(ecdhe), "cipher suite TLS_RSA_WITH_RC4_128_SHA with version 1.2 is not supported"},
		{"unknown suite", changed(func(b []byte) { copy(b, []byte{0xfe, 0xfe}) }), keysOf(ecdhe), "cipher suite 0xfefe is not known"},
		{"compressed", changed(func(b []byte) { b[2] = 1 }), keysOf(ecdhe), "TLS compression is not supported"},
		{"another suite", changed(func(b []byte) { copy(b, []byte{0xc0, 0x30}) }), keysOf(ecdhe), reasonBadKey},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlayer(t, c.keys)
			p.play(c.pieces)
			if c.want == reasonBadKey { // some more records, to be sure
				for range mostFailures {
					p.data(0, record(applicationData, make([]byte, 40)))
					p.data(1, record(applicationData, make([]byte, 40)))
				}
			}
			p.end(stream.FIN)
			if p.last.Reason != c.want || p.last.Decrypted || len(p.sink.data[0])+len(p.sink.data[1]) > 0 || len(p.sink.ends[0]) > 0 {
				t.Errorf("decrypted %v, reason %q, want %q", p.last.Decrypted, p.last.Reason, c.want)
			}
			if strings.Contains(p.last.Reason, "client: ") {
				t.Error(p.last.Reason)
			}
		})
	}
}

func only(d event.Dir, pieces []piece) (out []piece) {
	for _, p := range pieces {
		if p.dir == d {
			out = append(out, p)
		}
	}
	return out
}
