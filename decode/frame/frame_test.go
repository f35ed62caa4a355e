package frame

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// diagram turns the bits of RFC 6455 section 5.2, as they are drawn there,
// into bytes; blanks stand where a reader wants them.
func diagram(t testing.TB, s string) []byte {
	s = strings.ReplaceAll(strings.ReplaceAll(s, " ", ""), "|", "")
	if len(s)%8 != 0 {
		t.Fatalf("%d bits", len(s))
	}
	var b []byte
	for ; s != ""; s = s[8:] {
		n, err := strconv.ParseUint(s[:8], 2, 8)
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, byte(n))
	}
	return b
}

const (
	zeros6 = "00000000 00000000 00000000 00000000 00000000 00000000"
	key    = "00110111 11111010 00100001 00111101"
)

var table = []struct {
	name, bits string
	want       Header
}{
	{"RFC 6455 section 5.7: a text of 5, unmasked", "1 000 0001 | 0 0000101", Header{FIN: true, Opcode: 1, Len: 5, Size: 2, Form: 7}},
	{"RFC 6455 section 5.7: a text of 5, masked", "1 000 0001 | 1 0000101 |" + key, Header{FIN: true, Opcode: 1, Masked: true, Key: [4]byte{0x37, 0xfa, 0x21, 0x3d}, Len: 5, Size: 6, Form: 7}},
	{"the first fragment", "0 000 0001 | 0 0000011", Header{Opcode: 1, Len: 3, Size: 2, Form: 7}},
	{"the last fragment", "1 000 0000 | 0 0000010", Header{FIN: true, Len: 2, Size: 2, Form: 7}},
	{"every bit reserved", "1 111 1111 | 0 0000000", Header{FIN: true, RSV: 7, Opcode: 15, Size: 2, Form: 7}},
	{"RSV1", "1 100 0010 | 0 0000000", Header{FIN: true, RSV: 4, Opcode: 2, Size: 2, Form: 7}},
	{"125", "1 000 0010 | 0 1111101", Header{FIN: true, Opcode: 2, Len: 125, Size: 2, Form: 7}},
	{"126", "1 000 0010 | 0 1111110 | 00000000 01111110", Header{FIN: true, Opcode: 2, Len: 126, Size: 4, Form: 16}},
	{"125 in 16 bits", "1 000 0010 | 0 1111110 | 00000000 01111101", Header{FIN: true, Opcode: 2, Len: 125, Size: 4, Form: 16}},
	{"65535", "1 000 0010 | 0 1111110 | 11111111 11111111", Header{FIN: true, Opcode: 2, Len: 65535, Size: 4, Form: 16}},
	{"65536", "1 000 0010 | 0 1111111 | 00000000 00000000 00000000 00000000 00000000 00000001 00000000 00000000", Header{FIN: true, Opcode: 2, Len: 65536, Size: 10, Form: 64}},
	{"65535 in 64 bits", "1 000 0010 | 0 1111111 |" + zeros6 + "11111111 11111111", Header{FIN: true, Opcode: 2, Len: 65535, Size: 10, Form: 64}},
	{"the longest header, the top bit set", "1 000 0010 | 1 1111111 | 10000000 00000000" + zeros6 + key, Header{FIN: true, Opcode: 2, Masked: true, Key: [4]byte{0x37, 0xfa, 0x21, 0x3d}, Len: 1 << 63, Size: 14, Form: 64}},
}

func TestParse(t *testing.T) {
	for _, c := range table {
		t.Run(c.name, func(t *testing.T) {
			b := diagram(t, c.bits)
			if got, ok := Parse(append(b[:len(b):len(b)], 0xff)); !ok || got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
			for n := range b {
				if _, ok := Parse(b[:n]); ok {
					t.Errorf("%d bytes of %d are a header", n, len(b))
				}
			}
			short := c.want.Form == 16 && c.want.Len < 126 || c.want.Form == 64 && c.want.Len < 65536
			if c.want.Minimal() == short {
				t.Errorf("minimal: %v", !short)
			}
		})
	}
}

// build writes a header as it stood on the wire.
func build(h *Header) []byte {
	b := []byte{h.RSV<<4 | h.Opcode, 0}
	if h.FIN {
		b[0] |= 0x80
	}
	switch h.Form {
	case 7:
		b[1] = byte(h.Len)
	case 16:
		b[1] = 126
		b = binary.BigEndian.AppendUint16(b, uint16(h.Len))
	default:
		b[1] = 127
		b = binary.BigEndian.AppendUint64(b, h.Len)
	}
	if h.Masked {
		b[1] |= 0x80
		b = append(b, h.Key[:]...)
	}
	return b
}

func FuzzParse(f *testing.F) {
	for _, c := range table {
		f.Add(diagram(f, c.bits))
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		h, ok := Parse(in)
		if !ok {
			if len(in) >= MaxHeader {
				t.Fatal("more is asked for than a header has")
			}
			return
		}
		if again := build(&h); h.Size != len(again) || !bytes.Equal(again, in[:h.Size]) {
			t.Fatalf("% x is read as %+v, which is % x", in, h, again)
		}
	})
}

func TestMask(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for n := range 200 {
		b, key, pos := make([]byte, n), [4]byte{1, 2, 4, 8}, r.Uint64()
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		naive := bytes.Clone(b)
		for i := range naive {
			naive[i] ^= key[(pos+uint64(i))%4]
		}
		fast := bytes.Clone(b)
		Mask(fast, key, pos)
		if !bytes.Equal(fast, naive) {
			t.Fatalf("%d bytes at %d differ", n, pos)
		}
		Mask(fast, key, pos)
		if !bytes.Equal(fast, b) {
			t.Fatal("twice is not the original")
		}
	}
	b := []byte{0x7f, 0x9f, 0x4d, 0x51, 0x58}
	if Mask(b, [4]byte{0x37, 0xfa, 0x21, 0x3d}, 0); string(b) != "Hello" {
		t.Errorf("RFC 6455 section 5.7 says Hello, not %q", b)
	}
}

func TestAllocatesNothing(t *testing.T) {
	b := make([]byte, 300)
	if n := testing.AllocsPerRun(100, func() {
		h, _ := Parse(b)
		Mask(b, h.Key, 3)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkMask(b *testing.B) {
	p := make([]byte, 300)
	b.SetBytes(300)
	for b.Loop() {
		Mask(p, [4]byte{1, 2, 3, 4}, 1)
	}
}
