package bpf

import (
	"strconv"
	"strings"

	"golang.org/x/net/bpf"
)

// ports is "port" and "portrange", for TCP, UDP and SCTP over IPv4 and IPv6.
// Of IPv4 only first fragments have ports; of IPv6 only packets whose next
// header is the transport's, for classic BPF cannot walk extension headers.
func (g *generator) ports(n qualified) condition {
	from, to, proto := portsOf(n)
	switch want := protocols[n.proto]; n.proto {
	case "":
	case "tcp", "udp", "sctp":
		if proto != 0 && proto != want {
			fail(n.span, "this is not a port of %s", n.proto)
		}
		proto = want
	default:
		fail(n.span, "%q has no ports", n.proto)
	}
	protos := []uint32{protoSCTP, protoTCP, protoUDP}
	if proto != 0 {
		protos = []uint32{proto}
	}
	over := func(network, next, transport uint32, indirect bool) condition {
		var c condition
		for _, p := range protos {
			t := equal(g.payload+g.network+next, 1, p)
			if indirect {
				t = and{t, g.firstFragment()}
			}
			c = either(c, and{t, g.portFields(n, from, to, transport, indirect)})
		}
		return and{g.networkType(network, n.span), c}
	}
	return or{over(etherIPv6, 6, 40, false), over(etherIPv4, 9, 0, true)}
}

// portFields tests source and destination port, behind a header of fixed
// size or, indirect, behind one of IPv4.
func (g *generator) portFields(n qualified, from, to, transport uint32, indirect bool) condition {
	return directed(n.dir, func(src bool) condition {
		at := g.payload + g.network + transport
		var load []bpf.RawInstruction
		if indirect {
			load = append(load, ins(opLoadXHeader, at))
		}
		if !src {
			at += 2
		}
		load = append(load, ins(loadOp(2, indirect), at))
		if n.kind == "port" {
			return test{load, opJumpEqual, from}
		}
		return and{test{load, opJumpAtLeast, from}, not{test{load, opJumpGreater, to}}}
	})
}

// firstFragment: the fragment offset of RFC 791 is 0, so that what follows
// is a transport header.
func (g *generator) firstFragment() condition {
	return compare(g.payload+g.network+6, 2, opJumpBits, 0x1FFF, true)
}

// portsOf reads a number, a service's name or a range of them, lower first;
// proto is the one that the name has ports of, 0 for all.
func portsOf(n qualified) (from, to, proto uint32) {
	t := n.value
	first, second, isRange := strings.Cut(t.text, "-")
	switch {
	case t.kind == tokenNumber:
		return port(t, t.value), t.value, 0
	case t.kind != tokenName:
		fail(n.span, "an address is no port")
	case n.kind == "port" || !isRange:
		from, proto = portNamed(t, t.text)
		return from, from, proto
	}
	from, proto = portNamed(t, first)
	to, other := portNamed(t, second)
	if other != proto {
		proto = 0
	}
	return min(from, to), max(from, to), proto
}

func portNamed(t token, name string) (number, proto uint32) {
	if s, ok := services[name]; ok {
		return uint32(s.port), s.proto
	}
	// As in /etc/services, numbers in names are decimal.
	v, err := strconv.ParseUint(name, 10, 32)
	if err != nil {
		fail(t.span, "not a number, nor a service known here")
	}
	return port(t, uint32(v)), 0
}

func port(t token, v uint32) uint32 {
	if v > 65535 {
		fail(t.span, "a port has at most 16 bits")
	}
	return v
}
