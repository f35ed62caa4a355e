package export

import (
	"bytes"
	"flag"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wsscope/event"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden holds got against testdata/name.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; run with -update and read the difference\ngot:\n%s", path, got)
	}
}

// player makes events with running counts, so that the sample reads like a
// capture.
type player struct {
	event.Sink
	packet uint64
	clock  int64
	n      map[int]uint64
	index  map[int]*[2]uint64
}

func (p *player) stamp() event.Stamp {
	p.packet++
	p.clock += 1_234_567
	return event.Stamp{Packet: p.packet, Time: p.clock}
}

// frame completes f from its payload and hands it on.
func (p *player) frame(c *event.Conn, dir event.Dir, op uint8, payload string, change ...func(*event.Frame)) event.Frame {
	if p.index[c.ID] == nil {
		p.index[c.ID] = new([2]uint64)
	}
	p.n[c.ID]++
	p.index[c.ID][dir]++
	f := event.Frame{Stamp: p.stamp(), Conn: c, N: p.n[c.ID], Index: p.index[c.ID][dir], Dir: dir, FIN: true, Opcode: op, HeaderLen: 2,
		Len: uint64(len(payload)), Captured: uint64(len(payload)), Payload: []byte(payload), RTT: -1}
	if len(payload) > 125 {
		f.HeaderLen += 2
	}
	if dir == event.ClientToServer {
		f.Masked, f.Key, f.HeaderLen = true, [4]byte{0x37, 0xfa, 0x21, 0x3d}, f.HeaderLen+4
	}
	if op == event.OpClose && len(payload) >= 2 {
		f.HasClose, f.CloseCode, f.CloseReason = true, int(payload[0])<<8|int(payload[1]), f.Payload[2:]
	}
	f.First = f.Stamp
	for _, do := range change {
		do(&f)
	}
	p.Frame(&f)
	return f
}

// message makes the message of frames from the text and hands it on.
func (p *player) message(text string, frames []event.Frame, change ...func(*event.Message)) {
	first, last := frames[0], frames[len(frames)-1]
	m := event.Message{Stamp: last.Stamp, Conn: first.Conn, Dir: first.Dir, First: first.First, Opcode: first.Opcode,
		Len: uint64(len(text)), Complete: true, Payload: []byte(text), UTF8: strings.ToValidUTF8(text, "") == text}
	for _, f := range frames {
		m.Frames = append(m.Frames, f.N)
		m.WireLen += f.Len
	}
	for _, do := range change {
		do(&m)
	}
	p.Message(&m)
}

func (p *player) data(c *event.Conn, dir event.Dir, op uint8, text string) {
	f := p.frame(c, dir, op, text)
	p.message(text, []event.Frame{f})
}

func (p *player) finding(f event.Frame, rule string, severity event.Severity, rfc, text string) {
	p.Finding(&event.Finding{Stamp: f.Stamp, Conn: f.Conn, Dir: f.Dir, Frame: f.N, Rule: rule, Severity: severity, RFC: rfc, Text: text})
}

// play hands a small capture to s: a healthy chat, a client that breaks
// rules, a refused handshake, HTTP/2, a late start, hostile text.
func play(s event.Sink) {
	const up, down = event.ClientToServer, event.ServerToClient
	p := &player{Sink: s, clock: 1_790_000_000_000_000_000, n: map[int]uint64{}, index: map[int]*[2]uint64{}}
	server := netip.MustParseAddrPort("192.0.2.1:8080")

	chat := &event.Conn{ID: 1, Client: netip.MustParseAddrPort("192.0.2.7:54321"), Server: server}
	p.packet = 5
	p.Open(&event.Open{Stamp: p.stamp(), Conn: chat, Transport: "h1", Method: "GET", URI: "/chat?room=1", Host: "example.org", Origin: "https://example.org",
		Version: "13", Status: 101, Key: "dGhlIHNhbXBsZSBub25jZQ==", Accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", AcceptValid: event.Yes,
		OfferedSubprotocols: []string{"chat", "superchat"}, Subprotocol: "chat", OfferedExtensions: "permessage-deflate; client_max_window_bits",
		Extensions: "permessage-deflate; client_max_window_bits=15", HandshakeTime: 1250 * time.Microsecond,
		RequestHeaders:  []event.Header{{Name: "Host", Value: "example.org"}, {Name: "X-Name", Value: "caf\xe9"}, {Name: "no colon", Value: ""}},
		ResponseHeaders: []event.Header{{Name: "Upgrade", Value: "websocket"}}})
	p.data(chat, up, event.OpText, "Hello")
	p.data(chat, down, event.OpText, "{\"say\":\"h\u00e9llo \u4e16\u754c\",\n\"emoji\":\"\U0001F600\"}")
	p.data(chat, down, event.OpBinary, "\x00\x01\x02\xff")
	a := p.frame(chat, up, event.OpText, "Hel", func(f *event.Frame) { f.FIN = false })
	p.frame(chat, down, event.OpPing, "are you there")
	b := p.frame(chat, up, event.OpContinuation, "lo again")
	p.message("Hello again", []event.Frame{a, b})
	p.frame(chat, up, event.OpPong, "are you there", func(f *event.Frame) { f.RTT = 730 * time.Microsecond })
	z := p.frame(chat, down, event.OpText, "\xf2\x48\xcd\xc9\xc9\x07\x00", func(f *event.Frame) { f.RSV = 4 })
	p.message("Hello", []event.Frame{z}, func(m *event.Message) { m.Compressed = true })
	h := p.frame(chat, down, event.OpText, "\x1b[2J\u202egnp.exe \x00\u0085 and \xff\xe2\x82!")
	p.message("\x1b[2J\u202egnp.exe \x00\u0085 and \xff\xe2\x82!", []event.Frame{h})
	p.finding(h, "text-invalid-utf8", event.Error, "RFC 6455 section 5.6", "the text message is not valid UTF-8 from byte 25 on")
	p.frame(chat, up, event.OpClose, "\x03\xe9going away")
	p.frame(chat, down, event.OpClose, "\x03\xe9\xe2\x82 bad \xc0\xaf")
	p.End(&event.End{Stamp: p.stamp(), Conn: chat, Reason: event.EndClose, Duration: 41_500 * time.Millisecond,
		Count: [2]event.Count{{Frames: 5, Messages: 2, PayloadBytes: 41, WireBytes: 71}, {Frames: 6, Messages: 4, PayloadBytes: 120, WireBytes: 132}},
		Story: event.Story{Lines: []string{"the client closed with 1001 (going away) after 40.0 s of silence", "the server answered in 0.7 ms"},
			Verdict: [2]string{"client: conforms as far as seen", "server: 1 error"}}})

	bad := &event.Conn{ID: 2, Client: netip.MustParseAddrPort("[2001:db8::1]:40000"), Server: netip.MustParseAddrPort("[2001:db8::2]:9000")}
	p.Open(&event.Open{Stamp: p.stamp(), Conn: bad, Transport: "h1", TLS: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", Method: "GET", URI: "/\xff", Status: 101,
		AcceptValid: event.No, HandshakeTime: 12 * time.Millisecond})
	for range 3 {
		f := p.frame(bad, up, event.OpText, "no mask", func(f *event.Frame) { f.Masked, f.HeaderLen = false, 2 })
		p.message("no mask", []event.Frame{f})
		p.finding(f, "frame-client-unmasked", event.Error, "RFC 6455 section 5.1", "a client must mask all frames")
	}
	r := p.frame(bad, down, 11, "what?", func(f *event.Frame) { f.RSV = 3 })
	p.finding(r, "frame-opcode-reserved-control", event.Error, "RFC 6455 section 5.2", "opcode 11 is reserved")
	huge := p.frame(bad, down, event.OpBinary, "begin\x00\x00\x00after", func(f *event.Frame) {
		f.HeaderLen, f.Len, f.Captured = 10, 1<<63+13, 10
		f.Missing = []event.Range{{Off: 5, Len: 3}, {Off: 13, Len: 1 << 63}}
		f.Ended = true
	})
	p.message("begin\x00\x00\x00after", []event.Frame{huge}, func(m *event.Message) {
		m.Len, m.Complete, m.Unfinished, m.UTF8 = 13, false, true, false
		m.Missing = huge.Missing
		m.Error = "the stream ended inside a frame"
	})
	p.Finding(&event.Finding{Stamp: p.stamp(), Conn: bad, Dir: up, Rule: "tcp-reset", Severity: event.Warning, RFC: "RFC 6455 section 7.1.1", Text: "the client reset the connection"})
	p.End(&event.End{Stamp: p.stamp(), Conn: bad, Reason: event.EndRST, Duration: 12 * time.Millisecond,
		Count: [2]event.Count{{Frames: 3, Messages: 3, PayloadBytes: 21, WireBytes: 27}, {Frames: 2, Messages: 1, PayloadBytes: 5, WireBytes: 30, LostBytes: 3}}})

	no := &event.Conn{ID: 3, Client: netip.MustParseAddrPort("192.0.2.7:54322"), Server: server}
	p.Open(&event.Open{Stamp: p.stamp(), Conn: no, Refused: true, Transport: "h1", Method: "GET", URI: "/secret", Host: "example.org", Status: 403, HandshakeTime: 0})

	late := &event.Conn{ID: 4, Client: netip.MustParseAddrPort("192.0.2.7:54323"), Server: server}
	p.Open(&event.Open{Stamp: p.stamp(), Conn: late, Transport: "h1", Handshake: event.HandshakeInferred, HandshakeTime: -1})
	p.Finding(&event.Finding{Stamp: event.Stamp{Packet: p.packet, Time: p.clock}, Conn: late, Dir: event.NoDir, Rule: "handshake-missing", Severity: event.Info, Text: "the capture began after the opening handshake"})
	p.data(late, down, event.OpText, strings.Repeat("a long line, ", 40))

	h2 := &event.Conn{ID: 5, Client: netip.MustParseAddrPort("192.0.2.7:54324"), Server: netip.MustParseAddrPort("192.0.2.1:443"), Stream: 13}
	p.Open(&event.Open{Stamp: p.stamp(), Conn: h2, Transport: "h2", TLS: "1.3", Cipher: "TLS_CHACHA20_POLY1305_SHA256", Method: "CONNECT", URI: "/live", Status: 200, HandshakeTime: 3 * time.Millisecond})
	p.data(h2, up, event.OpText, "")
	p.End(&event.End{Stamp: p.stamp(), Conn: late, Reason: event.EndEOF, Count: [2]event.Count{1: {Frames: 1, Messages: 1, PayloadBytes: 520, WireBytes: 524}}})
	p.End(&event.End{Stamp: event.Stamp{Packet: p.packet, Time: p.clock}, Conn: h2, Reason: event.EndFIN, Count: [2]event.Count{{Frames: 1, Messages: 1, WireBytes: 6}}, Duration: 5 * time.Second})

	p.Finding(&event.Finding{Stamp: event.Stamp{Packet: p.packet, Time: p.clock}, Client: no.Client, Server: no.Server, Dir: event.NoDir, Rule: "handshake-unanswered", Severity: event.Info, Text: "the request was never answered"})
	p.Finding(&event.Finding{Dir: event.NoDir, Rule: "file-truncated", Severity: event.Info, Text: "the file ends inside a record"})
	p.Summary(&event.Summary{Packets: p.packet, Bytes: 5103, TCPConnections: 6, Connections: 4, Refused: 1, Frames: 18, Messages: 12, PayloadBytes: 707,
		Findings: [3]uint64{3, 1, 5}, ByOpcode: [16]uint64{0: 1, 1: 10, 2: 2, 8: 2, 9: 1, 10: 1, 11: 1}, LostBytes: 3, EncryptedConnections: 2,
		TruncatedPackets: 1, UndecodablePackets: 2, Duration: 42*time.Second + 100,
		Limits: []event.Struck{{Limit: "frame-payload", Count: 2, Text: "2 frames kept only their first 16 MiB"}},
		Notes:  []string{"1 connection is encrypted and no key fits"}})
}
