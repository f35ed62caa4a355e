package limits

// Limits of decoding.
var (
	FramePayload = row("frame-payload", 64<<20, "bytes",
		"payload of one frame or message that is kept for the views",
		"the payload is cut there and marked truncated; lengths stay whole")
	InflatedMessage = row("inflated-message", 64<<20, "bytes",
		"one inflated message: a DEFLATE layer reaches 1,030:1 (--max-inflate sets it)",
		"the message is incomplete, its error says so")
	Head = row("http-head", 2<<20, "bytes",
		"one HTTP head: 20,000 headers fit, an endless request line does not",
		"the connection is not followed any more")
	Held = row("held-bytes", 1<<20, "bytes",
		"bytes of one direction that wait for the other one: frames before the 101, a 101 before its request",
		"what waits is handed on as it is, the other half taken as not captured")
	HuntBuffer = row("hunt-buffer", 1<<20, "bytes",
		"bytes of one direction in which frame boundaries are looked for after a gap, or on a connection joined late; the longest payload that a chain of headers may span",
		"the oldest bytes are skipped and counted as lost")
	HuntChunks = row("hunt-chunks", 16384, "chunks",
		"pieces that those bytes came in: the place and the packets of each are kept, and a stranger can send single bytes",
		"the older half is dropped")
	HuntUnknown = row("hunt-unknown", 4<<20, "bytes",
		"bytes after which a connection joined late that shows no frames is taken for another protocol",
		"the connection is not followed any more")
	HuntChains = row("hunt-chains", 2048, "chains",
		"chains of headers followed at once while looking for frame boundaries",
		"places further on are tried after others were refuted")
	WaitingTotal = row("waiting-total", 24<<20, "bytes",
		"heads, held bytes and hunt buffers of all connections of one worker together",
		"the connection that asks for more is not followed any more")
	OutstandingPings = row("outstanding-pings", 32, "pings",
		"unanswered pings of one direction that are remembered for round-trip times",
		"the oldest is forgotten")
	PendingRequests = row("pending-requests", 256, "requests",
		"pipelined HTTP requests without an answer yet",
		"the connection is not followed any more")
	HeadKept = row("head-kept", 64<<10, "bytes",
		"raw handshake head kept for the judge and the handshake view",
		"the rest of the head is decoded but not kept")
	MessageFrames = row("message-frames", 100_000, "frames",
		"frame numbers of one message that are kept",
		"further ones are counted, not listed")
	MissingRanges = row("missing-ranges", 4096, "ranges",
		"lost ranges of one frame that are listed",
		"the last one is extended to cover further ones")
)
