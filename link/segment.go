package link

// Flags are the control bits of a TCP header (RFC 9293 section 3.1), in the
// places they have in its fourteenth byte.
type Flags uint8

const (
	FIN Flags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE // RFC 3168 section 6.1
	CWR
)

// Checksum is the verdict on a segment's TCP checksum.
type Checksum uint8

const (
	// ChecksumUnknown: not verifiable. The captured bytes end before the
	// segment does, or the field holds what a host leaves there for its
	// network card to complete: zero, or the sum of the pseudo-header alone.
	ChecksumUnknown Checksum = iota
	ChecksumGood
	ChecksumBad
)

// Segment is one TCP segment.
type Segment struct {
	Src, Dst         [16]byte // IPv4 as IPv4-mapped IPv6 (RFC 4291 section 2.5.5.2)
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	Flags            Flags
	Window           uint16 // as it stands in the header, not scaled
	// Payload is what was captured of the payload: a view into the packet,
	// or, for a reassembled datagram, into the decoder's memory, valid
	// until the next Decode.
	Payload []byte
	// Len is the payload's length on the wire by the IP and TCP headers,
	// more than len(Payload) where a snap length cut.
	Len      int
	TTL      uint8 // or hop limit, of the IP header next to the segment
	Checksum Checksum
	// Domain tells equal addresses in different tunnels apart. It is always
	// 0: a capture at a router or a mirror port sees one connection with
	// and without its VLAN tag or label, or with a tag a direction, and
	// taking such a connection apart does more harm than joining two
	// private networks that use the same ports and sequence numbers.
	Domain uint32
}

// Result says what a packet turned out to be.
type Result uint8

const (
	TCP         Result = iota // the segment is filled in
	Other                     // well-formed as far as looked at, but not TCP
	Held                      // an IP fragment, kept until its datagram is whole, or a copy of one
	Undecodable               // a header is cut short or impossible
	UnknownLink               // the packet's link type is not known here
)
