package decode

import (
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// h2LossCases lack bytes, halves, or their beginning.
var h2LossCases = []h2Case{
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

// TestHTTP2GapFlood loses frames again and again: each WebSocket hears of it
// once, and what waits is bounded.
func TestHTTP2GapFlood(t *testing.T) {
	c, sh, _ := h2Open(t, h2Start+"c 1 connect /open\ns 1 status 200\nc 3 connect /waiting")
	now := event.Stamp{Packet: 1000}
	for range 20_000 {
		c.Gap(event.ClientToServer, -1, now)
		c.Data(event.ClientToServer, &stream.Chunk{Data: h2Frame(0, 0, 3, []byte{1}), Now: now, Origin: now, Acked: -1})
		if sh.waiting > 2*limits.Held {
			t.Fatalf("%d bytes are waiting", sh.waiting)
		}
	}
	if sh.Stats.HeldReleased != 1 {
		t.Errorf("released %d times", sh.Stats.HeldReleased)
	}
	h2Close(c)
	if sh.waiting != 0 || sh.h2Streams != 0 {
		t.Errorf("%d bytes and %d streams are still accounted for", sh.waiting, sh.h2Streams)
	}
}
