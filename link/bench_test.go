package link

import (
	"encoding/binary"
	"fmt"
	"testing"

	"wsscope/capture"
)

func BenchmarkDecode(b *testing.B) {
	large, small := make([]byte, 1448), make([]byte, 40)
	whole := packet(1, eth(0x0800, tcp4(large)))
	snapped := *whole
	snapped.Data = whole.Data[:len(whole.Data)-1]
	vxlan := udpTo(4789, h("0800000000000700", eth(0x0800, tcp4(small))))
	for _, bench := range []struct {
		name   string
		packet *capture.Packet
	}{
		{"no checksum", &snapped},
		{"1448 bytes", whole},
		{"40 bytes", packet(1, eth(0x0800, tcp4(small)))},
		{"vxlan in ipv6 in vlan", packet(1, eth(0x8100, h("000786dd", ip6(17, vxlan))))},
	} {
		b.Run(bench.name, func(b *testing.B) {
			d := NewDecoder()
			var s Segment
			b.ReportAllocs()
			for b.Loop() {
				if d.Decode(bench.packet, &s) != TCP {
					b.Fatal("not TCP")
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mpackets/s")
		})
	}
}

func BenchmarkFragments(b *testing.B) {
	datagram := tcp4(make([]byte, 1448))
	first, second := fragment4(datagram, 0, 800), fragment4(datagram, 800, 2000)
	d := NewDecoder()
	var s Segment
	p := capture.Packet{Link: 101}
	var id uint16
	b.SetBytes(int64(len(datagram)))
	b.ReportAllocs()
	for b.Loop() {
		id++
		p.Time += 1e6
		binary.BigEndian.PutUint16(first[4:], id)
		binary.BigEndian.PutUint16(second[4:], id)
		for _, f := range [][]byte{first, second} {
			p.Data, p.WireLen = f, len(f)
			d.Decode(&p, &s)
		}
	}
}

func BenchmarkSum(b *testing.B) {
	for _, n := range []int{40, 1460, 65000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			data := make([]byte, n)
			b.SetBytes(int64(n))
			for b.Loop() {
				sum(data)
			}
		})
	}
}
