package bpf

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

// Offsets of source and destination address in the headers of IPv4 (RFC 791
// section 3.1), IPv6 (RFC 8200 section 3) and ARP for Ethernet and IPv4 (RFC
// 826).
const (
	ip4Source, ip4Destination = 12, 16
	ip6Source, ip6Destination = 8, 24
	arpSender, arpTarget      = 14, 24
)

// host is "host" and "net", of addresses and names.
func (g *generator) host(n qualified) condition {
	switch n.value.kind {
	case tokenIPv4, tokenNumber:
		addr, mask := g.ipv4(n)
		return g.ipv4Host(n, addr, mask)
	case tokenIPv6:
		return g.ipv6Value(n)
	}
	if n.kind == "net" {
		fail(n.span, "networks are written as numbers, such as 10.0.0.0/8")
	}
	return g.named(n)
}

// ipv4 gives address and mask. Of "10.1" the mask is 16 bits, of "net 10"
// 8 and of "host 10" 32.
func (g *generator) ipv4(n qualified) (addr, mask uint32) {
	if n.value.kind == tokenNumber {
		addr, mask = n.value.value, 0xFFFFFFFF
		for n.kind == "net" && addr != 0 && addr>>24 == 0 {
			addr, mask = addr<<8, mask<<8
		}
		return addr, mask
	}
	addr, bits := dotted(n.value)
	mask = uint32(0xFFFFFFFF) << (32 - bits)
	switch n.mask.kind {
	case tokenEnd:
		return addr, mask
	case tokenIPv4:
		mask, _ = dotted(n.mask)
	default:
		if n.mask.value > 32 {
			fail(n.mask.span, "an IPv4 mask has at most 32 bits")
		}
		mask = uint32(0xFFFFFFFF << (32 - n.mask.value))
	}
	if addr&^mask != 0 {
		fail(n.span, "the address has bits outside of its mask")
	}
	if n.kind != "net" {
		fail(n.span, "only a network has a mask; write \"net %s/…\"", n.value.text)
	}
	return addr, mask
}

// dotted reads one to four decimal bytes and gives their bits.
func dotted(t token) (addr uint32, bits int) {
	for _, part := range strings.Split(t.text, ".") {
		b, err := strconv.ParseUint(part, 10, 8)
		if err != nil {
			fail(t.span, "an IPv4 address has numbers from 0 to 255")
		}
		addr, bits = addr<<8|uint32(b), bits+8
	}
	return addr << (32 - bits), bits
}

func (g *generator) ipv4Host(n qualified, addr, mask uint32) condition {
	under := func(proto uint32, source, destination uint32) condition {
		return directed(n.dir, func(src bool) condition {
			at := destination
			if src {
				at = source
			}
			return and{g.networkType(proto, n.span), masked(g.payload+g.network+at, 4, addr, mask)}
		})
	}
	switch n.proto {
	case "ip":
		return under(etherIPv4, ip4Source, ip4Destination)
	case "arp":
		return under(etherARP, arpSender, arpTarget)
	case "rarp":
		return under(etherRARP, arpSender, arpTarget)
	case "":
		c := under(etherIPv4, ip4Source, ip4Destination)
		if g.labels > 0 {
			return c
		}
		return or{or{c, under(etherARP, arpSender, arpTarget)}, under(etherRARP, arpSender, arpTarget)}
	}
	fail(n.span, "%q has no IPv4 hosts", n.proto)
	return nil
}

func (g *generator) ipv6Value(n qualified) condition {
	addr, err := netip.ParseAddr(n.value.text)
	if err != nil {
		fail(n.value.span, "not an IPv6 address")
	}
	bits := 128
	if n.mask.kind != tokenEnd {
		if n.mask.value > 128 {
			fail(n.mask.span, "an IPv6 mask has at most 128 bits")
		}
		bits = int(n.mask.value)
		if p := netip.PrefixFrom(addr, bits); p.Masked().Addr() != addr {
			fail(n.span, "the address has bits outside of its mask")
		}
		if n.kind != "net" && bits != 128 {
			fail(n.span, "only a network has a mask; write \"net %s/%d\"", n.value.text, bits)
		}
	}
	return g.ipv6Host(n, addr, bits)
}

func (g *generator) ipv6Host(n qualified, addr netip.Addr, bits int) condition {
	if n.proto != "" && n.proto != "ip6" {
		fail(n.span, "%q has no IPv6 hosts", n.proto)
	}
	bytes := addr.As16()
	return directed(n.dir, func(src bool) condition {
		at := g.payload + g.network + ip6Destination
		if src {
			at = g.payload + g.network + ip6Source
		}
		c := g.networkType(etherIPv6, n.span)
		for i := range 4 {
			mask := uint32(0xFFFFFFFF)
			if n := bits - 32*i; n < 32 {
				mask = uint32(0xFFFFFFFF << (32 - max(n, 0)))
			}
			c = and{c, masked(at+uint32(4*i), 4, binary.BigEndian.Uint32(bytes[4*i:]), mask)}
		}
		return c
	})
}

// named asks Resolve; any of the name's addresses matches.
func (g *generator) named(n qualified) condition {
	if g.Resolve == nil {
		fail(n.span, "not an address; names of hosts are not looked up")
	}
	addrs, err := g.Resolve(n.value.text)
	if err != nil {
		fail(n.span, "no address of this name: %v", err)
	}
	var c condition
	for _, a := range addrs {
		a = a.Unmap()
		switch {
		case a.Is4() && n.proto != "ip6":
			b := a.As4()
			c = either(c, g.ipv4Host(n, binary.BigEndian.Uint32(b[:]), 0xFFFFFFFF))
		case a.Is6() && n.proto != "ip":
			c = either(c, g.ipv6Host(n, a, 128))
		}
	}
	if c == nil {
		fail(n.span, "no address of this name")
	}
	return c
}
