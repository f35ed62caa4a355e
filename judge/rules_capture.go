package judge

import "wsscope/event"

func note(id, wants, cause, example string) *Rule {
	return capture(Rule{ID: id, Severity: event.Info, Side: Capture, Wants: wants, Cause: cause, Example: example})
}

// Notes about one connection are made by this package, those about packets,
// files and TCP connections without WebSocket where they are seen (see Note).
var (
	captureGap = note("capture-gap", "Bytes of a stream are missing from the capture although the receiver acknowledged them, or later bytes follow. Checks that would need them stay silent.",
		"a capture that could not keep up, a snap length, or a mirror port that drops", "c2s GAP 100")
	frameSyncLost = note("frame-sync-lost", "A gap swallowed a frame header: frame boundaries are unknown until a plausible restart.",
		"a capture that could not keep up", "c2s SYNC LOST")
	handshakeMissing = note("handshake-missing", "The connection was open when the capture began: subprotocol and extensions are unknown, and roles are inferred.",
		"the capture was started late", "inferred")
	handshakeRequestMissing  = note("handshake-request-missing", "The 101 is there, its request is not.", "", "response only")
	handshakeResponseMissing = note("handshake-response-missing", "The request is there, its 101 is not, and frames follow.", "", "request only")
	directionMissing         = note("direction-missing", "Only one direction of the connection was captured.",
		"asymmetric routing, or a mirror port for one direction", "inferred\ns2c 81 02 68 69")
	deflateContextLost = note("deflate-context-lost", "Missing bytes, or a missing handshake, make later compressed messages unreadable. That is no fault of the sender.",
		"a gap before them, with context takeover", "deflate\ns2c GAP 10\ns2c c1 05 f2 00 11 00 00")
	tcpOverlapConflict = note("tcp-overlap-conflict", "Two copies of the same bytes of a stream differ. The first copy counts.",
		"an attack that inserts packets, or a middlebox that rewrites them", "c2s CONFLICT")

	_ = note("packet-snapped", "Packets were cut by a snap length: their ends are missing.", "tcpdump -s, or a capture that keeps headers only", "")
	_ = note("bad-checksum", "TCP checksums are wrong.", "checksum offload: normal where the capture was made on the sending host", "")
	_ = note("timestamps-not-monotonic", "Packet times go backwards: durations are not to be trusted.", "merged files, several interfaces, or a clock that was set", "")
	_ = note("file-truncated", "The file ends inside a record or block.", "a capture that is still running, or a full disk", "")
	_ = note("file-corrupt", "A length in the file cannot be right; what follows cannot be read.", "", "")
	_ = note("file-empty", "The file holds no bytes at all.", "", "")
	_ = note("file-unrecognized", "The file is neither pcap nor pcapng.", "", "")
	_ = note("handshake-unanswered", "A request for an upgrade has no response in the capture.", "a server that reset or dropped the connection, or a capture that ended first", "")
	_ = note("tcp-no-data", "Connection attempts without data: a scan, a flood, or health checks.", "", "")
)
