package link

import (
	"encoding/binary"

	"wsscope/capture"
)

// linkHeader says what a packet of a link type begins with. The numbers are
// the LINKTYPE_ values of https://www.tcpdump.org/linktypes.html; 12 and 14
// are DLT_RAW, which some programs wrote into files as it was.
func linkHeader(t capture.LinkType) header {
	switch t {
	case 1:
		return ethernet
	case 113:
		return sll
	case 276:
		return sll2
	case 12, 14, 101:
		return anyIP
	case 228:
		return ipv4
	case 229:
		return ipv6
	case 0, 108:
		return null
	case 9, 50, 166:
		return ppp
	case 204:
		return pppDirection
	case 51:
		return pppoe
	case 104:
		return hdlc
	case 109:
		return enc
	case 117:
		return pflog
	case 239:
		return nflog
	case 258:
		return pktap
	case 219: // MPLS with the label first
		return mpls
	}
	return unknown
}

// parseSLL parses LINKTYPE_LINUX_SLL: packet type, ARPHRD type and address,
// with the protocol last.
func parseSLL(p part) (part, header) {
	if len(p.b) < 16 {
		return p, malformed
	}
	return p.skip(16), cookedType(binary.BigEndian.Uint16(p.b[14:]))
}

// parseSLL2 parses LINKTYPE_LINUX_SLL2: the protocol first, then the
// interface and what else SLL has.
func parseSLL2(p part) (part, header) {
	if len(p.b) < 20 {
		return p, malformed
	}
	return p.skip(20), cookedType(binary.BigEndian.Uint16(p.b))
}

func cookedType(t uint16) header {
	const frame8022 = 4 // Linux ETH_P_802_2
	if t == frame8022 {
		return llc
	}
	return etherType(t)
}

// parseNull parses LINKTYPE_NULL and LINKTYPE_LOOP: a 32-bit address
// family, in the order of the capturing host for the former. No family
// reaches 65,536, so the order shows.
func parseNull(p part) (part, header) {
	if len(p.b) < 4 {
		return p, malformed
	}
	family := binary.BigEndian.Uint32(p.b)
	if family > 0xffff {
		family = binary.LittleEndian.Uint32(p.b)
	}
	switch family {
	case 2, // AF_INET everywhere; AF_INET6 of
		10, // Linux
		23, // Windows
		24, // NetBSD, OpenBSD, Npcap
		28, // FreeBSD
		30: // Darwin
		return p.skip(4), anyIP
	}
	return p, other
}

// parseEnc parses LINKTYPE_ENC, of OpenBSD's decapsulated IPsec: address
// family, SPI, flags.
func parseEnc(p part) (part, header) {
	if len(p.b) < 12 {
		return p, malformed
	}
	return p.skip(12), anyIP
}

// parsePFLOG parses LINKTYPE_PFLOG: its first byte is the header's length
// without the padding to a multiple of 4.
func parsePFLOG(p part) (part, header) {
	if len(p.b) == 0 {
		return p, malformed
	}
	const least = 48 // OpenBSD 3.4's, the shortest with a length in this place
	n := (int(p.b[0]) + 3) &^ 3
	if n < least || n > len(p.b) {
		return p, malformed
	}
	return p.skip(n), anyIP
}

// parseNFLOG parses LINKTYPE_NFLOG: family, version and resource id, then
// values with lengths and types in the capturing host's byte order. The
// packet is the value of type 9.
func parseNFLOG(p part) (part, header) {
	const payload = 9
	if len(p.b) < 4 {
		return p, malformed
	}
	p = p.skip(4)
	for len(p.b) >= 4 {
		n, typ := binary.LittleEndian.Uint16(p.b), binary.LittleEndian.Uint16(p.b[2:])
		if typ > 0xff { // the types end below 32
			n, typ = binary.BigEndian.Uint16(p.b), binary.BigEndian.Uint16(p.b[2:])
		}
		if n < 4 {
			return p, malformed
		}
		if typ == payload {
			return p.skip(4), anyIP
		}
		padded := (int(n) + 3) &^ 3
		if padded > len(p.b) {
			return p, malformed
		}
		p = p.skip(padded)
	}
	return p, malformed
}

// parsePKTAP parses LINKTYPE_PKTAP, of macOS: a header that starts with its
// own length, in little endian, and names the link type that follows.
func parsePKTAP(p part) (part, header) {
	if len(p.b) < 12 {
		return p, malformed
	}
	n, typ := binary.LittleEndian.Uint32(p.b), binary.LittleEndian.Uint32(p.b[8:])
	if n < 12 || uint64(n) > uint64(len(p.b)) || typ > 0xffff {
		return p, malformed
	}
	next := linkHeader(capture.LinkType(typ))
	if next == unknown {
		next = other
	}
	return p.skip(int(n)), next
}
