package judge

import (
	"strings"
	"testing"
)

// TestHTTP2Handshake holds Extended CONNECT against RFC 8441.
func TestHTTP2Handshake(t *testing.T) {
	run(t, []traceCase{
		{"clean", "h2", ""},
		{"a whole life", "h2\n" + hello + reply + byeClient + byeServer + finBoth, ""},
		{"any 2xx", "h2\n< :status: 204", ""},
		{"refused", "h2\n< :status: 403", ""},
		{"refused with 426, which has no Upgrade here", "h2\n< :status: 426\n< sec-websocket-version: 13", ""},
		{"compressed", "h2\n> sec-websocket-extensions: permessage-deflate\n< sec-websocket-extensions: permessage-deflate", ""},
		{"te is allowed", "h2\n> te: trailers", ""},
		{"cookies in crumbs", "h2\n> + cookie: a=1\n> + cookie: b=2", ""},
		{"the same host twice", "h2\n> host: Server.example.com", ""},
		{"no settings", "h2\nsettings none", "h2-settings-missing"},
		{"no settings, and refused", "h2\nsettings none\n< :status: 400", "h2-settings-missing"},
		{"GET", "h2\n> :method: GET", "h2-method res-accepted-bad-request"},
		{"the token in capitals", "h2\n> :protocol: WebSocket", "h2-protocol-invalid res-accepted-bad-request"},
		{"neither scheme nor path", "h2\n> no :scheme\n> no :path\n< :status: 400", "h2-scheme-path-missing"},
		{"scheme ws", "h2\n> :scheme: ws", "h2-scheme-invalid res-accepted-bad-request"},
		{"no authority", "h2\n> no :authority\n> host: server.example.com\n< :status: 400", "h2-authority-missing"},
		{"two hosts", "h2\n> host: other.example.com\n< :status: 400", "h2-host-differs"},
		{"fields of HTTP/1.1", "h2\n> connection: Upgrade\n> upgrade: websocket\n< :status: 400", "h2-connect-headers"},
		{"fields of HTTP/1.1 in the answer", "h2\n< connection: Upgrade\n< upgrade: websocket", "h2-response-headers"},
		{"101", "h2\n< :status: 101", "h2-status-101"},
		{"capitals", "h2\n> X-Y: 1\n< :status: 400", "h2-field-name"},
		{"capitals in the answer", "h2\n< X-Y: 1", "h2-field-name"},
		{"a pseudo-header field twice", "h2\n> + :path: /\n< :status: 400", "h2-pseudo-headers"},
		{"an unknown one", "h2\n> + :version: 2\n< :status: 400", "h2-pseudo-headers"},
		{"one behind the others", "h2\n> no :path\n> + :path: /\n< :status: 400", "h2-pseudo-headers"},
		{"one of a request in the answer", "h2\n< + :path: /", "h2-pseudo-headers"},
		{"key and accept", "h2\n> sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\n< sec-websocket-accept: x", "h2-key-present"},
		{"accept alone", "h2\n< sec-websocket-accept: x", "h2-key-present"},
		{"no version", "h2\n> no sec-websocket-version\n< :status: 400\n< sec-websocket-version: 13", "req-version-missing"},
		{"a subprotocol that was not offered", "h2\n< sec-websocket-protocol: chat", "res-protocol-not-offered"},
		{"an extension that was not offered", "h2\n< sec-websocket-extensions: permessage-deflate", "res-extension-not-offered"},
		{"no mask", "h2\nc2s 81 00", "frame-client-unmasked"},
		{"the stream ends without a Close", "h2\n" + hello + finBoth, "tcp-closed-without-close"},
		{"the stream is reset", "h2\n" + hello + "c2s RST", "tcp-closed-without-close"},
	})
}

// TestHTTP2Words has ends of streams, which are not told in the words of TCP.
func TestHTTP2Words(t *testing.T) {
	for end, want := range map[string]string{"c2s FIN": "ended its HTTP/2 stream", "c2s RST": "reset its HTTP/2 stream"} {
		p := play(t, "h2\n"+hello+end)
		texts := p.last.Story.Lines
		for _, f := range p.findings {
			texts = append(texts, f.Text)
		}
		told := 0
		for _, l := range texts {
			if strings.Contains(l, want) {
				told++
			}
			if strings.Contains(l, "TCP") {
				t.Errorf("%q", l)
			}
		}
		if told == 0 {
			t.Errorf("nothing says %s: %q", want, texts)
		}
	}
}
