package judge

import "wsscope/event"

var (
	resMalformed = response(Rule{ID: "res-malformed", RFC: "RFC 6455 section 4.2.2", Severity: event.Error, Side: Server,
		Wants:   "The response must be valid HTTP: a status line, CRLF line ends, a token before every colon and no space between them, no control bytes in values.",
		Why:     "Clients and intermediaries read such heads differently, or give up.",
		Cause:   "a hand-written server that joins lines itself",
		Example: "< Server : x"})
	resHTTPVersion = response(Rule{ID: "res-http-version", RFC: "RFC 6455 section 4.2.2", Severity: event.Error, Side: Server,
		Wants:   "The 101 has an HTTP/1.1 status line; HTTP/1.0 knows no 1xx.",
		Why:     "Strict clients fail the connection.",
		Cause:   "a server framework that defaults to HTTP/1.0",
		Example: "< HTTP/1.0 101 Switching Protocols"})
	resUpgradeMissing = response(Rule{ID: "res-upgrade-missing", RFC: "RFC 6455 section 4.2.2", Severity: event.Error, Side: Server,
		Wants:   "The 101 must have an Upgrade field.",
		Why:     "It does not say to what the server switches. Clients must fail the connection.",
		Cause:   "a proxy removed it",
		Example: "< no Upgrade"})
	resUpgradeInvalid = response(Rule{ID: "res-upgrade-invalid", RFC: "RFC 6455 section 4.2.2", Severity: event.Error, Side: Server,
		Wants:   "Upgrade of the 101 must be \"websocket\", in any case, and nothing else.",
		Why:     "Clients compare the whole value and must fail the connection.",
		Example: "< Upgrade: websocket/13"})
	resConnectionMissing = response(Rule{ID: "res-connection-missing", RFC: "RFC 6455 section 4.2.2", Severity: event.Error, Side: Server,
		Wants:   "The 101 must have a Connection field.",
		Why:     "Clients must fail the connection.",
		Cause:   "a proxy removed it",
		Example: "< no Connection"})
	resConnectionInvalid = response(Rule{ID: "res-connection-invalid", RFC: "RFC 6455 section 4.2.2", Severity: event.Error, Side: Server,
		Wants:   "Connection of the 101 must include the token \"Upgrade\", in any case.",
		Why:     "Clients must fail the connection.",
		Cause:   "a proxy replaced it by \"close\" or \"keep-alive\"",
		Example: "< Connection: close"})
	resAcceptMissing = response(Rule{ID: "res-accept-missing", RFC: "RFC 6455 section 4.2.2", Severity: event.Error, Side: Server,
		Wants:   "The 101 must have Sec-WebSocket-Accept.",
		Why:     "Without it nothing shows that the server understood the handshake. Clients must fail the connection.",
		Example: "< no Sec-WebSocket-Accept"})
	resAcceptInvalid = response(Rule{ID: "res-accept-invalid", RFC: "RFC 6455 section 4.2.2", Severity: event.Error, Side: Server,
		Wants:   "Sec-WebSocket-Accept must be base64(SHA-1(key + \"258EAFA5-E914-47DA-95CA-C5AB0DC85B11\")), the key as it was sent; only white space around it is ignored.",
		Why:     "The answer belongs to another request, or its sender does not know the protocol. Clients must fail the connection.",
		Cause:   "a cached response, a decoded key, or a typing error in the GUID",
		Example: "< Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA="})
	resAcceptDuplicate = response(Rule{ID: "res-accept-duplicate", RFC: "RFC 6455 section 11.3.3", Severity: event.Error, Side: Server,
		Wants:   "Sec-WebSocket-Accept must not appear more than once.",
		Why:     "Clients that join the lines find a wrong value.",
		Cause:   "a proxy and a server that both answer the handshake",
		Example: "< Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\n< + Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="})
	resProtocolNotOffered = response(Rule{ID: "res-protocol-not-offered", RFC: "RFC 6455 section 4.2.2", Severity: event.Error, Side: Server,
		Wants:   "The server may select only a subprotocol that the client offered, byte for byte, and none where none was offered.",
		Why:     "Clients must fail the connection; browsers do.",
		Cause:   "a server with a fixed answer",
		Example: "> Sec-WebSocket-Protocol: chat\n< Sec-WebSocket-Protocol: Chat"})
	resProtocolInvalid = response(Rule{ID: "res-protocol-invalid", RFC: "RFC 6455 section 4.2.2", Severity: event.Error, Side: Server,
		Wants:   "Sec-WebSocket-Protocol of a response is exactly one token, neither empty nor a list.",
		Why:     "A server that selects nothing leaves the field out.",
		Cause:   "a server that echoes the client's list",
		Example: "> Sec-WebSocket-Protocol: chat, mqtt\n< Sec-WebSocket-Protocol: chat, mqtt"})
	resProtocolDuplicate = response(Rule{ID: "res-protocol-duplicate", RFC: "RFC 6455 section 11.3.4", Severity: event.Error, Side: Server,
		Wants:   "Sec-WebSocket-Protocol must not appear more than once in a response.",
		Why:     "Only one subprotocol can be selected.",
		Cause:   "a library and the application both set it",
		Example: "> Sec-WebSocket-Protocol: chat, mqtt\n< Sec-WebSocket-Protocol: chat\n< + Sec-WebSocket-Protocol: mqtt"})
	resExtensionNotOffered = response(Rule{ID: "res-extension-not-offered", RFC: "RFC 6455 section 4.2.2", Severity: event.Error, Side: Server,
		Wants:   "An extension that the client did not offer must not be in the response.",
		Why:     "The client cannot use it and must fail the connection.",
		Cause:   "compression switched on in the server whatever the client says",
		Example: "< Sec-WebSocket-Extensions: permessage-deflate"})
	resExtensionsInvalid = response(Rule{ID: "res-extensions-invalid", RFC: "RFC 6455 section 9.1", Severity: event.Error, Side: Server,
		Wants:   "Sec-WebSocket-Extensions must follow the grammar; it is not empty.",
		Why:     "Clients must fail the connection.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate\n< Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover;;"})
	resExtensionsDuplicate = response(Rule{ID: "res-extensions-duplicate", RFC: "RFC 6455 section 11.3.2", Severity: event.Warning, Side: Server,
		Wants:   "Sec-WebSocket-Extensions must not appear more than once in a response.",
		Why:     "Section 4.2.2 says that it may be split over lines, section 11.3.2 forbids it; clients follow either.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate, bbf-usp-protocol\n< Sec-WebSocket-Extensions: permessage-deflate\n< + Sec-WebSocket-Extensions: bbf-usp-protocol"})
	resBodyHeaders = response(Rule{ID: "res-body-headers", RFC: "RFC 9110 section 8.6", Severity: event.Warning, Side: Server,
		Wants:   "A 101 must not have Content-Length or Transfer-Encoding.",
		Why:     "It has no body: frames begin right after the blank line. A client or proxy that believes the field loses them.",
		Cause:   "a framework that adds the field to every response",
		Example: "< Content-Length: 12"})
	resAcceptedBadRequest = response(Rule{ID: "res-accepted-bad-request", RFC: "RFC 6455 section 4.2.1", Severity: event.Error, Side: Server,
		Wants:   "A server must answer a handshake that breaks the rules with an HTTP error, not with 101.",
		Why:     "The server does not check what it accepts, so it also accepts what is no WebSocket client.",
		Example: "> no Host"})
	resVersionMissing = response(Rule{ID: "res-version-missing", RFC: "RFC 6455 section 4.4", Severity: event.Error, Side: Server,
		Wants:   "A server that refuses the client's version must name the versions it knows in Sec-WebSocket-Version.",
		Why:     "The client cannot try again with another version.",
		Example: "> Sec-WebSocket-Version: 8\n< HTTP/1.1 426 Upgrade Required"})
	res426UpgradeMissing = response(Rule{ID: "res-426-upgrade-missing", RFC: "RFC 9110 section 15.5.22", Severity: event.Warning, Side: Server,
		Wants:   "A 426 must have an Upgrade field.",
		Why:     "It does not say which protocol is required.",
		Example: "> Sec-WebSocket-Version: 8\n< HTTP/1.1 426 Upgrade Required\n< no Upgrade\n< Sec-WebSocket-Version: 13"})
)
