package decode

import (
	"bytes"
	"compress/flate"
	"net/netip"
	"runtime"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

func heapInUse() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// flood opens a connection and sends pieces until the sender has sent n bytes.
func flood(c *Conn, dir event.Dir, piece []byte, n int, now *event.Stamp) {
	own := make([]byte, len(piece))
	for sent := 0; sent < n; sent += len(piece) {
		now.Packet++
		copy(own, piece)
		c.Data(dir, &stream.Chunk{Data: own, Origin: *now, Now: *now, Acked: -1})
	}
}

func newTestConn(sh *Shared, whole bool) *Conn {
	return NewConn(sh, netip.MustParseAddrPort("10.0.0.1:4000"), netip.MustParseAddrPort("10.0.0.2:80"), whole)
}

// TestHostile floods one connection with what never becomes a frame. Memory
// stays inside the limits, and the limit that struck is counted.
func TestHostile(t *testing.T) {
	for _, c := range []struct {
		name   string
		begin  []step
		dir    event.Dir
		piece  string
		total  int
		late   bool
		most   int64 // bytes that may wait
		struck func(*Stats) uint64
	}{
		{"a request line that never ends", []step{up("GET /")}, 0, strings.Repeat("a", 1000), 8 << 20, false, limits.Head, func(s *Stats) uint64 { return s.HeadTooLong }},
		{"headers that never end", []step{up("GET / HTTP/1.1\r\n")}, 0, strings.Repeat("a: b\r\n", 100), 8 << 20, false, limits.Head, func(s *Stats) uint64 { return s.HeadTooLong }},
		{"frames before the 101", []step{up(request)}, 0, client(0x82, strings.Repeat("x", 1000)), 8 << 20, false, 2 * limits.Held, func(s *Stats) uint64 { return s.HeldReleased }},
		{"a stranger joined late", nil, 0, string(append(bytes.Repeat([]byte{0x7f, 0xfe}, 500), 3)), 16 << 20, true, limits.HuntBuffer + 4096, func(s *Stats) uint64 { return s.NotFollowed }},
		{"requests without an answer", []step{up("GET / HTTP/1.1\r\n\r\n")}, 0, "GET / HTTP/1.1\r\n\r\n", 1 << 20, false, limits.Head, func(s *Stats) uint64 { return s.PendingRequests }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newTape(t)
			p.quiet = true
			sh := NewShared(p, Options{})
			conn := newTestConn(sh, !c.late)
			var now event.Stamp
			for _, s := range c.begin {
				flood(conn, s.side, s.data, 1, &now)
			}
			before := heapInUse()
			var most int64
			for range 64 {
				flood(conn, c.dir, []byte(c.piece), c.total/64, &now)
				most = max(most, sh.waiting)
			}
			if most > c.most {
				t.Errorf("%d bytes waited, the limit is %d", most, c.most)
			}
			if grown := heapInUse() - before; grown > 4*c.most+(1<<20) {
				t.Errorf("the heap grew by %d bytes", grown)
			}
			if c.struck(&sh.Stats) == 0 {
				t.Errorf("nobody was told: %+v", sh.Stats)
			}
			conn.End(0, stream.EOF, now)
			conn.End(1, stream.EOF, now)
			p.done(sh)
		})
	}
}

// TestLongHeader takes a header of 1 MB for what it is.
func TestLongHeader(t *testing.T) {
	p := newTape(t)
	p.brief = true
	long := with(request, "X-Long: "+strings.Repeat("y", 1<<20))
	feed(p, NewShared(p, Options{Payload: 100}), true, cutAnew([]step{up(long), down(response), up(client(0x81, "hello"))}, func() int { return 1448 }))
	if !contains(p.lines, "open full /chat 101") || !contains(p.lines, `"hello"`) {
		t.Error(p.lines)
	}
}

// TestHalfOpen holds 10,000 connections that sent half a request each.
func TestHalfOpen(t *testing.T) {
	p := newTape(t)
	sh := NewShared(p, Options{})
	before := heapInUse()
	conns := make([]*Conn, 10_000)
	var now event.Stamp
	for i := range conns {
		conns[i] = newTestConn(sh, true)
		flood(conns[i], 0, []byte("GET /"+strings.Repeat("a", 8000)), 1, &now)
	}
	if grown := heapInUse() - before; grown > 2*limits.WaitingTotal+int64(len(conns))*2000 {
		t.Errorf("the heap grew by %d bytes, %d are counted", grown, sh.waiting)
	}
	if sh.Stats.WaitingTotal == 0 {
		t.Error("the limit never struck")
	}
	for _, c := range conns {
		c.End(0, stream.EOF, now)
		c.End(1, stream.EOF, now)
	}
	p.done(sh)
}

// TestEmptyFragments joins 3,000 empty fragments.
func TestEmptyFragments(t *testing.T) {
	p := newTape(t)
	p.brief = true
	data := client(0x01, "") + strings.Repeat(client(0, ""), 3000) + client(0x80, "end")
	feed(p, NewShared(p, Options{Payload: 100}), true, []step{up(request), down(response), up(data)})
	if !contains(p.lines, `c2s message "end"`) || p.frames != 3002 {
		t.Errorf("%d frames", p.frames)
	}
}

// TestBomb inflates what is far larger than the limit.
func TestBomb(t *testing.T) {
	var b bytes.Buffer
	z, _ := flate.NewWriter(&b, 9)
	z.Write(make([]byte, 64<<20))
	z.Flush()
	p := newTape(t)
	p.quiet = true
	sh := NewShared(p, Options{Payload: limits.FramePayload, InflateLimit: 1 << 20})
	ext := "Sec-WebSocket-Extensions: permessage-deflate"
	before := heapInUse()
	feed(p, sh, true, []step{up(with(request, ext)), down(with(response, ext)), up(client(0xc1, string(b.Bytes()[:b.Len()-4])))})
	if grown := heapInUse() - before; grown > 16<<20 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	if sh.Stats.InflateLimited != 1 {
		t.Error("nobody was told")
	}
}

// TestLostTailCostsNothing declares 2^62 bytes, sends three and closes.
func TestLostTailCostsNothing(t *testing.T) {
	p := newTape(t)
	steps := []step{up(request), down(response), down("\x82\x7f\x40\x00\x00\x00\x00\x00\x00\x00abc"), fin(1), fin(0)}
	feed(p, NewShared(p, Options{Payload: limits.FramePayload}), true, steps)
	for _, l := range p.lines {
		if len(l) > 1000 {
			t.Errorf("a line of %d bytes", len(l))
		}
	}
}

// Pipelined requests: what stands behind a head is not copied for each, nor is
// the list of what waits.
func TestPipelinedIsLinear(t *testing.T) {
	allocated := func(requests int) uint64 {
		sh := NewShared(&tape{t: t}, Options{})
		c := NewConn(sh, netip.MustParseAddrPort("10.0.0.1:4000"), netip.MustParseAddrPort("10.0.0.2:80"), true)
		now := event.Stamp{Packet: 1}
		send := func(dir event.Dir, s string) {
			now.Packet++
			c.Data(dir, &stream.Chunk{Data: []byte(s), Origin: now, Now: now, Acked: -1, Place: stream.Nowhere})
		}
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		const two = "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"
		// The client waits behind its request for an upgrade; then all is read.
		send(event.ClientToServer, "GET / HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: foo\r\n\r\n")
		for range requests / 4 {
			send(event.ClientToServer, two)
		}
		send(event.ClientToServer, strings.Repeat(two, requests/4))
		send(event.ServerToClient, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
		runtime.ReadMemStats(&after)
		if n := len(c.layer.(*httpLayer).pending); n != requests {
			t.Fatalf("%d requests wait of %d", n, requests)
		}
		return after.TotalAlloc - before.TotalAlloc
	}
	most := int(limits.PendingRequests) / 4 * 4
	if few, many := allocated(most/4), allocated(most); many > 6*few {
		t.Errorf("%d bytes are allocated for %d requests, %d for %d", many, most, few, most/4)
	}
}

// A hunt in single bytes keeps no more of where they came from than the limit.
func TestHuntInSingleBytes(t *testing.T) {
	h := newHunter(event.Unknown, false)
	dropped := 0
	for i := range 100_000 {
		now := event.Stamp{Packet: uint64(i)}
		dropped += h.feed([]byte{0xff}, now, now)
	}
	if len(h.bounds) > int(limits.HuntChunks) || cap(h.bounds) > 2*int(limits.HuntChunks) {
		t.Errorf("%d chunks are remembered, room for %d", len(h.bounds), cap(h.bounds))
	}
	if len(h.buf)+dropped != 100_000 || h.skipped != uint64(dropped) {
		t.Errorf("%d bytes are kept, %d were dropped", len(h.buf), dropped)
	}
}
