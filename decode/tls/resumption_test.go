package tls

import (
	"crypto/ecdh"
	"crypto/rand"
	gotls "crypto/tls"
	"encoding/binary"
	"testing"

	"wsscope/stream"
)

// TestResumption12 resumes a session of TLS 1.2 by its ticket. Go's client
// logs nothing for a resumed session: the key comes with the ticket.
func TestResumption12(t *testing.T) {
	client := &gotls.Config{MaxVersion: gotls.VersionTLS12, ClientSessionCache: gotls.NewLRUClientSessionCache(1)}
	server := &gotls.Config{Certificates: []gotls.Certificate{rsaCert()}}
	flows := []*flow{converse(t, client, server, talk), converse(t, client, server, talk), converse(t, client, server, talk)}
	keys := NewKeys()
	for i, f := range flows {
		keys.AddLog(f.log)
		p := newPlayer(t, keys)
		p.play(f.pieces)
		p.end(stream.FIN)
		p.check(f)
		if p.last.Resumed != (i > 0) {
			t.Errorf("connection %d: resumed %v, key log of %d bytes", i, p.last.Resumed, len(f.log))
		}
	}
	// Interleaved, and with the key log at last.
	keys = NewKeys()
	var players []*player
	for _, f := range flows {
		p := newPlayer(t, keys)
		p.Linger = true
		p.play(f.pieces)
		p.end(stream.FIN)
		players = append(players, p)
	}
	for _, f := range flows {
		keys.AddLog(f.log)
	}
	for i, p := range players {
		p.Retry(p.stamp())
		p.check(flows[i])
	}
}

// TestResumedElsewhere has only the resumed connection.
func TestResumedElsewhere(t *testing.T) {
	client := &gotls.Config{MaxVersion: gotls.VersionTLS12, ClientSessionCache: gotls.NewLRUClientSessionCache(1)}
	server := &gotls.Config{Certificates: []gotls.Certificate{rsaCert()}}
	other := converse(t, &gotls.Config{}, server, talk)
	converse(t, client, server, talk)
	f := converse(t, client, server, talk)
	p := newPlayer(t, keysOf(other))
	p.play(f.pieces)
	p.end(stream.FIN)
	if p.last.Decrypted || p.last.Reason != reasonResume || len(p.sink.data[0]) > 0 || len(p.sink.ends[0]) > 0 {
		t.Errorf("%+v", p.last)
	}
}

func TestResumption13(t *testing.T) {
	client := &gotls.Config{ClientSessionCache: gotls.NewLRUClientSessionCache(1)}
	server := &gotls.Config{Certificates: []gotls.Certificate{rsaCert()}}
	for i := range 2 {
		f := converse(t, client, server, talk)
		p := newPlayer(t, keysOf(f))
		p.play(f.pieces)
		p.end(stream.FIN)
		p.check(f)
		if p.last.Resumed != (i > 0) || p.last.Version != "1.3" {
			t.Errorf("%+v", p.last)
		}
	}
}

func TestHelloRetryRequest(t *testing.T) {
	client := &gotls.Config{CurvePreferences: []gotls.CurveID{gotls.X25519, gotls.CurveP384}}
	server := &gotls.Config{Certificates: []gotls.Certificate{rsaCert()}, CurvePreferences: []gotls.CurveID{gotls.CurveP384}}
	f := converse(t, client, server, talk)
	p := newPlayer(t, keysOf(f))
	p.play(f.pieces)
	p.end(stream.FIN)
	p.check(f)
}

func TestClientCertificate(t *testing.T) {
	for _, version := range []uint16{gotls.VersionTLS12, gotls.VersionTLS13} {
		client := &gotls.Config{MaxVersion: version, Certificates: []gotls.Certificate{ecdsaCert()}}
		server := &gotls.Config{Certificates: []gotls.Certificate{rsaCert()}, ClientAuth: gotls.RequireAnyClientCert}
		f := converse(t, client, server, talk)
		p := newPlayer(t, keysOf(f))
		p.play(f.pieces)
		p.end(stream.FIN)
		p.check(f)
	}
}

// TestEncryptedClientHello has a key log with the inner client random, and
// others beside it.
func TestEncryptedClientHello(t *testing.T) {
	key, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	config := echConfig(key.PublicKey().Bytes(), "outer.example")
	list := binary.BigEndian.AppendUint16(nil, uint16(len(config)))
	client := &gotls.Config{EncryptedClientHelloConfigList: append(list, config...), ServerName: "inner.example", MinVersion: gotls.VersionTLS13}
	server := &gotls.Config{Certificates: []gotls.Certificate{rsaCert()}, EncryptedClientHelloKeys: []gotls.EncryptedClientHelloKey{{Config: config, PrivateKey: key.Bytes()}}}
	f := converse(t, client, server, talk)
	keys := NewKeys()
	for range 20 {
		keys.AddLog(converse(t, &gotls.Config{}, server, talk[:2]).log)
	}
	keys.AddLog(f.log)
	for range 20 {
		keys.AddLog(converse(t, &gotls.Config{}, server, talk[:2]).log)
	}
	for range 2 { // the same session is in the capture twice, on both sides of a proxy
		p := newPlayer(t, keys)
		p.play(f.pieces)
		p.end(stream.FIN)
		p.check(f)
		if p.last.SNI != "outer.example" {
			t.Errorf("SNI %q: no encrypted ClientHello", p.last.SNI)
		}
	}
}

// echConfig is an ECHConfig of RFC 9849 section 4.
func echConfig(public []byte, name string) []byte {
	b := []byte{1}                               // config_id
	b = binary.BigEndian.AppendUint16(b, 0x0020) // DHKEM(X25519, HKDF-SHA256)
	b = append(b, 0, byte(len(public)))          // public_key
	b = append(b, public...)                     //
	b = append(b, 0, 4, 0, 1, 0, 1)              // HKDF-SHA256, AES-128-GCM
	b = append(b, 64, byte(len(name)))           // maximum_name_length, public_name
	b = append(append(b, name...), 0, 0)         // no extensions
	head := []byte{0xfe, 0x0d, 0, byte(len(b))}
	return append(head, b...)
}
