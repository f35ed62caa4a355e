package filter

import (
	"net/netip"
	"strings"
	"testing"
	"time"

	"wsscope/event"
)

func at(s string) int64 {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return t.UnixNano()
}

// chat is a connection for the tables.
func chat() *Conn {
	return NewConn(&event.Open{
		Stamp: event.Stamp{Packet: 4, Time: at("2026-01-31T12:00:00Z")},
		Conn: &event.Conn{ID: 3, Client: netip.MustParseAddrPort("192.0.2.7:54321"), Server: netip.MustParseAddrPort("[2001:db8::1]:8080"),
			Stream: 0},
		Transport: "h1", Method: "GET", URI: "/chat?room=1", Host: "example.org", Status: 101, Subprotocol: "mqtt", HandshakeTime: 2 * time.Millisecond,
		Deflate: event.Deflate{Agreed: true},
	})
}

// textRow is the row of "Hello" from the client, frame and message in one.
func textRow() *Row {
	return &Row{Kinds: KindFrame | KindMessage, Conn: chat(), Packet: 17, Time: at("2026-01-31T12:00:10.5Z"), Dir: event.ClientToServer,
		Opcode: event.OpText, Len: 5, Payload: func() []byte { return []byte("Hello") }, N: 9, Index: 4, FIN: true, Masked: true,
		Key: [4]byte{0x37, 0xfa, 0x21, 0x3d}, HeaderLen: 6, CloseCode: -1, RTT: -1, WireLen: 5, Fragments: 1, Complete: true, UTF8: true}
}

// closeRow is a Close of the server with a finding.
func closeRow() *Row {
	return &Row{Kinds: KindFrame, Conn: chat(), Packet: 20, Time: at("2026-01-31T12:00:11Z"), Dir: event.ServerToClient, Opcode: event.OpClose, Len: 5,
		Payload: func() []byte { return []byte("\x03\xeabye") }, N: 12, Index: 8, FIN: true, HeaderLen: 2, CloseCode: 1002, RTT: -1,
		Rules: []string{"close-duplicate", "close-code-invalid"}, Severity: event.Error}
}

func TestMatch(t *testing.T) {
	compressed := textRow()
	compressed.Kinds, compressed.Compressed, compressed.WireLen, compressed.Fragments, compressed.Missing = KindMessage, true, 3, 2, 1
	pong := textRow()
	pong.Kinds, pong.Opcode, pong.RTT, pong.Masked = KindFrame, event.OpPong, int64(40*time.Millisecond), false
	big := textRow()
	big.Len, big.FrameLen, big.HeaderLen, big.RSV, big.FIN = 70_000, 70_000, 14, 5, false
	inflated := textRow()
	inflated.Compressed, inflated.Len, inflated.FrameLen, inflated.HeaderLen = true, 70_000, 200, 8
	end := &Row{Kinds: KindEnd, Conn: chat(), Packet: 30, Time: at("2026-01-31T12:05:00Z"), Dir: event.NoDir, Reason: event.EndRST}
	loose := &Row{Kinds: KindFinding, Packet: 1, Dir: event.NoDir, Rules: []string{"file-truncated"}, Severity: event.Info}

	for _, c := range []struct {
		row   *Row
		exprs string // a line each; those after a blank line do not match
	}{
		{textRow(), `
			opcode == text
			opcode == TEXT
			opcode eq 1
			websocket.opcode == 1
			websocket
			opcode != ping
			opcode < 2
			opcode <= 1
			opcode > 0 && opcode >= 1
			opcode in {text, binary}
			opcode in {1..2}
			opcode in {0 1 2}
			opcode in {5, 1}
			opcode not in {ping, pong}
			!opcode in {ping}
			not opcode == binary
			fin
			fin == true
			fin != 0
			websocket.mask == 1
			!rsv1
			rsv == 0
			dir == c2s
			dir
			kind == frame
			kind == message
			kind in {open, message}
			kind != end
			conn == 3
			conn
			packet == 17
			packet in {10..20}
			n == 9 and index == 4
			len == 5
			len < 1k
			len in {0..1k}
			header_len == 6
			key == 37:fa:21:3d
			key[0] == 37
			websocket.masking_key == 0x37fa213d
			payload == "Hello"
			payload == 48:65:6c:6c:6f
			payload == 48-65-6c-6c-6f
			payload == 48.65.6c.6c.6f
			payload contains "ell"
			payload contains 6c:6c
			payload contains 6c
			payload contains ell
			payload matches "^h.*O$"
			payload ~ "L{2}"
			payload[0] == 0x48
			payload[0:2] == "He"
			payload[1-2] == "el"
			payload[:4] == "Hell"
			payload[3:] == lo
			payload[3:9] contains "lo"
			payload > "Hel" && payload < "Hem" && payload <= "Hello" && payload >= "Hello"
			"ell"
			'Hello'
			text == "Hello"
			text == Hello
			text == "\x48\145\u006cl\157"
			text matches r"\bhello\b"
			text contains "l" && text contains 'o'
			text in {"Bye", "Hello"}
			websocket.payload.text
			websocket.payload.text_mask == 7f:9f:4d:51:58
			websocket.payload.text_unmask == "Hello"
			websocket.masked_payload[0] == 7f
			uri contains "room"
			uri == "/chat?room=1"
			uri matches "^/chat"
			uri[0:5] == "/chat"
			host == example.org
			http.host == "example.org" && http.request.method == GET
			status == 101
			subprotocol == mqtt
			deflate
			transport == h1
			handshake == full
			handshake.time < 3ms
			client == 192.0.2.7
			client == 192.0.2.7:54321
			client == 192.0.2.0/24
			server == 2001:db8::1
			server == [2001:db8::1]:8080
			server == 2001:db8::/32
			ip == 192.0.2.7 && ip == 2001:db8::1
			ip in {10.0.0.0/8, 192.0.2.0/24}
			src == 192.0.2.7 && dst == 2001:db8::1
			port == 8080 && port == 54321
			tcp.port in {80, 8000..9000}
			src.port == 54321 && tcp.dstport == 8080
			server.port != 80
			elapsed == 10.5s
			elapsed > 10s and elapsed < 1m
			elapsed in {10s..11s}
			time > 2026-01-31
			time >= 2026-01-31T12:00:10Z
			time < "2026-01-31 12:00:11"
			time == 2026-01-31T13:00:10.5+01:00
			complete && utf8 && !compressed
			fragments == 1
			!missing
			opcode == text or opcode == ping and dir == s2c
			opcode == text xor dir == s2c
			(opcode == ping || dir == c2s) && conn == 3
			!(opcode == ping)
			!!fin

			opcode == ping
			opcode != text
			opcode in {ping, pong}
			opcode not in {text}
			!fin
			fin == 0
			!websocket.mask
			rsv1
			dir == s2c
			kind == end
			kind != frame
			conn != 3
			len > 5
			len < 5
			payload contains "ELL"
			payload matches "(?-i)hello"
			payload[4:2] == "o!"
			payload[7:] == ""
			payload[0] == 0x49
			"bye"
			binary
			binary contains "ell"
			close.code
			close.code != 1000
			close.reason
			rtt
			rtt != 3s
			finding
			severity
			reason == eof
			uri == "/chat"
			stream
			tls
			client != 192.0.2.7
			ip != 192.0.2.7
			ip == 10.0.0.0/8
			client == 192.0.2.7:1
			port != 8080
			port == 80
			src == 2001:db8::1
			time > 2026-02-01
			elapsed < 10s
			compressed
			missing
			websocket.payload.text == ""
			websocket.payload_length_ext_16
			websocket.fragments
			websocket.fragment.overlap
			opcode == text xor dir == c2s`},
		{compressed, `
			compressed && wire_len == 3
			fragments > 1
			websocket.fragments && websocket.reassembled.length == 5
			missing == 1

			fin
			n == 9
			kind == frame`},
		{pong, `
			rtt == 40ms
			rtt > 39ms
			rtt in {1ms..50ms}

			websocket.payload.pong_mask
			rtt > 40ms`},
		{inflated, `
			compressed && masked && len == 70000
			websocket.payload_length_ext_16 == 200

			websocket.payload_length_ext_16 > 1k
			websocket.masked_payload`},
		{big, `
			websocket.payload_length_ext_64 == 70000
			rsv == 5 && rsv1 && !rsv2 && rsv3
			len > 68k && len < 71KB && len == 70kB

			websocket.payload_length_ext_16
			fin`},
		{closeRow(), `
			close.code == 1002
			close.code in {1000, 1002}
			close.reason == bye
			websocket.payload.close.status_code == 1002
			severity == error
			severity >= warning
			finding
			finding == close-duplicate
			finding == close-code-invalid
			finding contains "code"
			finding matches "^close"
			finding != mask-key-zero
			finding in {mask-key-zero, close-duplicate}

			close.code == 1000
			severity < error
			finding == mask-key-zero
			finding != close-duplicate
			compressed
			complete`},
		{end, `
			kind == end && reason == rst
			reason in {fin, rst}
			uri contains chat

			websocket
			dir
			opcode == continuation
			len < 10
			payload
			"x"`},
		{loose, `
			severity == info
			finding == file-truncated
			packet == 1
			!conn

			conn
			uri
			ip
			port
			src
			handshake
			deflate
			elapsed
			status`},
	} {
		want := true
		for _, line := range strings.Split(c.exprs, "\n")[1:] {
			expr := strings.TrimSpace(line)
			if expr == "" {
				want = false
				continue
			}
			p, err := Compile(expr)
			if err != nil {
				t.Errorf("%s: %v", expr, err)
				continue
			}
			if p.Match(c.row) != want {
				t.Errorf("%s: %v, not %v", expr, !want, want)
			}
		}
	}
	if p, err := Compile("  "); err != nil || !p.Match(loose) {
		t.Errorf("the empty filter: %v", err)
	}
}

func TestNeeds(t *testing.T) {
	for _, c := range []struct {
		expr string
		want Need
	}{
		{"opcode == text && uri contains x", 0},
		{`"x"`, NeedPayload},
		{"!(severity == error)", NeedFindings},
		{"rtt > 3s || text == x xor fin", NeedDetail | NeedPayload | NeedFrame},
		{"finding in {a, b}", NeedFindings},
	} {
		p, err := Compile(c.expr)
		if err != nil || p.Needs() != c.want {
			t.Errorf("%s: %v, %v", c.expr, p.Needs(), err)
		}
	}
}
