package limits

// Limits of TLS decryption.
var (
	TLSHeld = row("tls-held", 4<<20, "bytes",
		"records of one direction that wait for their key: some ten thousand small messages, far more than passes before a key log line is written",
		"the direction is given up as encrypted")
	TLSHeldTotal = row("tls-held-total", 32<<20, "bytes",
		"waiting records of all connections together",
		"live, connections that have waited for tls-keys-awaited are given up from half of it on; then the direction that wants to keep more is")
	TLSKeysAwaited = row("tls-keys-awaited", 60e9, "ns",
		"live, records of a connection that has ended wait for their key: its line is written during the handshake, and reaches the key log within seconds",
		"the connection counts as encrypted")
	TLSHelloAwaited = row("tls-hello-awaited", 256<<10, "bytes",
		"records of one direction that wait for the hello of the other, which reordering can have put behind them",
		"the hello counts as lost; TLS 1.3 is decrypted without it")
	TLSKeyLogLine = row("tls-key-log-line", 1024, "bytes",
		"a key log line: the longest has 193 characters",
		"the line counts as bad")
	TLSKeys = row("tls-keys", 1<<18, "client randoms",
		"sessions of the key log, some 400 bytes each",
		"the oldest is forgotten")
	TLSSessions = row("tls-sessions", 1<<14, "sessions",
		"TLS 1.2 sessions that a session id or a ticket may resume, some 150 bytes each",
		"the oldest is forgotten")
	TLSMessage = row("tls-message", 1<<16, "bytes",
		"one handshake message that is read: a ClientHello with hybrid key shares and an inner hello stays below 10 KiB",
		"the message is skipped")
	TLSTranscript = row("tls-transcript", 1<<16, "bytes",
		"handshake messages of one direction, kept only for an RSA key exchange with extended master secret",
		"the connection is not decrypted with the private key")
	TLSTries = row("tls-tries", 1<<12, "records",
		"sequence numbers tried after lost bytes: what 64 KiB of the smallest records can hold",
		"the record counts as lost")
	TLSTriedBytes = row("tls-tried-bytes", 16<<20, "bytes",
		"bytes decrypted in vain after lost bytes: about 10 ms of work",
		"the direction is given up")
	TLSLateRecords = row("tls-late-records", 1<<12, "records",
		"sequence numbers tried with each secret of the key log where TLS 1.3 was joined late; the other direction is then sought further, see tls-tried-bytes",
		"the connection counts as encrypted, for it was joined after its handshake")
	TLSProbes = row("tls-probes", 1<<13, "sessions",
		"sessions of the key log, the newest, tried on a connection of TLS 1.3 whose client random is not in it",
		"the older ones are not tried")
	TLSProbedBytes = row("tls-probed-bytes", 32<<20, "bytes",
		"bytes decrypted in vain with them: about 30 ms of work",
		"the remaining secrets and sequence numbers are not tried")
	TLSProbedTotal = row("tls-probed-total", 4<<30, "bytes",
		"the same over all connections that were not found: a machine has thousands that are not of the key log",
		"no more connections are tried")
	TLSUnreadable = row("tls-unreadable", 1<<10, "records",
		"handshake or early data records without a key, before the first record that has one",
		"the direction is given up")
	TLSAlerts = row("tls-alerts", 8, "alerts",
		"alerts kept for the connection's story",
		"further ones are not kept")
	EncryptedListed = row("encrypted-listed", 20, "connections",
		"TLS connections that were not decrypted, each described in a line of the summary: as many as a person reads",
		"the others are counted, by reason")
	EncryptedReasons = row("encrypted-reasons", 64, "reasons",
		"reasons why TLS connections were not decrypted: a suite that is not supported is one of its own",
		"the connection counts among those with other reasons")
)
