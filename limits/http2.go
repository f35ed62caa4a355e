package limits

// Limits of HTTP/2.
var (
	H2HeaderBlock = row("h2-header-block", 128<<10, "bytes",
		"a header block in its frames (HEADERS and CONTINUATION, RFC 9113 section 4.3): servers refuse far smaller ones, and an endless row of CONTINUATION frames never ends",
		"the block is not decoded; its stream is told by its content, and fields that later blocks take from it are unknown")
	H2HeaderList = row("h2-header-list", 128<<10, "bytes",
		"the fields of one decoded header block, 32 bytes added for each: a block of indices can name a large field many times",
		"further fields of the block are not kept")
	H2Table = row("h2-table", 64<<10, "bytes",
		"dynamic table of one direction (RFC 7541 section 4.2): browsers allow 64 KiB, others 4 KiB",
		"entries beyond it are unknown")
	H2Hunt = row("h2-hunt", 256<<10, "bytes",
		"bytes of one direction of an HTTP/2 connection in which frame boundaries are looked for after a gap; frames are 16 KiB long unless the peer allows more",
		"the oldest bytes are skipped")
	H2Chains = row("h2-chains", 64, "chains",
		"chains of HTTP/2 frame headers followed at once while looking for frame boundaries",
		"places further on are tried after others were refuted")
	H2Streams = row("h2-streams", 4096, "streams",
		"WebSockets of one HTTP/2 connection, and streams that wait to be understood; servers allow 100 to 1,000",
		"further streams are not followed")
	H2StreamsTotal = row("h2-streams-total", 1<<16, "streams",
		"the same over all connections of one worker: a WebSocket costs some 3 KiB, and more where it is compressed",
		"further streams are not followed")
	Layers = row("layers", 8, "layers",
		"connections inside each other: TLS, CONNECT tunnels of HTTP/1.1 and HTTP/2",
		"what is further inside is not followed")
)
