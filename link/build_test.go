package link

import (
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"

	"wsscope/capture"
)

// Test packets are built inside out: each function puts one header before
// the bytes it is given.

// h puts a header written in hex before b.
func h(header string, b []byte) []byte {
	bytes, err := hex.DecodeString(strings.ReplaceAll(header, " ", ""))
	if err != nil {
		panic(err)
	}
	return append(bytes, b...)
}

// eth puts an Ethernet header before b.
func eth(typ uint16, b []byte) []byte {
	header := []byte{2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1}
	return append(binary.BigEndian.AppendUint16(header, typ), b...)
}

var (
	client4, server4 = [4]byte{10, 0, 0, 1}, [4]byte{10, 0, 0, 2}
	client6, server6 = mapped6(1), mapped6(2)
)

func mapped6(last byte) [16]byte {
	return [16]byte{0: 0x20, 1: 0x01, 2: 0x0d, 3: 0xb8, 15: last}
}

func mapped4(a [4]byte) (m [16]byte) {
	copy(m[:], []byte{10: 0xff, 11: 0xff})
	copy(m[12:], a[:])
	return m
}

// ip4 puts an IPv4 header before b.
func ip4(protocol uint8, b []byte) []byte {
	header := binary.BigEndian.AppendUint16([]byte{0x45, 0}, uint16(20+len(b)))
	header = append(header, 0, 7, 0, 0, 64, protocol, 0, 0)
	header = append(append(header, client4[:]...), server4[:]...)
	return append(header, b...)
}

// ip6 puts an IPv6 header before b.
func ip6(next uint8, b []byte) []byte {
	header := binary.BigEndian.AppendUint16([]byte{0x60, 0, 0, 0}, uint16(len(b)))
	header = append(header, next, 64)
	header = append(append(header, client6[:]...), server6[:]...)
	return append(header, b...)
}

// udpTo puts a UDP header before b.
func udpTo(port uint16, b []byte) []byte {
	header := binary.BigEndian.AppendUint16([]byte{0xc0, 1}, port)
	header = binary.BigEndian.AppendUint16(header, uint16(8+len(b)))
	return append(append(header, 0, 0), b...)
}

// tcpBetween gives a segment with a right checksum.
func tcpBetween(src, dst [16]byte, payload []byte) []byte {
	b := h("c001 1f90 01020304 05060708 8018 0200 0000 0000 0101080a 00000001 00000002", payload)
	binary.BigEndian.PutUint16(b[16:], ^naiveTCPSum(src, dst, b))
	return b
}

// seg4 and seg6 give a segment without an IP header, tcp4 and tcp6 with one.
func seg4(payload []byte) []byte { return tcpBetween(mapped4(client4), mapped4(server4), payload) }
func seg6(payload []byte) []byte { return tcpBetween(client6, server6, payload) }
func tcp4(payload []byte) []byte { return ip4(6, seg4(payload)) }
func tcp6(payload []byte) []byte { return ip6(6, seg6(payload)) }

// naiveTCPSum is the checksum's sum as the RFC writes it, in the IPv4 or
// the IPv6 form.
func naiveTCPSum(src, dst [16]byte, segment []byte) uint16 {
	from := 0
	if strings.HasPrefix(string(src[:]), "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\xff\xff") {
		from = 12
	}
	words := slices.Concat(src[from:], dst[from:], []byte{0, 6, byte(len(segment) >> 24), byte(len(segment) >> 16), byte(len(segment) >> 8), byte(len(segment))}, segment)
	return naiveSum(words)
}

// naiveSum adds up 16-bit words in network order with carry around the end.
func naiveSum(b []byte) uint16 {
	if len(b)%2 == 1 {
		b = append(slices.Clone(b), 0)
	}
	var sum uint32
	for i := 0; i < len(b); i += 2 {
		sum += uint32(b[i])<<8 | uint32(b[i+1])
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}

// fragment4 cuts bytes from to to of an IPv4 packet's payload out, as a
// fragment.
func fragment4(packet []byte, from, to int) []byte {
	body := packet[20:]
	place := uint16(from / 8)
	if to < len(body) {
		place |= 0x2000
	}
	f := append(slices.Clone(packet[:20]), body[from:min(to, len(body))]...)
	binary.BigEndian.PutUint16(f[2:], uint16(len(f)))
	binary.BigEndian.PutUint16(f[6:], place)
	return f
}

// fragment6 does the same for an IPv6 packet.
func fragment6(packet []byte, from, to int) []byte {
	next, body := packet[6], packet[40:]
	place := uint16(from)
	if to < len(body) {
		place |= 1
	}
	header := binary.BigEndian.AppendUint16([]byte{next, 0}, place)
	header = append(header, 0, 0, 0, 7)
	return ip6(44, append(header, body[from:min(to, len(body))]...))
}

// packet makes a captured packet that no snap length cut.
func packet(link capture.LinkType, data []byte) *capture.Packet {
	return &capture.Packet{Link: link, Data: data, WireLen: len(data)}
}
