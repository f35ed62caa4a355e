package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"time"
)

// sealer makes TLS sessions, with real handshakes of crypto/tls.
type sealer struct {
	config [2]*tls.Config
}

// newSealer makes a certificate; the secrets of all sessions go to keys.
func newSealer(keys io.Writer) (*sealer, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"example.test"}, NotBefore: time.Unix(1_600_000_000, 0), NotAfter: time.Unix(4_000_000_000, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, err
	}
	shared := tls.Config{MinVersion: tls.VersionTLS13, CurvePreferences: []tls.CurveID{tls.X25519}, SessionTicketsDisabled: true, DynamicRecordSizingDisabled: true}
	c, s := shared.Clone(), shared.Clone()
	c.InsecureSkipVerify, c.ServerName, c.KeyLogWriter = true, "example.test", keys
	s.Certificates = []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}
	return &sealer{config: [2]*tls.Config{c, s}}, nil
}

// session seals what both sides of one connection send.
type session struct {
	end [2]*tls.Conn
	out [2]*bytes.Buffer // of the side; what was sealed last
}

// handshake lets both sides greet each other and writes their records into the
// flow.
func (s *sealer) handshake(f *flow) (*session, error) {
	a, b := net.Pipe()
	said := make(chan spoken, 16)
	ss := &session{}
	for side, end := range []net.Conn{a, b} {
		t := &tap{Conn: end, side: side, said: said}
		ss.out[side] = &t.after
		if side == client {
			ss.end[side] = tls.Client(t, s.config[side])
		} else {
			ss.end[side] = tls.Server(t, s.config[side])
		}
	}
	done := make(chan error, 2)
	for _, end := range ss.end {
		go func() { done <- end.Handshake() }()
	}
	err := errors.Join(<-done, <-done)
	close(said)
	for x := range said {
		f.send(x.side, x.bytes)
	}
	for _, end := range ss.end {
		if t := end.NetConn().(*tap); err == nil {
			t.sealing = true
		}
	}
	if err == nil && ss.end[client].ConnectionState().CipherSuite != tls.TLS_AES_128_GCM_SHA256 {
		err = fmt.Errorf("crypto/tls chose %s on this processor", tls.CipherSuiteName(ss.end[client].ConnectionState().CipherSuite))
	}
	return ss, err
}

// seal gives b as a record; valid until the next call for the side.
func (s *session) seal(side int, b []byte) []byte {
	s.out[side].Reset()
	s.end[side].Write(b) // into memory: it cannot fail
	return s.out[side].Bytes()
}

// close sends both close_notify alerts, the server's first (RFC 6455 section
// 7.1.1).
func (s *session) close(f *flow) {
	for _, side := range []int{server, client} {
		s.out[side].Reset()
		s.end[side].CloseWrite()
		f.send(side, s.out[side].Bytes())
	}
}

// spoken is what a side sent in its handshake.
type spoken struct {
	side  int
	bytes []byte
}

// tap is a transport that tells what is written: during the handshake in the
// order of both sides, afterwards into memory alone.
type tap struct {
	net.Conn
	side    int
	said    chan<- spoken
	sealing bool
	after   bytes.Buffer
}

func (t *tap) Write(b []byte) (int, error) {
	if t.sealing {
		return t.after.Write(b)
	}
	// Told before it is sent, hence before what it is answered with.
	t.said <- spoken{t.side, bytes.Clone(b)}
	return t.Conn.Write(b)
}

// SetWriteDeadline spares a closing session its timer.
func (t *tap) SetWriteDeadline(time.Time) error { return nil }
