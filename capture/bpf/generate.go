package bpf

import "wsscope/capture"

// generator turns the expression into conditions, from left to right:
// "vlan", "mpls" and "pppoes" move the headers for all that follows them,
// wherever that stands.
type generator struct {
	Options
	headers
	linux bool // for a packet socket: inbound, outbound and ifindex exist
}

func newGenerator(o Options, link capture.LinkType) (*generator, error) {
	h, ok := headersOf(link)
	if !ok {
		return nil, &Error{Msg: "packets of link type " + linkName(link) + " cannot be filtered"}
	}
	return &generator{Options: o, headers: h}, nil
}

// generate takes nil for the empty expression.
func (g *generator) generate(n node) condition {
	switch n := n.(type) {
	case nil:
		return fixed(true)
	case negation:
		return not{g.generate(n.node)}
	case conjunction:
		x := g.generate(n.x)
		return and{x, g.generate(n.y)}
	case disjunction:
		x := g.generate(n.x)
		return or{x, g.generate(n.y)}
	case qualified:
		return g.qualified(n)
	case protocol:
		return g.protocol(n.name, n.span)
	case cast:
		return g.cast(n)
	case direction:
		return g.direction(n)
	case ifindex:
		return g.interfaceIndex(n)
	case encapsulation:
		return g.encapsulation(n)
	case relation:
		return g.relation(n)
	}
	panic("unknown node")
}

func (g *generator) qualified(n qualified) condition {
	switch n.kind {
	case "port", "portrange":
		return g.ports(n)
	case "proto":
		return g.protocolNumber(n)
	}
	if n.value.kind == tokenMAC || n.proto == "ether" {
		return g.etherHost(n)
	}
	return g.host(n)
}

// directed builds the test for source, destination, either or both.
func directed(dir string, one func(src bool) condition) condition {
	switch dir {
	case "src":
		return one(true)
	case "dst":
		return one(false)
	case "and":
		return and{one(true), one(false)}
	}
	return or{one(true), one(false)}
}
