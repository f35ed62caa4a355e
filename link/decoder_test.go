package link

import (
	"fmt"
	"testing"

	"wsscope/capture"
	"wsscope/limits"
)

// formats has every format that leads to TCP, around the payload "payload"
// between client4 and server4 or client6 and server6.
func formats() []format {
	data := []byte("payload")
	four, six := tcp4(data), tcp6(data)
	inEth := eth(0x0800, four)
	length := func(n int) string { return fmt.Sprintf("%04x", n) }
	return []format{
		{"ethernet", 1, inEth},
		{"ethernet ipv6", 1, eth(0x86dd, six)},
		{"802.1Q", 1, eth(0x8100, h("2007 0800", four))},
		{"802.1ad", 1, eth(0x88a8, h("0007 8100 0008 86dd", six))},
		{"QinQ 0x9100", 1, eth(0x9100, h("0007 8100 0008 0800", four))},
		{"two 802.1Q", 1, eth(0x8100, h("0007 8100 0008 0800", four))},
		{"802.3 SNAP", 1, eth(uint16(8+len(four)), h("aaaa03 000000 0800", four))},
		{"802.3 SNAP of 802.1H", 1, eth(uint16(8+len(four)), h("aaaa03 0000f8 0800", four))},
		{"802.3 LLC", 1, eth(uint16(3+len(four)), h("060603", four))},
		{"802.3 in a VLAN", 1, eth(0x8100, h("0007"+length(8+len(six))+"aaaa03 000000 86dd", six))},
		{"PPPoE", 1, eth(0x8864, h("1100 0001"+length(2+len(four))+"0021", four))},
		{"PPPoE ipv6", 1, eth(0x8864, h("1100 0001"+length(2+len(six))+"0057", six))},
		{"PPPoE in a VLAN", 1, eth(0x8100, h("0007 8864 1100 0001"+length(2+len(four))+"0021", four))},

		{"SLL", 113, h("0000 0001 0006 000000000000 0000 0800", four)},
		{"SLL ipv6", 113, h("0000 0001 0006 000000000000 0000 86dd", six)},
		{"SLL with a VLAN", 113, h("0000 0001 0006 000000000000 0000 8100 0007 0800", four)},
		{"SLL with LLC", 113, h("0000 0001 0006 000000000000 0000 0004 aaaa03 000000 0800", four)},
		{"SLL2", 276, h("0800 0000 00000001 0304 00 06 0000000000000000", four)},
		{"raw 12", 12, four},
		{"raw 14", 14, six},
		{"raw 101", 101, four},
		{"raw ipv4", 228, four},
		{"raw ipv6", 229, six},
		{"null, little endian", 0, h("02000000", four)},
		{"null, big endian", 0, h("00000002", four)},
		{"null, ipv6 of NetBSD", 0, h("18000000", six)},
		{"null, ipv6 of FreeBSD", 0, h("0000001c", six)},
		{"null, ipv6 of Darwin", 0, h("1e000000", six)},
		{"loop", 108, h("00000018", six)},
		{"PPP", 9, h("0021", four)},
		{"PPP, address and control", 9, h("ff03 0057", six)},
		{"PPP, one byte of protocol", 9, h("21", four)},
		{"PPP in HDLC", 50, h("ff03 0021", four)},
		{"PPP, Cisco HDLC", 50, h("0f00 0800", four)},
		{"PPP of pppd, sent", 166, h("0103 0021", four)},
		{"PPP of pppd, received", 166, h("0003 0057", six)},
		{"PPP with direction", 204, h("01 ff03 0021", four)},
		{"PPPoE alone", 51, h("1100 0001"+length(2+len(four))+"0021", four)},
		{"Cisco HDLC", 104, h("8f00 86dd", six)},
		{"enc", 109, h("02000000 00000001 00000000", four)},
		{"pflog", 117, h("3d02", append(make([]byte, 62), four...))},
		{"NFLOG", 239, h("02000000 0800010008000100 05000a0000000000", h(length(4 + len(four))[2:]+"00 0900", four))},
		{"NFLOG, big endian", 239, h("0a000000 0008000108000100", h(length(4+len(six))+"0009", six))},
		{"PKTAP", 258, h("6c000000 01000000 01000000", append(make([]byte, 96), inEth...))},
		{"MPLS alone", 219, h("00010140", four)},

		{"MPLS", 1, eth(0x8847, h("00010140", four))},
		{"MPLS, three labels", 1, eth(0x8847, h("00010040 00011040 00012140", six))},
		{"MPLS pseudowire", 1, eth(0x8847, h("00010140", inEth))},
		{"MPLS pseudowire, control word", 1, eth(0x8847, h("00010140 00000001", inEth))},
		{"GRE", 1, eth(0x0800, ip4(47, h("0000 0800", four)))},
		{"GRE, all fields", 1, eth(0x0800, ip4(47, h("b000 86dd 00000000 00000001 00000002", six)))},
		{"GRE, Ethernet", 1, eth(0x86dd, ip6(47, h("2000 6558 00000001", inEth)))},
		{"GRE of PPTP", 101, ip4(47, h("3081 880b 00000001 00000002 00000003 ff03 0021", four))},
		{"ERSPAN I", 101, ip4(47, h("0000 88be", inEth))},
		{"ERSPAN II", 101, ip4(47, h("1000 88be 00000001 1000000100000000", inEth))},
		{"ERSPAN III", 101, ip4(47, h("1000 22eb 00000001 200000010000000000000000", inEth))},
		{"ERSPAN III, subheader, IP", 101, ip4(47, h("1000 22eb 00000001 200000010000000000000801 0000000000000000", four))},
		{"EtherIP", 101, ip4(97, h("3000", inEth))},
		{"Ethernet in IPv6", 101, ip6(143, inEth)},
		{"MPLS in IP", 101, ip4(137, h("00010140", four))},
		{"4in4", 101, ip4(4, four)},
		{"6in4", 101, ip4(41, six)},
		{"4in6", 101, ip6(4, four)},
		{"6in6", 101, ip6(41, six)},
		{"VXLAN", 101, ip4(17, udpTo(4789, h("08000000 00000700", inEth)))},
		{"VXLAN of old Linux", 101, ip6(17, udpTo(8472, h("08000000 00000700", inEth)))},
		{"Geneve", 101, ip4(17, udpTo(6081, h("0000 6558 00000700", inEth)))},
		{"Geneve, options, ipv6", 101, ip4(17, udpTo(6081, h("0200 86dd 00000700 0000000100000000", six)))},
		{"GTP-U", 101, ip4(17, udpTo(2152, h("30ff"+length(len(four))+"00000001", four)))},
		{"GTP-U, sequence number", 101, ip4(17, udpTo(2152, h("32ff"+length(4+len(six))+"00000001 0001 00 00", six)))},
		{"GTP-U, extensions", 101, ip4(17, udpTo(2152, h("36ff"+length(16+len(four))+"00000001 0001 00 85 01000085 02000000 00000000", four)))},
		{"L2TP", 101, ip4(17, udpTo(1701, h("0002 0001 0002 ff03 0021", four)))},
		{"L2TP, all fields", 101, ip4(17, udpTo(1701, h("4a02"+length(18+len(four))+"0001 0002 0000 0000 0002 ffff 0021", four)))},
		{"MPLS in UDP", 101, ip4(17, udpTo(6635, h("00010140", four)))},

		{"IPv4 options", 101, h("4800 0047 0007 0000 4006 0000 0a000001 0a000002 01010101 01010101 01010100", seg4(data))},
		{"hop-by-hop, destination options", 101, ip6(0, h("3c00 010400000000 0601 0104000000000000000000000000", seg6(data)))},
		{"routing header behind us", 101, ip6(43, h("0602 0000 00000000 20010db8000000000000000000000009", seg6(data)))},
		{"atomic fragment", 101, ip6(44, h("0600 0000 00000007", seg6(data)))},
		{"authentication header", 101, ip6(51, h("0604 0000 00000001 00000001 000000000000000000000000", seg6(data)))},
		{"authentication header, IPv4", 101, ip4(51, h("0604 0000 00000001 00000001 000000000000000000000000", seg4(data)))},
	}
}

type format struct {
	name string
	link capture.LinkType
	data []byte
}

func TestFormats(t *testing.T) {
	for _, f := range formats() {
		t.Run(f.name, func(t *testing.T) {
			d, p := NewDecoder(), packet(f.link, f.data)
			var s Segment
			if r := d.Decode(p, &s); r != TCP {
				t.Fatalf("result %d", r)
			}
			checkSegment(t, &s, "payload")
			if s.Checksum != ChecksumGood {
				t.Errorf("checksum %d", s.Checksum)
			}

			p.Data = append(f.data[:len(f.data):len(f.data)], "padding"...)
			p.WireLen = len(p.Data)
			if r := d.Decode(p, &s); r != TCP || string(s.Payload) != "payload" || s.Len != 7 {
				t.Errorf("with padding: result %d, payload %q of %d", r, s.Payload, s.Len)
			}
		})
	}
}

// checkSegment compares with what seg4 and seg6 write.
func checkSegment(t *testing.T, s *Segment, payload string) {
	t.Helper()
	src, dst := mapped4(client4), mapped4(server4)
	if s.Src[0] == 0x20 {
		src, dst = client6, server6
	}
	if s.Src != src || s.Dst != dst || s.SrcPort != 0xc001 || s.DstPort != 8080 {
		t.Errorf("from %x %d to %x %d", s.Src, s.SrcPort, s.Dst, s.DstPort)
	}
	if s.Seq != 0x01020304 || s.Ack != 0x05060708 || s.Flags != ACK|PSH || s.Window != 512 || s.TTL != 64 {
		t.Errorf("seq %x ack %x flags %x window %d ttl %d", s.Seq, s.Ack, s.Flags, s.Window, s.TTL)
	}
	if string(s.Payload) != payload || s.Len != len(payload) {
		t.Errorf("payload %q of %d", s.Payload, s.Len)
	}
}

// A snap length may cut anywhere: while TCP's fixed header is there, the
// segment keeps its place and length.
func TestFormatsSnapped(t *testing.T) {
	for _, f := range formats() {
		d, p := NewDecoder(), packet(f.link, f.data)
		for n := range f.data {
			p.Data = f.data[:n:n]
			var s Segment
			r := d.Decode(p, &s)
			captured := n - (len(f.data) - len("payload"))
			if captured < -12 { // the options of 12 bytes may be missing too
				if r != Undecodable && r != Other {
					t.Errorf("%s cut to %d: result %d", f.name, n, r)
				}
				continue
			}
			if r != TCP || s.Len != 7 || string(s.Payload) != "payload"[:max(captured, 0)] || s.Checksum != ChecksumUnknown || s.Seq != 0x01020304 {
				t.Errorf("%s cut to %d: result %d, payload %q of %d, checksum %d", f.name, n, r, s.Payload, s.Len, s.Checksum)
			}
		}
		if got := d.Stats().Snapped; got != uint64(len(f.data)) {
			t.Errorf("%s: %d packets counted as snapped", f.name, got)
		}
	}
}

func TestNotTCP(t *testing.T) {
	four, six := tcp4(nil), tcp6(nil)
	change := func(b []byte, at int, to byte) []byte {
		b = append([]byte(nil), b...)
		b[at] = to
		return b
	}
	for _, c := range []struct {
		name string
		link capture.LinkType
		data []byte
		want Result
	}{
		{"ARP", 1, eth(0x0806, make([]byte, 28)), Other},
		{"spanning tree", 1, eth(38, h("424203", make([]byte, 35))), Other},
		{"SNAP of Cisco", 1, eth(40, h("aaaa03 00000c 2000", make([]byte, 32))), Other},
		{"PPPoE discovery", 1, eth(0x8864, h("11a7 0001 0000 0021", four)), Other},
		{"ICMP", 101, ip4(1, make([]byte, 64)), Other},
		{"UDP", 101, ip4(17, udpTo(53, four)), Other},
		{"from a tunnel's port", 101, ip4(17, h("12b5 0035 0010 0000 0800000000000000", four)), Other},
		{"VXLAN without number", 101, ip4(17, udpTo(4789, h("00000000 00000700", eth(0x0800, four)))), Other},
		{"Geneve, version 1", 101, ip4(17, udpTo(6081, h("4000 0800 00000700", four))), Other},
		{"GTP-U echo", 101, ip4(17, udpTo(2152, h("3201 0004 00000000 00000000", nil))), Other},
		{"GTP-U, no IP", 101, ip4(17, udpTo(2152, h("30ff 0004 00000001 00000000", nil))), Other},
		{"L2TP control", 101, ip4(17, udpTo(1701, h("c802 000c 0001 0000 0000 0000", nil))), Other},
		{"GRE source route", 101, ip4(47, h("4000 0800 00000000 00000000", four)), Other},
		{"GRE keepalive", 101, ip4(47, h("0000 0000", nil)), Other},
		{"MPLS channel", 219, h("00010140 10000021", four), Other},
		{"no next header", 101, ip6(59, six), Other},
		{"ESP", 101, ip6(50, six), Other},
		{"PPP LCP", 9, h("ff03 c021 01010004", nil), Other},
		{"null, another family", 0, h("00000007", four), Other},

		{"nothing", 1, nil, Undecodable},
		{"nothing, raw", 101, nil, Undecodable},
		{"raw, version 5", 101, change(four, 0, 0x55), Undecodable},
		{"version 6 as IPv4", 1, eth(0x0800, six), Undecodable},
		{"version 4 as IPv6", 1, eth(0x86dd, four), Undecodable},
		{"IPv4 header of 16 bytes", 101, change(four, 0, 0x44), Undecodable},
		{"IPv4 header longer than the packet", 101, change(ip4(6, nil), 0, 0x46), Undecodable},
		{"IPv4 length below its header's", 101, change(four, 3, 19), Undecodable},
		{"IPv6 options past the end", 101, ip6(0, h("06ff 000000000000", seg6(nil))), Undecodable},
		{"authentication header too short", 101, ip6(51, h("0600 000000000000", seg6(nil))), Undecodable},
		{"TCP header of 16 bytes", 101, change(four, 32, 0x40), Undecodable},
		{"TCP header longer than the packet", 101, change(four, 32, 0x90), Undecodable},
		{"GTP-U extension of no length", 101, ip4(17, udpTo(2152, h("34ff 0000 00000001 0000 00 85 00000000", four))), Undecodable},
		{"NFLOG value of no length", 239, h("02000000 00000100", four), Undecodable},
		{"PKTAP header past the end", 258, h("ffffffff 01000000 01000000", four), Undecodable},

		{"user 0", 147, four, UnknownLink},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := NewDecoder()
			if r := d.Decode(packet(c.link, c.data), new(Segment)); r != c.want {
				t.Errorf("result %d, want %d", r, c.want)
			}
			stats := d.Stats()
			if (stats.Undecodable == 1) != (c.want == Undecodable) || (stats.UnknownLinks[c.link] == 1) != (c.want == UnknownLink) {
				t.Errorf("counted as %+v", stats)
			}
		})
	}
}

func TestTooDeep(t *testing.T) {
	data := eth(0x0800, tcp4(nil))
	tag := h("8100 0007", nil)
	depth := func(tags int) []byte {
		b := append([]byte(nil), data[:12]...)
		for range tags {
			b = append(b, tag...)
		}
		return append(b, data[12:]...)
	}
	d := NewDecoder()
	if r := d.Decode(packet(1, depth(limits.LinkHeaders-3)), new(Segment)); r != TCP {
		t.Errorf("at the limit: result %d", r)
	}
	if r := d.Decode(packet(1, depth(limits.LinkHeaders-2)), new(Segment)); r != Undecodable || d.Stats().TooDeep != 1 {
		t.Errorf("past the limit: result %d, %+v", r, d.Stats())
	}
}

// The destination that counts is the last one, not the next stop.
func TestRoutingHeader(t *testing.T) {
	for _, c := range []struct{ name, header string }{
		{"source route", "0604 0001 00000000 20010db8000000000000000000000009 20010db8000000000000000000000002"},
		{"mobility", "0602 0201 00000000 20010db8000000000000000000000002"},
		{"segment routing", "0604 0401 01000000 20010db8000000000000000000000002 20010db8000000000000000000000009"},
	} {
		data := ip6(43, h(c.header, seg6([]byte("payload"))))
		data[39] = 99 // the next stop
		var s Segment
		if r := NewDecoder().Decode(packet(101, data), &s); r != TCP || s.Checksum != ChecksumGood {
			t.Errorf("%s: result %d, checksum %d", c.name, r, s.Checksum)
		}
		checkSegment(t, &s, "payload")
	}
}

func TestNoAllocation(t *testing.T) {
	for _, f := range formats() {
		d, p := NewDecoder(), packet(f.link, f.data)
		var s Segment
		if n := testing.AllocsPerRun(100, func() { d.Decode(p, &s) }); n != 0 {
			t.Errorf("%s: %v allocations", f.name, n)
		}
	}
}
