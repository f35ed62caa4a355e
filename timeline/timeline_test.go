package timeline

import (
	"net/netip"
	"time"

	"wsscope/event"
)

// feed makes events as a decoder would, for tests.
type feed struct {
	sink   event.Sink
	packet uint64
	time   int64
	conns  []*event.Conn
	n      []uint64
	index  [][2]uint64
}

func newFeed(sink event.Sink) *feed {
	return &feed{sink: sink, time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano()}
}

func (f *feed) stamp() event.Stamp {
	f.packet++
	f.time += int64(time.Millisecond)
	return event.Stamp{Packet: f.packet, Time: f.time}
}

func (f *feed) open() int {
	id := len(f.conns) + 1
	c := &event.Conn{ID: id, Client: netip.MustParseAddrPort("127.0.0.1:50000"), Server: netip.MustParseAddrPort("127.0.0.1:8080")}
	f.conns = append(f.conns, c)
	f.n = append(f.n, 0)
	f.index = append(f.index, [2]uint64{})
	f.sink.Open(&event.Open{Stamp: f.stamp(), Conn: c, Transport: "h1", Method: "GET", URI: "/chat", Status: 101, AcceptValid: event.Yes})
	return id
}

// frame sends one frame; the payload is masked where a client sends it.
func (f *feed) frame(conn int, dir event.Dir, op uint8, fin bool, payload string) uint64 {
	at := f.stamp()
	f.n[conn-1]++
	f.index[conn-1][dir]++
	fr := &event.Frame{
		Stamp: at, First: at, Conn: f.conns[conn-1], N: f.n[conn-1], Index: f.index[conn-1][dir], Dir: dir, FIN: fin, Opcode: op,
		Len: uint64(len(payload)), Captured: uint64(len(payload)), Payload: []byte(payload), RTT: -1,
	}
	if dir == event.ClientToServer {
		fr.Masked, fr.Key = true, [4]byte{0x37, 0xfa, 0x21, byte(fr.N)}
	}
	h := []byte{op, 0}
	if fin {
		h[0] |= 0x80
	}
	switch n := len(payload); {
	case n > 65535:
		h = append(h, 0, 0, 0, 0, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
		h[1] = 127
	case n > 125:
		h = append(h, byte(n>>8), byte(n))
		h[1] = 126
	default:
		h[1] = byte(n)
	}
	if fr.Masked {
		h[1] |= 0x80
		h = append(h, fr.Key[:]...)
	}
	fr.HeaderLen = copy(fr.Header[:], h)
	f.sink.Frame(fr)
	return fr.N
}

// text sends a whole message in one frame.
func (f *feed) text(conn int, dir event.Dir, payload string) uint64 {
	n := f.frame(conn, dir, event.OpText, true, payload)
	f.message(conn, dir, payload, n)
	return n
}

func (f *feed) now() event.Stamp { return event.Stamp{Packet: f.packet, Time: f.time} }

func (f *feed) message(conn int, dir event.Dir, payload string, frames ...uint64) {
	f.sink.Message(&event.Message{
		Stamp: f.now(), First: f.now(), Conn: f.conns[conn-1], Dir: dir, Opcode: event.OpText, Frames: frames, UTF8: true,
		WireLen: uint64(len(payload)), Len: uint64(len(payload)), Complete: true, Payload: []byte(payload),
	})
}

func (f *feed) finding(conn int, frame uint64, s event.Severity) {
	f.sink.Finding(&event.Finding{
		Stamp: f.now(), Conn: f.conns[conn-1], Dir: event.ClientToServer, Frame: frame,
		Rule: "frame-client-unmasked", Severity: s, RFC: "RFC 6455 section 5.1", Text: "the client did not mask its frame",
	})
}

func (f *feed) end(conn int) {
	f.sink.End(&event.End{Stamp: f.stamp(), Conn: f.conns[conn-1], Reason: event.EndClose, Story: event.Story{Lines: []string{"opened", "closed"}}})
}
