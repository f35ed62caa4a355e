package decode

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// h2Silent is an Output that keeps nothing.
type h2Silent struct{ opens, frames int }

func (o *h2Silent) Open(*event.Open)       { o.opens++ }
func (o *h2Silent) Frame(*event.Frame)     { o.frames++ }
func (o *h2Silent) Message(*event.Message) {}
func (o *h2Silent) Finding(*event.Finding) {}
func (o *h2Silent) End(*event.End)         {}

// h2Open feeds the moves of a script to a new connection.
func h2Open(t testing.TB, script string) (*Conn, *Shared, *h2Silent) {
	out := &h2Silent{}
	sh := NewShared(out, Options{})
	c := NewConn(sh, netip.MustParseAddrPort("192.0.2.1:50000"), netip.MustParseAddrPort("198.51.100.1:80"), true)
	for _, m := range h2Moves(t, script) {
		h2Send(c, m.dir, m.data)
	}
	return c, sh, out
}

func h2Send(c *Conn, dir event.Dir, data []byte) {
	now := event.Stamp{Packet: 1000}
	c.Data(dir, &stream.Chunk{Data: data, Origin: now, Now: now, Acked: -1})
}

func h2Close(c *Conn) {
	c.End(event.ClientToServer, stream.EOF, event.Stamp{Packet: 2000})
	c.End(event.ServerToClient, stream.EOF, event.Stamp{Packet: 2000})
}

// TestHTTP2Streams opens more WebSockets than are followed at once.
func TestHTTP2Streams(t *testing.T) {
	c, sh, out := h2Open(t, h2Start)
	s := &h2Script{t: t}
	s.reset()
	most := int(limits.H2Streams)
	for id := uint32(1); int(id) < 2*(most+100); id += 2 {
		h2Send(c, event.ClientToServer, s.stream(event.ClientToServer, id, "connect /chat"))
		h2Send(c, event.ServerToClient, s.stream(event.ServerToClient, id, "status 200"))
	}
	if out.opens != most || sh.Stats.H2Streams != 100 {
		t.Errorf("%d opened, %d counted", out.opens, sh.Stats.H2Streams)
	}
	// One that ends makes room.
	h2Send(c, event.ClientToServer, h2Frame(3, 0, 1, make([]byte, 4)))
	h2Send(c, event.ClientToServer, s.stream(event.ClientToServer, 100_001, "connect /chat"))
	h2Send(c, event.ServerToClient, s.stream(event.ServerToClient, 100_001, "status 200"))
	if out.opens != most+1 {
		t.Errorf("%d opened", out.opens)
	}
	// The limit over all connections counts these.
	sh.h2Streams += limits.H2StreamsTotal
	other := NewConn(sh, c.addr[0], c.addr[1], true)
	for _, m := range h2Moves(t, h2Start+"c 1 connect /chat") {
		h2Send(other, m.dir, m.data)
	}
	if sh.Stats.H2StreamsTotal != 1 {
		t.Error("the limit over all connections did not strike")
	}
	sh.h2Streams -= limits.H2StreamsTotal
	h2Close(other)
	h2Close(c)
	if sh.waiting != 0 || sh.h2Streams != 0 {
		t.Errorf("%d bytes and %d streams are still accounted for", sh.waiting, sh.h2Streams)
	}
}

// TestHTTP2Requests has many ordinary requests under way, of which nothing is
// kept.
func TestHTTP2Requests(t *testing.T) {
	c, sh, out := h2Open(t, h2Start)
	s := &h2Script{t: t}
	s.reset()
	for id := uint32(1); id < 40_000; id += 2 {
		h2Send(c, event.ClientToServer, s.stream(event.ClientToServer, id, "request :method=GET :path=/"))
		h2Send(c, event.ServerToClient, s.stream(event.ServerToClient, id, "status 200"))
		h2Send(c, event.ServerToClient, s.stream(event.ServerToClient, id, "bytes page"))
	}
	if l := c.layer.(*http2Layer); len(l.streams) != 0 || sh.waiting != 0 {
		t.Errorf("%d streams, %d bytes", len(l.streams), sh.waiting)
	}
	h2Send(c, event.ClientToServer, s.stream(event.ClientToServer, 50_001, "connect /chat"))
	h2Send(c, event.ServerToClient, s.stream(event.ServerToClient, 50_001, "status 200"))
	if out.opens != 1 {
		t.Error("the WebSocket among them was not opened")
	}
	h2Close(c)
}

// TestHTTP2Held has clients that send without end before the response.
func TestHTTP2Held(t *testing.T) {
	c, sh, out := h2Open(t, h2Start+"c 1 connect /chat")
	message := h2Text(event.ClientToServer, strings.Repeat("x", 100))
	for range 3 * int(limits.Held) / len(message) {
		h2Send(c, event.ClientToServer, h2Frame(0, 0, 1, message))
		if sh.waiting > limits.Held+limits.HuntBuffer {
			t.Fatalf("%d bytes are waiting", sh.waiting)
		}
	}
	if sh.Stats.HeldReleased != 1 || out.opens != 1 || out.frames == 0 {
		t.Errorf("%d times released, %d opened, %d frames", sh.Stats.HeldReleased, out.opens, out.frames)
	}
	h2Close(c)
	if sh.waiting != 0 {
		t.Errorf("%d bytes are still accounted for", sh.waiting)
	}
}

// TestHTTP2Flood sends header blocks that never end on many connections.
func TestHTTP2Flood(t *testing.T) {
	out := &h2Silent{}
	sh := NewShared(out, Options{})
	var conns []*Conn
	part := bytes.Repeat([]byte{0x88}, 16<<10)
	for i := range 1000 {
		c := NewConn(sh, netip.MustParseAddrPort(fmt.Sprint("192.0.2.1:", 1000+i)), netip.MustParseAddrPort("198.51.100.1:80"), true)
		conns = append(conns, c)
		for _, m := range h2Moves(t, h2Start) {
			h2Send(c, m.dir, m.data)
		}
		h2Send(c, event.ServerToClient, h2Frame(1, 0, 1, part))
		for range 6 {
			h2Send(c, event.ServerToClient, h2Frame(9, 0, 1, part))
		}
		if sh.waiting > limits.WaitingTotal+int64(len(part)) {
			t.Fatalf("%d bytes are waiting", sh.waiting)
		}
	}
	if sh.Stats.WaitingTotal == 0 {
		t.Error("the limit did not strike")
	}
	for _, c := range conns {
		h2Close(c)
	}
	if sh.waiting != 0 {
		t.Errorf("%d bytes are still accounted for", sh.waiting)
	}
}

// TestLayers nests tunnels.
func TestLayers(t *testing.T) {
	c, sh, _ := h2Open(t, `c raw CONNECT a:1 HTTP/1.1\r\n\r\n`)
	for range 20 {
		h2Send(c, event.ServerToClient, []byte("HTTP/1.1 200 OK\r\n\r\n"))
		h2Send(c, event.ClientToServer, []byte("CONNECT a:1 HTTP/1.1\r\n\r\n"))
	}
	if sh.Stats.Layers != 1 {
		t.Errorf("struck %d times", sh.Stats.Layers)
	}
	h2Close(c)
}

// TestHTTP2DataAllocates nothing on the way from HTTP/2 to frames.
func TestHTTP2DataAllocates(t *testing.T) {
	c, _, out := h2Open(t, h2Start+"c 1 connect /chat + 3 connect /chat\ns 1 status 200 + 3 status 200")
	var data []byte
	for _, id := range []uint32{1, 3, 1, 5} {
		data = append(data, h2Frame(0, 0, id, append([]byte{0x82, 100}, make([]byte, 100)...))...)
	}
	now := event.Stamp{Packet: 1000}
	chunk := &stream.Chunk{}
	if n := testing.AllocsPerRun(200, func() {
		*chunk = stream.Chunk{Data: data, Origin: now, Now: now, Acked: -1}
		c.Data(event.ServerToClient, chunk)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if out.frames < 600 {
		t.Errorf("%d frames", out.frames)
	}
}

// BenchmarkHTTP2 follows 350-byte messages of four WebSockets.
func BenchmarkHTTP2(b *testing.B) {
	c, _, _ := h2Open(b, h2Start+"c 1 connect /a + 3 connect /b + 5 connect /c + 7 connect /d\ns 1 status 200 + 3 status 200 + 5 status 200 + 7 status 200")
	var data []byte
	for i := range 100 {
		data = append(data, h2Frame(0, 0, uint32(1+i%4*2), append([]byte{0x82, 126, 1, 94}, make([]byte, 350)...))...)
	}
	now := event.Stamp{Packet: 1000}
	chunk := &stream.Chunk{}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		*chunk = stream.Chunk{Data: data, Origin: now, Now: now, Acked: -1}
		c.Data(event.ServerToClient, chunk)
	}
}
