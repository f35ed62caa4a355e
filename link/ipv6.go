package link

import (
	"encoding/binary"

	"wsscope/limits"
)

// ipv6Next says what follows a next header value of IPv6: one of its
// extension headers (RFC 8200 section 4) or a protocol.
func ipv6Next(n uint8) header {
	switch n {
	case 0, 60, // hop-by-hop and destination options
		135, 139, 140: // mobility, HIP, shim6, all in the options' shape
		return ipv6Options
	case 43:
		return ipv6Routing
	case 44:
		return ipv6Fragment
	}
	return ipProtocol(n)
}

// parseIPv6 parses an IPv6 header (RFC 8200 section 3). A payload length of
// 0 stands for a jumbogram (RFC 2675) or, as in IPv4, for a packet of
// segmentation offload: both end where the packet ends.
func parseIPv6(p part, s *Segment) (part, header) {
	b := p.b
	if len(b) < 40 || b[0]>>4 != 6 {
		return p, malformed
	}
	length := int(binary.BigEndian.Uint16(b[4:]))
	if length == 0 {
		if length = p.wire - 40; length > limits.LinkSuperPacket {
			return p, malformed
		}
	}
	s.TTL = b[7]
	s.Src = [16]byte(b[8:24])
	s.Dst = [16]byte(b[24:40])
	end := min(40+length, len(b))
	return part{b[40:end:end], length}, ipv6Next(b[6])
}

// parseIPv6Options steps over an extension header whose second byte is its
// length in units of 8 bytes, the first 8 not counted.
func parseIPv6Options(p part) (part, header) {
	if len(p.b) < 8 {
		return p, malformed
	}
	n := (int(p.b[1]) + 1) * 8
	if n > len(p.b) {
		return p, malformed
	}
	return p.skip(n), ipv6Next(p.b[0])
}

// parseIPv6Routing parses a routing header. On the way the IPv6 header
// names the next stop; the destination, which the TCP checksum and both
// ends go by, is the last one in the routing header.
func parseIPv6Routing(p part, s *Segment) (part, header) {
	rest, next := parseIPv6Options(p)
	if next == malformed {
		return p, malformed
	}
	b := p.b[:len(p.b)-len(rest.b)]
	const (
		sourceRoute    = 0 // RFC 2460 section 4.4
		mobility       = 2 // RFC 6275 section 6.4
		segmentRouting = 4 // RFC 8754 section 2, the list in reverse order
	)
	if left := b[3]; left > 0 && len(b) >= 24 {
		switch b[2] {
		case sourceRoute, mobility:
			s.Dst = [16]byte(b[len(b)-16:])
		case segmentRouting:
			s.Dst = [16]byte(b[8:24])
		}
	}
	return rest, next
}

// parseIPv6Fragment parses a fragment header (RFC 8200 section 4.5). One
// that says the fragment is all of the datagram is stepped over (RFC 6946).
func (d *Decoder) parseIPv6Fragment(p part, s *Segment, now int64) (part, header) {
	if len(p.b) < 8 {
		return p, malformed
	}
	place := binary.BigEndian.Uint16(p.b[2:])
	const more, offsetMask = 1, 0xfff8
	if place&(more|offsetMask) == 0 {
		return p.skip(8), ipv6Next(p.b[0])
	}
	return d.fragments.add(fragment{
		key:      datagramKey{src: s.Src, dst: s.Dst, id: binary.BigEndian.Uint32(p.b[4:]), ipv6: true},
		part:     p.skip(8),
		offset:   int(place & offsetMask),
		more:     place&more != 0,
		protocol: p.b[0],
		time:     now,
	})
}

// parseAuthentication steps over an authentication header (RFC 4302 section
// 2), of IPv4 or IPv6: its length is in units of 4 bytes, less 2.
func parseAuthentication(p part) (part, header) {
	if len(p.b) < 12 {
		return p, malformed
	}
	n := (int(p.b[1]) + 2) * 4
	if n < 12 || n > len(p.b) {
		return p, malformed
	}
	return p.skip(n), ipv6Next(p.b[0])
}
