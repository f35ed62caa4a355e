package bpf

import (
	"strconv"

	"wsscope/capture"
)

// linkKind is what link types are to a filter.
type linkKind uint8

const (
	linkEthernet linkKind = iota
	linkRaw               // IPv4 or IPv6, as the first four bits say
	linkIPv4
	linkIPv6
	linkNull // an address family of the capturing machine, in its byte order
	linkLoop // the same in network byte order
	linkSLL  // "Linux cooked", of the interface "any"
	linkSLL2
	linkPPP // with HDLC-like framing, RFC 1662
)

// headers tells where in a packet things stand. Encapsulations move it.
type headers struct {
	link       linkKind
	linkName   string
	linkHeader uint32 // offset of the link header
	linkType   uint32 // offset of the field that tells the network protocol
	payload    uint32 // offset of what follows the link header
	network    uint32 // from payload to the network header: MPLS labels
	labels     int    // MPLS labels passed
}

func headersOf(link capture.LinkType) (headers, bool) {
	h := headers{linkName: linkName(link)}
	switch link {
	case 1:
		h.link, h.linkType, h.payload = linkEthernet, 12, 14
	case 12, 14, 101: // LINKTYPE_RAW, and DLT_RAW of most systems and of OpenBSD
		h.link = linkRaw
	case 228:
		h.link = linkIPv4
	case 229:
		h.link = linkIPv6
	case 0:
		h.link, h.payload = linkNull, 4
	case 108:
		h.link, h.payload = linkLoop, 4
	case 113:
		h.link, h.linkType, h.payload = linkSLL, 14, 16
	case 276:
		h.link, h.linkType, h.payload = linkSLL2, 0, 20
	case 9:
		h.link, h.linkType, h.payload = linkPPP, 2, 4
	default:
		return h, false
	}
	return h, true
}

func linkName(link capture.LinkType) string {
	names := map[capture.LinkType]string{
		0: "BSD loopback", 1: "Ethernet", 9: "PPP", 12: "raw IP", 14: "raw IP", 101: "raw IP",
		108: "OpenBSD loopback", 113: "Linux cooked", 228: "raw IPv4", 229: "raw IPv6", 276: "Linux cooked v2",
	}
	if n, ok := names[link]; ok {
		return n
	}
	return strconv.Itoa(int(link))
}

// networkType tests for a network protocol: an Ethernet type, or an LLC
// service access point where it is not above maxLength802_3.
func (g *generator) networkType(proto uint32, at span) condition {
	if g.labels > 0 {
		return g.underMPLS(proto, at)
	}
	switch g.link {
	case linkEthernet:
		return g.etherType(proto, compare(g.linkType, 2, opJumpGreater, maxLength802_3, true), nil)
	case linkSLL:
		// LINUX_SLL_P_802_2 is 4, LINUX_SLL_P_802_3 (Novell's) is 1.
		return g.etherType(proto, equal(g.linkType, 2, 4), equal(g.linkType, 2, 1))
	case linkSLL2:
		return equal(g.linkType, 2, proto)
	case linkPPP:
		return equal(g.linkType, 2, pppType(proto))
	}
	if proto != etherIPv4 && proto != etherIPv6 {
		return fixed(false)
	}
	v4 := proto == etherIPv4
	switch g.link {
	case linkIPv4:
		return fixed(v4)
	case linkIPv6:
		return fixed(!v4)
	case linkRaw:
		if v4 {
			return masked(0, 1, 0x40, 0xF0)
		}
		return masked(0, 1, 0x60, 0xF0)
	}
	return g.addressFamily(v4)
}

// addressFamily: AF_INET is 2 everywhere; AF_INET6 is 24 on NetBSD, OpenBSD
// and in Npcap, 28 on FreeBSD, 30 on macOS. The machine that reads a file
// cannot know the byte order of the one that wrote it, so both are tested;
// none of these numbers is another's mirror.
func (g *generator) addressFamily(v4 bool) condition {
	families := []uint32{24, 28, 30}
	if v4 {
		families = []uint32{2}
	}
	var c condition
	for _, f := range families {
		c = either(c, equal(g.linkHeader, 4, f))
		if g.link == linkNull {
			c = either(c, equal(g.linkHeader, 4, f<<24))
		}
	}
	return c
}

// pppType maps Ethernet types to PPP's, IANA "PPP DLL Protocol Numbers".
func pppType(proto uint32) uint32 {
	types := map[uint32]uint32{
		etherIPv4: 0x21, etherIPv6: 0x57, etherDecnet: 0x27, etherATalk: 0x29, 0x0600: 0x25,
		sapISO: 0x23, sapSTP: 0x31, sapIPX: 0x2B,
	}
	if t, ok := types[proto]; ok {
		return t
	}
	return proto
}

// etherType tests a type field that may hold a length instead, followed by
// an LLC header (IEEE 802.2). isLLC says that it does; novell tests for
// IPX without LLC, nil where that shows in the LLC header's place.
func (g *generator) etherType(proto uint32, isLLC, novell condition) condition {
	switch proto {
	case sapISO, sapIP, sapNetBEUI:
		return and{isLLC, equal(g.payload, 2, proto<<8|proto)}
	case sapIPX:
		llc := condition(equal(g.payload, 1, sapIPX))
		if novell == nil {
			llc = or{llc, equal(g.payload, 2, 0xFFFF)}
			// libpcap asks SNAP first here, and last for cooked captures.
			return or{equal(g.linkType, 2, etherIPX), and{isLLC, or{g.snap(0, etherIPX), llc}}}
		}
		return or{equal(g.linkType, 2, etherIPX), or{novell, and{isLLC, or{llc, g.snap(0, etherIPX)}}}}
	case etherATalk:
		return or{equal(g.linkType, 2, proto), and{isLLC, g.snap(0x080007, proto)}}
	case etherAARP:
		return or{equal(g.linkType, 2, proto), and{isLLC, g.snap(0, proto)}}
	}
	if proto > maxLength802_3 {
		return equal(g.linkType, 2, proto)
	}
	return and{isLLC, equal(g.payload, 1, proto)}
}

// snap is an LLC header with a SNAP header, RFC 1042.
func (g *generator) snap(organization, proto uint32) condition {
	return equalBytes(g.payload, []byte{0xAA, 0xAA, 3,
		byte(organization >> 16), byte(organization >> 8), byte(organization), byte(proto >> 8), byte(proto)})
}
