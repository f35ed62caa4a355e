package bpf

// encapsulation tests for "vlan", "mpls", "pppoed" and "pppoes", and moves
// the headers for what follows.
func (g *generator) encapsulation(n encapsulation) condition {
	switch n.kind {
	case "vlan":
		return g.vlan(n)
	case "mpls":
		return g.mpls(n)
	case "pppoes":
		return g.pppoeSession(n)
	}
	return g.networkType(etherPPPoED, n.span)
}

// vlan is IEEE 802.1Q: two bytes of tag and the type that was before it.
func (g *generator) vlan(n encapsulation) condition {
	switch {
	case g.labels > 0:
		fail(n.span, "no VLAN under MPLS")
	case g.link != linkEthernet:
		fail(n.span, "%s has no VLANs", g.linkName)
	case n.number > 0xFFF:
		fail(n.span, "a VLAN's number is at most 4095")
	}
	var c condition
	for _, t := range []uint32{etherVLAN, etherQinQ, etherQinQ91} {
		c = either(c, g.networkType(t, n.span))
	}
	if n.hasNumber {
		c = and{c, masked(g.payload, 2, n.number, 0xFFF)}
	}
	g.payload += 4
	g.linkType += 4
	return c
}

// mpls is RFC 3032 section 2.1: labels of four bytes, the last with the
// bottom-of-stack bit, then a network header without a type.
func (g *generator) mpls(n encapsulation) condition {
	var c condition
	switch {
	case n.number > 0xFFFFF:
		fail(n.span, "an MPLS label is at most 1048575")
	case g.labels > 0:
		c = masked(g.payload+g.network-2, 1, 0, 1)
	case g.link == linkEthernet:
		c = g.networkType(etherMPLS, n.span)
	case g.link == linkPPP:
		c = equal(g.linkType, 2, 0x281)
	default:
		fail(n.span, "%s has no MPLS", g.linkName)
	}
	if n.hasNumber {
		c = and{c, masked(g.payload+g.network, 4, n.number<<12, 0xFFFFF000)}
	}
	g.network += 4
	g.labels++
	return c
}

// underMPLS tells IPv4 and IPv6 by their version, behind the last label.
func (g *generator) underMPLS(proto uint32, at span) condition {
	version := uint32(0x40)
	switch proto {
	case etherIPv4:
	case etherIPv6:
		version = 0x60
	default:
		fail(at, "under MPLS only IPv4 and IPv6 can be told")
	}
	network := g.payload + g.network
	return and{masked(network-2, 1, 1, 1), masked(network, 1, version, 0xF0)}
}

// pppoeSession is RFC 2516 section 4: six bytes, the session in the third
// and fourth, then PPP without framing.
func (g *generator) pppoeSession(n encapsulation) condition {
	c := g.networkType(etherPPPoES, n.span)
	if n.hasNumber {
		if n.number > 0xFFFF {
			fail(n.span, "a PPPoE session is at most 65535")
		}
		c = and{c, masked(g.payload+g.network, 4, n.number, 0xFFFF)}
	}
	h := g.payload + g.network + 6
	g.headers = headers{link: linkPPP, linkName: "PPP", linkHeader: h, linkType: h, payload: h + 2, labels: g.labels}
	return c
}
