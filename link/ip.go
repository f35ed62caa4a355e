package link

import (
	"encoding/binary"

	"wsscope/limits"
)

// ipVersion tells IPv4 from IPv6 by the first half-byte.
func ipVersion(p part) header {
	if len(p.b) > 0 {
		switch p.b[0] >> 4 {
		case 4:
			return ipv4
		case 6:
			return ipv6
		}
	}
	return malformed
}

// ipProtocol says what follows a protocol number that IPv4 and IPv6 share
// (IANA "Protocol Numbers").
func ipProtocol(n uint8) header {
	switch n {
	case 6:
		return tcp
	case 17:
		return udp
	case 4:
		return ipv4
	case 41:
		return ipv6
	case 47:
		return gre
	case 51:
		return authentication
	case 97:
		return etherIP
	case 137:
		return mpls
	case 143: // RFC 8986 section 10.1
		return ethernet
	}
	return other
}

// parseIPv4 parses an IPv4 header (RFC 791 section 3.1). Its checksum is
// not looked at.
func (d *Decoder) parseIPv4(p part, s *Segment, now int64) (part, header) {
	b := p.b
	if len(b) < 20 || b[0]>>4 != 4 {
		return p, malformed
	}
	n := int(b[0]&15) * 4
	if n < 20 || n > len(b) {
		return p, malformed
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	if length == 0 {
		if length = p.wire; length > limits.LinkSuperPacket {
			return p, malformed
		}
	}
	if length < n {
		return p, malformed
	}
	end := min(length, len(b))
	rest := part{b[n:end:end], length - n}

	s.TTL = b[8]
	s.Src = [16]byte{10: 0xff, 11: 0xff, 12: b[12], 13: b[13], 14: b[14], 15: b[15]}
	s.Dst = [16]byte{10: 0xff, 11: 0xff, 12: b[16], 13: b[17], 14: b[18], 15: b[19]}

	const moreFragments, offsetMask = 0x2000, 0x1fff
	if place := binary.BigEndian.Uint16(b[6:]); place&(moreFragments|offsetMask) != 0 {
		return d.fragments.add(fragment{
			key: datagramKey{
				src: s.Src, dst: s.Dst,
				id:       uint32(binary.BigEndian.Uint16(b[4:])),
				protocol: b[9],
			},
			part:     rest,
			offset:   int(place&offsetMask) * 8,
			more:     place&moreFragments != 0,
			protocol: b[9],
			time:     now,
		})
	}
	return rest, ipProtocol(b[9])
}
