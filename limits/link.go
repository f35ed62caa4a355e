package limits

// The limits of package link.
var (
	LinkHeaders = int(row("link-headers", 32, "headers a packet",
		"Ethernet, two VLAN tags, labels, a tunnel in a tunnel and IPv6 extension headers make about 15; each costs time and a crafted packet could hold thousands",
		"the packet counts as undecodable"))
	LinkSuperPacket = int(row("link-super-packet", 1<<20, "bytes",
		"a packet of segmentation offload has no length in its IP header, only that of its capture record; Linux builds them up to 512 KiB, and a record can claim anything",
		"the packet counts as undecodable"))
	FragmentDatagrams = int(row("fragment-datagrams", 1024, "IP datagrams",
		"fragments of a datagram follow each other within milliseconds, so few datagrams are in the making at once; a flood of first fragments must cost nothing more",
		"the oldest datagram is given up"))
	FragmentBytes = int(row("fragment-bytes", 16<<20, "bytes",
		"256 datagrams of the greatest size at once",
		"the oldest datagrams are given up"))
	FragmentPieces = int(row("fragment-pieces", 256, "pieces a datagram",
		"a datagram of 65,535 bytes takes 119 fragments at the 576 bytes that every IPv4 host accepts; smaller fragments are an attack",
		"further fragments of the datagram are dropped, it stays incomplete"))
	FragmentTime = row("fragment-time", 30e9, "ns",
		"the time Linux waits; a longer one joins fragments of two datagrams when the 16-bit identification comes round (RFC 4963)",
		"the datagram is given up")
)
