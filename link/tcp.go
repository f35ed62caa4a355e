package link

import "encoding/binary"

// parseTCP parses a TCP header (RFC 9293 section 3.1). The fixed 20 bytes
// must be there. Options that a snap length cut are not missed: the data
// offset tells where they end, so the payload's length stays known.
//
// A segment may also end early in a packet that, by its record, was captured
// whole. Receivers drop such a packet for its IP length; but programs that
// cut packets and forget the length on the wire leave the same picture. It
// is taken for their work if some payload is there.
func parseTCP(p part, s *Segment, snapped bool) bool {
	b := p.b
	if len(b) < 20 {
		return false
	}
	n := int(b[12]>>4) * 4
	if n < 20 || n > p.wire || len(b) < p.wire && len(b) <= n && !snapped {
		return false
	}
	s.SrcPort = binary.BigEndian.Uint16(b)
	s.DstPort = binary.BigEndian.Uint16(b[2:])
	s.Seq = binary.BigEndian.Uint32(b[4:])
	s.Ack = binary.BigEndian.Uint32(b[8:])
	s.Flags = Flags(b[13])
	s.Window = binary.BigEndian.Uint16(b[14:])
	s.Payload = b[min(n, len(b)):len(b):len(b)]
	s.Len = p.wire - n
	s.Domain = 0
	s.Checksum = ChecksumUnknown
	if len(b) == p.wire {
		s.Checksum = verify(b, s)
	}
	return true
}
