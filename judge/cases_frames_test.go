package judge

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

func TestFrames(t *testing.T) {
	run(t, []traceCase{
		{"every frame unmasked", "c2s 81 01 68\nc2s 82 01 68\nc2s 89 00\ns2c 8a 00\nc2s 88 00", "frame-client-unmasked frame-client-unmasked frame-client-unmasked frame-client-unmasked"},
		{"a masked server", "s2c 81 81 01 02 03 04 69", "frame-server-masked"},
		{"opcodes 3 and 7", "s2c 83 00\ns2c 87 00", "frame-opcode-reserved-data frame-opcode-reserved-data"},
		{"opcodes B and F", "s2c 8b 00\ns2c 8f 00", "frame-opcode-reserved-control frame-opcode-reserved-control"},
		{"all that is wrong with one frame", "s2c 7b fe 00 05 01 02 03 04 69 69 69 69 69", "frame-server-masked frame-opcode-reserved-control frame-rsv-unnegotiated frame-length-not-minimal control-fragmented"},
		{"RSV1 without extension", "s2c c1 00", "frame-rsv-unnegotiated"},
		{"RSV2 with permessage-deflate", "deflate\ns2c a1 00", "frame-rsv-unnegotiated"},
		{"RSV1 and RSV3 with permessage-deflate", "deflate\ns2c d1 01 00", "frame-rsv-unnegotiated"},
		{"RSV1 on a Ping", "deflate\ns2c c9 00", "frame-rsv1-control"},
		{"RSV1 on a Ping without extension", "s2c c9 00", "frame-rsv-unnegotiated"},
		{"RSV1 on a Close, whose body is then not read", "deflate\ns2c c8 02 03 ed", "frame-rsv1-control"},
		{"RSV1 on a continuation", "deflate\ns2c 41 03 f2 48 cd\ns2c c0 04 c9 c9 07 00", "frame-rsv1-continuation"},
		{"RSV1, the response not captured", "request only\ns2c c1 00", "handshake-response-missing"},
		{"RSV bits and opcodes of an unknown extension", "> Sec-WebSocket-Extensions: x\n< Sec-WebSocket-Extensions: x\ns2c f3 00", "req-extension-unregistered"},
		{"125 bytes in 16 bits", "s2c 82 7e 00 7d and 125 bytes", "frame-length-not-minimal"},
		{"nothing in 16 bits", "s2c 82 7e 00 00", "frame-length-not-minimal"},
		{"65,535 bytes in 64 bits", "s2c 82 7f 00 00 00 00 00 00 ff ff and 65535 bytes", "frame-length-not-minimal"},
		{"the top bit, and silence after it", "s2c 82 7f ff ff ff ff ff ff ff ff 01\n" + finBoth, "frame-length-msb"},
		{"2^62 bytes", "s2c 82 7f 40 00 00 00 00 00 00 00 01\n" + finBoth, "frame-huge-length frame-truncated tcp-closed-without-close"},
		{"a cut masked frame, by reset", "c2s 82 8a 01 02 03 04 05\nc2s RST", "frame-truncated tcp-closed-without-close tcp-reset"},
		{"a cut frame, the capture ends", "c2s 82 8a 01 02 03 04 05", ""},
		{"a cut frame after the other side's Close", byeServer + "s2c FIN\nc2s 82 8a 01 02 03 04 05\nc2s FIN", ""},
		{"a Pong of 126 bytes in fragments", "s2c 0a 7e 00 7e and 126 bytes", "control-fragmented control-too-long pong-unsolicited"},
		{"a continuation too many", "s2c 01 00\ns2c 80 00\ns2c 80 00", "continuation-without-start"},
		{"messages inside one another", "s2c 01 00\ns2c 02 00\ns2c 00 00\ns2c 80 00\ns2c 80 00", "data-inside-fragmented continuation-without-start"},
		{"unfinished at FIN", "c2s 01 81 01 02 03 04 69\nc2s FIN\ns2c FIN", "message-unfinished tcp-closed-without-close"},
		{"unfinished at Close", "s2c 01 01 69\n" + byeServer, "message-unfinished"},
		{"unfinished, the capture ends", "s2c 01 01 69", ""},
		{"unfinished at FIN, who was first is not known", "disordered\nc2s 01 81 01 02 03 04 69\nc2s FIN\ns2c FIN", ""},
		{"unfinished after the other side's Close", "c2s 01 81 01 02 03 04 69\n" + byeServer + "s2c FIN\nc2s FIN", ""},
		{"255 empty fragments", "s2c 01 00\ns2c 00 00 and 254 times more\ns2c 80 00", ""},
		{"very many empty fragments", "s2c 01 00\ns2c 00 00 and 999 times more\ns2c 80 00", "empty-fragment-flood"},
		{"fragments of one byte", "s2c 01 00\ns2c 00 01 69 and 999 times more\ns2c 80 00", ""},
	})
}

// keys gives client frames with these masking keys.
func keys(k ...uint32) string {
	var b strings.Builder
	for _, k := range k {
		fmt.Fprintf(&b, "c2s 82 81 %08x 00\n", k)
	}
	return b.String()
}

func TestMasking(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var fresh, cycle []uint32
	for range 5000 {
		fresh = append(fresh, r.Uint32()|1)
	}
	far := append(append([]uint32{}, fresh...), fresh[0]) // one repeat among thousands
	for i := range 100 {
		cycle = append(cycle, fresh[i%40])
	}
	run(t, []traceCase{
		{"fresh keys", keys(fresh...), ""},
		{"one repeat far apart", keys(far...), ""},
		{"zero", keys(0), "mask-key-zero"},
		{"zero without payload", "c2s 81 80 00 00 00 00", ""},
		{"always zero", keys(0, 0, 0), "mask-key-zero mask-key-zero mask-key-zero"},
		{"one key for all", keys(7, 7, 7), "mask-key-reused mask-key-reused"},
		{"two keys in turn", keys(7, 99, 7, 99), "mask-key-reused mask-key-reused"},
		{"a cycle of forty keys", keys(cycle[:121-40]...), "mask-key-reused"},
		{"a counter", keys(5, 6, 7, 8, 9), "mask-key-predictable"},
		{"a counter in little endian", keys(0xfe000000, 0xff000000, 0x00010000, 0x01010000), "mask-key-predictable"},
		{"a counter by steps", keys(0xfffffff0, 0x00000010, 0x00000030), "mask-key-predictable"},
		{"two differences", keys(5, 6, 8, 11), ""},
	})
}

func TestMessages(t *testing.T) {
	run(t, []traceCase{
		{"a byte FF", "s2c 81 01 ff", "text-invalid-utf8"},
		{"binary may be anything", "s2c 82 01 ff", ""},
		{"noncharacters and U+0000", "s2c 81 07 00 ef bf be ef bf bf", ""},
		{"a character split over fragments", "s2c 01 02 e2 82\ns2c 80 01 ac", ""},
		{"a character cut off", "s2c 01 02 e2 82\ns2c 80 00", "text-invalid-utf8"},
		{"zlib instead of raw deflate", "deflate\ns2c c1 0d 78 9c f3 48 cd c9 c9 07 00 05 8c 01 f5", "deflate-invalid"},
		{"no byte at all", "deflate\ns2c c1 00", "deflate-invalid"},
		{"inside a block", "deflate\ns2c c1 03 f2 48 cd", "deflate-invalid"},
		{"the tail", "deflate\ns2c c1 0b f2 48 cd c9 c9 07 00 00 00 ff ff", "deflate-tail-not-removed"},
		{"the padding", "deflate\ns2c c1 09 f3 48 cd c9 c9 07 00 00 00", "deflate-padding"},
		{"the window, of the server", "deflate server_max_window_bits=8\ns2c 82 01 00", ""},
		{"a reset context kept", "deflate server_no_context_takeover\ns2c c1 07 f2 48 cd c9 c9 07 00\ns2c c1 07 f2 48 cd c9 c9 07 00", ""},
		{"a bomb", "deflate\nc2s compressed: 10 MiB of zeroes", "decompression-bomb"},
		{"a context that the capture lost, told once", "deflate\ns2c GAP 10\ns2c c1 05 f2 00 11 00 00\ns2c c1 05 f2 00 11 00 00", "capture-gap deflate-context-lost"},
	})
}

func TestPings(t *testing.T) {
	const (
		ping  = "s2c 89 02 68 69\n"
		other = "s2c 89 02 68 6f\n"
		pong  = "c2s 8a 82 01 02 03 04 69 6b\n"
		late  = "c2s 8a 82 21 22 03 04 49 4d\n" // answers other
		wrong = "c2s 8a 82 11 02 03 04 69 6b\n"
		end   = byeClient + byeServer + finBoth
	)
	exchange := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "c2s 82 81 %08x 00\ns2c 82 01 69\n", uint32(i+1)*0x9e3779b1*uint32(i+3))
		}
		return b.String()
	}
	run(t, []traceCase{
		{"answered", ping + pong + end, ""},
		{"only the latest of two answered", ping + other + late + end, ""},
		{"answered late", ping + exchange(5) + pong + end, ""},
		{"never answered", ping + exchange(2) + end, "ping-unanswered"},
		{"never answered, nor spoken", ping + byeClient + byeServer + finBoth, ""},
		{"one frame may have been on its way", ping + exchange(1) + byeServer + byeClient + finBoth, ""},
		{"one frame much later was not", ping + "later 2 s\n" + exchange(1) + byeServer + byeClient + finBoth, "ping-unanswered"},
		{"Ping and Close together", "c2s 89 80 01 02 03 04\n" + byeClient + "s2c 82 00\n" + byeServer + finBoth, ""},
		{"the capture ends", ping + exchange(3), ""},
		{"the capture ends much later", ping + "later 11 s\n" + exchange(1), "ping-unanswered"},
		{"the client never answers, the server's Ping comes after its Close", byeServer + ping + byeClient + finBoth, "control-after-close"},
		{"other data, and no better answer", ping + wrong + end, "pong-mismatch"},
		{"other data: a heartbeat, then the answer", ping + wrong + pong + end, ""},
		{"unsolicited", pong + end, "pong-unsolicited"},
		{"the capture has the Pong first", pong + ping + exchange(3) + end, "pong-unsolicited"},
		{"the capture has two Pongs first", pong + late + ping + other + exchange(3) + end, "pong-unsolicited pong-unsolicited"},
		{"the capture has the Pong first, another Ping waits", ping + late + other + exchange(3) + end, ""},
		{"in order the later Ping is not answered", ping + late + "later 2 s\n" + other + exchange(3) + end, "pong-mismatch ping-unanswered"},
		{"many Pongs of other data", ping + strings.Repeat(wrong, 17) + "c2s 8a 80 01 02 03 04\n", strings.Repeat("mask-key-reused ", 16) + strings.Repeat("pong-mismatch ", 18)},
		{"what came first is not known", "disordered\n" + ping + exchange(2) + end, ""},
		{"what came first is not known, but much later", "disordered\n" + ping + "later 2 s\n" + exchange(1) + end, "ping-unanswered"},
		{"a Pong to a lost Ping", "s2c SYNC LOST\ns2c SYNC FOUND\n" + pong + end, "frame-sync-lost"},
		{"the Pong may be lost", ping + "c2s SYNC LOST\nc2s SYNC FOUND\n" + exchange(3) + end, "frame-sync-lost"},
		{"joined late", "inferred\n" + pong + ping + "later 2 s\n" + exchange(1) + end, "handshake-missing"},
	})
}

func TestClosing(t *testing.T) {
	run(t, []traceCase{
		{"no body", "s2c 88 00", ""},
		{"one byte", "s2c 88 01 03", "close-body-too-short"},
		{"1004", "s2c 88 02 03 ec", "close-code-invalid"},
		{"1006", "s2c 88 02 03 ee", "close-code-invalid"},
		{"1012", "s2c 88 02 03 f4", ""},
		{"1014", "s2c 88 02 03 f6", ""},
		{"1015", "s2c 88 02 03 f7", "close-code-invalid"},
		{"2999", "s2c 88 02 0b b7", "close-code-invalid"},
		{"4999", "s2c 88 02 13 87", ""},
		{"5000", "s2c 88 02 13 88", "close-code-invalid"},
		{"0", "s2c 88 02 00 00", "close-code-invalid"},
		{"1010 from the server", "s2c 88 02 03 f2", "close-code-wrong-side"},
		{"1010 from the client", "c2s 88 82 01 02 03 04 02 f0", ""},
		{"a reason cut inside a character", "s2c 88 04 03 e8 e2 82", "close-reason-invalid-utf8"},
		{"data after the own Close", byeServer + "s2c 82 00\ns2c 82 00\n", "data-after-close data-after-close"},
		{"data after the other's Close", byeServer + hello + byeClient + finBoth, ""},
		{"two Closes", byeServer + byeServer, "close-duplicate"},
		{"a reserved opcode after the Close", byeServer + "s2c 83 00", "frame-opcode-reserved-data"},
		{"a Ping after the Close", byeServer + "s2c 89 00", "control-after-close"},
		{"another code in the answer", byeServer + "c2s 88 82 01 02 03 04 02 eb\n" + finBoth, ""},
		{"unanswered: the client ends TCP", byeServer + "c2s FIN\ns2c FIN", "close-unanswered"},
		{"unanswered: the server gave up", byeServer + "later 2 s\ns2c FIN\nc2s FIN", "close-unanswered"},
		{"unanswered: the server gave up by reset", byeServer + "later 2 s\ns2c RST", "close-unanswered"},
		{"the server did not wait", byeServer + "s2c FIN\nc2s FIN", ""},
		{"the capture ends first", byeServer, ""},
		{"TCP ended before the Close", "s2c FIN\n" + byeClient + "s2c RST", "close-unanswered"},
		{"FIN without a Close, who was first is not known", "disordered\nc2s FIN\ns2c FIN", ""},
		{"FIN without a Close, who was first is known", "disordered\nc2s FIN\nlater 1 s\ns2c FIN", "tcp-closed-without-close"},
		{"FIN without a Close", "c2s FIN\ns2c FIN", "tcp-closed-without-close"},
		{"the client drops a wrong 101", "< no Sec-WebSocket-Accept\nc2s FIN\ns2c FIN", "res-accept-missing"},
		{"reset without a Close", "s2c RST", "tcp-closed-without-close tcp-reset"},
		{"reset after both Closes", byeServer + byeClient + "s2c RST", ""},
		{"reset after the own FIN", "c2s FIN\nc2s RST", "tcp-closed-without-close"},
		{"the server is late", byeClient + byeServer + "later 3 s\ns2c FIN\nc2s FIN", "server-late-tcp-close"},
		{"the server is late, and the client gives up", byeClient + byeServer + "later 3 s\nc2s RST", "server-late-tcp-close"},
		{"the server is not late", byeClient + byeServer + "later 1 s\ns2c FIN\nc2s FIN", ""},
		{"the client is first", byeClient + byeServer + "c2s FIN\ns2c FIN", "client-closed-tcp-first"},
		{"no FIN in the capture", byeClient + byeServer, ""},
		{"goes on after a violation", "s2c 83 00\nlater 2 s\n" + hello + hello, "frame-opcode-reserved-data did-not-fail mask-key-reused"},
		{"was on its way", "s2c 83 00\n" + hello, "frame-opcode-reserved-data"},
		{"fails after a violation", "s2c 83 00\nlater 2 s\n" + byeClient, "frame-opcode-reserved-data"},
	})
}

func TestCapture(t *testing.T) {
	const lost = "c2s GAP 100\nc2s SYNC LOST\nc2s SYNC FOUND\n"
	run(t, []traceCase{
		{"told once a direction", "c2s GAP 1\nc2s GAP 2\ns2c GAP 3", "capture-gap capture-gap"},
		{"no Close to be missed", lost + byeServer + "c2s FIN\ns2c FIN", "capture-gap frame-sync-lost"},
		{"no FIN without Close", lost + "c2s FIN\ns2c FIN", "capture-gap frame-sync-lost"},
		{"the other side's Close may be lost", "s2c GAP 9\ns2c SYNC LOST\nc2s FIN\ns2c FIN", "capture-gap frame-sync-lost"},
		{"a gap inside a payload hides no Close", "c2s GAP 100\nc2s FIN\ns2c FIN", "capture-gap tcp-closed-without-close"},
		{"no continuation out of nowhere", lost + "c2s 80 80 01 02 03 04", "capture-gap frame-sync-lost"},
		{"no unfinished message", "c2s 01 80 01 02 03 04\n" + lost + "c2s FIN\ns2c FIN", "capture-gap frame-sync-lost"},
		{"no cut frame after a gap", "c2s GAP 10\nc2s 82 8a 01 02 03 04 05\nc2s FIN\ns2c FIN", "capture-gap tcp-closed-without-close"},
		{"a fault right after a gap is a wrong boundary", lost + "c2s 83 80 01 02 03 04", "capture-gap frame-sync-lost"},
		{"a fault long after it is one", lost + keys(1, 7, 20, 50, 100, 999, 5555, 77777) + "c2s 83 80 01 02 03 04", "capture-gap frame-sync-lost frame-opcode-reserved-data"},
		{"two losses are two notes", lost + lost, "capture-gap frame-sync-lost frame-sync-lost"},
		{"joined late", "inferred\n" + hello + "s2c c1 00\ns2c 80 00\n" + byeClient + byeServer + finBoth, "handshake-missing"},
		{"one direction, joined late", "inferred\n" + reply, "handshake-missing direction-missing"},
		{"the server's direction is missing", "request only\n" + hello + byeClient + "c2s FIN", "handshake-response-missing direction-missing"},
		{"the request is missing", "response only\n" + hello + reply, "handshake-request-missing"},
		{"copies that differ", "c2s CONFLICT\nc2s CONFLICT", "tcp-overlap-conflict tcp-overlap-conflict"},
	})
}

func TestCross(t *testing.T) {
	const drop = "s2c FIN\nc2s FIN\n"
	const next = "> Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\n< Sec-WebSocket-Accept: "
	accept := acceptOf("AQIDBAUGBwgJCgsMDQ4PEA==")
	third := "> Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEQ==\n< Sec-WebSocket-Accept: " + acceptOf("AQIDBAUGBwgJCgsMDQ4PEQ==") + "\n"
	bye := byeClient + byeServer + finBoth
	run(t, []traceCase{
		{"the same key again", bye + "again later 1 s", "req-key-reused"},
		{"another key", bye + next + accept + "\nagain later 1 s", ""},
		{"keys of a seeded generator", keys(11, 222, 3333) + bye + next + accept + "\nagain later 1 s\n" + keys(11, 222, 3333), "mask-key-predictable"},
		{"other masking keys", keys(11, 222, 3333) + bye + next + accept + "\nagain later 1 s\n" + keys(11, 223, 3333), ""},
		{"side by side", "again pending", "req-connecting-parallel"},
		{"one quick reconnect", drop + next + accept + "\nagain later 5 ms", "tcp-closed-without-close"},
		{"two quick reconnects", drop + next + accept + "\nagain later 5 ms\n" + drop + third + "again later 5 ms", "tcp-closed-without-close tcp-closed-without-close reconnect-without-backoff"},
		{"two reconnects that wait", drop + next + accept + "\nagain later 500 ms\n" + drop + third + "again later 1 s", "tcp-closed-without-close tcp-closed-without-close"},
		{"the client ended it", "c2s FIN\ns2c FIN\n" + next + accept + "\nagain later 5 ms\nc2s FIN\ns2c FIN\n" + third + "again later 5 ms", "tcp-closed-without-close tcp-closed-without-close"},
	})
}
