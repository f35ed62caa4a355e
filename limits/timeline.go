package limits

// Limits of the timeline store and of the screen over it.
var (
	TimelineMemory = row("timeline-memory", 512_000_000, "bytes",
		"what the program may keep resident on a laptop beside a browser and an editor; --memory changes it",
		"the oldest payloads and rows move to a temporary file; in a live capture they are dropped and counted")
	TimelineReserve = row("timeline-reserve", 136_000_000, "bytes",
		"share of the timeline memory left to decoding, to the screen and to garbage not yet collected; at most 27 % of it",
		"nothing, it only shapes the timeline memory")
	TimelineRowShare = row("timeline-row-share", 32, "parts",
		"a row costs 16 resident bytes at least (its state and its places in views): half of the memory for them",
		"rows beyond memory/32 (16 million at 512 MB): the oldest are dropped and counted")
	TimelineHeadShare = row("timeline-head-share", 8, "parts",
		"connections and their handshake heads must not crowd out the frames when there is a flood of them",
		"beyond memory/8: the oldest ended connections lose their heads, then are forgotten; both are counted")
	TimelineSpill = row("timeline-spill-file", 64<<30, "bytes",
		"a temporary file may not fill any disk in silence",
		"further payloads are dropped and counted")
	TimelineRanges = row("timeline-ranges", 4096, "ranges",
		"packets and lost ranges shown of one frame or message; more is more than a person reads",
		"the list of the row is cut, the counts stay whole")
	TimelineTouched = row("timeline-late-changes", 1<<18, "rows",
		"rows that changed after they were shown, remembered for filtered views",
		"a view that is further behind is built anew")
	TimelineSteps = row("timeline-link-steps", 1<<20, "rows",
		"rows walked from a ping to its pong or from a fragment to its message: about 10 ms, less than a frame of the screen",
		"the jump says that nothing was found nearby")
	TimelineEncrypted = row("timeline-encrypted", 1000, "connections",
		"connections of TLS that cannot be read, listed on the screen; more is more than a person reads, and each keeps half a kilobyte",
		"later ones are not listed, the summary counts them")
	ScreenPretty = row("screen-formatted-payload", 1<<20, "bytes",
		"text and JSON are laid out before they are shown; 1 MiB takes some 10 ms",
		"the rest of the payload is in the hex view and in saved files only")
	ScreenCopy = row("screen-copy", 74_994, "bytes",
		"terminals cut or refuse OSC 52 sequences over 100,000 characters of base64",
		"nothing is copied, and a message says to save to a file instead")
	ScreenHistory = row("screen-history", 100, "entries",
		"lines typed into each prompt and kept for the arrow keys",
		"the oldest is forgotten")
)
