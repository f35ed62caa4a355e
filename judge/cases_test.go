package judge

import (
	"slices"
	"strings"
	"testing"
)

// A traceCase is a trace and the rules that it breaks, in the order told. Most
// connections of the tests end without a Close or a FIN: the capture ends.
type traceCase struct {
	name, trace string
	want        string // rule ids, separated by blanks
}

func run(t *testing.T, cases []traceCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := play(t, c.trace)
			var got []string
			for _, f := range p.findings {
				got = append(got, f.Rule)
			}
			if want := strings.Fields(c.want); !slices.Equal(got, want) {
				t.Errorf("want %v, got\n%s", want, p)
			}
		})
	}
}

// Frames that the traces use often.
const (
	hello     = "c2s 81 85 37 fa 21 3d 7f 9f 4d 51 58\n"
	reply     = "s2c 81 05 48 65 6c 6c 6f\n"
	byeClient = "c2s 88 82 a1 07 3c 55 a2 ef\n"
	byeServer = "s2c 88 02 03 e8\n"
	finBoth   = "s2c FIN\nc2s FIN\n"
)

func TestClean(t *testing.T) {
	run(t, []traceCase{
		{"nothing but a handshake", "", ""},
		{"a whole life", hello + reply + byeClient + byeServer + finBoth, ""},
		{"the server closes", hello + byeServer + byeClient + finBoth, ""},
		{"both close at once", byeServer + byeClient + finBoth, ""},
		{"fragments with a Ping between them", "s2c 01 01 68\ns2c 89 00\nc2s 8a 80 05 11 22 93\ns2c 00 00\ns2c 80 01 69", ""},
		{"every length form", "s2c 82 7d and 125 bytes\ns2c 82 7e 00 7e and 126 bytes\ns2c 82 7e ff ff and 65535 bytes\ns2c 82 7f 00 00 00 00 00 01 00 00 and 65536 bytes", ""},
		{"compressed", "deflate\ns2c c1 07 f2 48 cd c9 c9 07 00\ns2c c1 05 f2 00 11 00 00\ns2c c1 01 00\ns2c 81 02 68 69", ""},
		{"compressed fragments", "deflate\ns2c 41 03 f2 48 cd\ns2c 80 04 c9 c9 07 00", ""},
		{"a final block and its padding", "deflate\ns2c c1 08 f3 48 cd c9 c9 07 00 00", ""},
		{"the window kept", "deflate client_max_window_bits=9\nc2s compressed: 300 different bytes, then the first ten again", ""},
		{"the smallest and largest codes that are free", "s2c 88 02 0b b8\nc2s 88 82 a1 07 3c 55 b2 80\n" + finBoth, ""},
		{"refused", "< HTTP/1.1 403 Forbidden\n< no Upgrade\n< Connection: close", ""},
	})
}

func TestRequest(t *testing.T) {
	run(t, []traceCase{
		{"header names and tokens in any case", "> no Upgrade\n> UPGRADE: WebSocket\n> no Connection\n> connection: keep-alive ,  UpGrAdE", ""},
		{"no space after the colon, white space after the value", "> no Host\n> hOsT:server.example.com  ", ""},
		{"an absolute URI", "> GET http://server.example.com/chat HTTP/1.1", ""},
		{"a ws URI", "> GET ws://server.example.com/chat HTTP/1.1", "req-target-invalid res-accepted-bad-request"},
		{"no slash", "> GET chat HTTP/1.1", "req-target-invalid res-accepted-bad-request"},
		{"a fragment", "> GET /chat#x HTTP/1.1", "req-target-invalid res-accepted-bad-request"},
		{"a byte beyond ASCII in the target", "> GET /ch\xe4t HTTP/1.1", "req-target-invalid res-accepted-bad-request"},
		{"a blank in the target", "> GET /a b HTTP/1.1", "req-malformed res-accepted-bad-request"},
		{"lower case get", "> get /chat HTTP/1.1", "req-method res-accepted-bad-request"},
		{"HTTP/1.0", "> GET /chat HTTP/1.0", "req-http-version res-accepted-bad-request"},
		{"HTTP/2.0 is at least 1.1", "> GET /chat HTTP/2.0", ""},
		{"a folded line", "> + X-Long: one\n> +   two", "req-malformed res-accepted-bad-request"},
		{"a line without colon", "> + nonsense", "req-malformed res-accepted-bad-request"},
		{"a control byte in a value", "> + X: a\x00b", "req-malformed res-accepted-bad-request"},
		{"a tab in a value", "> + X: a\tb", ""},
		{"Latin-1 in a value", "> + X: a\xe9b", ""},
		{"no name before the colon", "> + : x", "req-malformed res-accepted-bad-request"},
		{"space before the colon of Host", "> no Host\n> + Host : server.example.com", "req-malformed res-accepted-bad-request"},
		{"no Host", "> no Host", "req-host-missing res-accepted-bad-request"},
		{"two Hosts", "> + Host: server.example.com", "req-host-duplicate res-accepted-bad-request"},
		{"Host with the right port", "> Host: server.example.com:80", ""},
		{"Host with another port", "> Host: server.example.com:81", "req-host-port"},
		{"an IPv6 Host", "> Host: [2001:db8::1]", ""},
		{"no Upgrade", "> no Upgrade", "req-upgrade-missing res-accepted-bad-request"},
		{"Upgrade in two lines", "> Upgrade: h2c\n> + Upgrade: websocket", ""},
		{"another Upgrade", "> Upgrade: h2c", "req-upgrade-invalid res-accepted-bad-request"},
		{"no Connection", "> no Connection", "req-connection-missing res-accepted-bad-request"},
		{"Connection in two lines", "> Connection: keep-alive\n> + Connection: Upgrade", ""},
		{"Connection without Upgrade", "> Connection: keep-alive", "req-connection-invalid res-accepted-bad-request"},
		{"no key", "> no Sec-WebSocket-Key", "req-key-missing res-accepted-bad-request"},
		{"an empty key", "> Sec-WebSocket-Key:\n< Sec-WebSocket-Accept: Kfh9QIsMVZcl6xEPYxPHzW8SZ8w=", "req-key-invalid res-accepted-bad-request"},
		{"a key of 15 bytes", "> Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4P\n< Sec-WebSocket-Accept: " + acceptOf("AQIDBAUGBwgJCgsMDQ4P"), "req-key-invalid res-accepted-bad-request"},
		{"a key that is no base64", "> Sec-WebSocket-Key: !!!!!!!!!!!!!!!!!!!!!!==\n< Sec-WebSocket-Accept: " + acceptOf("!!!!!!!!!!!!!!!!!!!!!!=="), "req-key-invalid res-accepted-bad-request"},
		{"pad bits that are not zero, as in the RFC", "> Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEC==\n< Sec-WebSocket-Accept: OfS0wDaT5NoxF2gqm7Zj2YtetzM=", ""},
		{"two keys, the second answered", "> + Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==\n< Sec-WebSocket-Accept: " + acceptOf("AQIDBAUGBwgJCgsMDQ4PEA=="), "req-key-duplicate res-accepted-bad-request"},
		{"no version", "> no Sec-WebSocket-Version", "req-version-missing res-accepted-bad-request"},
		{"version 013", "> Sec-WebSocket-Version: 013", "req-version-invalid res-accepted-bad-request"},
		{"a list of versions", "> Sec-WebSocket-Version: 13, 8", "req-version-invalid res-accepted-bad-request"},
		{"two versions", "> + Sec-WebSocket-Version: 13", "req-version-duplicate res-accepted-bad-request"},
		{"subprotocols in two lines", "> Sec-WebSocket-Protocol: chat\n> + Sec-WebSocket-Protocol: mqtt ,soap", ""},
		{"an empty subprotocol", "> Sec-WebSocket-Protocol:", "req-protocol-invalid res-accepted-bad-request"},
		{"a subprotocol with a separator", "> Sec-WebSocket-Protocol: a, b c, d/e", "req-protocol-invalid res-accepted-bad-request"},
		{"a subprotocol in Latin-1", "> Sec-WebSocket-Protocol: ch\xe4t", "req-protocol-invalid res-accepted-bad-request"},
		{"the same subprotocol over two lines", "> Sec-WebSocket-Protocol: chat\n> + Sec-WebSocket-Protocol: chat", "req-protocol-duplicate res-accepted-bad-request"},
		{"subprotocols that differ in case", "> Sec-WebSocket-Protocol: chat, Chat", ""},
		{"extensions in two lines", "> Sec-WebSocket-Extensions: permessage-deflate\n> + Sec-WebSocket-Extensions: bbf-usp-protocol", ""},
		{"a quoted token", "> Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=\"10\"", ""},
		{"an empty list", "> Sec-WebSocket-Extensions:", "req-extensions-invalid res-accepted-bad-request"},
		{"a list with a hole", "> Sec-WebSocket-Extensions: , permessage-deflate,", ""},
		{"an unregistered extension", "> Sec-WebSocket-Extensions: permessage-deflate, x-webkit-deflate-frame, foo", "req-extension-unregistered"},
		{"Origin null", "> Origin: null", ""},
		{"Origin with port", "> Origin: https://example.com:8443", ""},
		{"Origin of an extension", "> Origin: chrome-extension://abcdefgh", ""},
		{"Origin of a file", "> Origin: file://", ""},
		{"Origin with an address", "> Origin: http://[2001:db8::1]", ""},
		{"Origin with an address and a port", "> Origin: http://[2001:db8::1]:8080", ""},
		{"Origin whose port is no number", "> Origin: http://example.com:80x", "req-origin-invalid"},
		{"Origin whose port is empty", "> Origin: http://example.com:", "req-origin-invalid"},
		{"Origin whose port is too large", "> Origin: http://example.com:99999", "req-origin-invalid"},
		{"Origin without a host", "> Origin: https://", "req-origin-invalid"},
		{"Origin with a path", "> Origin: http://example.com/", "req-origin-invalid"},
		{"Origin without scheme", "> Origin: example.com", "req-origin-invalid"},
		{"two Origins", "> + Origin: http://example.com", "req-origin-invalid"},
		{"a body of nothing", "> + Content-Length: 0", ""},
		{"a body", "> + Content-Length: 5", "req-body"},
		{"a chunked body", "> + Transfer-Encoding: chunked", "req-body"},
		{"a frame with the request, told once", "early\n" + hello + hello, "req-data-before-response mask-key-reused"},
		{"a frame after a refusal", "< HTTP/1.1 403 Forbidden\n" + hello + hello, "data-without-handshake"},
		{"a second request after a refusal", "< HTTP/1.1 403 Forbidden\nc2s 47 45 54 20 2f", ""},
		{"several at once", "> no Host\n> no Sec-WebSocket-Version\n> Connection: close", "req-host-missing req-connection-invalid req-version-missing res-accepted-bad-request"},
		{"a bad request that is refused", "> no Host\n< HTTP/1.1 400 Bad Request", "req-host-missing"},
	})
}

func TestResponse(t *testing.T) {
	const chat = "> Sec-WebSocket-Protocol: chat, mqtt\n"
	const pmd = "> Sec-WebSocket-Extensions: permessage-deflate\n"
	run(t, []traceCase{
		{"no reason", "< HTTP/1.1 101 ", ""},
		{"not even a space after the status", "< HTTP/1.1 101", "res-malformed"},
		{"HTTP/1.0", "< HTTP/1.0 101 Switching Protocols", "res-http-version"},
		{"HTTP/1.0 may refuse", "< HTTP/1.0 404 Not Found", ""},
		{"Upgrade in any case", "< Upgrade: WebSocket", ""},
		{"a list in Upgrade", "< Upgrade: websocket, h2c", "res-upgrade-invalid"},
		{"no Upgrade", "< no Upgrade", "res-upgrade-missing"},
		{"Connection with more tokens", "< Connection: keep-alive, upgrade", ""},
		{"no Connection, and the client goes on", "< no Connection\n" + hello, "res-connection-missing client-accepted-bad-response"},
		{"white space around Accept", "< Sec-WebSocket-Accept: \t s3pPLMBiTxaQ9kYGzzhZRbK+xOo= \t", ""},
		{"white space inside Accept", "< Sec-WebSocket-Accept: s3pPLMBiTxaQ 9kYGzzhZRbK+xOo=", "res-accept-invalid"},
		{"Accept in lower case, and the client fails the connection", "< Sec-WebSocket-Accept: s3pplmbitxaq9kygzzhzrbk+xoo=\n" + byeClient, "res-accept-invalid"},
		{"Accept is the key", "< Sec-WebSocket-Accept: dGhlIHNhbXBsZSBub25jZQ==", "res-accept-invalid"},
		{"no Accept", "< no Sec-WebSocket-Accept", "res-accept-missing"},
		{"two Accepts", "< + Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "res-accept-duplicate"},
		{"an offered subprotocol", chat + "< Sec-WebSocket-Protocol: mqtt", ""},
		{"no subprotocol of those offered", chat, ""},
		{"a subprotocol in another case", chat + "< Sec-WebSocket-Protocol: Mqtt", "res-protocol-not-offered"},
		{"a subprotocol, none offered", "< Sec-WebSocket-Protocol: chat", "res-protocol-not-offered"},
		{"an empty subprotocol", chat + "< Sec-WebSocket-Protocol:", "res-protocol-invalid"},
		{"two subprotocols in a line", chat + "< Sec-WebSocket-Protocol: chat, mqtt", "res-protocol-invalid"},
		{"two lines", chat + "< Sec-WebSocket-Protocol: chat\n< + Sec-WebSocket-Protocol: mqtt", "res-protocol-duplicate"},
		{"an offered extension", pmd + "< Sec-WebSocket-Extensions: permessage-deflate", ""},
		{"an extension besides", pmd + "< Sec-WebSocket-Extensions: permessage-deflate, foo", "res-extension-not-offered"},
		{"an empty extension list", pmd + "< Sec-WebSocket-Extensions:", "res-extensions-invalid"},
		{"two extension lines", "> Sec-WebSocket-Extensions: permessage-deflate, bbf-usp-protocol\n< Sec-WebSocket-Extensions: permessage-deflate\n< + Sec-WebSocket-Extensions: bbf-usp-protocol", "res-extensions-duplicate"},
		{"Content-Length", "< + Content-Length: 0", "res-body-headers"},
		{"both body headers", "< + Content-Length: 0\n< + Transfer-Encoding: chunked", "res-body-headers"},
		{"Content-Length of a refusal", "< HTTP/1.1 503 Service Unavailable\n< + Content-Length: 0", ""},
		{"a 400 to version 8", "> Sec-WebSocket-Version: 8\n< HTTP/1.1 400 Bad Request", "req-version-invalid res-version-missing"},
		{"a 400 to version 13", "< HTTP/1.1 400 Bad Request", ""},
		{"a 426 as it should be", "> Sec-WebSocket-Version: 8\n< HTTP/1.1 426 Upgrade Required\n< + Sec-WebSocket-Version: 13", "req-version-invalid"},
		{"a bare 426", "< HTTP/1.1 426 Upgrade Required\n< no Upgrade", "res-version-missing res-426-upgrade-missing"},
	})
}

func TestNegotiation(t *testing.T) {
	answer := func(offer, answer string) string {
		return "> Sec-WebSocket-Extensions: " + offer + "\n< Sec-WebSocket-Extensions: " + answer
	}
	const pmd = "permessage-deflate"
	run(t, []traceCase{
		{"everything, as offered", answer(pmd+"; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=10", pmd+"; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10; client_max_window_bits=10"), ""},
		{"what the server may add", answer(pmd, pmd+"; server_no_context_takeover; client_no_context_takeover; server_max_window_bits=10"), ""},
		{"smaller windows", answer(pmd+"; server_max_window_bits=12; client_max_window_bits=12", pmd+"; server_max_window_bits=9; client_max_window_bits=8"), ""},
		{"an offer without value", answer(pmd+"; client_max_window_bits", pmd+"; client_max_window_bits=15"), ""},
		{"the second offer", answer(pmd+"; server_max_window_bits=10, "+pmd, pmd), ""},
		{"one good offer beside a bad one", answer(pmd+"; level=9, "+pmd, pmd), "pmd-offer-unknown-param"},
		{"a bad offer declined", "> Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=09", "pmd-offer-invalid-value"},
		{"server window without value", "> Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits", "pmd-offer-invalid-value"},
		{"takeover with a value", "> Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover=1", "pmd-offer-invalid-value"},
		{"twice in one offer", answer(pmd+"; client_max_window_bits; client_max_window_bits", pmd), "pmd-offer-duplicate-param pmd-accepted-invalid-offer"},
		{"told once for two offers", "> Sec-WebSocket-Extensions: permessage-deflate; a, permessage-deflate; b", "pmd-offer-unknown-param"},
		{"window 16 answered", answer(pmd, pmd+"; server_max_window_bits=16"), "pmd-response-invalid-value"},
		{"client window without value answered", answer(pmd+"; client_max_window_bits", pmd+"; client_max_window_bits"), "pmd-response-invalid-value"},
		{"takeover answered with a value", answer(pmd, pmd+"; client_no_context_takeover=true"), "pmd-response-invalid-value"},
		{"a made-up parameter answered", answer(pmd, pmd+"; level=9"), "pmd-response-unknown-param"},
		{"twice in the answer", answer(pmd, pmd+"; server_no_context_takeover; server_no_context_takeover"), "pmd-response-duplicate-param"},
		{"client window not offered", answer(pmd, pmd+"; client_max_window_bits=10"), "pmd-response-client-window-not-offered"},
		{"client window larger", answer(pmd+"; client_max_window_bits=9", pmd+"; client_max_window_bits=10"), "pmd-response-client-window-larger"},
		{"server window larger", answer(pmd+"; server_max_window_bits=9", pmd+"; server_max_window_bits=10"), "pmd-response-server-window-larger"},
		{"server window missing", answer(pmd+"; server_max_window_bits=9", pmd), "pmd-response-server-window-missing"},
		{"takeover missing, and the client goes on", answer(pmd+"; server_no_context_takeover", pmd) + "\n" + hello, "pmd-response-server-takeover-missing client-accepted-bad-response"},
		{"accepted twice", answer(pmd, pmd+", "+pmd), "pmd-response-rsv1-conflict"},
		{"broken grammar hides the rest", answer(pmd, pmd+"; level=9;;"), "res-extensions-invalid"},
		{"not offered", "< Sec-WebSocket-Extensions: " + pmd + "; client_max_window_bits=10", "res-extension-not-offered"},
	})
}
