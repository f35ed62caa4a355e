package link

import "encoding/binary"

// etherType says what follows an EtherType (IANA "IEEE 802 numbers").
func etherType(t uint16) header {
	switch t {
	case 0x0800:
		return ipv4
	case 0x86dd:
		return ipv6
	case 0x8100, // 802.1Q
		0x88a8, // 802.1ad
		0x9100: // QinQ before there was 802.1ad
		return vlan
	case 0x8864:
		return pppoe
	case 0x880b:
		return ppp
	case 0x8847, 0x8848:
		return mpls
	case 0x6558: // transparent Ethernet bridging
		return ethernet
	}
	return other
}

// lengthOrType tells an EtherType from an 802.3 length, which is at most
// 1500 and followed by an LLC header (IEEE 802.3 section 3.2.6).
func lengthOrType(t uint16) header {
	if t <= 1500 {
		return llc
	}
	return etherType(t)
}

// parseEthernet parses an Ethernet II or 802.3 header.
func parseEthernet(p part) (part, header) {
	if len(p.b) < 14 {
		return p, malformed
	}
	return p.skip(14), lengthOrType(binary.BigEndian.Uint16(p.b[12:]))
}

// parseVLAN parses what follows the EtherType of a VLAN tag: priority and
// VLAN number, then the next EtherType.
func parseVLAN(p part) (part, header) {
	if len(p.b) < 4 {
		return p, malformed
	}
	return p.skip(4), lengthOrType(binary.BigEndian.Uint16(p.b[2:]))
}

// parseLLC parses an 802.2 header, with or without SNAP (RFC 1042).
func parseLLC(p part) (part, header) {
	if len(p.b) < 3 {
		return p, malformed
	}
	const (
		ip   = 0x06
		snap = 0xaa
		ui   = 3 // unnumbered information
	)
	switch dsap, ssap, control := p.b[0], p.b[1], p.b[2]; {
	case dsap == ip && ssap == ip && control == ui:
		return p.skip(3), ipv4
	case dsap != snap || ssap != snap || control != ui:
		return p, other
	case len(p.b) < 8:
		return p, malformed
	}
	switch uint32(p.b[3])<<16 | uint32(p.b[4])<<8 | uint32(p.b[5]) {
	case 0x000000, // RFC 1042
		0x0000f8: // 802.1H, bridged from Ethernet
		return p.skip(8), etherType(binary.BigEndian.Uint16(p.b[6:]))
	}
	return p, other
}
