package link

import "encoding/binary"

// parseGRE parses a GRE header (RFC 2784, with key and sequence number by
// RFC 2890) or the enhanced one of PPTP (RFC 2637 section 4.1).
func parseGRE(p part) (part, header) {
	if len(p.b) < 4 {
		return p, malformed
	}
	const (
		hasChecksum = 0x8000
		hasRouting  = 0x4000 // RFC 1701's source routes; nobody sends them
		hasKey      = 0x2000
		hasSequence = 0x1000
		hasAck      = 0x0080 // version 1 alone
		versionMask = 0x0007

		erspan2 = 0x88be
		erspan3 = 0x22eb
	)
	flags, protocol := binary.BigEndian.Uint16(p.b), binary.BigEndian.Uint16(p.b[2:])
	version := flags & versionMask
	if flags&hasRouting != 0 || version > 1 {
		return p, other
	}
	n := 4
	for _, optional := range [...]uint16{hasChecksum, hasKey, hasSequence} {
		if flags&optional != 0 {
			n += 4
		}
	}
	if version == 1 && flags&hasAck != 0 {
		n += 4
	}
	if len(p.b) < n {
		return p, malformed
	}
	p = p.skip(n)
	switch {
	case protocol == erspan2 && flags&hasSequence == 0: // type I has no header of its own
		return p, ethernet
	case protocol == erspan2:
		return parseERSPAN2(p)
	case protocol == erspan3:
		return parseERSPAN3(p)
	}
	return p, etherType(protocol)
}

// parseERSPAN2 parses ERSPAN type II (draft-foschiano-erspan section 4.2).
func parseERSPAN2(p part) (part, header) {
	if len(p.b) < 8 {
		return p, malformed
	}
	return p.skip(8), ethernet
}

// parseERSPAN3 parses ERSPAN type III (draft-foschiano-erspan section 4.3).
func parseERSPAN3(p part) (part, header) {
	if len(p.b) < 12 {
		return p, malformed
	}
	n := 12
	if p.b[11]&1 != 0 { // the platform specific subheader
		n += 8
	}
	if len(p.b) < n {
		return p, malformed
	}
	const ethernetFrame, ipPacket = 0, 2
	switch p.b[10] >> 2 & 0x1f {
	case ethernetFrame:
		return p.skip(n), ethernet
	case ipPacket:
		return p.skip(n), anyIP
	}
	return p, other
}

// parseEtherIP parses an EtherIP header (RFC 3378 section 3).
func parseEtherIP(p part) (part, header) {
	if len(p.b) < 2 || p.b[0]>>4 != 3 {
		return p, malformed
	}
	return p.skip(2), ethernet
}
