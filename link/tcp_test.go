package link

import (
	"encoding/binary"
	"testing"

	"wsscope/limits"
)

func TestLengthZero(t *testing.T) {
	payload := make([]byte, 70000) // more than an IP header can say
	four, six := ip4(6, seg4(payload)), ip6(6, seg6(payload))
	four[2], four[3], six[4], six[5] = 0, 0, 0, 0
	jumbo := ip6(0, h("0600 c204 00011194", seg6(payload)))
	jumbo[4], jumbo[5] = 0, 0
	for _, c := range []struct {
		name string
		data []byte
	}{{"IPv4", four}, {"IPv6", six}, {"jumbogram", jumbo}} {
		p := packet(101, c.data)
		var s Segment
		if r := NewDecoder().Decode(p, &s); r != TCP || s.Len != 70000 || len(s.Payload) != 70000 || s.Checksum != ChecksumGood {
			t.Errorf("%s: result %d, %d of %d bytes, checksum %d", c.name, r, len(s.Payload), s.Len, s.Checksum)
		}
		p.Data = p.Data[:200]
		if r := NewDecoder().Decode(p, &s); r != TCP || s.Len != 70000 || s.Checksum != ChecksumUnknown {
			t.Errorf("%s snapped: result %d, %d of %d bytes, checksum %d", c.name, r, len(s.Payload), s.Len, s.Checksum)
		}
		p.WireLen = 100 + limits.LinkSuperPacket
		if r := NewDecoder().Decode(p, &s); r != Undecodable {
			t.Errorf("%s with an absurd wire length: result %d", c.name, r)
		}
	}
}

// An IP header that says more than was on the wire: bytes are missing that
// the record does not account for.
func TestLengthBeyondWire(t *testing.T) {
	data := tcp4(make([]byte, 1000))
	for _, c := range []struct {
		keep int
		want Result
	}{
		{20 + 32 + 10, TCP},
		{20 + 32, Undecodable}, // no payload
		{20 + 22, Undecodable}, // nor all options
	} {
		var s Segment
		r := NewDecoder().Decode(packet(101, data[:c.keep]), &s)
		if r != c.want || r == TCP && (len(s.Payload) != 10 || s.Len != 1000) {
			t.Errorf("%d bytes: result %d, %d of %d bytes", c.keep, r, len(s.Payload), s.Len)
		}
	}
}

func TestFlags(t *testing.T) {
	data := tcp4(nil)
	for bit, want := range []Flags{FIN, SYN, RST, PSH, ACK, URG, ECE, CWR} {
		data[33] = 1 << bit
		var s Segment
		if NewDecoder().Decode(packet(101, data), &s); s.Flags != want {
			t.Errorf("bit %d: %x", bit, s.Flags)
		}
	}
}

func TestChecksum(t *testing.T) {
	payload := []byte("an odd payload.")
	for _, c := range []struct {
		name string
		data []byte
		at   int // of the TCP header
	}{{"IPv4", tcp4(payload), 20}, {"IPv6", tcp6(payload), 40}} {
		segment := c.data[c.at:]
		right := binary.BigEndian.Uint16(segment[16:])
		var s Segment
		NewDecoder().Decode(packet(101, c.data), &s)
		partial := func(length int) uint16 {
			pseudo := binary.BigEndian.AppendUint32(append(s.Src[:], s.Dst[:]...), uint32(length))
			return naiveSum(append(pseudo, 0, 0, 0, 6))
		}
		for _, v := range []struct {
			name  string
			field uint16
			want  Checksum
		}{
			{"right", right, ChecksumGood},
			{"wrong", right ^ 0x100, ChecksumBad},
			{"empty", 0, ChecksumUnknown},
			{"pseudo-header's", partial(len(segment)), ChecksumUnknown},
			{"pseudo-header's without length", partial(0), ChecksumUnknown},
		} {
			binary.BigEndian.PutUint16(segment[16:], v.field)
			NewDecoder().Decode(packet(101, c.data), &s)
			if s.Checksum != v.want {
				t.Errorf("%s, %s: %d, want %d", c.name, v.name, s.Checksum, v.want)
			}
		}
	}
}

// A checksum that comes out as zero is a checksum all the same.
func TestChecksumZero(t *testing.T) {
	segment := seg4([]byte{0, 0})
	sum := ^binary.BigEndian.Uint16(segment[16:])
	binary.BigEndian.PutUint16(segment[len(segment)-2:], ^sum)
	segment[16], segment[17] = 0, 0
	var s Segment
	if NewDecoder().Decode(packet(101, ip4(6, segment)), &s); s.Checksum != ChecksumGood {
		t.Errorf("checksum %d", s.Checksum)
	}
}
