package anatomy

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wsscope/printable"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestExplainGolden has the examples of RFC 6455 section 5.7 and RFC 7692
// section 7.2.3, as transcripts of the command line.
func TestExplainGolden(t *testing.T) {
	for _, c := range []struct{ name, in string }{
		{"text", "81 05 48 65 6c 6c 6f"},
		{"masked-text", "81 85 37 fa 21 3d 7f 9f 4d 51 58"},
		{"fragments", "01 03 48 65 6c 80 02 6c 6f"},
		{"ping-pong", "89 05 48 65 6c 6c 6f 8a 85 37 fa 21 3d 7f 9f 4d 51 58"},
		{"length-16", "82 7e 01 00" + strings.Repeat(" 2a", 256)},
		{"length-64", "82 7f 00 00 00 00 00 01 00 00 00 01 02 03"},
		{"close", "88 8c 37fa213d 341346525e94461d568d4044"},
		{"deflate", "c1 07 f2 48 cd c9 c9 07 00 c1 05 f2 00 11 00 00"},
		{"deflate-no-history", "c1 05 f2 00 11 00 00"},
		{"faults", "e3 80 00000000 ff"},
		{"no-frame", "81 02 68 69 47 45 54 20 2f"},
		{"http", "\"474554202f20485454502f312e310d0a0d0a\" 8100"},
	} {
		var w bytes.Buffer
		w.WriteString("$ wsscope explain " + c.in + "\n")
		if err := Explain(&w, strings.NewReader(c.in), false, 0); err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		path := filepath.Join("testdata", c.name+".txt")
		if *update {
			if err := os.WriteFile(path, w.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(w.Bytes(), want) {
			t.Errorf("%s differs; run with -update and read the difference\ngot:\n%s", path, w.Bytes())
		}
	}
}

// TestExplainIsSafe looks for control characters of the payload, and for
// lines that are too wide.
func TestExplainIsSafe(t *testing.T) {
	payload := "\x1b[2J\u202e\u0085" + strings.Repeat("w\u4e16", 100)
	in := "817e" + hexText([]byte{byte(len(payload) >> 8), byte(len(payload))}) + hexText([]byte(payload)) + "8809 03e8 1b5d303b780007"
	for _, width := range []int{0, 80, 120} {
		var w bytes.Buffer
		if err := Explain(&w, strings.NewReader(in), false, width); err != nil {
			t.Fatal(err)
		}
		if width == 0 {
			width = 100
		}
		for line := range strings.Lines(w.String()) {
			columns := 0
			for _, r := range strings.TrimSuffix(line, "\n") {
				if printable.Deceives(r) {
					t.Errorf("%q in %q", r, line)
				}
				columns += printable.Width(r)
			}
			if columns > width {
				t.Errorf("%d columns: %s", columns, line)
			}
		}
	}
}

func hexText(b []byte) string {
	var s strings.Builder
	for _, c := range b {
		s.WriteString(string([]byte{hexDigits[c>>4], hexDigits[c&15], ' '}))
	}
	return s.String()
}
