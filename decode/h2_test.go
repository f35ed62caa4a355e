package decode

import (
	"slices"
	"strings"
	"testing"
)

// h2Start is how the scenarios begin.
const h2Start = `
	c preface + settings 3=100
	s settings 8=1
`

const (
	upgradeRequest  = `GET /inner HTTP/1.1\r\nHost: inner.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n`
	upgradeResponse = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n`
)

// h2Case is a connection and what is told of it.
type h2Case struct {
	name, script string
	late         bool // the beginning was not captured
	want         string
}

var h2Cases = []h2Case{
	{"a whole life", h2Start + `
		c 1 connect /chat sec-websocket-protocol=a,b
		s 1 status 200 sec-websocket-protocol=b
		c 1 text hello + 1 end
		s 1 text hi + 1 end
		c fin
		s fin`, false, `
		open 1 h2 full /chat 200 subprotocol b
		1 c2s text "hello"
		1 s2c text "hi"
		1 finding tcp-closed-without-close
		end 1 fin`},
	{"two among ordinary requests", h2Start + `
		c 1 request :method=GET :scheme=http :path=/ :authority=a + 3 connect /x + 5 connect /y + 7 request :method=POST :path=/up + 7 bytes body
		s 1 status 200 content-type=text/html + 1 bytes hello + 1 end + 5 status 200 + 3 status 200
		c 5 text to-five + 7 end + 3 text to-three
		s 7 status 204 + 7 end + 3 text from-three
		c 9 request :method=GET :path=/z
		s 9 status 404 + 9 end
		c rst
		s rst`, false, `
		open 5 h2 full /y 200
		open 3 h2 full /x 200
		5 c2s text "to-five"
		3 c2s text "to-three"
		3 s2c text "from-three"
		3 finding tcp-closed-without-close
		end 3 rst
		5 finding tcp-closed-without-close
		end 5 rst`},
	{"refused", h2Start + `
		c 1 connect /chat
		s 1 status 103 link=x
		s 1 status 403 + 1 bytes no + 1 end
		c fin
		s fin`, false, `
		refused 1 h2 full /chat 403`},
	{"never answered", h2Start + `
		c 1 connect /chat
		c 3 connect /reset
		s 3 reset
		s fin
		c fin`, false, `
		- finding handshake-unanswered
		- finding handshake-unanswered`},
	{"reset by the server", h2Start + `
		c 1 connect /chat
		s 1 status 200
		c 1 text hello
		s 1 text bye + 1 reset
		c 1 text late
		c fin
		s fin`, false, `
		open 1 h2 full /chat 200
		1 c2s text "hello"
		1 s2c text "bye"
		1 finding tcp-closed-without-close
		end 1 rst`},
	{"the server half closes, the client goes on", h2Start + `
		c 1 connect /chat
		s 1 status 200 + 1 text bye + 1 end
		c 1 text more + 1 end
		c fin
		s fin`, false, `
		open 1 h2 full /chat 200
		1 s2c text "bye"
		1 c2s text "more"
		1 finding tcp-closed-without-close
		end 1 fin`},
	{"trailers end a stream", h2Start + `
		c 1 connect /chat
		s 1 status 200
		c 1 trailers x=y
		s 1 trailers x=y
		c fin
		s fin`, false, `
		open 1 h2 full /chat 200
		1 finding tcp-closed-without-close
		end 1 fin`},
	{"the client sends before the response", h2Start + `
		c 1 connect /chat + 1 text early
		s 1 status 200 + 1 text hi
		s fin
		c fin`, false, `
		open 1 h2 full /chat 200 early 11
		1 c2s text "early"
		1 finding req-data-before-response
		1 s2c text "hi"
		1 finding tcp-closed-without-close
		end 1 fin`},
	{"the response stands before its request", `
		s settings 8=1
		s 1 status 200 + 1 text hi
		c preface + settings 3=100
		c 1 connect /chat + 3 connect /x
		s 3 status 200
		c 3 text there
		s fin
		c fin`, false, `
		open 1 h2 full /chat 200
		1 s2c text "hi"
		open 3 h2 full /x 200
		3 c2s text "there"
		1 finding tcp-closed-without-close
		end 1 fin
		3 finding tcp-closed-without-close
		end 3 fin`},
	{"settings that do not allow it", `
		c preface
		s settings 3=100
		c 1 connect /chat
		s 1 status 200
		s fin
		c fin`, false, `
		open 1 h2 full /chat 200
		1 finding h2-settings-missing
		1 finding tcp-closed-without-close
		end 1 fin`},
	{"settings that came later", `
		c preface + 1 connect /chat
		s settings 3=100
		s settings 8=1
		s 1 status 200
		s fin
		c fin`, false, `
		open 1 h2 full /chat 200
		1 finding tcp-closed-without-close
		end 1 fin`},
	{"settings that may be lost", `
		c preface
		s settings 3=100
		c 1 connect /chat
		s gap 100
		s settings 3=200 + 1 status 200
		s fin
		c fin`, false, `
		open 1 h2 full /chat 200
		1 finding tcp-closed-without-close
		end 1 fin`},
	{"a setting that is taken back, and a wrong one", h2Start + `
		s settings 8=0
		s settings 8=2
		s fin
		c fin`, false, `
		- finding h2-settings-withdrawn`},
	{"a wrong setting", `
		c preface
		s settings 8=2
		s fin
		c fin`, false, `
		- finding h2-settings-invalid`},
	{"status 101", h2Start + `
		c 1 connect /chat
		s 1 status 101
		c 1 text hello
		s fin
		c fin`, false, `
		open 1 h2 full /chat 101
		1 finding h2-status-101
		1 c2s text "hello"
		1 finding tcp-closed-without-close
		end 1 fin`},
	{"upgraded from HTTP/1.1", `
		c raw GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n
		s raw HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n + settings 8=1 + 1 status 200 + 1 bytes page + 1 end
		c preface + settings 3=100 + 3 connect /chat
		s 3 status 200
		c 3 text hello
		s fin
		c fin`, false, `
		open 3 h2 full /chat 200
		3 c2s text "hello"
		3 finding tcp-closed-without-close
		end 3 fin`},
	{"a tunnel, and a WebSocket inside", h2Start + `
		c 1 request :method=CONNECT :authority=inner.example.com:80
		s 1 status 200
		c 1 bytes ` + upgradeRequest + `
		s 1 bytes ` + upgradeResponse + `
		c 1 text hello
		s fin
		c fin`, false, `
		open 0 h1 full /inner 101
		0 c2s text "hello"
		0 finding tcp-closed-without-close
		end 0 fin`},
	{"a tunnel that was refused", h2Start + `
		c 1 request :method=CONNECT :authority=inner.example.com:80
		s 1 status 407 + 1 bytes ` + upgradeResponse + `
		s fin
		c fin`, false, ``},
	{"another protocol by Extended CONNECT", h2Start + `
		c 1 request :method=CONNECT :protocol=connect-udp :scheme=https :path=/ :authority=a
		s 1 status 200
		c 1 text hello
		s fin
		c fin`, false, ``},
}

func TestHTTP2Connections(t *testing.T) {
	for _, c := range slices.Concat(h2Cases, h2LossCases) {
		t.Run(c.name, func(t *testing.T) {
			got := h2Play(t, !c.late, h2Moves(t, c.script)).lines
			var want []string
			for l := range strings.SplitSeq(strings.TrimSpace(c.want), "\n") {
				want = append(want, strings.TrimLeft(l, "\t"))
			}
			if c.want == "" {
				want = nil
			}
			if !slices.Equal(got, want) {
				t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
			}
		})
	}
}
