package limits

// Limits of TCP reassembly.
var (
	StreamQueued = row("stream-queued", 16<<20, "bytes",
		"out-of-order data of one direction: the largest window that endpoints use by default, twice",
		"the oldest hole of the stream is given up as lost")
	TotalQueued = row("total-queued", 48<<20, "bytes",
		"out-of-order data of all connections together",
		"the oldest hole of the stream that grows is given up as lost")
	Connections = row("connections", 100_000, "connections",
		"TCP connections tracked at once: some 800 bytes each before they carry data",
		"the connection that was silent longest is ended as evicted")
	SilentPeer = row("silent-peer", 256, "packets",
		"a hole is given up after so many further packets where the acknowledgements were not captured",
		"the hole is given up as lost")
	LookAhead = row("look-ahead", 64, "packets",
		"where a connection is joined late, packets behind the first one are searched for earlier bytes: neighbours in a capture are exchanged by a few places",
		"the connection begins with what was captured first")
	Linger = row("linger", 2_000_000_000, "ns",
		"bytes that were under way when a reset passed are still taken for so long",
		"the connection is ended")
	Tombstone = row("closed-remembered", 60_000_000_000, "ns",
		"a closed connection is remembered so that late retransmissions are not taken for a new one",
		"the connection is forgotten")
	Tombstones = row("closed-connections", 1<<14, "connections",
		"the same by number, of some 800 bytes each: retransmissions come some round trips late, not thousands of connections",
		"the one that closed first is forgotten")
	Idle = row("idle", 7_200_000_000_000, "ns",
		"a connection without any packet, keep-alives included, for longer than TCP's own keep-alive time (RFC 9293 section 3.8.4: two hours)",
		"the connection is ended as evicted")
	Doubtful = row("doubtful-segments", 64, "segments",
		"segments with a wrong checksum of a sender whose other checksums are right, kept in case nothing else fills their place",
		"the segment is dropped")
	Overlap = row("overlap-history", 4<<20, "bytes",
		"recent payload kept to compare retransmissions with what was delivered",
		"older retransmissions are not compared")
)
