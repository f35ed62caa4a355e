package decode

import (
	"net/netip"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/stream"
)

// TestPreamble has a proxy's talk in front of a conversation, in pieces of one
// byte too: what is decoded is the same as without, but for the packets.
func TestPreamble(t *testing.T) {
	const v2 = "\r\n\r\n\x00\r\nQUIT\n"
	talk := []step{up(request), down(response), up(client(0x81, "hello")), down(server(0x81, "answer")), fin(0), fin(1)}
	for _, c := range []struct {
		name  string
		steps []step
		not   bool // it is none
	}{
		{"PROXY version 1", []step{up("PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n")}, false},
		{"PROXY version 1, unknown", []step{up("PROXY UNKNOWN\r\n")}, false},
		{"PROXY version 2", []step{up(v2 + "\x21\x11\x00\x0c\x01\x02\x03\x04\x05\x06\x07\x08\x00\x50\x01\xbb")}, false},
		{"PROXY version 2, local", []step{up(v2 + "\x20\x00\x00\x00")}, false},
		{"PROXY version 3", []step{up(v2 + "\x31\x00\x00\x00")}, true},
		{"PROXY version 2, too long", []step{up(v2 + "\x21\x11\xff\xff")}, true},
		{"SOCKS4", []step{up("\x04\x01\x00\x50\xc0\x00\x02\x01me\x00"), down("\x00\x5a\x00\x00\x00\x00\x00\x00")}, false},
		{"SOCKS4a", []step{up("\x04\x01\x00\x50\x00\x00\x00\x01\x00example.com\x00"), down("\x00\x5a\x00\x00\x00\x00\x00\x00")}, false},
		{"SOCKS4, rejected", []step{up("\x04\x01\x00\x50\xc0\x00\x02\x01me\x00"), down("\x00\x5b\x00\x00\x00\x00\x00\x00")}, true},
		{"SOCKS5", []step{up("\x05\x01\x00"), down("\x05\x00"), up("\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x50"), down("\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")}, false},
		{"SOCKS5 with a login", []step{up("\x05\x02\x00\x02"), down("\x05\x02"), up("\x01\x02me\x06secret"), down("\x01\x00"),
			up("\x05\x01\x00\x03\x0bexample.com\x00\x50"), down("\x05\x00\x00\x04" + strings.Repeat("\x00", 18))}, false},
		{"SOCKS5, wrong password", []step{up("\x05\x02\x00\x02"), down("\x05\x02"), up("\x01\x02me\x06secret"), down("\x01\x01")}, true},
		{"SOCKS5, refused", []step{up("\x05\x01\x00"), down("\x05\xff")}, true},
		{"SOCKS5, host unreachable", []step{up("\x05\x01\x00"), down("\x05\x00"), up("\x05\x01\x00\x01\xc0\x00\x02\x01\x00\x50"), down("\x05\x04\x00\x01\x00\x00\x00\x00\x00\x00")}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := append(append([]step{}, c.steps...), talk...)
			for _, steps := range [][]step{all, cutAnew(all, func() int { return 1 })} {
				p := newTape(t)
				p.brief = true
				sh := NewShared(p, Options{Payload: 1 << 20})
				feed(p, sh, true, steps)
				whole := contains(p.lines, "open full /chat 101") && contains(p.lines, `c2s text "hello"`) && contains(p.lines, `s2c text "answer"`)
				if whole == c.not || contains(p.lines, "error") {
					t.Errorf("in %d steps:\n%s", len(steps), strings.Join(p.lines, "\n"))
				}
			}
		})
	}
}

// TestPreambleUndecided has beginnings that never become a preamble: they are
// not held for longer than one can be.
func TestPreambleUndecided(t *testing.T) {
	for name, begin := range map[string]string{"SOCKS4": "\x04\x01\x00\x50\xc0\x00\x02\x01", "SOCKS5": "\x05\x01\x00"} {
		p := newTape(t)
		sh := NewShared(p, Options{})
		c := NewConn(sh, netip.MustParseAddrPort("192.0.2.1:50000"), netip.MustParseAddrPort("198.51.100.1:1080"), true)
		for n := 0; n < longestPreamble && !c.ignore; n++ {
			c.Data(event.ClientToServer, &stream.Chunk{Data: []byte(begin), Acked: -1})
			begin = "x"
		}
		if !c.ignore {
			t.Errorf("%s: it is still held", name)
		}
	}
}
