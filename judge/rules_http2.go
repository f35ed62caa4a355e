package judge

import "wsscope/event"

// RFC 8441 writes its demands over those of HTTP/2, whose sections are given
// as RFC 9113 numbers them.
var (
	h2SettingsMissing = http2(Rule{ID: "h2-settings-missing", RFC: "RFC 8441 section 3", Severity: event.Error, Side: Client,
		Wants:   "A client may use Extended CONNECT only after the server sent SETTINGS_ENABLE_CONNECT_PROTOCOL = 1.",
		Why:     "A server that does not know it sees a malformed request and resets the stream. Reported only where the server's SETTINGS up to its response were all captured.",
		Cause:   "a client that is told to speak HTTP/2 and does not wait for the first SETTINGS",
		Example: "h2\nsettings none"})
	h2Method = http2(Rule{ID: "h2-method", RFC: "RFC 8441 section 4", Severity: event.Error, Side: Client,
		Wants:   "The :protocol pseudo-header field belongs to the method CONNECT.",
		Why:     "With another method the request is malformed; servers reset the stream.",
		Example: "h2\n> :method: GET"})
	h2ProtocolInvalid = http2(Rule{ID: "h2-protocol-invalid", RFC: "RFC 8441 section 5", Severity: event.Error, Side: Client,
		Wants:   "The value of :protocol must be \"websocket\".",
		Why:     "The RFC gives it in lower case; servers compare bytes.",
		Cause:   "\"WebSocket\", as servers answer it in the Upgrade field of HTTP/1.1",
		Example: "h2\n> :protocol: WebSocket"})
	h2SchemePathMissing = http2(Rule{ID: "h2-scheme-path-missing", RFC: "RFC 8441 section 4", Severity: event.Error, Side: Client,
		Wants:   "A request with :protocol must have :scheme and :path.",
		Why:     "An ordinary CONNECT must not have them, an extended one must; without them nobody knows which resource is meant.",
		Cause:   "a library that knows ordinary CONNECT only",
		Example: "h2\n> no :path"})
	h2SchemeInvalid = http2(Rule{ID: "h2-scheme-invalid", RFC: "RFC 8441 section 5", Severity: event.Error, Side: Client,
		Wants:   "The scheme must be \"https\" for wss and \"http\" for ws.",
		Why:     "Servers refuse schemes that they do not know.",
		Cause:   "the scheme of the WebSocket URL was sent as it is",
		Example: "h2\n> :scheme: wss"})
	h2AuthorityMissing = http2(Rule{ID: "h2-authority-missing", RFC: "RFC 8441 section 5", Severity: event.Error, Side: Client,
		Wants:   "The request must have :authority, which stands for Host.",
		Why:     "Without it a server cannot tell which of its sites is meant.",
		Example: "h2\n> no :authority"})
	h2HostDiffers = http2(Rule{ID: "h2-host-differs", RFC: "RFC 9113 section 8.3.1", Severity: event.Error, Side: Client,
		Wants:   "A Host field must not differ from :authority.",
		Why:     "Two parties may each believe another one.",
		Cause:   "a proxy that adds its own Host",
		Example: "h2\n> host: other.example.com"})
	h2ConnectHeaders = http2(Rule{ID: "h2-connect-headers", RFC: "RFC 8441 section 5", Severity: event.Error, Side: Client,
		Wants:   "Connection and Upgrade must not be in the request, nor any other field that belongs to a connection of HTTP/1.1 (RFC 9113 section 8.2.2).",
		Why:     "They make the request malformed; servers reset the stream.",
		Cause:   "a handshake for HTTP/1.1 handed to an HTTP/2 library",
		Example: "h2\n> upgrade: websocket"})
	h2ResponseHeaders = http2(Rule{ID: "h2-response-headers", RFC: "RFC 9113 section 8.2.2", Severity: event.Error, Side: Server,
		Wants:   "A response must not have Connection, Upgrade or another field that belongs to a connection of HTTP/1.1.",
		Why:     "They make the response malformed; clients reset the stream.",
		Cause:   "a proxy that passes on the 101 of its backend",
		Example: "h2\n< upgrade: websocket"})
	h2Status101 = http2(Rule{ID: "h2-status-101", RFC: "RFC 9113 section 8.6", Severity: event.Error, Side: Server,
		Wants:   "HTTP/2 has no status 101; Extended CONNECT is accepted with 2xx.",
		Why:     "Clients treat it as malformed.",
		Cause:   "a proxy that passes on the 101 of its backend",
		Example: "h2\n< :status: 101"})
	h2FieldName = http2(Rule{ID: "h2-field-name", RFC: "RFC 9113 section 8.2.1", Severity: event.Error, Side: Either,
		Wants:   "Field names must be in lower case, without white space and control bytes.",
		Why:     "A field with another name makes the message malformed; peers reset the stream.",
		Cause:   "names as they are written in HTTP/1.1",
		Example: "h2\n> Sec-WebSocket-Protocol: chat"})
	h2PseudoHeaders = http2(Rule{ID: "h2-pseudo-headers", RFC: "RFC 9113 section 8.3", Severity: event.Error, Side: Either,
		Wants:   "Pseudo-header fields are those that are defined for the message, each once, before all other fields.",
		Why:     "Others make the message malformed; peers reset the stream.",
		Example: "h2\n> + :path: /other"})
	h2KeyPresent = http2(Rule{ID: "h2-key-present", RFC: "RFC 8441 section 5", Severity: event.Info, Side: Either,
		Wants:   "Sec-WebSocket-Key and Sec-WebSocket-Accept are not processed over HTTP/2.",
		Why:     "Harmless, and without meaning: :protocol has taken their place.",
		Cause:   "a handshake for HTTP/1.1 sent over HTTP/2, by undici and HAProxy for two",
		Example: "h2\n> sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="})
	_ = http2(Rule{ID: "h2-settings-invalid", RFC: "RFC 8441 section 3", Severity: event.Error, Side: Server,
		Wants: "The value of SETTINGS_ENABLE_CONNECT_PROTOCOL must be 0 or 1.",
		Why:   "Clients end the connection."})
	_ = http2(Rule{ID: "h2-settings-withdrawn", RFC: "RFC 8441 section 3", Severity: event.Error, Side: Server,
		Wants: "A server must not send SETTINGS_ENABLE_CONNECT_PROTOCOL = 0 after 1.",
		Why:   "Requests that are under way would break rules that they could not know of."})
)
