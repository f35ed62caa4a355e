package tls

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	gotls "crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	mathrand "math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"

	"wsscope/event"
	"wsscope/stream"
)

// piece is what one side wrote at once.
type piece struct {
	dir  event.Dir
	data []byte
}

// flow is a recorded connection.
type flow struct {
	pieces []piece
	log    []byte
	want   [2][]byte // plaintext by direction
}

// recorder is a net.Conn that writes down what is written.
type recorder struct {
	net.Conn
	dir event.Dir
	mu  *sync.Mutex
	f   *flow
}

func (r recorder) Write(b []byte) (int, error) {
	r.mu.Lock()
	r.f.pieces = append(r.f.pieces, piece{r.dir, bytes.Clone(b)})
	r.mu.Unlock()
	return r.Conn.Write(b)
}

var (
	rsaCert   = sync.OnceValue(func() gotls.Certificate { k, _ := rsa.GenerateKey(rand.Reader, 2048); return certFor(k) })
	ecdsaCert = sync.OnceValue(func() gotls.Certificate {
		k, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		return certFor(k)
	})
)

func certFor(key any) gotls.Certificate {
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, DNSNames: []string{"ws.example"}, NotAfter: time.Now().Add(time.Hour)}
	var public any
	switch k := key.(type) {
	case *rsa.PrivateKey:
		public = &k.PublicKey
	case *ecdsa.PrivateKey:
		public = &k.PublicKey
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, key)
	if err != nil {
		panic(err)
	}
	return gotls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// talk is a conversation: the client's words at even places, the server's at
// odd ones.
var talk = []string{"GET /chat HTTP/1.1\r\n\r\n", "HTTP/1.1 101 Switching Protocols\r\n\r\n", "hello", "world", string(bytes.Repeat([]byte("0123456789abcdef"), 3000)), string(bytes.Repeat([]byte("fedcba9876543210"), 3000)), "a", "b", "bye", "good bye"}

// converse records a connection between Go's client and server.
func converse(t testing.TB, client, server *gotls.Config, words []string) *flow {
	t.Helper()
	f := &flow{}
	var log bytes.Buffer
	client = client.Clone()
	client.InsecureSkipVerify, client.KeyLogWriter = true, &log
	if client.ServerName == "" {
		client.ServerName = "ws.example"
	}
	var mu sync.Mutex
	a, b := socketPair(t)
	deadline := time.Now().Add(time.Minute)
	a.SetDeadline(deadline)
	b.SetDeadline(deadline)
	c := gotls.Client(recorder{a, event.ClientToServer, &mu, f}, client)
	s := gotls.Server(recorder{b, event.ServerToClient, &mu, f}, server)
	done := make(chan error, 1)
	go func() {
		for i, w := range words {
			var err error
			if i%2 == 0 {
				_, err = io.ReadFull(s, make([]byte, len(w)))
			} else {
				_, err = s.Write([]byte(w))
			}
			if err != nil {
				done <- err
				return
			}
		}
		io.Copy(io.Discard, s)
		done <- s.Close()
	}()
	for i, w := range words {
		var err error
		if i%2 == 0 {
			_, err = c.Write([]byte(w))
		} else {
			_, err = io.ReadFull(c, make([]byte, len(w)))
		}
		if err != nil {
			t.Fatalf("client: %v", err)
		}
		f.want[i%2] = append(f.want[i%2], w...)
	}
	go io.Copy(io.Discard, c)
	c.CloseWrite()
	<-done
	a.Close()
	b.Close()
	f.log = log.Bytes()
	return f
}

// socketPair connects two sockets. A net.Pipe would not do: it has no buffer,
// and both sides may write at once.
func socketPair(t testing.TB) (a, b net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a, err = net.Dial("tcp", l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if b, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return a, b
}

// sink is a next layer that writes down what it hears.
type sink struct {
	t     testing.TB
	data  [2][]byte
	gaps  [2][]int64
	ends  [2][]stream.End
	now   event.Stamp
	order []event.Dir
}

func (s *sink) Data(dir event.Dir, ch *stream.Chunk) {
	s.data[dir] = append(s.data[dir], ch.Data...)
	if ch.Now.Packet < s.now.Packet || ch.Origin.Packet > ch.Now.Packet || ch.Acked != -1 || len(ch.Data) == 0 {
		s.t.Errorf("bad chunk: origin %v, now %v after %v, acked %d, %d bytes", ch.Origin, ch.Now, s.now, ch.Acked, len(ch.Data))
	}
	s.now = ch.Now
	s.order = append(s.order, dir)
	s.alive(dir)
}

func (s *sink) Gap(dir event.Dir, n int64, now event.Stamp) {
	s.gaps[dir] = append(s.gaps[dir], n)
	s.alive(dir)
}

func (s *sink) End(dir event.Dir, how stream.End, now event.Stamp) {
	s.alive(dir)
	s.ends[dir] = append(s.ends[dir], how)
}

func (s *sink) alive(dir event.Dir) {
	if len(s.ends[dir]) > 0 {
		s.t.Errorf("%v goes on after its end", dir)
	}
}

// player feeds a Conn, a packet for each call.
type player struct {
	*Conn
	packet uint64
	last   Info
	sink   *sink
}

func newPlayer(t testing.TB, keys *Keys) *player {
	p := &player{sink: &sink{t: t}}
	p.Conn = New(keys, p.sink, func(i *Info) { p.last = *i })
	return p
}

func (p *player) stamp() event.Stamp {
	p.packet++
	return event.Stamp{Packet: p.packet}
}

func (p *player) data(dir event.Dir, b []byte) {
	now := p.stamp()
	p.Data(dir, &stream.Chunk{Data: b, Origin: now, Now: now, Acked: 7})
}

func (p *player) play(pieces []piece) {
	for _, x := range pieces {
		p.data(x.dir, x.data)
	}
}

func (p *player) end(how stream.End) {
	p.End(event.ClientToServer, how, p.stamp())
	p.End(event.ServerToClient, how, p.stamp())
}

func (p *player) check(f *flow) {
	p.sink.t.Helper()
	for d := range f.want {
		if !bytes.Equal(p.sink.data[d], f.want[d]) {
			p.sink.t.Errorf("%v: got %d bytes %.60q, want %d bytes; reason %q", event.Dir(d), len(p.sink.data[d]), p.sink.data[d], len(f.want[d]), p.last.Reason)
		}
		if len(p.sink.gaps[d]) > 0 {
			p.sink.t.Errorf("%v: gaps %v", event.Dir(d), p.sink.gaps[d])
		}
	}
	if !p.last.Decrypted || p.last.Reason != "" {
		p.sink.t.Errorf("decrypted %v, reason %q", p.last.Decrypted, p.last.Reason)
	}
}

// cut cuts pieces at random places, and lets bytes of one direction run
// together.
func cut(pieces []piece, r *mathrand.Rand, most int) []piece {
	var out []piece
	for _, p := range pieces {
		if n := len(out); n > 0 && out[n-1].dir == p.dir && r.IntN(2) == 0 {
			p.data = append(bytes.Clone(out[n-1].data), p.data...)
			out = out[:n-1]
		}
		for b := p.data; len(b) > 0; {
			n := min(len(b), 1+r.IntN(most))
			out = append(out, piece{p.dir, b[:n]})
			b = b[n:]
		}
	}
	return out
}

func keysOf(f *flow) *Keys {
	k := NewKeys()
	k.AddLog(f.log)
	return k
}
