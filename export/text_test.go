package export

import (
	"bytes"
	"io"
	"regexp"
	"testing"

	"wsscope/event"
	"wsscope/printable"
)

func TestTextGolden(t *testing.T) {
	for _, c := range []struct {
		name   string
		opt    Options
		frames bool
	}{
		{"sample.txt", Options{}, false},
		{"sample-frames-100.txt", Options{Width: 100}, true},
		{"sample-color.txt", Options{Color: true}, false},
	} {
		var w bytes.Buffer
		v := NewText(&w, c.opt)
		v.Frames = c.frames
		play(v)
		golden(t, c.name, w.Bytes())
	}
}

var sgr = regexp.MustCompile(`\x1b\[[0-9]+m`)

// TestTextIsSafe looks for characters that act on a terminal, apart from the
// view's own colours, and for lines that are too wide.
func TestTextIsSafe(t *testing.T) {
	for _, width := range []int{80, 100, 160} {
		var w bytes.Buffer
		v := NewText(&w, Options{Color: true, Width: width})
		v.Frames = true
		play(v)
		for line := range bytes.Lines(sgr.ReplaceAll(w.Bytes(), nil)) {
			columns := 0
			for _, r := range string(bytes.TrimSuffix(line, []byte("\n"))) {
				columns += printable.Width(r)
				if printable.Deceives(r) || r == 0xfffd {
					t.Errorf("%q in %q", r, line)
				}
			}
			if columns > width {
				t.Errorf("%d columns: %s", columns, line)
			}
		}
	}
}

func TestTextDoesNotAllocate(t *testing.T) {
	v := NewText(io.Discard, Options{})
	f, m := sampleFrame(300), sampleMessage(300)
	f.Opcode = event.OpPing
	binary := *m
	binary.Opcode, binary.Payload = event.OpBinary, bytes.Repeat([]byte{0, 1, 0x80}, 100)
	if n := testing.AllocsPerRun(100, func() {
		f.Packet++
		f.Time += 1e8
		v.Frame(f)
		v.Message(m)
		v.Message(&binary)
	}); n != 0 {
		t.Errorf("%v allocations a round", n)
	}
}

func BenchmarkTextMessage(b *testing.B) {
	v, m := NewText(io.Discard, Options{}), sampleMessage(300)
	b.ReportAllocs()
	for b.Loop() {
		m.Packet++
		m.Time += 1000
		v.Message(m)
	}
}
