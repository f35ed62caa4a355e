package link

import (
	"bytes"
	"encoding/binary"
	"testing"
	"unsafe"

	"wsscope/capture"
	"wsscope/limits"
)

// FuzzDecode takes packets of any link type to pieces: twice, as captured
// whole and as cut by a snap length, in one decoder, so that fragments meet.
func FuzzDecode(f *testing.F) {
	for _, format := range formats() {
		f.Add(uint16(format.link), format.data, uint16(0))
		f.Add(uint16(format.link), format.data[:len(format.data)-10], uint16(10))
	}
	for _, fragments := range bothVersions(text(100), 48, 96) {
		for _, fragment := range fragments {
			f.Add(uint16(101), fragment, uint16(0))
		}
	}
	for _, file := range captures(f) {
		for _, p := range readCapture(f, file)[:12] {
			f.Add(uint16(p.Link), p.Data, uint16(p.WireLen-len(p.Data)))
		}
	}
	f.Fuzz(func(t *testing.T, link uint16, data []byte, cut uint16) {
		d := NewDecoder()
		var before Segment
		var first Result
		for i, wireLen := range []int{len(data) + int(cut), len(data), len(data)} {
			var s Segment
			r := d.Decode(&capture.Packet{Link: capture.LinkType(link), Data: data, WireLen: wireLen}, &s)
			if r > UnknownLink {
				t.Fatalf("result %d", r)
			}
			checkTable(t, d)
			if r != TCP {
				continue
			}
			if len(s.Payload) > s.Len || s.Len > max(0xffff, limits.LinkSuperPacket) || s.Domain != 0 || s.Checksum > ChecksumBad {
				t.Fatalf("impossible segment %+v", s)
			}
			if cap(s.Payload) != len(s.Payload) || !within(s.Payload, data) {
				t.Fatal("the payload is no view into the packet")
			}
			if s.Checksum != ChecksumUnknown && len(s.Payload) != s.Len {
				t.Fatal("the checksum of a cut segment is known")
			}
			if i == 2 && first == TCP && (before.Seq != s.Seq || len(before.Payload) != len(s.Payload) || before.Checksum != s.Checksum) {
				t.Fatal("a packet decodes differently the second time")
			}
			first, before = r, s
		}
	})
}

// within tells whether view lies in data. No single packet makes a datagram
// whole, so nothing else may be seen here.
func within(view, data []byte) bool {
	if len(view) == 0 {
		return true
	}
	start := uintptr(unsafe.Pointer(unsafe.SliceData(data)))
	at := uintptr(unsafe.Pointer(unsafe.SliceData(view)))
	return at >= start && at+uintptr(len(view)) <= start+uintptr(len(data))
}

// FuzzFragments compares with one who writes each byte that has no value
// yet into an array.
func FuzzFragments(f *testing.F) {
	f.Add([]byte{0, 3, 1, 0, 3, 2, 0x80 | 6, 2, 3})
	f.Add([]byte{0x80 | 6, 2, 1, 3, 3, 2, 0, 5, 3})
	f.Add([]byte{0, 40, 1, 10, 50, 2, 0x80 | 60, 1, 3, 20, 40, 4})
	f.Fuzz(func(t *testing.T, script []byte) {
		d := NewDecoder()
		var naive [4096]byte
		have, total := 0, -1
		script = script[:min(len(script), 3*100)] // fewer than limits.FragmentPieces
		for len(script) >= 3 {
			offset, blocks, value := int(script[0]&0x7f)*8, int(script[1]), script[2]|1
			last := script[0]&0x80 != 0
			script = script[3:]
			if blocks == 0 || offset == 0 && last { // no fragment
				continue
			}
			body := bytes.Repeat([]byte{value}, blocks*8)
			end := offset + len(body)
			place := uint16(offset / 8)
			if !last {
				place |= 0x2000
			}
			p := ip4(6, body)
			binary.BigEndian.PutUint16(p[6:], place)

			result := d.Decode(&capture.Packet{Link: 101, Data: p, WireLen: len(p)}, new(Segment))
			checkTable(t, d)
			highest := len(bytes.TrimRight(naive[:], "\x00"))
			if total >= 0 && (end > total || last && end != total) || total < 0 && last && end < highest {
				if result != Undecodable {
					t.Fatalf("impossible fragment: result %d", result)
				}
				continue
			}
			if last {
				total = end
			}
			for i := offset; i < end; i++ {
				if naive[i] == 0 {
					naive[i] = value
					have++
				}
			}
			if have != total {
				if result != Held {
					t.Fatalf("not whole: result %d", result)
				}
				continue
			}
			g := d.fragments.newest
			if g == nil || !g.whole || !bytes.Equal(g.data, naive[:total]) {
				t.Fatal("the datagram has other bytes")
			}
			return
		}
	})
}
