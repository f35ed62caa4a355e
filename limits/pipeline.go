package limits

// Limits of the way to the views, and of saving only WebSocket connections.
var (
	SaveHeld = row("save-held", 32<<20, "bytes",
		"packets that wait until it is known whether the connection of the first of them carries WebSocket: handshakes are short, also inside TLS",
		"that connection is not saved")
	EventBytes = row("event-bytes", 64<<20, "bytes",
		"payloads of finished events on their way to the view, those of one batch of packets uncounted: compressed ones may be a thousand times as large as their packets",
		"decoding waits for the view")
)
