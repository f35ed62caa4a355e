package link

import (
	"bytes"
	"math/rand/v2"
	"net"
	"slices"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// gopacketSegment is what gopacket's layers make of an Ethernet frame with
// TCP directly in IP.
type gopacketSegment struct {
	Segment
	ok bool // TCP, and nothing of it cut short
}

type gopacketOracle struct {
	parser  *gopacket.DecodingLayerParser
	eth     layers.Ethernet
	vlan    layers.Dot1Q
	ip4     layers.IPv4
	ip6     layers.IPv6
	tcp     layers.TCP
	payload gopacket.Payload
	decoded []gopacket.LayerType
}

func newGopacketOracle() *gopacketOracle {
	o := new(gopacketOracle)
	o.parser = gopacket.NewDecodingLayerParser(layers.LayerTypeEthernet, &o.eth, &o.vlan, &o.ip4, &o.ip6, &o.tcp, &o.payload)
	o.parser.IgnoreUnsupported = true
	return o
}

func (o *gopacketOracle) decode(data []byte) (s gopacketSegment) {
	o.payload = nil
	if o.parser.DecodeLayers(data, &o.decoded) != nil || o.parser.Truncated || !slices.Contains(o.decoded, layers.LayerTypeTCP) {
		return s
	}
	s.ok = true
	for _, layer := range o.decoded {
		switch layer {
		case layers.LayerTypeIPv4:
			s.ok = s.ok && o.ip4.Version == 4 // which gopacket does not look at
			s.Src, s.Dst, s.TTL = [16]byte(o.ip4.SrcIP.To16()), [16]byte(o.ip4.DstIP.To16()), o.ip4.TTL
		case layers.LayerTypeIPv6:
			s.ok = s.ok && o.ip6.Version == 6
			s.Src, s.Dst, s.TTL = [16]byte(o.ip6.SrcIP), [16]byte(o.ip6.DstIP), o.ip6.HopLimit
		}
	}
	tcp := &o.tcp
	s.SrcPort, s.DstPort, s.Seq, s.Ack, s.Window = uint16(tcp.SrcPort), uint16(tcp.DstPort), tcp.Seq, tcp.Ack, tcp.Window
	for bit, set := range []bool{tcp.FIN, tcp.SYN, tcp.RST, tcp.PSH, tcp.ACK, tcp.URG, tcp.ECE, tcp.CWR} {
		if set {
			s.Flags |= 1 << bit
		}
	}
	s.Payload, s.Len = tcp.Payload, len(tcp.Payload)
	return s
}

// compare returns false where gopacket has no segment to compare with.
func (o *gopacketOracle) compare(t *testing.T, data []byte) bool {
	t.Helper()
	want := o.decode(data)
	if !want.ok {
		return false
	}
	var got Segment
	if r := NewDecoder().Decode(packet(1, data), &got); r != TCP {
		t.Fatalf("%x: result %d, where gopacket has a segment", data, r)
	}
	got.Checksum = ChecksumUnknown
	if !bytes.Equal(got.Payload, want.Payload) {
		t.Fatalf("%x: payload %q, gopacket has %q", data, got.Payload, want.Payload)
	}
	got.Payload, want.Payload = nil, nil
	if g, w := got, want.Segment; g.Src != w.Src || g.Dst != w.Dst || g.SrcPort != w.SrcPort || g.DstPort != w.DstPort ||
		g.Seq != w.Seq || g.Ack != w.Ack || g.Flags != w.Flags || g.Window != w.Window || g.Len != w.Len || g.TTL != w.TTL {
		t.Fatalf("%x: %+v, gopacket has %+v", data, g, w)
	}
	return true
}

func TestGopacketOnCaptures(t *testing.T) {
	o, compared := newGopacketOracle(), 0
	for _, file := range captures(t) {
		for _, p := range readCapture(t, file) {
			if p.Link == 1 && len(p.Data) == p.WireLen && o.compare(t, p.Data) {
				compared++
			}
		}
	}
	if compared < 200 {
		t.Errorf("only %d packets to compare", compared)
	}
}

func TestGopacketOnRandomPackets(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	o, mutated := newGopacketOracle(), 0
	for range 3000 {
		data := gopacketPacket(t, r)
		if !o.compare(t, data) {
			t.Fatalf("%x: gopacket does not read what it wrote", data)
		}
		var s Segment
		if NewDecoder().Decode(packet(1, data), &s); s.Checksum != ChecksumGood {
			t.Fatalf("%x: checksum %d", data, s.Checksum)
		}
		for range 10 { // flip bits in the headers
			m := slices.Clone(data)
			m[12+r.IntN(60)%(len(m)-12)] ^= 1 << r.IntN(8)
			if o.compare(t, m) {
				mutated++
			}
		}
	}
	if mutated < 10000 {
		t.Errorf("only %d mutated packets to compare", mutated)
	}
}

// gopacketPacket has gopacket write a random packet.
func gopacketPacket(t *testing.T, r *rand.Rand) []byte {
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	tcp := &layers.TCP{
		SrcPort: layers.TCPPort(r.Uint32()), DstPort: layers.TCPPort(r.Uint32()), Seq: r.Uint32(), Ack: r.Uint32(), Window: uint16(r.Uint32()),
		FIN: r.IntN(2) == 0, SYN: r.IntN(2) == 0, RST: r.IntN(2) == 0, PSH: r.IntN(2) == 0,
		ACK: r.IntN(2) == 0, URG: r.IntN(2) == 0, ECE: r.IntN(2) == 0, CWR: r.IntN(2) == 0,
	}
	for range r.IntN(4) {
		tcp.Options = append(tcp.Options, layers.TCPOption{OptionType: layers.TCPOptionKindTimestamps, OptionLength: 10, OptionData: random(8)})
	}
	stack := []gopacket.SerializableLayer{&layers.Ethernet{SrcMAC: random(6), DstMAC: random(6), EthernetType: layers.EthernetTypeIPv4}}
	var ip gopacket.SerializableLayer
	var network gopacket.NetworkLayer
	typ := layers.EthernetTypeIPv4
	if r.IntN(2) == 0 {
		v4 := &layers.IPv4{Version: 4, TTL: uint8(r.Uint32()), Protocol: layers.IPProtocolTCP, SrcIP: net.IP(random(4)), DstIP: net.IP(random(4))}
		for range r.IntN(3) {
			v4.Options = append(v4.Options, layers.IPv4Option{OptionType: 7, OptionLength: 7, OptionData: random(5)})
		}
		ip, network = v4, v4
	} else {
		v6 := &layers.IPv6{Version: 6, HopLimit: uint8(r.Uint32()), NextHeader: layers.IPProtocolTCP, SrcIP: net.IP(random(16)), DstIP: net.IP(random(16))}
		ip, network, typ = v6, v6, layers.EthernetTypeIPv6
	}
	if r.IntN(2) == 0 {
		stack = append(stack, &layers.Dot1Q{VLANIdentifier: uint16(r.IntN(4096)), Type: typ})
		typ = layers.EthernetTypeDot1Q
	}
	stack[0].(*layers.Ethernet).EthernetType = typ
	if err := tcp.SetNetworkLayerForChecksum(network); err != nil {
		t.Fatal(err)
	}
	buffer := gopacket.NewSerializeBuffer()
	options := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buffer, options, append(stack, ip, tcp, gopacket.Payload(random(r.IntN(1500))))...); err != nil {
		t.Fatal(err)
	}
	return buffer.Bytes()
}
