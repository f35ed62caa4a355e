package anatomy

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
)

// unhex is for tables.
func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// value is the value of the first field of a kind.
func (f *Frame) value(k Kind) string {
	for _, d := range f.Fields {
		if d.Kind == k {
			return d.Value
		}
	}
	return ""
}

// TestRFC6455Examples has the frames of RFC 6455 section 5.7.
func TestRFC6455Examples(t *testing.T) {
	for _, c := range []struct {
		name, in             string
		opcode, length, mask string
		payload, message     string
	}{
		{"unmasked text", "81 05 48 65 6c 6c 6f", "0x1", "5", "0", "Hello", "Hello"},
		{"masked text", "81 85 37 fa 21 3d 7f 9f 4d 51 58", "0x1", "5", "1", "Hello", "Hello"},
		{"fragmented", "01 03 48 65 6c 80 02 6c 6f", "0x0", "2", "0", "lo", "Hello"},
		{"ping", "89 05 48 65 6c 6c 6f", "0x9", "5", "0", "Hello", ""},
		{"pong", "8a 85 37 fa 21 3d 7f 9f 4d 51 58", "0xa", "5", "1", "Hello", ""},
		{"256 bytes", "82 7e 01 00" + strings.Repeat("00", 256), "0x2", "126", "0", strings.Repeat("\x00", 256), strings.Repeat("\x00", 256)},
		{"64 KiB", "82 7f 00 00 00 00 00 01 00 00" + strings.Repeat("2a", 65536), "0x2", "127", "0", strings.Repeat("*", 65536), strings.Repeat("*", 65536)},
	} {
		frames, stop := Dissect(unhex(t, c.in))
		if stop != nil || len(frames) == 0 {
			t.Errorf("%s: %d frames, %+v", c.name, len(frames), stop)
			continue
		}
		f := &frames[len(frames)-1]
		if f.value(KindOpcode) != c.opcode || f.value(KindLen) != c.length || f.value(KindMask) != c.mask || string(f.Payload) != c.payload {
			t.Errorf("%s: opcode %s, length %s, mask %s, payload %q", c.name, f.value(KindOpcode), f.value(KindLen), f.value(KindMask), f.Payload)
		}
		if got := f.Message; c.message == "" && got != nil || c.message != "" && (got == nil || string(got.Payload) != c.message) {
			t.Errorf("%s: message %+v", c.name, got)
		}
		if len(f.Faults) > 0 {
			t.Errorf("%s: %+v", c.name, f.Faults)
		}
	}
}

// TestRFC7692Examples has the messages of RFC 7692 section 7.2.3.
func TestRFC7692Examples(t *testing.T) {
	for _, c := range []struct{ name, in, last, note string }{
		{"one block", "c1 07 f2 48 cd c9 c9 07 00", "Hello", ""},
		{"two frames", "41 03 f2 48 cd 80 04 c9 c9 07 00", "Hello", ""},
		{"shared window", "c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00", "Hello", ""},
		{"no compression", "c1 0b 00 05 00 fa ff 48 65 6c 6c 6f 00", "Hello", ""},
		{"final block", "c1 08 f3 48 cd c9 c9 07 00 00", "Hello", ""},
		{"two blocks", "c1 0d f2 48 05 00 00 00 ff ff ca c9 c9 07 00", "Hello", ""},
		{"the window is elsewhere", "c1 05 f2 00 11 00 00", "H????", "it refers to earlier messages, which are not here; unknown bytes stand as ?"},
	} {
		frames, stop := Dissect(unhex(t, c.in))
		if stop != nil {
			t.Errorf("%s: %+v", c.name, stop)
			continue
		}
		m := frames[len(frames)-1].Message
		if m == nil || string(m.Payload) != c.last || m.Note != c.note || !m.Compressed {
			t.Errorf("%s: %+v", c.name, m)
		}
	}
}

func TestStops(t *testing.T) {
	for _, c := range []struct {
		in     string
		frames int
		offset int
		why    string
	}{
		{"", 0, 0, ""},
		{"8100", 1, 0, ""},
		{"81", 0, 1, "the input ends after the first byte of a frame's header"},
		{"8185 37", 0, 3, "the input ends inside a frame's header, which lacks 3 bytes"},
		{"827f 00", 0, 3, "the input ends inside a frame's header, which lacks 7 bytes"},
		{"8105 4865", 1, 4, "the payload of frame 1 lacks 3 bytes"},
		{"8100 8100 fb01 00", 2, 4, "what follows makes no sense as a frame: RSV1 must not be set on a control frame, and RSV2 is set though no registered extension uses it, and opcode 0xb is reserved"},
		{"8100 4745 54", 1, 2, "what follows makes no sense as a frame: opcode 0x7 is reserved, and 68 bytes of its payload are not there"},
		{"ff00", 1, 0, ""}, // the first frame is always taken apart
		{"827f ffffffffffffffff 00", 1, 11, "the payload of frame 1 lacks 18446744073709551614 bytes"},
	} {
		frames, stop := Dissect(unhex(t, c.in))
		got := Stop{}
		if stop != nil {
			got = *stop
		}
		if len(frames) != c.frames || got != (Stop{c.offset, c.why}) {
			t.Errorf("%s: %d frames, %+v", c.in, len(frames), got)
		}
	}
}

func TestFaults(t *testing.T) {
	for _, c := range []struct{ in, rules string }{
		{"8105 48656c6c6f", ""},
		{"8107 48656c6cff6f41", "text-invalid-utf8"},
		{"0900", "control-fragmented"},
		{"c900", "frame-rsv1-control"},
		{"c000", "frame-rsv1-continuation"},
		{"a100", "frame-rsv-unnegotiated"},
		{"9100", "frame-rsv-unnegotiated"},
		{"8300", "frame-opcode-reserved-data"},
		{"8f00", "frame-opcode-reserved-control"},
		{"827e 0001 00", "frame-length-not-minimal"},
		{"827f 0000000000000001 00", "frame-length-not-minimal"},
		{"827f 8000000000000000", "frame-length-msb"},
		{"897e 007e" + strings.Repeat("00", 126), "control-too-long"},
		{"8180 00000000", "mask-key-zero"},
		{"8801 03", "close-body-too-short"},
		{"8802 03ed", "close-code-invalid"},
		{"8803 03e8ff", "close-reason-invalid-utf8"},
		{"8800", ""},
		{"8803 03e8", ""}, // cut: not judged
	} {
		frames, _ := Dissect(unhex(t, c.in))
		var rules []string
		for _, x := range frames[0].Faults {
			rules = append(rules, x.Rule)
		}
		if got := strings.Join(rules, " "); got != c.rules {
			t.Errorf("%s: %q, not %q", c.in, got, c.rules)
		}
	}
}

func TestOf(t *testing.T) {
	wire := unhex(t, "8185 37fa213d 7f9f4d5158")
	f, ok := Of(wire[:6], []byte("Hello"))
	if !ok || !bytes.Equal(f.Raw, wire) || string(f.Payload) != "Hello" {
		t.Errorf("%v, %x, %q", ok, f.Raw, f.Payload)
	}
	if f, ok := Of(wire[:6], []byte("He")); !ok || f.Missing() != 3 {
		t.Errorf("%v, %d bytes are missing", ok, f.Missing())
	}
	for _, header := range [][]byte{nil, wire[:5], wire[:7]} {
		if _, ok := Of(header, nil); ok {
			t.Errorf("%x is no header", header)
		}
	}
}

func FuzzDissect(f *testing.F) {
	for _, s := range []string{"", "818537fa213d7f9f4d5158", "01034865808900 80026c6f", "c107f248cdc9c90700c105f200110000", "827f00000000000000ff", "8800", "8802 03e8", "817e0000"} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		frames, stop := Dissect(b)
		at := 0
		for i := range frames {
			x := &frames[i]
			if x.Offset != at {
				t.Fatalf("frame %d begins at %d, not at %d", i, x.Offset, at)
			}
			at += len(x.Raw)
			bit := 0
			for _, d := range x.Fields {
				if d.Bit != bit || d.Bits <= 0 || d.Name == "" || d.RFC == "" {
					t.Fatalf("%+v does not begin at bit %d", d, bit)
				}
				bit += d.Bits
			}
			if bit != 8*len(x.Raw) {
				t.Fatalf("the fields cover %d bits of %d", bit, 8*len(x.Raw))
			}
			for _, l := range x.Figure(2) {
				n := 0
				for _, c := range l {
					n += len(c.Text)
					if c.Field >= len(x.Fields) {
						t.Fatalf("no field %d", c.Field)
					}
				}
				if n > FigureWidth {
					t.Fatalf("a line of %d columns: %v", n, l)
				}
			}
		}
		if stop == nil && at != len(b) || stop != nil && (stop.Offset < at && stop.Offset != len(b) || stop.Offset > len(b)) {
			t.Fatalf("%d of %d bytes, %+v", at, len(b), stop)
		}
	})
}
