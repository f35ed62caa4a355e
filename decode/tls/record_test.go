package tls

import (
	"path/filepath"
	"testing"
)

func TestSniff(t *testing.T) {
	for _, c := range []struct {
		name string
		in   string
		want Verdict
	}{
		{"nothing", "", NeedMore},
		{"one byte", "\x16", NeedMore},
		{"half a header", "\x16\x03\x01", NeedMore},
		{"no message type yet", "\x16\x03\x01\x02\x00", NeedMore},
		{"ClientHello", "\x16\x03\x01\x02\x00\x01", Yes},
		{"ServerHello", "\x16\x03\x03\x00\x7a\x02", Yes},
		{"other message", "\x16\x03\x03\x00\x7a\x0b", No},
		{"application data", "\x17\x03\x03\x01\x00", Yes},
		{"application data of length 0", "\x17\x03\x03\x00\x00", No},
		{"too long", "\x17\x03\x03\x48\x01", No},
		{"longest", "\x17\x03\x03\x48\x00", Yes},
		{"alert", "\x15\x03\x03\x00\x02\x02\x28", Yes},
		{"ChangeCipherSpec", "\x14\x03\x03\x00\x01\x01", Yes},
		{"long ChangeCipherSpec", "\x14\x03\x03\x00\x02\x01", No},
		{"other type", "\x18\x03\x03\x00\x10", No},
		{"version 2", "\x16\x02\x00", No},
		{"version 3.5", "\x16\x03\x05", No},
		{"HTTP", "GET / HTTP/1.1", No},
		{"HTTP, one byte", "G", No},
		{"a WebSocket frame", "\x81\x85\x00\x00\x00\x00", No},
	} {
		if got := Sniff([]byte(c.in)); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

// TestSniffCaptured recognises both sides of all captured connections.
func TestSniffCaptured(t *testing.T) {
	for _, file := range capturedFiles(t) {
		for i, conn := range readCaptured(t, file).conns {
			var begun [2]bool
			for _, m := range conn.moves {
				if m.data != nil && !begun[m.dir] {
					begun[m.dir] = true
					if Sniff(m.data) != Yes {
						t.Errorf("%s, connection %d: %v begins with %.10x", filepath.Base(file), i, m.dir, m.data)
					}
				}
			}
		}
	}
}
