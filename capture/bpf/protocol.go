package bpf

// protocol is a protocol's name alone.
func (g *generator) protocol(name string, at span) condition {
	switch name {
	case "ether":
		fail(at, "\"ether\" needs something after it, such as \"host 1:2:3:4:5:6\"")
	case "icmp", "igmp", "igrp", "vrrp", "carp":
		return g.ipProtocol(protocols[name], at)
	case "icmp6":
		return g.ip6Protocol(protoICMPv6, at)
	}
	if v, ok := etherProtocols[name]; ok {
		return g.networkType(v, at)
	}
	v := protocols[name] // tcp, udp, sctp, pim, ah, esp
	return or{g.ipProtocol(v, at), g.ip6Protocol(v, at)}
}

// protocolNumber is "proto", "ip proto", "ip6 proto" and "ether proto".
func (g *generator) protocolNumber(n qualified) condition {
	v := n.value.value
	if n.value.kind == tokenName {
		names, ok := protocols, false
		if n.proto == "ether" {
			names = etherProtocols
		}
		if v, ok = names[n.value.text]; !ok {
			fail(n.span, "not a number, nor a protocol known here")
		}
	} else if n.value.kind != tokenNumber {
		fail(n.span, "an address is no protocol")
	}
	switch n.proto {
	case "":
		return or{g.ipProtocol(v, n.span), g.ip6Protocol(v, n.span)}
	case "ip":
		return g.ipProtocol(v, n.span)
	case "ip6":
		return g.ip6Protocol(v, n.span)
	case "ether":
		return g.networkType(v, n.span)
	}
	fail(n.span, "%q has no \"proto\"", n.proto)
	return nil
}

func (g *generator) ipProtocol(v uint32, at span) condition {
	return and{g.networkType(etherIPv4, at), equal(g.payload+g.network+9, 1, v)}
}

// ip6Protocol tests the next header, and that of a fragment header right
// behind the IPv6 header; it goes no further along the chain.
func (g *generator) ip6Protocol(v uint32, at span) condition {
	ip6 := g.payload + g.network
	return and{
		g.networkType(etherIPv6, at),
		or{equal(ip6+6, 1, v), and{equal(ip6+6, 1, protoFrag), equal(ip6+40, 1, v)}},
	}
}
