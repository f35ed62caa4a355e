package bpf

import (
	"strings"

	"golang.org/x/net/bpf"
)

// etherHost is "ether host", "ether src" and "ether dst".
func (g *generator) etherHost(n qualified) condition {
	switch {
	case n.proto != "ether" || n.kind != "" && n.kind != "host":
		fail(n.span, "a MAC address needs \"ether host\", \"ether src\" or \"ether dst\" before it")
	case n.value.kind != tokenMAC:
		fail(n.span, "not a MAC address")
	case g.link != linkEthernet:
		fail(n.span, "%s has no MAC addresses to filter", g.linkName)
	}
	address := mac(n.value.text)
	return directed(n.dir, func(src bool) condition {
		if src {
			return equalBytes(g.linkHeader+6, address)
		}
		return equalBytes(g.linkHeader, address)
	})
}

// mac reads what isMAC accepts.
func mac(s string) []byte {
	if len(s) == 12 && all(s, isHex) || len(s) == 14 && strings.Count(s, ".") == 2 {
		s = strings.ReplaceAll(s, ".", "")
		b := make([]byte, 0, 6)
		for i := 0; i < len(s); i += 2 {
			b = append(b, hexValue(s[i])<<4|hexValue(s[i+1]))
		}
		return b
	}
	b := make([]byte, 0, 6)
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(":-.", r) }) {
		v := byte(0)
		for i := range len(part) {
			v = v<<4 | hexValue(part[i])
		}
		b = append(b, v)
	}
	return b
}

// cast is "broadcast" and "multicast".
func (g *generator) cast(n cast) condition {
	network := g.payload + g.network
	switch {
	case n.proto == "" || n.proto == "ether":
		if g.link != linkEthernet {
			fail(n.span, "%s has no %s addresses", g.linkName, n.kind)
		}
		if n.kind == "broadcast" {
			return equalBytes(g.linkHeader, []byte{255, 255, 255, 255, 255, 255})
		}
		return compare(g.linkHeader, 1, opJumpBits, 1, false)
	case n.proto == "ip" && n.kind == "broadcast":
		if g.Netmask == 0 {
			fail(n.span, "\"ip broadcast\" needs the netmask of one interface with an IPv4 address")
		}
		at, host := network+ip4Destination, ^g.Netmask
		return and{g.networkType(etherIPv4, n.span), or{masked(at, 4, 0, host), masked(at, 4, host, host)}}
	case n.proto == "ip":
		return and{g.networkType(etherIPv4, n.span), compare(network+ip4Destination, 1, opJumpAtLeast, 224, false)}
	case n.proto == "ip6" && n.kind == "multicast":
		return and{g.networkType(etherIPv6, n.span), equal(network+ip6Destination, 1, 255)}
	}
	fail(n.span, "%q has no %s", n.proto, n.kind)
	return nil
}

// Linux's extensions of classic BPF: loads far beyond any packet, from what
// the kernel knows of it (linux/filter.h, SKF_AD_OFF and on).
const (
	extensions     = 0xFFFFF000
	extPacketType  = extensions + 4
	extInterface   = extensions + 8
	extHardware    = extensions + 28
	extVLANTag     = extensions + 44
	extVLANPresent = extensions + 48
	extVLANProto   = extensions + 60

	packetOutgoing = 4 // PACKET_OUTGOING, and LINUX_SLL_OUTGOING
)

func extension(k, v uint32) condition {
	return test{[]bpf.RawInstruction{ins(opLoadWord, k)}, opJumpEqual, v}
}

// direction is "inbound" and "outbound": cooked captures hold it, and the
// kernel knows it.
func (g *generator) direction(n direction) condition {
	var out condition
	switch {
	case g.link == linkSLL:
		out = equal(g.linkHeader, 2, packetOutgoing)
	case g.link == linkSLL2:
		out = equal(g.linkHeader+10, 1, packetOutgoing)
	case g.linux:
		out = extension(extPacketType, packetOutgoing)
	default:
		fail(n.span, "the direction is known only while capturing on Linux, and in Linux cooked captures")
	}
	if n.outbound {
		return out
	}
	return not{out}
}

func (g *generator) interfaceIndex(n ifindex) condition {
	switch {
	case g.link == linkSLL2:
		return equal(g.linkHeader+4, 4, n.index)
	case g.linux:
		return extension(extInterface, n.index)
	}
	fail(n.span, "the interface is known only while capturing on Linux, and in Linux cooked v2 captures")
	return nil
}
