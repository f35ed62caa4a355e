// Package timelinetest makes events as a decoder would, for the tests of the
// store and of the screen over it.
package timelinetest

import (
	"net/netip"
	"strings"
	"time"

	"wsscope/event"
)

// Feed hands events to a sink. Each of its methods but those that follow a
// frame takes a millisecond and a packet.
type Feed struct {
	sink   event.Sink
	packet uint64
	time   int64
	conns  []*event.Conn
	n      []uint64
	index  [][2]uint64
}

// New makes a feed that begins at a fixed time.
func New(sink event.Sink) *Feed {
	return &Feed{sink: sink, time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC).UnixNano()}
}

func (f *Feed) stamp() event.Stamp {
	f.packet++
	f.time += int64(time.Millisecond)
	return event.Stamp{Packet: f.packet, Time: f.time}
}

// The handshake of RFC 6455 section 1.2.
const (
	request = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\nSec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Version: 13\r\n\r\n"
	response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n"
)

func headers(head string) []event.Header {
	var list []event.Header
	for _, line := range strings.Split(strings.TrimSpace(head), "\r\n")[1:] {
		name, value, _ := strings.Cut(line, ": ")
		list = append(list, event.Header{Name: name, Value: value})
	}
	return list
}

// Conn gives the identity of a connection, for events made elsewhere.
func (f *Feed) Conn(id int) *event.Conn { return f.conns[id-1] }

func (f *Feed) conn() *event.Conn {
	id := len(f.conns) + 1
	c := &event.Conn{
		ID:     id,
		Client: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(50000+id)),
		Server: netip.MustParseAddrPort("192.0.2.80:80"),
	}
	f.conns = append(f.conns, c)
	f.n = append(f.n, 0)
	f.index = append(f.index, [2]uint64{})
	return c
}

// Open opens a connection with the handshake of RFC 6455 section 1.2 and
// gives its number.
func (f *Feed) Open() int {
	c := f.conn()
	at := f.stamp()
	f.sink.Open(&event.Open{
		Stamp: at, Conn: c, Transport: "h1", Method: "GET", URI: "/chat", Host: "server.example.com", Origin: "http://example.com",
		Version: "13", Status: 101, Key: "dGhlIHNhbXBsZSBub25jZQ==", Accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", AcceptValid: event.Yes,
		OfferedSubprotocols: []string{"chat", "superchat"}, Subprotocol: "chat", HandshakeTime: time.Millisecond,
		RequestHeaders: headers(request), ResponseHeaders: headers(response),
		RequestRaw: []byte(request), ResponseRaw: []byte(response), RequestStamp: at,
	})
	return c.ID
}

// Refuse has a server refuse a handshake.
func (f *Feed) Refuse(status int) int {
	c := f.conn()
	f.sink.Open(&event.Open{
		Stamp: f.stamp(), Conn: c, Refused: true, Transport: "h1", Method: "GET", URI: "/secret", Host: "server.example.com", Status: status,
		RequestHeaders: headers(request),
	})
	return c.ID
}

// Frame sends one frame and gives its number; the payload is masked where a
// client sends it.
func (f *Feed) Frame(conn int, dir event.Dir, op uint8, fin bool, payload string) uint64 {
	return f.frame(conn, dir, op, fin, payload, func(*event.Frame) {})
}

// Pong sends a pong that answers a ping after rtt.
func (f *Feed) Pong(conn int, dir event.Dir, payload string, rtt time.Duration) uint64 {
	return f.frame(conn, dir, event.OpPong, true, payload, func(fr *event.Frame) { fr.RTT = rtt })
}

// Close sends a Close frame.
func (f *Feed) Close(conn int, dir event.Dir, code int, reason string) uint64 {
	payload := string([]byte{byte(code >> 8), byte(code)}) + reason
	return f.frame(conn, dir, event.OpClose, true, payload, func(fr *event.Frame) {
		fr.CloseCode, fr.HasClose, fr.CloseReason = code, true, []byte(reason)
	})
}

// Compressed sends a compressed message in one frame.
func (f *Feed) Compressed(conn int, dir event.Dir, wire, payload string) uint64 {
	n := f.frame(conn, dir, event.OpText, true, wire, func(fr *event.Frame) { fr.RSV = 4 })
	f.sink.Message(&event.Message{
		Stamp: f.now(), First: f.now(), Conn: f.conns[conn-1], Dir: dir, Opcode: event.OpText, Frames: []uint64{n}, UTF8: true,
		WireLen: uint64(len(wire)), Len: uint64(len(payload)), Compressed: true, Complete: true, Payload: []byte(payload),
		Inflate: event.Inflate{MaxDistance: 300},
	})
	return n
}

func (f *Feed) frame(conn int, dir event.Dir, op uint8, fin bool, payload string, edit func(*event.Frame)) uint64 {
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
	edit(fr)
	h := []byte{op | fr.RSV<<4, 0}
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

// Text sends a whole message in one frame.
func (f *Feed) Text(conn int, dir event.Dir, payload string) uint64 {
	n := f.Frame(conn, dir, event.OpText, true, payload)
	f.Message(conn, dir, payload, n)
	return n
}

func (f *Feed) now() event.Stamp { return event.Stamp{Packet: f.packet, Time: f.time} }

// Binary sends a whole binary message in one frame.
func (f *Feed) Binary(conn int, dir event.Dir, payload string) uint64 {
	n := f.Frame(conn, dir, event.OpBinary, true, payload)
	f.sink.Message(&event.Message{
		Stamp: f.now(), First: f.now(), Conn: f.conns[conn-1], Dir: dir, Opcode: event.OpBinary, Frames: []uint64{n},
		WireLen: uint64(len(payload)), Len: uint64(len(payload)), Complete: true, Payload: []byte(payload),
	})
	return n
}

// Message completes a text message of the frames sent before.
func (f *Feed) Message(conn int, dir event.Dir, payload string, frames ...uint64) {
	f.sink.Message(&event.Message{
		Stamp: f.now(), First: f.now(), Conn: f.conns[conn-1], Dir: dir, Opcode: event.OpText, Frames: frames, UTF8: true,
		WireLen: uint64(len(payload)), Len: uint64(len(payload)), Complete: true, Payload: []byte(payload),
	})
}

// Finding reports a frame, or for 0 the connection.
func (f *Feed) Finding(conn int, frame uint64, s event.Severity) {
	f.sink.Finding(&event.Finding{
		Stamp: f.now(), Conn: f.conns[conn-1], Dir: event.ClientToServer, Frame: frame,
		Rule: "frame-client-unmasked", Severity: s, RFC: "RFC 6455 section 5.1", Text: "the client did not mask its frame",
	})
}

// End ends a connection.
func (f *Feed) End(conn int) {
	f.sink.End(&event.End{Stamp: f.stamp(), Conn: f.conns[conn-1], Reason: event.EndClose,
		Count: [2]event.Count{}, Duration: time.Second, Story: event.Story{
			Lines:   []string{"client opened the connection", "client closed with 1000 (normal closure)"},
			Verdict: [2]string{"client: 1 error", "server: conforms as far as seen"},
		},
	})
}
