package bpf

import (
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"os"
	"testing"
)

type packet struct {
	data    []byte
	wireLen int
}

// readPackets reads a little-endian microsecond pcap file.
func readPackets(t testing.TB, name string) []packet {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var list []packet
	for b = b[24:]; len(b) > 0; {
		n := binary.LittleEndian.Uint32(b[8:])
		list = append(list, packet{b[16 : 16+n], int(binary.LittleEndian.Uint32(b[12:]))})
		b = b[16+n:]
	}
	if len(list) == 0 {
		t.Fatal(name, "holds no packets")
	}
	return list
}

// maker makes packets out of the addresses, ports and numbers that the
// filters under test ask for.
type maker struct{ *rand.Rand }

func pick[T any](m maker, of ...T) T { return of[m.IntN(len(of))] }

func be16(v int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(v)) }

func be32(v uint32) []byte { return binary.BigEndian.AppendUint32(nil, v) }

func join(parts ...[]byte) (all []byte) {
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

func (m maker) bytes(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(m.Uint32())
	}
	return b
}

func (m maker) addr4() []byte {
	a := netip.MustParseAddr(pick(m, "10.0.0.1", "10.0.0.2", "192.168.50.1", "192.168.50.2", "127.0.0.1", "10.99.0.1",
		"10.99.0.2", "10.1.2.3", "0.0.0.10", "224.0.0.1", "255.255.255.255", "10.0.0.30")).As4()
	return a[:]
}

func (m maker) addr6() []byte {
	a := netip.MustParseAddr(pick(m, "::1", "fd50::1", "fd50::2", "fd99::1", "fd99::2", "fd50:0:0:1::5", "2001:db8::1",
		"ff02::1", "::ffff:10.0.0.1", "fd00::c", "2001:db8:8000::")).As16()
	return a[:]
}

func (m maker) port() int {
	return pick(m, 0, 16, 22, 53, 67, 80, 81, 90, 443, 2152, 8080, 20180, 20190, 20200, 65535, 50)
}

func (m maker) transport(proto int) []byte {
	ports := join(be16(m.port()), be16(m.port()))
	body := pick(m, []byte("GET / HTTP/1.1"), []byte{0x81, 2, 'h', 'i'}, m.bytes(m.IntN(60)), nil)
	switch proto {
	case protoTCP:
		options := 4 * pick(m, 0, 0, 3, m.IntN(11))
		return join(ports, m.bytes(8), []byte{byte(5+options/4) << 4, pick(m, byte(2), 0x12, 0x10, 0x18, 0x11, 4, byte(m.Uint32()))},
			m.bytes(6+options), body)
	case protoUDP:
		return join(ports, be16(8+len(body)), m.bytes(2), body)
	case protoICMP:
		return join([]byte{pick(m, byte(0), 3, 8, 11), byte(m.IntN(4))}, m.bytes(6), body)
	case protoICMPv6:
		return join([]byte{pick(m, byte(1), 128, 134, 135, 136), 0}, m.bytes(6), body)
	}
	return join(ports, m.bytes(8), body)
}

func (m maker) proto() int {
	return pick(m, protoTCP, protoTCP, protoTCP, protoUDP, protoUDP, protoICMP, protoICMPv6, protoSCTP, protoIGMP,
		protoPIM, protoVRRP, protoAH, protoESP, protoIGRP, protoGRE, protoIPv6, 44, 60, 89)
}

func (m maker) ipv4() []byte {
	proto := m.proto()
	options := pick(m, 0, 0, 0, 1+m.IntN(10))
	fragment := pick(m, 0, 0, 0x4000, 0x2000, 0x2000+m.IntN(100), m.IntN(0x2000))
	body := m.transport(proto)
	return join([]byte{byte(0x45 + options), 0}, be16(20+4*options+len(body)), m.bytes(2), be16(fragment),
		[]byte{byte(m.Uint32()), byte(proto)}, m.bytes(2), m.addr4(), m.addr4(), m.bytes(4*options), body)
}

func (m maker) ipv6() []byte {
	proto := m.proto()
	body, next := m.transport(proto), proto
	switch m.IntN(6) {
	case 0: // a fragment header
		body, next = join([]byte{byte(proto), 0}, be16(m.IntN(3)<<3), m.bytes(4), body), protoFrag
	case 1: // destination options
		body, next = join([]byte{byte(proto), 0, 1, 4, 0, 0, 0, 0}, body), 60
	}
	return join([]byte{0x60, 0, 0, 0}, be16(len(body)), []byte{byte(next), byte(m.Uint32())}, m.addr6(), m.addr6(), body)
}

func (m maker) arp() []byte {
	return join([]byte{0, 1, 8, 0, 6, 4, 0, byte(1 + m.IntN(4))}, m.mac(), m.addr4(), m.mac(), m.addr4())
}

func (m maker) mac() []byte {
	return pick(m, []byte{2, 0, 0, 0, 0, 1}, []byte{2, 0, 0, 0, 0, 2}, make([]byte, 6),
		[]byte{255, 255, 255, 255, 255, 255}, []byte{1, 0, 0x5E, 0, 0, 1}, m.bytes(6))
}

// typed gives an Ethernet type with what follows it.
func (m maker) typed(depth int) []byte {
	n := m.IntN(20)
	if depth > 3 {
		n = m.IntN(10)
	}
	switch {
	case n < 6:
		return join(be16(etherIPv4), m.ipv4())
	case n < 9:
		return join(be16(etherIPv6), m.ipv6())
	case n < 10:
		return join(be16(pick(m, etherARP, etherRARP)), m.arp())
	case n < 14:
		tag := be16(pick(m, 5, 100, 200, 0x6005, m.IntN(1<<16)))
		return join(be16(pick(m, etherVLAN, etherVLAN, etherQinQ, etherQinQ91)), tag, m.typed(depth+1))
	case n < 16:
		b := be16(etherMPLS)
		for labels := 1 + m.IntN(3); labels > 0; labels-- {
			label := pick(m, uint32(16001), 16002, 1000, 2000) << 12
			if labels == 1 || m.IntN(10) == 0 {
				label |= 0x100
			}
			b = append(b, be32(label|64)...)
		}
		return join(b, pick(m, m.ipv4(), m.ipv6()))
	case n < 18:
		head := join(be16(etherPPPoES), []byte{0x11, 0}, be16(pick(m, 0x2B01, 17)), be16(100))
		return join(head, pick(m, join(be16(0x21), m.ipv4()), join(be16(0x57), m.ipv6()), join(be16(0x281), m.bytes(30))))
	case n < 19: // IEEE 802.2
		llc := pick(m, []byte{0x42, 0x42, 3}, []byte{0xE0, 0xE0, 3}, []byte{0xFF, 0xFF}, []byte{0xF0, 0xF0, 3},
			[]byte{0xFE, 0xFE, 3}, []byte{6, 6, 3}, []byte{0xAA, 0xAA, 3, 0, 0, 0, 0x81, 0x37},
			[]byte{0xAA, 0xAA, 3, 8, 0, 7, 0x80, 0x9B}, []byte{0xAA, 0xAA, 3, 0, 0, 0, 0x80, 0xF3}, m.bytes(4))
		return join(be16(pick(m, 1500, 100, 4, 1)), llc, m.bytes(40))
	}
	return join(be16(pick(m, etherPPPoED, etherIPX, etherATalk, etherAARP, etherDecnet, 0x6001, 0x6002, 0x6004, 0x6007,
		0x9000, 1501, 1, 4, m.IntN(1<<16))), m.bytes(50))
}

// make gives a packet of a link type.
func (m maker) make(link int) []byte {
	network := join(be16(etherIPv4), m.ipv4())
	if link == 229 || link != 228 && m.IntN(3) == 0 {
		network = join(be16(etherIPv6), m.ipv6())
	}
	v4 := network[0] == 8
	switch link {
	case 1:
		return join(m.mac(), m.mac(), m.typed(0))
	case 113:
		t := m.typed(4)
		if m.IntN(4) == 0 {
			t = m.typed(0)
		}
		return join(be16(m.IntN(6)), be16(1), be16(6), m.mac(), m.bytes(2), t)
	case 276:
		t := m.typed(4)
		return join(t[:2], be16(0), be32(uint32(m.IntN(4))), be16(1), []byte{byte(m.IntN(6)), 6}, m.mac(), m.bytes(2), t[2:])
	case 9:
		t := pick(m, be16(0x281), be16(0x31), be16(0x2B), be16(0xC021))
		if m.IntN(5) > 0 {
			t = be16(0x21)
			if !v4 {
				t = be16(0x57)
			}
		}
		return join([]byte{0xFF, 3}, t, network[2:])
	case 0, 108:
		family := uint32(2)
		if !v4 {
			family = pick(m, uint32(24), 28, 30)
		}
		head := be32(family)
		if link == 0 {
			head = binary.LittleEndian.AppendUint32(nil, family)
		}
		return join(head, network[2:])
	}
	return network[2:]
}

// packets gives n of a link type: the real ones of a file, made ones, and
// mutations of both: bytes changed, ends cut off, lengths that lie.
func packets(t testing.TB, link, n int) []packet {
	m := maker{rand.New(rand.NewPCG(7, uint64(link)))}
	var list []packet
	if name := map[int]string{1: "ethernet", 9: "ppp", 101: "raw", 113: "sll", 276: "sll2"}[link]; name != "" {
		list = readPackets(t, "testdata/"+name+".pcap")
	}
	for len(list) < n*6/10 {
		b := m.make(link)
		list = append(list, packet{b, len(b) + pick(m, 0, 0, 0, m.IntN(2000))})
	}
	first := 0
	if link == 0 {
		// Other families than these are not libpcap's business.
		first = 4
	}
	for originals := len(list); len(list) < n; {
		from := list[m.IntN(originals)]
		b := append([]byte(nil), from.data...)
		for range m.IntN(4) {
			if at := m.IntN(70); at < len(b) && at >= first {
				b[at] = pick(m, b[at]^1<<m.IntN(8), byte(m.Uint32()), 0, 255)
			}
		}
		if m.IntN(2) == 0 {
			b = b[:m.IntN(min(len(b), 90)+1)]
		}
		list = append(list, packet{b, max(from.wireLen, len(b))})
	}
	return list
}
