package link

import (
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
