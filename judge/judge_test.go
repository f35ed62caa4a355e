package judge

import (
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"
	"unsafe"

	"wsscope/event"
	"wsscope/limits"
)

// TestSuppressed breaks one rule more often than is told.
func TestSuppressed(t *testing.T) {
	p := play(t, "s2c 83 00 and 1499 times more")
	if n := p.count("frame-opcode-reserved-data"); n != int(limits.FindingsPerRule)+1 {
		t.Fatalf("%d findings, want the limit and one more", n)
	}
	last := p.findings[len(p.findings)-1]
	if !strings.HasPrefix(last.Text, "500 more findings") || last.Frame != 0 {
		t.Errorf("the last one says %q", last.Text)
	}
	if want := "server: 1500 errors"; p.last.Story.Verdict[event.ServerToClient] != want {
		t.Errorf("verdict %q, want %q", p.last.Story.Verdict, want)
	}
}

// TestSameFindingOnce holds that no two findings of a connection are equal.
func TestSameFindingOnce(t *testing.T) {
	p := play(t, "c2s GAP 5\nc2s SYNC LOST\nc2s SYNC FOUND\nc2s GAP 5\nc2s SYNC LOST\nc2s SYNC FOUND\nc2s CONFLICT\nc2s CONFLICT\n"+byeServer+byeServer+byeServer)
	said := map[event.Finding]bool{}
	for _, f := range p.findings {
		g := *f
		g.Stamp = event.Stamp{}
		if said[g] {
			t.Errorf("said twice: %+v", g)
		}
		said[g] = true
	}
}

// TestClockGoesBack plays a Close whose packet has a time an hour too early:
// what seems to take an hour afterwards blames nobody.
func TestClockGoesBack(t *testing.T) {
	back := "later -1 h\n"
	for _, trace := range []string{
		hello + byeClient + back + byeServer + "later 1 h\ns2c FIN\nc2s FIN",
		hello + back + byeServer + "later 1 h\ns2c FIN\nc2s FIN",
		reply + back + "s2c 89 00\nlater 1 h\nc2s 82 80 05 06 07 08\n" + byeServer + byeClient,
	} {
		if p := play(t, trace); len(p.findings) > 0 {
			t.Errorf("%q gives\n%s", trace, p)
		}
	}
}

// TestCutHead keeps only a part of the raw request: what is absent from the
// header lines may stand in the rest.
func TestCutHead(t *testing.T) {
	var got []*event.Finding
	c := &event.Conn{ID: 1, Server: netip.MustParseAddrPort("198.51.100.1:80")}
	New(c, func(f *event.Finding) { got = append(got, f) }).Open(&event.Open{Conn: c, Transport: "h1", Method: "GET", URI: "/", Status: 101,
		RequestRaw: []byte("GET / HTTP/1.1\r\nX-1: a\r\nX-2"), RequestHeaders: []event.Header{{Name: "X-1", Value: "a"}},
		ResponseRaw: []byte("HTTP/1.1 101 x\r\nUpgrade"), ResponseHeaders: nil})
	if len(got) > 0 {
		t.Errorf("%s", (&player{findings: got}).String())
	}
}

// TestPartialHead has heads of HTTP/2 of which some fields are not known.
func TestPartialHead(t *testing.T) {
	var got []*event.Finding
	c := &event.Conn{ID: 1, Stream: 1}
	j := New(c, func(f *event.Finding) { got = append(got, f) })
	j.Open(&event.Open{Conn: c, Transport: "h2", Method: "CONNECT", URI: "/", Status: 200, RequestPartial: true, ResponsePartial: true})
	j.Frame(&event.Frame{Conn: c, N: 1, Index: 1, FIN: true, RSV: 4, Opcode: event.OpText, Masked: true, HeaderLen: 6})
	if len(got) > 0 {
		t.Errorf("%s", (&player{findings: got}).String())
	}
}

// TestHTTP2 judges a handshake of RFC 8441: no Upgrade, no key, status 200.
func TestHTTP2(t *testing.T) {
	var got []*event.Finding
	c := &event.Conn{ID: 1, Stream: 1}
	j := New(c, func(f *event.Finding) { got = append(got, f) })
	j.Open(&event.Open{Conn: c, Transport: "h2", Method: "CONNECT", URI: "/chat", Status: 200,
		RequestHeaders: []event.Header{{Name: ":method", Value: "CONNECT"}, {Name: ":protocol", Value: "websocket"}, {Name: ":scheme", Value: "https"},
			{Name: ":path", Value: "/chat"}, {Name: ":authority", Value: "server.example.com"}, {Name: "sec-websocket-version", Value: "13"}, {Name: "sec-websocket-protocol", Value: "chat"}}})
	j.Transport(&event.Transport{Conn: c, Kind: event.TransportRST})
	if len(got) > 0 {
		t.Errorf("%s", (&player{findings: got}).String())
	}
}

// TestLateOpen gives the legs of a proxy, the second of which is told only
// after the first has ended.
func TestLateOpen(t *testing.T) {
	x := NewCross(func(f *event.Finding) { t.Errorf("%s: %s", f.Rule, f.Text) })
	for id, o := range []event.Open{{Stamp: event.Stamp{Packet: 1, Time: 100}}, {Stamp: event.Stamp{Packet: 9, Time: 900}, Handshake: event.HandshakeResponseOnly}} {
		o.Conn = &event.Conn{ID: id + 1}
		x.Open(&o)
		for i, key := range [][4]byte{{1, 2, 3, 4}, {5, 6, 7, 8}} {
			first := event.Stamp{Packet: uint64(2 + i), Time: 200}
			x.Frame(&event.Frame{Stamp: o.Stamp, First: first, Conn: o.Conn, N: uint64(i + 1), Index: uint64(i + 1), Masked: true, Key: key, Opcode: event.OpText})
		}
		x.End(&event.End{Stamp: event.Stamp{Packet: 8, Time: 800}, Conn: o.Conn})
	}
}

// TestCopies gives both legs of a proxy: the same handshake key and the same
// masking keys at the same time.
func TestCopies(t *testing.T) {
	var got []*event.Finding
	x := NewCross(func(f *event.Finding) { got = append(got, f) })
	leg := func(id int, client, server string, at int64) *event.Conn {
		c := &event.Conn{ID: id, Client: netip.MustParseAddrPort(client), Server: netip.MustParseAddrPort(server)}
		x.Open(&event.Open{Conn: c, Stamp: event.Stamp{Packet: 2, Time: at + 5}, RequestStamp: event.Stamp{Packet: 1, Time: at}, Key: "dGhlIHNhbXBsZSBub25jZQ==", URI: "/"})
		return c
	}
	a := leg(1, "192.0.2.1:1000", "198.51.100.1:80", 100)
	b := leg(2, "198.51.100.1:2000", "203.0.113.1:80", 103)
	for i, key := range [][4]byte{{1, 2, 3, 4}, {5, 6, 7, 8}, {9, 9, 9, 9}} {
		for _, c := range []*event.Conn{a, b} {
			x.Frame(&event.Frame{Conn: c, Index: uint64(i) + 1, Masked: true, Key: key, Opcode: event.OpText})
		}
	}
	// A capture at another place, read after the first one: its times overlap.
	for _, c := range []*event.Conn{a, b} {
		x.End(&event.End{Conn: c, Stamp: event.Stamp{Packet: 9, Time: 1000}})
	}
	leg(3, "192.0.2.1:1000", "198.51.100.1:80", 101)
	if len(got) > 0 {
		t.Errorf("%s", (&player{findings: got}).String())
	}
	if len(x.conns) != 1 {
		t.Errorf("%d open connections are remembered, want 1", len(x.conns))
	}
}

// TestCopiesSkewed has the second leg of a proxy begin 80 ms after the first
// one closed: one direction, or one interface, has a clock of its own.
func TestCopiesSkewed(t *testing.T) {
	for server, want := range map[string]int{"203.0.113.1:80": 0, "198.51.100.1:80": 1} {
		var got []*event.Finding
		x := NewCross(func(f *event.Finding) { got = append(got, f) })
		for id, server := range []string{"198.51.100.1:80", server} {
			c := &event.Conn{ID: id + 1, Client: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(1000+id)), Server: netip.MustParseAddrPort(server)}
			at := int64(id) * 85e6
			x.Open(&event.Open{Conn: c, Stamp: event.Stamp{Packet: 2, Time: at + 2}, RequestStamp: event.Stamp{Packet: 1, Time: at + 1}, Key: "dGhlIHNhbXBsZSBub25jZQ==", URI: "/"})
			x.End(&event.End{Conn: c, Stamp: event.Stamp{Packet: 3, Time: at + 5e6}})
		}
		if len(got) != want {
			t.Errorf("server %s: %s", server, (&player{findings: got}).String())
		}
	}
}

// ordinary gives a judge of an open connection and a frame and a message
// without fault.
func ordinary() (*Conn, func()) {
	c := &event.Conn{ID: 1}
	j := New(c, func(f *event.Finding) { panic(f.Text) })
	j.handshake = event.HandshakeFull
	j.extKnown = true
	f := &event.Frame{Conn: c, FIN: true, Opcode: event.OpText, Masked: true, HeaderLen: 6, Len: 20, Captured: 20, RTT: -1}
	m := &event.Message{Conn: c, Opcode: event.OpText, Frames: []uint64{1}, WireLen: 20, Len: 20, Complete: true, UTF8: true}
	key := uint32(1)
	return j, func() {
		f.N++
		f.Index++
		f.Time += int64(time.Millisecond)
		key = key*1664525 + 1013904223
		f.Key = [4]byte{byte(key >> 24), byte(key >> 16), byte(key >> 8), byte(key)}
		j.Frame(f)
		j.Message(m)
	}
}

// TestSize keeps the memory of a connection without findings small.
func TestSize(t *testing.T) {
	if n := unsafe.Sizeof(Conn{}); n > 640 {
		t.Errorf("a connection costs %d bytes", n)
	}
}

func TestNoAllocs(t *testing.T) {
	_, step := ordinary()
	if n := testing.AllocsPerRun(1000, step); n != 0 {
		t.Errorf("an ordinary frame and message cost %v allocations", n)
	}
}

func BenchmarkOrdinary(b *testing.B) {
	_, step := ordinary()
	b.ReportAllocs()
	for b.Loop() {
		step()
	}
}

func BenchmarkPingPong(b *testing.B) {
	c := &event.Conn{ID: 1}
	j := New(c, func(f *event.Finding) { panic(f.Text) })
	j.extKnown = true
	ping := &event.Frame{Conn: c, Dir: event.ServerToClient, FIN: true, Opcode: event.OpPing, HeaderLen: 2, Len: 4, Captured: 4, Payload: []byte("ping")}
	pong := &event.Frame{Conn: c, FIN: true, Opcode: event.OpPong, Masked: true, HeaderLen: 6, Len: 4, Captured: 4, Payload: []byte("ping")}
	key := uint32(1)
	b.ReportAllocs()
	for b.Loop() {
		ping.N, pong.N = ping.N+2, pong.N+2
		key = key*1664525 + 1013904223
		pong.Key = [4]byte{byte(key >> 24), byte(key >> 16), byte(key >> 8), byte(key)}
		j.Frame(ping)
		j.Frame(pong)
	}
}

// misprinted tells a text that fmt was given the wrong values for (package
// fmt, "Format errors"); the same signs may be quoted from what was given.
func misprinted(text, given string) bool {
	return strings.Contains(text, "%!") && !strings.Contains(given, "%!")
}

// FuzzTrace plays arbitrary bytes as the frames of both sides, with arbitrary
// events between them: the judge neither panics nor says a thing twice, and a
// finding always carries its rule.
func FuzzTrace(f *testing.F) {
	f.Add([]byte("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"), []byte{0, 1, 2, 3})
	f.Add([]byte{0x89, 0x00, 0x8a, 0x00, 0x88, 0x02, 0x03, 0xe8}, []byte{1, 1, 1, 9, 9})
	f.Add([]byte{0x01, 0x00, 0x00, 0x00, 0x82, 0x7f, 0x80, 0, 0, 0, 0, 0, 0, 0}, []byte{1, 4, 5, 6})
	f.Fuzz(func(t *testing.T, given, events []byte) {
		wire := given
		c := &event.Conn{ID: 1}
		said := map[event.Finding]bool{}
		take := func(g *event.Finding) {
			r := Lookup(g.Rule)
			if r == nil || r.Severity != g.Severity || g.Conn == nil || misprinted(g.Text, string(given)) {
				t.Fatalf("finding %+v", g)
			}
			h := *g
			h.Stamp = event.Stamp{}
			if said[h] {
				t.Fatalf("said twice: %+v", g)
			}
			said[h] = true
		}
		j, x := New(c, take), NewCross(take)
		at := event.Stamp{Packet: 1, Time: 1}
		n, index := uint64(0), [2]uint64{}
		for _, e := range events {
			at.Packet++
			at.Time += int64(e) * 1e7
			dir := event.Dir(e & 1)
			if kind := e >> 1 & 15; kind <= uint8(event.TransportEvicted) {
				j.Transport(&event.Transport{Stamp: at, Conn: c, Dir: dir, Kind: event.TransportKind(kind), Bytes: int64(int8(e))})
				continue
			}
			if len(wire) < 8 {
				break
			}
			n++
			index[dir]++
			fr := &event.Frame{Stamp: at, Conn: c, N: n, Index: index[dir], Dir: dir, FIN: wire[0]&0x80 != 0, RSV: wire[0] >> 4 & 7, Opcode: wire[0] & 15,
				Masked: wire[1]&0x80 != 0, Key: [4]byte(wire[4:8]), HeaderLen: 2, Len: uint64(wire[2]), Ended: e > 250}
			fr.Payload = wire[8:min(len(wire), 8+int(wire[2]))]
			fr.Captured = uint64(len(fr.Payload))
			if wire[1]&1 != 0 {
				fr.HeaderLen, fr.Len = 10, fr.Len<<56|uint64(wire[3])
			}
			if fr.Masked {
				fr.HeaderLen += 4
			}
			if fr.Opcode == event.OpClose && len(fr.Payload) > 1 {
				fr.HasClose, fr.CloseCode, fr.CloseReason = true, int(fr.Payload[0])<<8|int(fr.Payload[1]), fr.Payload[2:]
			}
			wire = wire[8+len(fr.Payload):]
			j.Frame(fr)
			x.Frame(fr)
		}
		end := &event.End{Stamp: at, Conn: c}
		j.End(end)
		x.End(end)
		if len(end.Story.Lines) == 0 || end.Story.Verdict[0] == "" {
			t.Fatal("no story")
		}
	})
}

// FuzzHead gives arbitrary heads to the handshake rules.
func FuzzHead(f *testing.F) {
	f.Add(strings.ReplaceAll(baseRequest, "\n", "\r\n")+"\r\n\r\n", strings.ReplaceAll(baseResponse, "\n", "\r\n")+"\r\n\r\n")
	f.Add("GET / HTTP/1.1\nHost : a\n\n", "HTTP/1.1 101\r\n\r\n")
	f.Add("\r\n", "")
	f.Add("0", "%!")
	f.Fuzz(func(t *testing.T, request, response string) {
		p := &player{t: t, request: strings.Split(strings.TrimSuffix(request, "\r\n\r\n"), "\r\n"), response: strings.Split(strings.TrimSuffix(response, "\r\n\r\n"), "\r\n")}
		p.cross = NewCross(p.take)
		p.begin()
		for _, g := range p.findings {
			if Lookup(g.Rule) == nil || misprinted(g.Text, request+response) || strings.ContainsFunc(g.Text, func(r rune) bool { return !strconv.IsPrint(r) }) {
				t.Fatalf("finding %+v", g)
			}
		}
	})
}
