package ui

import (
	"testing"

	"wsscope/timeline"
)

func TestDetails(t *testing.T) {
	b := newBench(t, sample(t), 160, 60)
	b.press("j", "j", "1", "Enter")
	b.sees("frame 1 of connection 1 → client to server   6 header + 38 payload bytes", "FIN marks the last frame", "|I|S|S|S|  (4)  |A|     (7)     |",
		"0 81 a6 37 fa 21 01")
	b.press("z", "Right", "Right", "Right", "Right")
	b.sees("bits 4 to 7", "opcode  = 0x1", "Masking, byte by byte", "7b  01111011", "● 0…125", "37fa2101")
	lit := b.a.theme.styles[lit]
	for _, text := range []string{"opcode  =", "opcode |M", "opcode             "} {
		if b.styleOf(text) != lit {
			t.Errorf("%q is not lit", text)
		}
	}
	b.press("Esc", "2")
	b.sees("JSON   38 bytes", `"method": "add"`)
	b.press("v")
	b.sees("text   38 bytes")
	b.press("v", "v")
	b.sees("hex   38 bytes", "000000  7b 22 69 64")
	b.press("v")
	b.sees("masked and unmasked", "│ 7b 22 69")
	b.press("3")
	b.sees("text message → client to server", "38 bytes in 1 frame", "packet 3")
	b.press("4")
	b.sees("full handshake", "the key as sent    dGhlIHNhbXBsZSBub25jZQ==", "b37a4f2cc0624f1690f64606cf385945b2bec4ea", "equal ✓", "subprotocol  chat")
	b.press("5")
	b.sees("connection 1: closed", "client closed with 1000 (normal closure)", "client: 1 error", "Throughput", "Message sizes", "round trip 3 ms to 5 ms, 4 ms on average, of 2 pings")
	b.press("Esc")
	b.a.goTo(11)
	b.press("2", "Enter")
	b.sees("Hello, inflated world")
	b.press("5", "2")
	b.a.goTo(12)
	b.press("j")
}

func TestCompressedAndFragmented(t *testing.T) {
	b := newBench(t, sample(t), 160, 50)
	var row timeline.Row
	find := func(want func() bool) {
		t.Helper()
		for i := range b.a.rows.length() {
			b.a.rows.list.move(i)
			b.a.moved()
			row, _ = b.a.selected()
			if want() {
				b.draw()
				return
			}
		}
		t.Fatal("no such row")
	}
	find(func() bool { return row.Compressed() })
	b.press("2")
	b.sees("21 bytes, 7 bytes on the wire, 33 % of it")
	b.press("v", "v", "v", "v")
	for b.a.details.form != formInflate {
		b.press("v")
	}
	b.sees("compressed, as on the wire", "f2 48 cd c9 c9 07 00", "inflated", "Hello, inflated world")
	b.press("3")
	b.sees("compressed (permessage-deflate)", "refers back at most 300 bytes: a window of 9 bits would do", "FIN RSV1")
	find(func() bool { return row.Kind() == timeline.KindMessage && !row.Compressed() })
	b.sees("10 bytes in 2 frames", "fragmented")
	b.press("1")
	b.sees("frame 1 of 2: { and }", "the first frame of a message, more follow")
	b.press("Enter", "}")
	b.sees("frame 2 of 2: { and }", "the last frame of its message")
	b.press("{")
	b.sees("frame 1 of 2")
	b.press("J", "K")
}
