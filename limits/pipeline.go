package limits

// Limits of the way to the views, and of saving only WebSocket connections.
var (
	SaveHeld = row("save-held", 32<<20, "bytes",
		"packets that wait until it is known whether the connection of the first of them carries WebSocket: handshakes are short, also inside TLS",
		"that connection is not saved")
	SaveWait = row("save-wait", 60_000_000_000, "ns",
		"the same by time: connections of other protocols may be open for days, and packets of all others wait behind theirs",
		"the packet is not saved; those of a WebSocket connection are counted")
	EventBytes = row("event-bytes", 64<<20, "bytes",
		"payloads of finished events on their way to the view, those of one batch of packets uncounted: compressed ones may be a thousand times as large as their packets",
		"decoding waits for the view")
)
