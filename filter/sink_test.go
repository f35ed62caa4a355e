package filter

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"wsscope/event"
)

// recorder writes down what it is given.
type recorder struct{ b strings.Builder }

func (r *recorder) Open(o *event.Open) {
	if o.Refused {
		fmt.Fprintf(&r.b, "refused%d ", o.Conn.ID)
	} else {
		fmt.Fprintf(&r.b, "open%d ", o.Conn.ID)
	}
}
func (r *recorder) Frame(f *event.Frame) {
	fmt.Fprintf(&r.b, "frame%d.%d:%s ", f.Conn.ID, f.N, f.Payload)
}
func (r *recorder) Message(m *event.Message) {
	fmt.Fprintf(&r.b, "message%d.%d:%s ", m.Conn.ID, m.Frames, m.Payload)
}
func (r *recorder) Finding(f *event.Finding) {
	id := 0
	if f.Conn != nil {
		id = f.Conn.ID
	}
	fmt.Fprintf(&r.b, "finding%d.%d:%s ", id, f.Frame, f.Rule)
}
func (r *recorder) End(e *event.End)         { fmt.Fprintf(&r.b, "end%d ", e.Conn.ID) }
func (r *recorder) Summary(s *event.Summary) { fmt.Fprintf(&r.b, "summary:%d", s.Frames) }

// capture plays two connections and a refused one into s. Payloads are
// overwritten after each call, as their owner may.
func capture(s event.Sink) {
	packet := uint64(0)
	stamp := func() event.Stamp {
		packet++
		return event.Stamp{Packet: packet, Time: int64(packet) * 1e9}
	}
	conn := func(id int) *event.Conn {
		return &event.Conn{ID: id, Client: netip.MustParseAddrPort("192.0.2.7:5000"), Server: netip.MustParseAddrPort("192.0.2.1:80")}
	}
	a, b, c := conn(1), conn(2), conn(3)
	buffer := make([]byte, 0, 64)
	frame := func(c *event.Conn, n uint64, op uint8, fin bool, text string) {
		buffer = append(buffer[:0], text...)
		s.Frame(&event.Frame{Stamp: stamp(), Conn: c, N: n, Index: n, FIN: fin, Opcode: op, HeaderLen: 2, Len: uint64(len(text)), Payload: buffer, RTT: -1})
		copy(buffer, "################")
	}
	message := func(c *event.Conn, frames []uint64, text string) {
		buffer = append(buffer[:0], text...)
		f := append([]uint64(nil), frames...)
		s.Message(&event.Message{Stamp: event.Stamp{Packet: packet, Time: int64(packet) * 1e9}, Conn: c, Opcode: event.OpText, Frames: f, Len: uint64(len(text)), Payload: buffer, Complete: true, UTF8: true})
		copy(buffer, "################")
		clear(f)
	}
	finding := func(c *event.Conn, n uint64, rule string, severity event.Severity) {
		s.Finding(&event.Finding{Stamp: event.Stamp{Packet: packet}, Conn: c, Frame: n, Rule: rule, Severity: severity})
	}
	s.Open(&event.Open{Stamp: stamp(), Conn: a, URI: "/a"})
	frame(a, 1, event.OpText, true, "one")
	message(a, []uint64{1}, "one")
	s.Open(&event.Open{Stamp: stamp(), Conn: b, URI: "/b"})
	finding(b, 0, "res-accept-invalid", event.Error)
	frame(b, 1, event.OpText, true, "two")
	message(b, []uint64{1}, "two")
	finding(b, 1, "mask-key-zero", event.Warning)
	frame(a, 2, event.OpText, false, "thr")
	frame(a, 3, event.OpPing, true, "hi")
	frame(a, 4, event.OpContinuation, true, "ee")
	message(a, []uint64{2, 4}, "three")
	finding(a, 2, "text-invalid-utf8", event.Error)
	s.Open(&event.Open{Stamp: stamp(), Conn: c, URI: "/c", Refused: true, Status: 403})
	finding(c, 0, "req-key-missing", event.Error)
	finding(a, 3, "ping-unanswered", event.Error)
	s.End(&event.End{Stamp: stamp(), Conn: a, Reason: event.EndClose})
	s.End(&event.End{Stamp: stamp(), Conn: b, Reason: event.EndRST})
	finding(nil, 0, "file-truncated", event.Info)
	s.Summary(&event.Summary{Frames: 5})
}

func TestSink(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{"", "open1 frame1.1:one message1.[1]:one open2 finding2.0:res-accept-invalid frame2.1:two message2.[1]:two finding2.1:mask-key-zero frame1.2:thr frame1.3:hi frame1.4:ee message1.[2 4]:three finding1.2:text-invalid-utf8 refused3 finding3.0:req-key-missing finding1.3:ping-unanswered end1 end2 finding0.0:file-truncated summary:5"},
		{"opcode == ping", "open1 frame1.3:hi finding1.3:ping-unanswered end1 summary:5"},
		{"text contains ee", "open1 message1.[2 4]:three finding1.2:text-invalid-utf8 end1 summary:5"},
		{`"two"`, "open2 frame2.1:two message2.[1]:two finding2.1:mask-key-zero end2 summary:5"},
		{"conn == 2", "open2 finding2.0:res-accept-invalid frame2.1:two message2.[1]:two finding2.1:mask-key-zero end2 summary:5"},
		{"finding == mask-key-zero", "open2 frame2.1:two message2.[1]:two finding2.1:mask-key-zero end2 summary:5"},
		{"finding == text-invalid-utf8", "open1 frame1.4:ee message1.[2 4]:three finding1.2:text-invalid-utf8 end1 summary:5"},
		{"finding == ping-unanswered", "open1 finding1.3:ping-unanswered end1 summary:5"},
		{"finding == req-key-missing", "refused3 finding3.0:req-key-missing summary:5"},
		{"finding == file-truncated", "finding0.0:file-truncated summary:5"},
		{"kind == refused", "refused3 finding3.0:req-key-missing summary:5"},
		{"kind == end && reason == rst", "open2 end2 summary:5"},
		{"severity == error", "open2 finding2.0:res-accept-invalid open1 frame1.4:ee message1.[2 4]:three finding1.2:text-invalid-utf8 refused3 finding3.0:req-key-missing finding1.3:ping-unanswered end1 end2 summary:5"},
		{"kind == message && fragments > 1", "open1 message1.[2 4]:three finding1.2:text-invalid-utf8 end1 summary:5"},
		{"len > 100", "summary:5"},
		{"fin && conn == 2", "open2 frame2.1:two message2.[1]:two finding2.1:mask-key-zero end2 summary:5"},
		{"!fin && websocket && kind == frame", "open1 frame1.2:thr finding1.2:text-invalid-utf8 end1 summary:5"},
	} {
		p, err := Compile(c.expr)
		if err != nil {
			t.Fatal(err)
		}
		var r recorder
		capture(NewSink(p, &r))
		if got := r.b.String(); got != c.want {
			t.Errorf("%s:\n%s\nnot\n%s", c.expr, got, c.want)
		}
	}
}

type discard struct{}

func (discard) Open(*event.Open)       {}
func (discard) Frame(*event.Frame)     {}
func (discard) Message(*event.Message) {}
func (discard) Finding(*event.Finding) {}
func (discard) End(*event.End)         {}
func (discard) Summary(*event.Summary) {}

func TestSinkDoesNotAllocate(t *testing.T) {
	for _, expr := range []string{`text contains "lo"`, "severity >= warning"} {
		p, err := Compile(expr)
		if err != nil {
			t.Fatal(err)
		}
		s := NewSink(p, discard{})
		c := &event.Conn{ID: 1}
		s.Open(&event.Open{Conn: c})
		f := &event.Frame{Conn: c, N: 1, FIN: true, Opcode: event.OpText, Len: 5, Payload: []byte("Hello"), RTT: -1}
		m := &event.Message{Conn: c, Opcode: event.OpText, Frames: []uint64{1}, Len: 5, Payload: f.Payload}
		if n := testing.AllocsPerRun(200, func() {
			f.N++
			m.Frames[0]++
			s.Frame(f)
			s.Message(m)
		}); n != 0 {
			t.Errorf("%s: %v allocations a frame", expr, n)
		}
	}
}
