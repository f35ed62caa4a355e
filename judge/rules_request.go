package judge

import "wsscope/event"

var (
	reqMalformed = request(Rule{ID: "req-malformed", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "The handshake must be a valid HTTP request: CRLF line ends, a token before every colon and no space between them, no control bytes in values, no folded lines.",
		Why:     "Intermediaries and servers read such heads differently, which is how request smuggling works. RFC 2616, which RFC 6455 builds on, still tolerated folding and the space before the colon; RFC 9112 forbids them.",
		Cause:   "a hand-written client that joins lines itself",
		Example: "> Sec-WebSocket-Protocol : chat"})
	reqMethod = request(Rule{ID: "req-method", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "The method must be GET.",
		Why:     "Servers look for the upgrade in GET requests only.",
		Example: "> POST /chat HTTP/1.1"})
	reqHTTPVersion = request(Rule{ID: "req-http-version", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "The HTTP version must be at least 1.1.",
		Why:     "HTTP/1.0 knows no Upgrade.",
		Cause:   "a proxy that speaks HTTP/1.0 to its backend, nginx without \"proxy_http_version 1.1\" for one",
		Example: "> GET /chat HTTP/1.0"})
	reqTargetInvalid = request(Rule{ID: "req-target-invalid", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "The request target must be the resource name (an absolute path and perhaps a query) or an absolute http or https URI, without a fragment.",
		Why:     "A fragment never travels to a server; a target without its slash is no path.",
		Cause:   "the URL of the program was sent as it is",
		Example: "> GET /chat#top HTTP/1.1"})
	reqHostMissing = request(Rule{ID: "req-host-missing", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "The request must have a Host field.",
		Why:     "Without it a server cannot tell which of its sites is meant.",
		Example: "> no Host"})
	reqHostPort = request(Rule{ID: "req-host-port", RFC: "RFC 6455 section 4.1", Severity: event.Info, Side: Client,
		Wants:   "Host is the host and, where it is not the default, the port.",
		Why:     "The port of Host is not the TCP port of this capture. Port forwarding and proxies make that common; it explains redirects and origin checks that go wrong.",
		Cause:   "a proxy or a forwarded port between the client and this place",
		Example: "> Host: server.example.com:8080"})
	reqHostDuplicate = request(Rule{ID: "req-host-duplicate", RFC: "RFC 9112 section 3.2", Severity: event.Error, Side: Client,
		Wants:   "A request must not have more than one Host line; a server must answer 400.",
		Why:     "Two parties may each believe another line.",
		Cause:   "a proxy that adds its own line",
		Example: "> Host: server.example.com\n> + Host: other.example.com"})
	reqUpgradeMissing = request(Rule{ID: "req-upgrade-missing", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "The request must have an Upgrade field.",
		Why:     "Without it the request is an ordinary GET.",
		Cause:   "a proxy removed it: Upgrade is a hop-by-hop field and must be passed on expressly",
		Example: "> no Upgrade"})
	reqUpgradeInvalid = request(Rule{ID: "req-upgrade-invalid", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "Upgrade must include the keyword \"websocket\", in any case.",
		Why:     "The client asks for another protocol.",
		Example: "> Upgrade: websocket/13"})
	reqConnectionMissing = request(Rule{ID: "req-connection-missing", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "The request must have a Connection field.",
		Why:     "Upgrade counts only where Connection names it.",
		Cause:   "a proxy removed it",
		Example: "> no Connection"})
	reqConnectionInvalid = request(Rule{ID: "req-connection-invalid", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "Connection must include the token \"Upgrade\", in any case.",
		Why:     "Upgrade counts only where Connection names it.",
		Cause:   "a proxy replaced the field by \"keep-alive\" or \"close\"",
		Example: "> Connection: keep-alive"})
	reqKeyMissing = request(Rule{ID: "req-key-missing", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "The request must have Sec-WebSocket-Key.",
		Why:     "The key proves that the server understood a WebSocket handshake and not something that looks like one.",
		Example: "> no Sec-WebSocket-Key"})
	reqKeyInvalid = request(Rule{ID: "req-key-invalid", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "Sec-WebSocket-Key must be a nonce of 16 bytes in base64. Pad bits that are not zero are tolerated: the RFC's own example has them.",
		Why:     "Strict servers answer 400.",
		Cause:   "a key made by hand, or base64 without its padding",
		Example: "> Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ"})
	reqKeyDuplicate = request(Rule{ID: "req-key-duplicate", RFC: "RFC 6455 section 11.3.1", Severity: event.Error, Side: Client,
		Wants:   "Sec-WebSocket-Key must not appear more than once.",
		Why:     "The server cannot tell which key to answer.",
		Example: "> Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n> + Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA=="})
	reqKeyReused = request(Rule{ID: "req-key-reused", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "The nonce of Sec-WebSocket-Key must be selected randomly for each connection.",
		Why:     "Two connections have the same key, by chance once in 2^128. A cache could answer the second handshake.",
		Cause:   "a constant key, or a random generator that starts from the same seed",
		Example: "c2s FIN\ns2c FIN\nagain later 1 s"})
	reqVersionMissing = request(Rule{ID: "req-version-missing", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "The request must have Sec-WebSocket-Version.",
		Why:     "Without it the request belongs to a draft older than the RFC.",
		Example: "> no Sec-WebSocket-Version"})
	reqVersionInvalid = request(Rule{ID: "req-version-invalid", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "Sec-WebSocket-Version must be 13.",
		Why:     "Other numbers belong to drafts; leading zeroes are no version number.",
		Example: "> Sec-WebSocket-Version: 8"})
	reqVersionDuplicate = request(Rule{ID: "req-version-duplicate", RFC: "RFC 6455 section 11.3.5", Severity: event.Error, Side: Client,
		Wants:   "Sec-WebSocket-Version must not appear more than once in a request.",
		Why:     "A client speaks one version.",
		Example: "> Sec-WebSocket-Version: 13\n> + Sec-WebSocket-Version: 8"})
	reqProtocolInvalid = request(Rule{ID: "req-protocol-invalid", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "Every offered subprotocol must be a token: not empty, U+0021 to U+007E, no separators.",
		Why:     "Servers split the field at commas and compare names byte by byte.",
		Cause:   "a URL or a title in the place of a name",
		Example: "> Sec-WebSocket-Protocol: chat/v1"})
	reqProtocolDuplicate = request(Rule{ID: "req-protocol-duplicate", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "The offered subprotocols must all be different.",
		Why:     "The list is an order of preference.",
		Example: "> Sec-WebSocket-Protocol: chat, mqtt, chat"})
	reqExtensionsInvalid = request(Rule{ID: "req-extensions-invalid", RFC: "RFC 6455 section 9.1", Severity: event.Error, Side: Client,
		Wants:   "Sec-WebSocket-Extensions must follow the grammar: names and parameters are tokens, a quoted value holds a token.",
		Why:     "A server must fail the handshake or ignore the offer.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=\"1 0\""})
	reqExtensionUnregistered = request(Rule{ID: "req-extension-unregistered", RFC: "RFC 6455 section 9.1", Severity: event.Warning, Side: Client,
		Wants:   "An extension must be registered with IANA: permessage-deflate or bbf-usp-protocol.",
		Why:     "Nobody but the author knows what it means; servers ignore it.",
		Cause:   "an old browser offering a draft of permessage-deflate",
		Example: "> Sec-WebSocket-Extensions: x-webkit-deflate-frame"})
	reqOriginInvalid = request(Rule{ID: "req-origin-invalid", RFC: "RFC 6454 section 7.3", Severity: event.Warning, Side: Client,
		Wants:   "There is at most one Origin, and it is scheme://host, perhaps with a port, or \"null\".",
		Why:     "Servers compare Origin byte by byte to keep foreign pages out.",
		Cause:   "a program that puts the whole URL of a page there",
		Example: "> Origin: http://example.com/index.html"})
	reqBody = request(Rule{ID: "req-body", RFC: "RFC 9110 section 9.3.1", Severity: event.Warning, Side: Client,
		Wants:   "A GET should have no content.",
		Why:     "A server that does not skip the body reads it as frames.",
		Example: "> Content-Length: 17"})
	reqDataBeforeResponse = request(Rule{ID: "req-data-before-response", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "After its request the client must wait for the response before it sends more.",
		Why:     "A server that refuses, or that is no WebSocket server, takes the frames for another request.",
		Cause:   "a client that saves a round trip",
		Example: "early\nc2s 81 85 37 fa 21 3d 7f 9f 4d 51 58"})
	reqConnectingParallel = request(Rule{ID: "req-connecting-parallel", RFC: "RFC 6455 section 4.1", Severity: event.Info, Side: Client,
		Wants:   "A client has no more than one connection to a server in the CONNECTING state.",
		Why:     "Two requests of one address wait at once. Address translation and several programs hide behind one address, so this blames nobody.",
		Example: "again pending"})
	clientAcceptedBadResponse = request(Rule{ID: "client-accepted-bad-response", RFC: "RFC 6455 section 4.1", Severity: event.Error, Side: Client,
		Wants:   "A client must fail the connection where the 101 does not hold what it has to.",
		Why:     "The client went on although the response proves nothing: it may be talking to a cache or to another protocol.",
		Cause:   "a client that looks at the status alone",
		Example: "< Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\nc2s 81 85 37 fa 21 3d 7f 9f 4d 51 58"})
	dataWithoutHandshake = request(Rule{ID: "data-without-handshake", RFC: "RFC 6455 section 5.1", Severity: event.Error, Side: Either,
		Wants:   "Frames may be sent only after the opening handshake succeeded.",
		Why:     "The server refused the handshake, and yet frames follow: they are bytes of an HTTP connection now.",
		Cause:   "an application that does not wait for the result of the handshake",
		Example: "< HTTP/1.1 403 Forbidden\nc2s 81 85 37 fa 21 3d 7f 9f 4d 51 58"})
	reconnectWithoutBackoff = request(Rule{ID: "reconnect-without-backoff", RFC: "RFC 6455 section 7.2.3", Severity: event.Warning, Side: Client,
		Wants:   "After an abnormal closure the first reconnect should wait a random time, later ones longer.",
		Why:     "Clients that come back at once, again and again, keep a server that is in trouble there.",
		Cause:   "a reconnect in the close handler, without a timer",
		Example: "s2c FIN\nc2s FIN\nagain later 5 ms\ns2c FIN\nc2s FIN\nagain later 5 ms"})
)
