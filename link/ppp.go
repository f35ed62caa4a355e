package link

import "encoding/binary"

// parsePPP parses a PPP header (RFC 1661 section 2, in the framing of RFC
// 1662 section 3.1): address and control may be absent, and a protocol
// below 256 may stand in one byte. For LINKTYPE_PPP_PPPD the address byte
// is the direction, 0 or 1; neither begins a protocol that is sent with
// its address and control fields compressed.
func parsePPP(p part) (part, header) {
	if len(p.b) < 2 {
		return p, malformed
	}
	switch address, control := p.b[0], p.b[1]; {
	case address == 0xff && control == 3, address <= 1 && control == 3:
		p = p.skip(2)
	case address == 0x0f || address == 0x8f:
		return parseHDLC(p) // LINKTYPE_PPP_HDLC allows both
	}
	if len(p.b) == 0 {
		return p, malformed
	}
	protocol, n := uint16(p.b[0]), 1
	if protocol&1 == 0 { // the last byte of a protocol is odd, others are even
		if len(p.b) < 2 {
			return p, malformed
		}
		protocol, n = binary.BigEndian.Uint16(p.b), 2
	}
	switch protocol {
	case 0x0021:
		return p.skip(n), ipv4
	case 0x0057:
		return p.skip(n), ipv6
	case 0x0281, 0x0283:
		return p.skip(n), mpls
	}
	return p, other
}

// parsePPPDirection parses LINKTYPE_PPP_WITH_DIR: a byte that tells the
// direction, then PPP.
func parsePPPDirection(p part) (part, header) {
	if len(p.b) < 1 {
		return p, malformed
	}
	return p.skip(1), ppp
}

// parsePPPoE parses a PPPoE header (RFC 2516 section 4). Only the session
// stage carries packets.
func parsePPPoE(p part) (part, header) {
	if len(p.b) < 6 {
		return p, malformed
	}
	const versionType, session = 0x11, 0
	if p.b[0] != versionType || p.b[1] != session {
		return p, other
	}
	return p.skip(6), ppp
}

// parseHDLC parses a Cisco HDLC header: address, control, EtherType.
func parseHDLC(p part) (part, header) {
	if len(p.b) < 4 {
		return p, malformed
	}
	return p.skip(4), etherType(binary.BigEndian.Uint16(p.b[2:]))
}
