package judge

import "wsscope/event"

var (
	pmdOfferUnknownParam = negotiation(Rule{ID: "pmd-offer-unknown-param", RFC: "RFC 7692 section 7", Severity: event.Error, Side: Client,
		Wants:   "An offer holds the four parameters that RFC 7692 defines and no other.",
		Why:     "A server must decline the offer: compression is lost.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate; level=9"})
	pmdOfferInvalidValue = negotiation(Rule{ID: "pmd-offer-invalid-value", RFC: "RFC 7692 section 7.1", Severity: event.Error, Side: Client,
		Wants:   "*_no_context_takeover has no value, server_max_window_bits has 8 to 15 without leading zero, client_max_window_bits has none or 8 to 15.",
		Why:     "A server must decline the offer: compression is lost.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=7"})
	pmdOfferDuplicateParam = negotiation(Rule{ID: "pmd-offer-duplicate-param", RFC: "RFC 7692 section 7", Severity: event.Error, Side: Client,
		Wants:   "An offer must not hold the same parameter twice.",
		Why:     "A server must decline the offer: compression is lost.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits; client_max_window_bits=10"})
	pmdAcceptedInvalidOffer = negotiation(Rule{ID: "pmd-accepted-invalid-offer", RFC: "RFC 7692 section 7", Severity: event.Error, Side: Server,
		Wants:   "A server must decline an offer with an unknown, repeated or wrong parameter.",
		Why:     "Both sides may now mean different windows.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=16\n< Sec-WebSocket-Extensions: permessage-deflate"})
	pmdResponseUnknownParam = negotiation(Rule{ID: "pmd-response-unknown-param", RFC: "RFC 7692 section 7", Severity: event.Error, Side: Server,
		Wants:   "A response holds the four parameters that RFC 7692 defines and no other.",
		Why:     "The client must fail the connection.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate\n< Sec-WebSocket-Extensions: permessage-deflate; level=9"})
	pmdResponseInvalidValue = negotiation(Rule{ID: "pmd-response-invalid-value", RFC: "RFC 7692 section 7.1", Severity: event.Error, Side: Server,
		Wants:   "In a response both *_max_window_bits have 8 to 15 without leading zero; *_no_context_takeover has no value.",
		Why:     "The client must fail the connection.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\n< Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"})
	pmdResponseDuplicateParam = negotiation(Rule{ID: "pmd-response-duplicate-param", RFC: "RFC 7692 section 7", Severity: event.Error, Side: Server,
		Wants:   "A response must not hold the same parameter twice.",
		Why:     "The client must fail the connection.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate\n< Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10; server_max_window_bits=12"})
	pmdResponseClientWindowNotOffered = negotiation(Rule{ID: "pmd-response-client-window-not-offered", RFC: "RFC 7692 section 7.1.2.2", Severity: event.Error, Side: Server,
		Wants:   "client_max_window_bits must not be in the response unless the offer had it.",
		Why:     "The client did not say that it can shrink its window, and must fail the connection.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate\n< Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10"})
	pmdResponseClientWindowLarger = negotiation(Rule{ID: "pmd-response-client-window-larger", RFC: "RFC 7692 section 7.1.2.2", Severity: event.Warning, Side: Server,
		Wants:   "client_max_window_bits of the response is equal to or smaller than the offered value.",
		Why:     "The client announced that it will not use more; the larger value has no effect.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10\n< Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=12"})
	pmdResponseServerWindowMissing = negotiation(Rule{ID: "pmd-response-server-window-missing", RFC: "RFC 7692 section 7.1.2.1", Severity: event.Error, Side: Server,
		Wants:   "An offer with server_max_window_bits is accepted by repeating the parameter in the response.",
		Why:     "The client has set aside a small window; the server may use all of 32 KiB.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\n< Sec-WebSocket-Extensions: permessage-deflate"})
	pmdResponseServerWindowLarger = negotiation(Rule{ID: "pmd-response-server-window-larger", RFC: "RFC 7692 section 7.1.2.1", Severity: event.Error, Side: Server,
		Wants:   "server_max_window_bits of the response is equal to or smaller than the offered value.",
		Why:     "The client has set aside a smaller window, and must fail the connection.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=10\n< Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=12"})
	pmdResponseServerTakeoverMissing = negotiation(Rule{ID: "pmd-response-server-takeover-missing", RFC: "RFC 7692 section 7.1.1.1", Severity: event.Error, Side: Server,
		Wants:   "An offer with server_no_context_takeover is accepted by repeating the parameter in the response.",
		Why:     "The client may throw its window away after each message; the server's next message refers to it.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\n< Sec-WebSocket-Extensions: permessage-deflate"})
	pmdResponseRSV1Conflict = negotiation(Rule{ID: "pmd-response-rsv1-conflict", RFC: "RFC 7692 section 5", Severity: event.Error, Side: Server,
		Wants:   "A compression extension must not be accepted together with another extension that uses RSV1.",
		Why:     "Nobody can tell whose bit it is.",
		Example: "> Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate; client_max_window_bits\n< Sec-WebSocket-Extensions: permessage-deflate, permessage-deflate"})
)

var (
	deflateInvalid = compression(Rule{ID: "deflate-invalid", RFC: "RFC 7692 section 7.2.2", Severity: event.Error, Side: Either,
		Wants:   "The payload of a compressed message, followed by 00 00 ff ff, is a raw DEFLATE stream.",
		Why:     "The receiver cannot read the message, nor any later one that refers to it, and fails the connection.",
		Cause:   "RSV1 set on plain data, a zlib or gzip header in front, or a proxy that inflates but leaves the bit",
		Example: "deflate\ns2c c1 02 78 9c"})
	deflateTailNotRemoved = compression(Rule{ID: "deflate-tail-not-removed", RFC: "RFC 7692 section 7.2.1", Severity: event.Warning, Side: Either,
		Wants:   "The sender must remove the four bytes 00 00 ff ff from the tail.",
		Why:     "This message reads well; a receiver that keeps its inflater running fails at the next one.",
		Cause:   "a compressor flushed with Z_SYNC_FLUSH whose output is sent as it is",
		Example: "deflate\ns2c c1 0b f2 48 cd c9 c9 07 00 00 00 ff ff"})
	deflatePadding = compression(Rule{ID: "deflate-padding", RFC: "RFC 7692 section 7.2.1", Severity: event.Warning, Side: Either,
		Wants:   "After a block with BFINAL set that ends inside a byte, the fewest padding bits of 0 are added.",
		Why:     "Receivers that read on after the final block may take the rest for another block.",
		Cause:   "a compressor ended with Z_FINISH, its last byte changed or doubled",
		Example: "deflate\ns2c c1 09 f3 48 cd c9 c9 07 00 00 00"})
	deflateWindowExceeded = compression(Rule{ID: "deflate-window-exceeded", RFC: "RFC 7692 section 7.2.1", Severity: event.Error, Side: Either,
		Wants:   "With *_max_window_bits=w the sender must not refer back more than 2^w bytes.",
		Why:     "A receiver that set aside a window of the agreed size cannot read the message.",
		Cause:   "a compressor that was not told of the agreed window",
		Example: "deflate client_max_window_bits=8\nc2s compressed: 300 different bytes, then the first ten again"})
	deflateContextTakeover = compression(Rule{ID: "deflate-context-takeover", RFC: "RFC 7692 section 7.2.1", Severity: event.Error, Side: Either,
		Wants:   "With *_no_context_takeover each message must begin with an empty window.",
		Why:     "A receiver that threw its window away cannot read the message.",
		Cause:   "a compressor that is not reset between messages",
		Example: "deflate server_no_context_takeover\ns2c c1 07 f2 48 cd c9 c9 07 00\ns2c c1 05 f2 00 11 00 00"})
	decompressionBomb = compression(Rule{ID: "decompression-bomb", RFC: "RFC 7692 section 8", Severity: event.Warning, Side: Either,
		Wants:   "Peers should limit what a small compressed message may become.",
		Why:     "The message is a thousand times its size when inflated, and may be an attack on the receiver's memory. One layer of DEFLATE reaches 1,030:1.",
		Example: "deflate\nc2s compressed: 10 MiB of zeroes"})
)
