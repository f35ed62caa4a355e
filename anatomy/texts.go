package anatomy

// texts has what is said about each kind of field.
var texts = [...]struct{ name, rfc, explanation string }{
	KindFIN: {"FIN", "RFC 6455 section 5.2",
		"FIN marks the last frame of a message. A message may be sent in one frame, or in several where its sender does not know its length yet: the first has the opcode, the others the opcode 0, and only the last has FIN set. Control frames may stand between them."},
	KindRSV1: {"RSV1", "RFC 7692 section 6",
		"RSV1 to RSV3 are reserved for extensions and 0 without one. permessage-deflate uses RSV1: it is set on the first frame of a compressed message, and on no other."},
	KindRSV2: {"RSV2", "RFC 6455 section 5.2",
		"RSV2 is reserved. It must be 0 unless an extension that both sides agreed on in the handshake gives it a meaning."},
	KindRSV3: {"RSV3", "RFC 6455 section 5.2",
		"RSV3 is reserved like RSV2."},
	KindOpcode: {"opcode", "RFC 6455 section 5.2",
		"The opcode says what the payload is. 0 to 7 are data: continuation (0), text (1), binary (2). 8 to 15 are control: close (8), ping (9), pong (10). The rest is reserved, and who receives it must fail the connection."},
	KindMask: {"MASK", "RFC 6455 section 5.1",
		"MASK says whether a masking key follows and the payload is masked with it. A client masks every frame, a server none: so this bit also tells who sent the frame."},
	KindLen: {"Payload len", "RFC 6455 section 5.2",
		"The length of the payload has three forms: up to 125 it stands here; 126 says that it stands in the next 16 bits; 127, in the next 64 bits. The shortest form must be used. Control frames have at most 125 bytes."},
	KindExtendedLen: {"Extended payload length", "RFC 6455 section 5.2",
		"The length in network byte order, the most significant byte first. The top bit of the 64-bit form must be 0."},
	KindKey: {"Masking-key", "RFC 6455 section 5.3",
		"A fresh random key for each frame. Masking hides nothing, since the key travels along; it keeps a page's script from choosing the bytes on the wire, which could pass for an HTTP request and poison the cache of a proxy."},
	KindPayload: {"Payload Data", "RFC 6455 section 5.2",
		"Extension data, where an extension defines some, and then the application's data. The extensions in use define none: permessage-deflate changes the application data in place."},
	KindStatusCode: {"Status code", "RFC 6455 section 7.4",
		"The first two bytes of a Close frame, if it has any, say why the connection ends, in network byte order. 1000 to 2999 belong to the protocol, 3000 to 3999 to libraries and frameworks, 4000 to 4999 to applications."},
	KindReason: {"Reason", "RFC 6455 section 5.5.1",
		"The rest of a Close frame explains its code. It must be UTF-8, and is meant for logs, not for machines."},
}
