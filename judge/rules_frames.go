package judge

import "wsscope/event"

var (
	frameClientUnmasked = framing(Rule{ID: "frame-client-unmasked", RFC: "RFC 6455 section 5.1", Severity: event.Error, Side: Client,
		Wants:   "A client must mask every frame.",
		Why:     "Masking keeps a page from writing bytes of its choice into a proxy. A server must close the connection, usually with 1002.",
		Cause:   "a client that uses a server's code, or a proxy that unmasks",
		Example: "c2s 81 05 48 65 6c 6c 6f"})
	frameServerMasked = framing(Rule{ID: "frame-server-masked", RFC: "RFC 6455 section 5.1", Severity: event.Error, Side: Server,
		Wants:   "A server must not mask any frame.",
		Why:     "A client must close the connection, usually with 1002.",
		Cause:   "a server that uses a client's code",
		Example: "s2c 81 85 37 fa 21 3d 7f 9f 4d 51 58"})
	frameOpcodeReservedData = framing(Rule{ID: "frame-opcode-reserved-data", RFC: "RFC 6455 section 5.2", Severity: event.Error, Side: Either,
		Wants:   "Opcodes 3 to 7 are reserved for further non-control frames.",
		Why:     "The receiver must fail the connection. A reserved opcode is often the first sign that sender and receiver disagree about where frames begin.",
		Cause:   "frames written by two threads at once, or a wrong length before it",
		Example: "s2c 83 02 68 69"})
	frameOpcodeReservedControl = framing(Rule{ID: "frame-opcode-reserved-control", RFC: "RFC 6455 section 5.2", Severity: event.Error, Side: Either,
		Wants:   "Opcodes B to F are reserved for further control frames.",
		Why:     "The receiver must fail the connection. A reserved opcode is often the first sign that sender and receiver disagree about where frames begin.",
		Cause:   "frames written by two threads at once, or a wrong length before it",
		Example: "s2c 8b 00"})
	frameRSVUnnegotiated = framing(Rule{ID: "frame-rsv-unnegotiated", RFC: "RFC 6455 section 5.2", Severity: event.Error, Side: Either,
		Wants:   "RSV1 to RSV3 must be 0 unless an extension of the handshake defines them.",
		Why:     "The receiver must fail the connection. permessage-deflate defines RSV1 alone.",
		Cause:   "a sender that compresses without having agreed on it, or a proxy that removed the extension from one half of the handshake",
		Example: "s2c c1 02 68 69"})
	frameRSV1Control = framing(Rule{ID: "frame-rsv1-control", RFC: "RFC 7692 section 6", Severity: event.Error, Side: Either,
		Wants:   "RSV1 must not be set on control frames: they are never compressed.",
		Why:     "The receiver must fail the connection.",
		Example: "deflate\ns2c c9 00"})
	frameRSV1Continuation = framing(Rule{ID: "frame-rsv1-continuation", RFC: "RFC 7692 section 6", Severity: event.Error, Side: Either,
		Wants:   "RSV1 is set on the first frame of a compressed message alone.",
		Why:     "The receiver must fail the connection.",
		Cause:   "a sender that compresses fragments one by one",
		Example: "deflate\ns2c 41 03 f2 48 cd\ns2c c0 04 c9 c9 07 00"})
	frameLengthNotMinimal = framing(Rule{ID: "frame-length-not-minimal", RFC: "RFC 6455 section 5.2", Severity: event.Error, Side: Either,
		Wants:   "The length must be written in the fewest bytes: up to 125 in 7 bits, up to 65,535 in 16.",
		Why:     "Receivers that check fail the connection; scanners that do not check can be led around.",
		Cause:   "a sender that always writes one form",
		Example: "s2c 81 7e 00 05 48 65 6c 6c 6f"})
	frameLengthMSB = framing(Rule{ID: "frame-length-msb", RFC: "RFC 6455 section 5.2", Severity: event.Error, Side: Either,
		Wants:   "The top bit of a 64-bit length must be 0.",
		Why:     "Nothing after such a frame can be followed.",
		Cause:   "a negative number written as a length, or sender and receiver out of step",
		Example: "s2c 82 7f 80 00 00 00 00 00 00 05 01 02 03 04 05"})
	frameTruncated = framing(Rule{ID: "frame-truncated", RFC: "RFC 6455 section 5.2", Severity: event.Error, Side: Either,
		Wants:   "A frame holds as many payload bytes as its length says; its sender must not end TCP inside it.",
		Why:     "The receiver has part of a message and cannot use it.",
		Cause:   "a process that died or was killed while it sent",
		Example: "s2c 82 0a 01 02 03\ns2c FIN"})
	frameHugeLength = framing(Rule{ID: "frame-huge-length", RFC: "RFC 6455 section 10.4", Severity: event.Warning, Side: Either,
		Wants:   "Peers should limit the size of frames and messages.",
		Why:     "The declared length is beyond anything useful. A receiver that sets aside what it is told runs out of memory.",
		Cause:   "an attack, or sender and receiver out of step",
		Example: "s2c 82 7f 10 00 00 00 00 00 00 00 01 02"})
	controlFragmented = framing(Rule{ID: "control-fragmented", RFC: "RFC 6455 section 5.5", Severity: event.Error, Side: Either,
		Wants:   "Control frames must not be fragmented: their FIN bit is 1.",
		Why:     "The receiver must fail the connection.",
		Example: "s2c 09 02 68 69"})
	controlTooLong = framing(Rule{ID: "control-too-long", RFC: "RFC 6455 section 5.5", Severity: event.Error, Side: Either,
		Wants:   "Control frames hold 125 bytes of payload or fewer.",
		Why:     "The receiver must fail the connection.",
		Cause:   "a close reason that was not cut, or data sent as a ping",
		Example: "s2c 8a 7e 00 7e and 126 bytes"})
	continuationWithoutStart = framing(Rule{ID: "continuation-without-start", RFC: "RFC 6455 section 5.4", Severity: event.Error, Side: Either,
		Wants:   "A continuation frame continues a message that was begun and not ended.",
		Why:     "The receiver must fail the connection.",
		Cause:   "two messages written at once",
		Example: "s2c 80 02 68 69"})
	dataInsideFragmented = framing(Rule{ID: "data-inside-fragmented", RFC: "RFC 6455 section 5.4", Severity: event.Error, Side: Either,
		Wants:   "Fragments of one message must not be mixed with those of another.",
		Why:     "The receiver must fail the connection.",
		Cause:   "two threads that send without a lock",
		Example: "s2c 01 02 68 69\ns2c 81 02 68 6f\ns2c 80 00"})
	messageUnfinished = framing(Rule{ID: "message-unfinished", RFC: "RFC 6455 section 5.4", Severity: event.Error, Side: Either,
		Wants:   "A fragmented message is ended by a frame with FIN set, before the sender's Close and before its end of TCP.",
		Why:     "The receiver throws the fragments away.",
		Cause:   "a stream that was closed while a message was written",
		Example: "s2c 01 02 68 69\ns2c 88 02 03 e8"})
	emptyFragmentFlood = framing(Rule{ID: "empty-fragment-flood", RFC: "RFC 6455 section 10.4", Severity: event.Warning, Side: Either,
		Wants:   "Peers should limit what a message may cost.",
		Why:     "One message holds very many empty fragments: each costs the receiver work and none brings data. It may be an attack.",
		Example: "s2c 01 00\ns2c 00 00 and 255 times more"})
)

var (
	maskKeyZero = masking(Rule{ID: "mask-key-zero", RFC: "RFC 6455 section 5.3", Severity: event.Warning, Side: Client,
		Wants:   "A masking key must come from a strong source of entropy.",
		Why:     "The key 00000000 leaves the payload as it is, so a page can write bytes of its choice into a proxy. By chance it occurs once in 2^32 frames.",
		Cause:   "masking switched off to save time",
		Example: "c2s 81 85 00 00 00 00 48 65 6c 6c 6f"})
	maskKeyReused = masking(Rule{ID: "mask-key-reused", RFC: "RFC 6455 section 5.3", Severity: event.Warning, Side: Client,
		Wants:   "A client must pick a fresh key for every frame.",
		Why:     "Who knows one payload can choose the bytes of the next. A single repeat far apart is chance (among 77,000 frames it is as likely as not) and is not reported.",
		Cause:   "a key made once a connection, or a constant",
		Example: "c2s 81 85 37 fa 21 3d 7f 9f 4d 51 58\nc2s 81 85 37 fa 21 3d 7f 9f 4d 51 58"})
	maskKeyPredictable = masking(Rule{ID: "mask-key-predictable", RFC: "RFC 6455 section 5.3", Severity: event.Warning, Side: Client,
		Wants:   "A key must not make it simple to predict the next one.",
		Why:     "Who can predict a key can choose the bytes on the wire.",
		Cause:   "a counter, or a random generator that starts from the same seed in every process",
		Example: "c2s 81 81 00 00 00 05 4d\nc2s 81 81 00 00 00 06 4e\nc2s 81 81 00 00 00 07 4f"})
)

var textInvalidUTF8 = content(Rule{ID: "text-invalid-utf8", RFC: "RFC 6455 section 5.6", Severity: event.Error, Side: Either,
	Wants:   "A text message, its fragments joined and inflated, must be valid UTF-8: nothing overlong, no surrogates, nothing above U+10FFFF, no character cut off.",
	Why:     "The receiver must fail the connection, usually with 1007. A character may be split between fragments; U+0000, U+FFFE and a byte order mark are valid.",
	Cause:   "text in another encoding, binary data sent as text, or a message cut at a number of bytes",
	Example: "s2c 81 03 68 69 ff"})
