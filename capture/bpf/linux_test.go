package bpf

import (
	"encoding/binary"
	"testing"

	"golang.org/x/net/bpf"
)

// skb is what the kernel knows of a frame. It runs programs as slowly and
// plainly as can be.
type skb struct {
	data                   []byte
	hardware               uint32
	outgoing, tagged       bool
	tag, tagProto, ifindex uint32
}

// strip takes the outer tag out, as the kernel does.
func strip(frame []byte, hardware uint32) skb {
	if len(frame) >= 18 {
		t := binary.BigEndian.Uint16(frame[12:])
		if t == etherVLAN || t == etherQinQ {
			return skb{data: join(frame[:12], frame[16:]), hardware: hardware, tagged: true,
				tag: uint32(binary.BigEndian.Uint16(frame[14:])), tagProto: uint32(t)}
		}
	}
	return skb{data: frame, hardware: hardware}
}

func (s skb) load(at uint64, size int) (uint32, bool) {
	flag := map[bool]uint32{true: 1}
	switch at {
	case extPacketType:
		return flag[s.outgoing] * packetOutgoing, true
	case extInterface:
		return s.ifindex, true
	case extHardware:
		return s.hardware, true
	case extVLANTag:
		return s.tag, true
	case extVLANPresent:
		return flag[s.tagged], true
	case extVLANProto:
		return s.tagProto, true
	}
	v := uint32(0)
	for i := range size {
		if at+uint64(i) >= uint64(len(s.data)) {
			return 0, false
		}
		v = v<<8 | uint32(s.data[at+uint64(i)])
	}
	return v, true
}

func (s skb) run(t *testing.T, prog []bpf.RawInstruction) bool {
	var a, x uint32
	var m [16]uint32
	for at := 0; ; at++ {
		i := prog[at]
		ok := true
		size := map[uint16]int{0: 4, 0x08: 2, 0x10: 1}[i.Op&0x18]
		operand := i.K
		if i.Op&8 != 0 {
			operand = x
		}
		switch i.Op & 7 {
		case 0: // LD
			switch i.Op & 0xE0 {
			case 0x00:
				a = i.K
			case 0x20:
				a, ok = s.load(uint64(i.K), size)
			case 0x40:
				a, ok = s.load(uint64(i.K)+uint64(x), size)
			case 0x60:
				a = m[i.K]
			case 0x80:
				a = uint32(len(s.data))
			}
		case 1: // LDX
			switch i.Op & 0xE0 {
			case 0x00:
				x = i.K
			case 0x60:
				x = m[i.K]
			case 0xA0:
				x, ok = s.load(uint64(i.K), 1)
				x = x & 15 << 2
			default:
				t.Fatal("unknown", i)
			}
		case 2:
			m[i.K] = a
		case 4: // ALU
			switch i.Op & 0xF0 {
			case 0x00:
				a += operand
			case 0x10:
				a -= operand
			case 0x20:
				a *= operand
			case 0x30, 0x90:
				if operand == 0 {
					return false
				}
				if i.Op&0xF0 == 0x30 {
					a /= operand
				} else {
					a %= operand
				}
			case 0x40:
				a |= operand
			case 0x50:
				a &= operand
			case 0x60:
				a <<= operand
			case 0x70:
				a >>= operand
			case 0xA0:
				a ^= operand
			default:
				t.Fatal("unknown", i)
			}
		case 5: // JMP
			yes := false
			switch i.Op & 0xF0 {
			case 0x00:
				at += int(i.K)
				continue
			case 0x10:
				yes = a == operand
			case 0x20:
				yes = a > operand
			case 0x30:
				yes = a >= operand
			case 0x40:
				yes = a&operand != 0
			}
			if yes {
				at += int(i.Jt)
			} else {
				at += int(i.Jf)
			}
		case 6:
			return i.K != 0
		case 7:
			x = a
		}
		if !ok {
			return false
		}
	}
}

// TestTagBesideTheFrame: the kernel's program on a frame without its tag says
// what the file's program says on the frame with it, for every expression
// that has an exact program.
func TestTagBesideTheFrame(t *testing.T) {
	all := packets(t, 1, 3000)
	kind := []Hardware{{1, 1}}
	exactOnes, tagged := 0, 0
	for _, expr := range expressions(t) {
		ours, err := Compile(expr, 1, 0)
		if err != nil {
			continue
		}
		prog, exact, err := Options{}.CompileLinux(expr, kind, 0)
		if err != nil {
			t.Fatal(expr, err)
		}
		m, err := NewMatcher(ours)
		if err != nil {
			t.Fatal(err)
		}
		if exact {
			exactOnes++
		}
		for _, p := range all {
			s := strip(p.data, 1)
			want, got := m.Match(p.data, len(p.data)), s.run(t, prog)
			if s.tagged {
				tagged++
			}
			if got != want && (exact || !s.tagged || !got) {
				t.Fatalf("%s: %v on %x\n%s", expr, got, p.data, listing(prog))
			}
		}
	}
	t.Log(exactOnes, "exact programs;", tagged, "verdicts on frames with a tag")
	if exactOnes < 450 || tagged < 100_000 {
		t.Error("too few to mean anything")
	}
}

func TestKindsOfInterfaces(t *testing.T) {
	kinds := []Hardware{{1, 1}, {hardwareLoopback, 1}, {65534, 101}}
	prog, exact, err := Options{}.CompileLinux("ip proto 6 or ether src 2:0:0:0:0:9 or outbound", kinds, 0)
	if err != nil || !exact {
		t.Fatal(exact, err)
	}
	ip := []byte{0x45, 0, 0, 20, 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}
	frame := join(make([]byte, 12), be16(etherIPv4), ip)
	for name, test := range map[string]struct {
		skb
		want bool
	}{
		"Ethernet":     {skb{data: frame, hardware: 1}, true},
		"loopback in":  {skb{data: frame, hardware: hardwareLoopback}, true},
		"loopback out": {skb{data: frame, hardware: hardwareLoopback, outgoing: true}, false},
		// "ether src" means nothing here, so all of the expression does.
		"raw":     {skb{data: ip, hardware: 65534}, false},
		"unknown": {skb{data: ip, hardware: 280, outgoing: true}, false},
		"out":     {skb{data: join(frame[:12], be16(etherARP)), hardware: 1, outgoing: true}, true},
	} {
		if got := test.run(t, prog); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if _, _, err := (Options{}).CompileLinux("vlan", kinds[2:], 0); err == nil {
		t.Error("a VLAN of raw IP")
	}
	if prog, _, err = (Options{}).CompileLinux("tcp", kinds, 0); err != nil || !(skb{data: ip, hardware: 65534}).run(t, prog) {
		t.Error("raw IP does not match", err)
	}
	if _, exact, _ := (Options{}).CompileLinux("ether[len - 4] = 0", kinds[:1], 0); exact {
		t.Error("exact")
	}
}
