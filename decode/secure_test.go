package decode

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	gotls "crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"net/netip"
	"slices"
	"testing"

	"wsscope/decode/tls"
	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// tapped is a connection that keeps what is written to it.
type tapped struct {
	net.Conn
	written bytes.Buffer
}

func (c *tapped) Write(b []byte) (int, error) {
	c.written.Write(b)
	return c.Conn.Write(b)
}

// secret is what the client and the server of a TLS connection send, whose
// keys nobody has.
func secret(t *testing.T) (client, server []byte) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	a, b := net.Pipe()
	c, s := &tapped{Conn: a}, &tapped{Conn: b}
	served := make(chan error, 1)
	go func() {
		served <- gotls.Server(s, &gotls.Config{Certificates: []gotls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, SessionTicketsDisabled: true}).Handshake()
	}()
	if err := gotls.Client(c, &gotls.Config{InsecureSkipVerify: true}).Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-served; err != nil {
		t.Fatal(err)
	}
	return c.written.Bytes(), s.written.Bytes()
}

// TestKeysAwaited holds that a connection that has ended does not wait for its
// keys for ever: a live capture sees thousands whose keys nobody has.
func TestKeysAwaited(t *testing.T) {
	sh := NewShared(&nowhere{}, Options{LateKeys: true})
	addr := netip.MustParseAddrPort("192.0.2.1:443")
	c := NewConn(sh, addr, addr, true)
	now := event.Stamp{Packet: 1, Time: 1}
	client, server := secret(t)
	for dir, b := range [][]byte{client, server} {
		c.Data(event.Dir(dir), &stream.Chunk{Data: b, Origin: now, Now: now})
	}
	for dir := range 2 {
		c.End(event.Dir(dir), stream.FIN, now)
	}
	for _, step := range []struct {
		after   int64
		waiting int
	}{{0, 1}, {limits.TLSKeysAwaited, 1}, {limits.TLSKeysAwaited + 1, 0}} {
		sh.RetryTLS(event.Stamp{Packet: 2, Time: 1 + step.after})
		if n := len(sh.waitingTLS); n != step.waiting {
			t.Errorf("%d connections wait for keys %d ns after the end, want %d", n, step.after, step.waiting)
		}
	}
	if n := sh.Stats.Encrypted.Count; n != 1 {
		t.Errorf("%d connections count as encrypted", n)
	}
}

// TestKeysAwaitedWhileOpen holds that connections without keys that stay open
// leave room for those whose keys are still to come.
func TestKeysAwaitedWhileOpen(t *testing.T) {
	keys := tls.NewKeys()
	sh := NewShared(&nowhere{}, Options{LateKeys: true, Keys: keys})
	client, server := secret(t)
	record := append([]byte{23, 3, 3, 0x40, 0}, make([]byte, 1<<14)...)
	packet := uint64(0)
	open := func(at int64, bytes int) {
		addr := netip.MustParseAddrPort("192.0.2.1:443")
		c := NewConn(sh, addr, addr, true)
		send := func(dir event.Dir, b []byte) {
			packet++
			now := event.Stamp{Packet: packet, Time: at}
			c.Data(dir, &stream.Chunk{Data: slices.Clone(b), Origin: now, Now: now, Place: stream.Nowhere})
		}
		send(event.ClientToServer, client)
		send(event.ServerToClient, server)
		for n := 0; n < bytes; n += len(record) {
			send(event.ClientToServer, record)
		}
	}
	const most = 3 << 20
	n := int(limits.TLSHeldTotal)/2/most + 1
	for range n {
		open(1, most)
	}
	open(1+limits.TLSKeysAwaited, most)
	for _, step := range []struct {
		at      int64
		waiting int
	}{{1 + limits.TLSKeysAwaited, n + 1}, {2 + limits.TLSKeysAwaited, n - 1}} { // the oldest two give way
		sh.RetryTLS(event.Stamp{Packet: packet, Time: step.at})
		if len(sh.waitingTLS) != step.waiting {
			t.Errorf("%d connections wait, want %d", len(sh.waitingTLS), step.waiting)
		}
	}
	if keys.Crowded() {
		t.Error("there is still no room")
	}
}

// nowhere is an Output that forgets.
type nowhere struct{}

func (*nowhere) Open(*event.Open)       {}
func (*nowhere) Frame(*event.Frame)     {}
func (*nowhere) Message(*event.Message) {}
func (*nowhere) Finding(*event.Finding) {}
func (*nowhere) End(*event.End)         {}
