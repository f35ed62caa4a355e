package reassembly

import (
	"strings"
	"testing"
)

// open3 is a handshake: the client's stream begins at 100, the server's at 500.
const open3 = `
	> S 99
	< SA 499 ack=100
	> A 100 ack=500
`

func TestAssembler(t *testing.T) {
	for _, c := range []struct{ name, script, want string }{
		{"in order", open3 + `
			> A 100 ack=500 abc
			< A 500 ack=103 xyz
			> FA 103 ack=503
			< FA 503 ack=104
			> A 104 ack=504`,
			"open, > abc, < xyz, > FIN, < FIN, close"},
		{"any order", open3 + `
			> A 106 ack=500 ghi
			> A 103 ack=500 def
			> A 100 ack=500 abc`,
			"open, > abc, > def, > ghi, > EOF, < EOF, close"},
		{"a copy of each", open3 + `
			> A 100 ack=500 abc
			> A 100 ack=500 abc
			> A 106 ack=500 ghi
			> A 106 ack=500 ghi
			> A 103 ack=500 def
			> A 103 ack=500 def`,
			"open, > abc, > def, > ghi, > EOF, < EOF, close"},
		{"a copy that goes on", open3 + `
			> A 100 ack=500 abc
			> A 101 ack=500 bcde`,
			"open, > abc, > de, > EOF, < EOF, close"},
		{"one segment around others", open3 + `
			> A 102 ack=500 c
			> A 104 ack=500 e
			> A 101 ack=500 bcdef
			> A 100 ack=500 a`,
			"open, > a, > b, > c, > d, > e, > f, > EOF, < EOF, close"},
		{"a retransmission that differs", open3 + `
			> A 100 ack=500 abcdef
			> A 102 ack=500 XX`,
			"open, > abcdef, > conflict 2 cd/XX, > EOF, < EOF, close"},
		{"copies that wait differ", open3 + `
			> A 103 ack=500 def
			> A 102 ack=500 XdeXg
			> A 100 ack=500 abc`,
			"open, > conflict 3 def/deX, > conflict 2 X/c, > ab, > X, > def, > g, > EOF, < EOF, close"},
		{"the number comes round", `
			> S 4294967292
			< SA 4294967295 ack=4294967293
			> A 4294967293 ack=0 abc
			> A 3 ack=0 ghi
			> A 0 ack=0 def
			< A 0 ack=6 xyz`,
			"open, > abc, > def, > ghi, < xyz, > EOF, < EOF, close"},
		{"a keep-alive", open3 + `
			> A 100 ack=500 abc
			> A 102 ack=500 ?
			> A 102 ack=500
			> A 103 ack=500 d`,
			"open, > abc, > d, > EOF, < EOF, close"},
		{"data on the SYN", `
			> S 99 abc
			< SA 499 ack=103
			> A 103 ack=500 def`,
			"open, > abc, > def, > EOF, < EOF, close"},
		{"a SYN/ACK for another connection than the one joined late", `
			> A 100 ack=500 abc
			< SA 499 ack=9001
			> A 9001 ack=500 new`,
			"open, > abc, > EOF, < EOF, close, open, > new, > EOF, < EOF, close"},
		{"a SYN twice", `
			> S 99
			> S 99
			< SA 499 ack=100
			< SA 499 ack=100
			> A 100 ack=500 abc`,
			"open, > abc, > EOF, < EOF, close"},
		{"the SYN/ACK first", `
			< SA 499 ack=100
			> S 99
			> A 100 ack=500 abc`,
			"open, > abc, > EOF, < EOF, close"},
		{"both sides open at once", `
			> S 99
			< S 499
			> SA 99 ack=500
			< SA 499 ack=100
			> A 100 ack=500 abc
			< A 500 ack=103 xyz`,
			"open, > abc, < xyz, > EOF, < EOF, close"},
		{"half closed", open3 + `
			> FA 100 ack=500 abc
			< A 500 ack=104 one
			< A 503 ack=104 two
			< FA 506 ack=104`,
			"open, > abc, > FIN, < one, < two, < FIN, close"},
		{"FIN before its data", open3 + `
			> FA 103 ack=500 def
			> A 100 ack=500 abc
			< FA 500 ack=107`,
			"open, > abc, > def, > FIN, < FIN, close"},
		{"no SYN", `
			> A 100 ack=500 abc
			< A 500 ack=103 xyz`,
			"open, > abc, < xyz, > EOF, < EOF, close"},
		{"nothing but acknowledgements", `
			> A 100 ack=500
			< FA 500 ack=100
			> R 100`,
			""},
		{"joined by a segment that came early", `
			> A 103 ack=500 def
			> A 100 ack=500 abc
			> A 106 ack=500 ghi`,
			"open, > abc, > def, > ghi, > EOF, < EOF, close"},
		{"joined, both sides out of order", `
			> A 103 ack=503 def
			< A 506 ack=106 uvw
			< A 503 ack=106 xyz
			> A 100 ack=503 abc`,
			"open, < xyz, < uvw, > abc, > def, > EOF, < EOF, close"},
		{"joined, the answer overtaken long after: the acknowledgement says where it begins", `
			> A 100 ack=500 abc
			wait 150ms
			< A 503 ack=103 xyz
			> A 103 ack=500 def
			< A 500 ack=103 uvw`,
			"open, > abc, > def, < uvw, < xyz, > EOF, < EOF, close"},
		{"joined, bytes before the first captured were lost", `
			> A 100 ack=500 abc
			wait 150ms
			< A 503 ack=103 xyz
			> A 103 ack=506 def
			wait 1s
			< A 506 ack=106 uvw`,
			"open, > abc, < xyz, > def, < uvw, > EOF, < EOF, close"},
		{"the SYN late", `
			> A 100 ack=500 abc
			> A 103 ack=500 def
			< SA 499 ack=100
			> S 99
			< A 500 ack=106 xyz`,
			"open, > abc, > def, < xyz, > EOF, < EOF, close"},
		{"the server's data before all else", `
			< A 500 ack=100 xyz
			> S 99
			< SA 499 ack=100
			> A 100 ack=503 abc`,
			"open, < xyz, > abc, > EOF, < EOF, close"},
		{"lost, as the peer's acknowledgement shows", open3 + `
			> A 103 ack=500 def
			30 times < A 500 ack=106
			> A 106 ack=500 ghi`,
			"open, > lost 3, > def, > ghi, > EOF, < EOF, close"},
		{"not lost: the acknowledgement was captured first", open3 + `
			> A 103 ack=500 def
			20 times < A 500 ack=106
			> A 100 ack=500 abc`,
			"open, > abc, > def, > EOF, < EOF, close"},
		{"lost after a second of quiet", open3 + `
			> A 103 ack=500 def
			< A 500 ack=106
			wait 1100ms
			< A 500 ack=106`,
			"open, > lost 3, > def, > EOF, < EOF, close"},
		{"lost, seen by a tick", open3 + `
			> A 103 ack=500 def
			< A 500 ack=106
			tick 900ms
			tick 1100ms
			> A 100 ack=500 abc`,
			"open, > lost 3, > def, > EOF, < EOF, close"},
		{"lost at the end of the stream", open3 + `
			> A 100 ack=500 abc
			> FA 106 ack=500
			< FA 500 ack=107`,
			"open, > abc, < FIN, > lost 3, > FIN, close"},
		{"the last bytes were acknowledged and not captured", open3 + `
			> A 100 ack=500 abc
			< A 500 ack=110`,
			"open, > abc, > lost 7, > EOF, < EOF, close"},
		{"a hole and no end", open3 + `
			> A 100 ack=500 abc
			> A 106 ack=500 ghi`,
			"open, > abc, > lost 3, > ghi, > EOF, < EOF, close"},
		{"one way only", `
			> A 100 abc
			> A 106 ghi
			300 times > A 109`,
			"open, > abc, > lost 3, > ghi, > EOF, < EOF, close"},
		{"one way only: patience", `
			> A 100 abc
			> A 106 ghi
			200 times > A 109
			> A 103 def`,
			"open, > abc, > def, > ghi, > EOF, < EOF, close"},
		{"cut by a snap length", open3 + `
			> A 100 ack=500 ab len=5
			> A 105 ack=500 fg len=3
			< A 500 ack=108`,
			"open, > ab, > lost 3, > fg, > lost 1, > EOF, < EOF, close"},
		{"cut to nothing", open3 + `
			> A 100 ack=500 len=5
			< A 500 ack=105
			> A 105 ack=500 f`,
			"open, > lost 5, > f, > EOF, < EOF, close"},
		{"cut, but a copy is whole", open3 + `
			> A 100 ack=500 ab len=5
			> A 100 ack=500 abcde
			> A 105 ack=500 f`,
			"open, > ab, > cde, > f, > EOF, < EOF, close"},
		{"a reset at the next byte", open3 + `
			> A 100 ack=500 abc
			< R 500`,
			"open, > abc, < RST, > reset, close"},
		{"bytes under way when a reset passes", open3 + `
			< RA 500 ack=100
			> A 100 ack=500 abc
			wait 3s
			> A 103 ack=500 def`,
			"open, < RST, > abc, > reset, close"},
		{"a FIN and a reset that overtook the data", open3 + `
			> FA 103 ack=500
			> R 104
			> A 100 ack=500 abc
			< A 500 ack=103 xyz`,
			"open, > abc, > FIN, < xyz, < reset, close"},
		{"an old reset", open3 + `
			> A 100 ack=500 abc
			< R 400
			< A 500 ack=103 xyz`,
			"open, > abc, < xyz, > EOF, < EOF, close"},
		{"a reset inside of the window", open3 + `
			< R 510
			> A 100 ack=500 abc`,
			"open, > abc, > reset, < lost 10, < RST, close"},
		{"a reset behind lost bytes", open3 + `
			< A 500 ack=100 xyz
			< R 510 ack=100
			wait 3s
			port 1001
			> A 7 ack=1 one`,
			"open, < xyz, > reset, < lost 7, < RST, close, open, > one, > EOF, < EOF, close"},
		{"a reset behind a FIN that is lost", open3 + `
			< A 500 ack=100 xyz
			< R 504 ack=100`,
			"open, < xyz, > reset, < RST, close"},
		{"a reset inside of the window that was challenged", open3 + `
			< R 510
			< A 500 ack=100 xyz`,
			"open, < xyz, > EOF, < EOF, close"},
		{"a FIN that was not captured, as the peer's acknowledgement shows", open3 + `
			> A 100 ack=500 abc
			< A 500 ack=104
			< FA 500 ack=104`,
			"open, > abc, > FIN, < FIN, close"},
		{"no FIN was acknowledged", open3 + `
			> A 100 ack=500 abc
			< FA 500 ack=103
			> A 103 ack=501 def`,
			"open, > abc, < FIN, > def, > EOF, close"},
		{"ports used again", open3 + `
			> FA 100 ack=500 abc
			< FA 500 ack=104
			> S 9000
			< SA 7000 ack=9001
			> A 9001 ack=7001 new`,
			"open, > abc, > FIN, < FIN, close, open, > new, > EOF, < EOF, close"},
		{"ports used again after a reset", open3 + `
			> A 100 ack=500 abc
			< R 500
			> S 9000
			< SA 7000 ack=9001
			> A 9001 ack=7001 new`,
			"open, > abc, < RST, > reset, close, open, > new, > EOF, < EOF, close"},
		{"ports used again, the SYN not captured", open3 + `
			> FA 100 ack=500 abc
			< FA 500 ack=104
			> A 900000 ack=70000 new`,
			"open, > abc, > FIN, < FIN, close, open, > new, > EOF, < EOF, close"},
		{"ports used again while alive, as the answer shows", open3 + `
			> A 100 ack=500 abc
			> S 9000
			< SA 7000 ack=9001
			> A 9001 ack=7001 new`,
			"open, > abc, > EOF, < EOF, close, open, > new, > EOF, < EOF, close"},
		{"a SYN that nobody answers", open3 + `
			> A 100 ack=500 abc
			> S 9000
			> A 103 ack=500 def`,
			"open, > abc, > def, > EOF, < EOF, close"},
		{"late copies of a closed connection", open3 + `
			> FA 100 ack=500 abc
			< FA 500 ack=104
			> FA 100 ack=500 abc
			> A 104 ack=501
			< R 501`,
			"open, > abc, > FIN, < FIN, close"},
		{"a closed connection is forgotten", open3 + `
			> FA 100 ack=500 abc
			< FA 500 ack=104
			wait 61s
			> A 100 ack=500 abc`,
			"open, > abc, > FIN, < FIN, close, open, > abc, > EOF, < EOF, close"},
		{"far away, once", open3 + `
			> A 100 ack=500 abc
			> A 1000000000 ack=500 zzz
			> A 103 ack=500 def`,
			"open, > abc, > def, > EOF, < EOF, close"},
		{"far away, and on from there", open3 + `
			> A 100 ack=500 abc
			> A 1000000000 ack=500 1111
			> A 1000000004 ack=500 2222
			> A 1000000008 ack=500 3333
			> A 1000000012 ack=500 4444
			> A 1000000016 ack=500 5555`,
			"open, > abc, > jump, > 4444, > 5555, > EOF, < EOF, close"},
		{"ports used again, neither FIN nor SYN captured: the answer tells", open3 + `
			> A 100 ack=500 abc
			> A 1000000000 ack=2000000000 new
			< A 2000000000 ack=1000000003 xyz`,
			"open, > abc, > EOF, < EOF, close, open, > new, < xyz, > EOF, < EOF, close"},
		{"ports used again, neither FIN nor SYN nor answer captured", open3 + `
			> A 100 ack=500 abc
			< A 500 ack=103 xyz
			> A 1000000000 ack=2000000000 1111
			> A 1000000004 ack=2000000000 2222
			> A 1000000008 ack=2000000000 3333
			> A 1000000012 ack=2000000000 4444`,
			"open, > abc, < xyz, > EOF, < EOF, close, open, > 4444, > EOF, < EOF, close"},
		{"a wrong checksum among right ones", open3 + `
			> A 100 ack=500 abc good
			> A 103 ack=500 XXX bad
			> A 103 ack=500 def good`,
			"open, > abc, > def, > EOF, < EOF, close"},
		{"a wrong checksum, and nothing else", open3 + `
			> A 100 ack=500 abc good
			> A 103 ack=500 def bad
			> A 106 ack=500 ghi good
			30 times < A 500 ack=109`,
			"open, > abc, > def, > ghi, > EOF, < EOF, close"},
		{"wrong checksums throughout: the card fills them in", open3 + `
			> A 100 ack=500 abc bad
			> A 103 ack=500 def bad`,
			"open, > abc, > def, > EOF, < EOF, close"},
		{"two connections", open3 + `
			> A 100 ack=500 abc
			port 1001
			> A 7 ack=1 one
			port 1000
			> A 103 ack=500 def`,
			"open, > abc, open, > one, > def, > EOF, < EOF, close, > EOF, < EOF, close"},
		{"silent for longer than keep-alives", open3 + `
			> A 100 ack=500 abc
			port 1001
			> A 7 ack=1 one
			` + strings.Repeat("wait 4m\n> A 10 ack=1\n", 31),
			"open, > abc, open, > one, > evicted, < evicted, close, > EOF, < EOF, close"},
		{"a clock that was set: nobody was silent", open3 + `
			> A 100 ack=500 abc
			port 1001
			> A 7 ack=1 one
			wait 24h
			20 times > A 10 ack=1
			port 1000
			> A 103 ack=500 def`,
			"open, > abc, open, > one, > def, > EOF, < EOF, close, > EOF, < EOF, close"},
		{"packets with a wrong time", open3 + `
			> A 100 ack=500 abc
			wait 48h
			port 1001
			4 times > A 7 ack=1 one
			wait -96h
			4 times > A 7 ack=1 one
			wait 48h
			port 1000
			> A 103 ack=500 def`,
			"open, > abc, open, > one, > def, > EOF, < EOF, close, > EOF, < EOF, close"},
		{"a first packet with a wrong time", `
			wait 48h
			> S 99
			wait -48h
			8 times < SA 499 ack=100
			> A 100 ack=500 abc
			wait 4m
			port 1001
			> A 7 ack=1 one
			wait 4m
			> FA 10 ack=1
			< FA 1 ack=11
			wait 61s
			> S 7000`,
			"open, > abc, open, > one, > FIN, < FIN, close, open, > EOF, < EOF, close, > EOF, < EOF, close"},
		{"a hole in a quiet connection, and packets of another", open3 + `
			> A 103 ack=500 def
			< A 500 ack=106
			port 1001
			> A 7 ack=1 one
			wait 1001ms
			> A 10 ack=1 two`,
			"open, open, > one, > lost 3, > def, > two, > EOF, < EOF, close, > EOF, < EOF, close"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(play(t, c.script).log, ", "); got != c.want {
				t.Errorf("\ngot  %s\nwant %s", got, c.want)
			}
		})
	}
}
