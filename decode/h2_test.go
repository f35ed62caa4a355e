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

// h2Cases are connections and what is told of them.
var h2Cases = []struct {
	name, script string
	late         bool // the beginning was not captured
	want         string
}{
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
	{"bytes of a message lost", h2Start + `
		c 1 connect /chat
		s 1 status 200
		s raw ` + "\x00\x00\x07\x00\x00\x00\x00\x00\x01\x81\x05he" + `
		s gap 2
		s raw o
		s 1 text next
		s fin
		c fin`, false, `
		open 1 h2 full /chat 200
		1 finding capture-gap
		1 s2c text "he\x00\x00o" incomplete [{2 2}]
		1 s2c text "next"
		1 finding tcp-closed-without-close
		end 1 fin`},
	{"frames lost", h2Start + `
		c 1 connect /chat + 3 connect /other
		s 1 status 200 + 3 status 200
		s drop 1 text lost
		s 1 text these-are-found
		s 3 text and-so-are-these
		s 1 text as-soon-as-there-are-two
		s 3 text of-either-kind
		s fin
		c fin`, false, `
		open 1 h2 full /chat 200
		open 3 h2 full /other 200
		1 finding capture-gap
		1 finding frame-sync-lost
		3 finding capture-gap
		3 finding frame-sync-lost
		1 s2c text "these-are-found"
		1 s2c text "as-soon-as-there-are-two"
		3 s2c text "and-so-are-these"
		3 s2c text "of-either-kind"
		end 1 fin
		end 3 fin`},
	{"the response lost", h2Start + `
		c 1 connect /chat
		c 1 text hello-hello-hello + 1 text second
		s drop 1 status 200
		s 1 text hello-from-the-server
		s 1 text and-once-more
		s fin
		c fin`, false, `
		open 1 h2 request-only /chat
		1 finding handshake-response-missing
		1 finding frame-sync-lost
		1 c2s text "hello-hello-hello"
		1 c2s text "second"
		1 s2c text "hello-from-the-server"
		1 s2c text "and-once-more"
		end 1 fin`},
	{"the request lost", h2Start + `
		c drop 1 connect /chat
		s 1 status 200 sec-websocket-protocol=chat
		c 1 text hello-hello-hello
		c 1 text hello-again-and-again
		s 1 text hi
		c 3 connect /with-fields-that-are-not-known
		s 3 status 200 + 3 text hey-this-is-some-text
		s 3 text and-this-some-more
		c 3 text this-is-a-text-of-the-client
		s fin
		c fin`, false, `
		open 1 h2 response-only  200 subprotocol chat
		1 finding handshake-request-missing
		1 c2s text "hello-hello-hello"
		1 c2s text "hello-again-and-again"
		1 s2c text "hi"
		1 finding tcp-closed-without-close
		end 1 fin
		open 3 h2 inferred 
		3 finding handshake-missing
		3 s2c text "hey-this-is-some-text"
		3 s2c text "and-this-some-more"
		3 c2s text "this-is-a-text-of-the-client"
		3 finding tcp-closed-without-close
		end 3 fin`},
	{"ordinary requests lost", h2Start + `
		c 1 request :method=GET :path=/
		c drop 3 request :method=GET :path=/ + 5 request :method=GET :path=/
		s 1 status 200 + 1 bytes ` + strings.Repeat("page", 20) + ` + 1 end
		s 3 status 200 content-type=text/plain + 3 bytes ` + strings.Repeat("page", 20) + ` + 3 end
		s 5 status 404 + 5 end
		c 7 connect /chat
		s 7 status 200 + 7 text hello
		s fin
		c fin`, false, `
		open 7 h2 full /chat 200
		7 s2c text "hello"
		7 finding tcp-closed-without-close
		end 7 fin`},
	{"joined late", `
		c 5 text one-message-of-the-client
		s 5 text one-message-of-the-server
		c 5 text two-messages-of-the-client
		s 5 text two-messages-of-the-server
		c 7 connect /new
		s 7 status 200 + 7 text new
		s fin
		c fin`, true, `
		open 5 h2 inferred 
		5 finding handshake-missing
		5 c2s text "one-message-of-the-client"
		5 c2s text "two-messages-of-the-client"
		5 s2c text "one-message-of-the-server"
		5 s2c text "two-messages-of-the-server"
		open 7 h2 full /new 200
		7 s2c text "new"
		5 finding tcp-closed-without-close
		end 5 fin
		7 finding tcp-closed-without-close
		end 7 fin`},
	{"joined at the preface, the beginning of TCP not seen", h2Start + `
		c 1 connect /chat
		s 1 status 200
		c 1 text hello
		s fin
		c fin`, true, `
		open 1 h2 full /chat 200
		1 c2s text "hello"
		1 finding tcp-closed-without-close
		end 1 fin`},
	{"only the client captured", `
		c preface + settings 3=100
		c 1 connect /chat
		c 1 text hello-hello-hello
		c 1 text hello-again
		c fin
		s eof`, false, `
		open 1 h2 request-only /chat
		1 finding handshake-response-missing
		1 c2s text "hello-hello-hello"
		1 c2s text "hello-again"
		1 finding direction-missing
		end 1 fin`},
	{"only the server captured", `
		s settings 8=1
		s 1 status 200 sec-websocket-protocol=chat + 1 text hello
		s 3 status 200 content-type=text/plain + 3 bytes x + 3 end
		s fin
		c eof`, false, `
		open 1 h2 response-only  200 subprotocol chat
		1 finding handshake-request-missing
		1 s2c text "hello"
		1 finding direction-missing
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
	for _, c := range h2Cases {
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

// TestHTTP2LostBeforeDeflate loses frames before the first compressed one:
// that what it refers to is missing is nobody's fault.
func TestHTTP2LostBeforeDeflate(t *testing.T) {
	moves := h2Moves(t, h2Start+`
		c 1 connect /chat sec-websocket-extensions=permessage-deflate
		s 1 status 200 sec-websocket-extensions=permessage-deflate
		s drop 1 text lost
		s 1 text one-message + 1 text another-one
		s 1 bytes placeholder
		s fin
		c fin`)
	// "Hello" by reference to a message before it (RFC 7692 section 7.2.3.2).
	moves[6].data = h2Frame(0, 0, 1, []byte("\xc1\x05\xf2\x00\x11\x00\x00"))
	found := false
	for _, l := range h2Play(t, true, moves).lines {
		found = found || strings.Contains(l, "deflate-context-lost")
		if strings.Contains(l, "deflate-invalid") {
			t.Error(l)
		}
	}
	if !found {
		t.Errorf("no message was found: %q", h2Play(t, true, moves).lines)
	}
}
