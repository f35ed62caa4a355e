package link

import "encoding/binary"

// parseUDP parses a UDP header (RFC 768) and goes on where the destination
// port is a tunnel's. Since any program may use that port, what follows is
// no tunnel, rather than a malformed one, if its fixed bits are not right.
func parseUDP(p part) (part, header) {
	if len(p.b) < 8 {
		return p, malformed
	}
	next := other
	switch binary.BigEndian.Uint16(p.b[2:]) {
	case 4789, // RFC 7348
		8472: // Linux before it
		next = vxlan
	case 6081:
		next = geneve
	case 2152:
		next = gtpu
	case 1701:
		next = l2tp
	case 6635: // RFC 7510
		next = mpls
	}
	return p.skip(8), next
}

// parseVXLAN parses a VXLAN header (RFC 7348 section 5).
func parseVXLAN(p part) (part, header) {
	if len(p.b) < 8 {
		return p, malformed
	}
	const validNetwork = 0x08
	if p.b[0]&validNetwork == 0 || p.b[7] != 0 {
		return p, other
	}
	return p.skip(8), ethernet
}

// parseGeneve parses a Geneve header (RFC 8926 section 3.4).
func parseGeneve(p part) (part, header) {
	if len(p.b) < 8 {
		return p, malformed
	}
	if p.b[0]>>6 != 0 || p.b[7] != 0 { // version and reserved
		return p, other
	}
	n := 8 + int(p.b[0]&0x3f)*4
	if len(p.b) < n {
		return p, malformed
	}
	return p.skip(n), etherType(binary.BigEndian.Uint16(p.b[2:]))
}

// parseGTPU parses a GTP-U header (3GPP TS 29.281 section 5.1) with its
// extension headers (section 5.2).
func parseGTPU(p part) (part, header) {
	if len(p.b) < 8 {
		return p, malformed
	}
	const (
		version1     = 0x30 // with protocol type GTP
		hasOptional  = 0x07 // any of extension header, sequence number, N-PDU number
		hasExtension = 0x04
		userData     = 255 // message type G-PDU
	)
	flags := p.b[0]
	if flags&0xf0 != version1 || p.b[1] != userData {
		return p, other
	}
	p = p.skip(8)
	if flags&hasOptional != 0 {
		if len(p.b) < 4 {
			return p, malformed
		}
		next := p.b[3]
		p = p.skip(4)
		for flags&hasExtension != 0 && next != 0 {
			if len(p.b) < 4 {
				return p, malformed
			}
			n := int(p.b[0]) * 4
			if n == 0 || n > len(p.b) {
				return p, malformed
			}
			next = p.b[n-1]
			p = p.skip(n)
		}
	}
	if len(p.b) == 0 {
		return p, malformed
	}
	if next := ipVersion(p); next != malformed {
		return p, next
	}
	return p, other // a bearer may carry anything
}

// parseL2TP parses the header of an L2TP data message (RFC 2661 section 3.1).
func parseL2TP(p part) (part, header) {
	if len(p.b) < 6 {
		return p, malformed
	}
	const (
		control     = 0x8000
		hasLength   = 0x4000
		hasSequence = 0x0800
		hasOffset   = 0x0200
		versionMask = 0x000f
	)
	flags := binary.BigEndian.Uint16(p.b)
	if flags&control != 0 || flags&versionMask != 2 {
		return p, other
	}
	n := 6
	if flags&hasLength != 0 {
		n += 2
	}
	if flags&hasSequence != 0 {
		n += 4
	}
	if flags&hasOffset != 0 {
		n += 2
		if len(p.b) < n {
			return p, malformed
		}
		n += int(binary.BigEndian.Uint16(p.b[n-2:]))
	}
	if len(p.b) < n {
		return p, malformed
	}
	return p.skip(n), ppp
}
