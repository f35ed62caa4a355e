package limits

// Limits of saving only WebSocket connections.
var (
	SaveHeld = row("save-held", 32<<20, "bytes",
		"packets that wait until it is known whether the connection of the first of them carries WebSocket: handshakes are short, also inside TLS",
		"that connection is not saved")
)
