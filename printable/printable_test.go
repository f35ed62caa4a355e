package printable

import (
	"testing"
	"unicode/utf8"
)

func TestString(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"plain \\ \"text\"", "plain \\ \"text\""},
		{"a\tb\r\nc", `a\tb\r\nc`},
		{"\x1b[31mred\x1b]0;title\x07", `\x1b[31mred\x1b]0;title\x07`},
		{"\u009b31m", `\u009b31m`},
		{"abc\u202efed\u2066x", `abc\u202efed\u2066x`},
		{"\xff\xe2\x82 \xc3", `\xff\xe2\x82 \xc3`},
		{"grüße 世界 😀", "grüße 世界 😀"},
		{"\x00\x7f", `\x00\x7f`},
	} {
		if got := String(c.in); got != c.want {
			t.Errorf("%q: %q, not %q", c.in, got, c.want)
		}
	}
}

func TestAppendCutsAtColumns(t *testing.T) {
	for _, c := range []struct {
		in          string
		columns     int
		want        string
		used, shown int
	}{
		{"hello", 3, "hel", 3, 3},
		{"世界", 3, "世", 2, 3},
		{"a\x1bb", 4, "a", 1, 1},
		{"a\x1bb", 5, `a\x1b`, 5, 2},
		{"e\u0301e", 1, "e\u0301", 1, 3},
	} {
		b, used, shown := Append(nil, c.in, c.columns)
		if string(b) != c.want || used != c.used || shown != c.shown {
			t.Errorf("%q in %d columns: %q, %d columns, %d bytes", c.in, c.columns, b, used, shown)
		}
	}
}

func FuzzAppend(f *testing.F) {
	f.Add([]byte("\x1b]8;;http://x\x07\u202e\xff世e\u0301"), 7)
	f.Add([]byte("\xe2\x82"), 100)
	f.Fuzz(func(t *testing.T, p []byte, columns int) {
		b, used, shown := Append(nil, p, columns)
		if !utf8.Valid(b) {
			t.Fatalf("%q is not UTF-8", b)
		}
		sum := 0
		for _, r := range string(b) {
			if Deceives(r) {
				t.Fatalf("%q gets through in %q", r, b)
			}
			sum += Width(r)
		}
		if used != sum || shown > 0 && used > columns || shown > len(p) {
			t.Fatalf("%q fills %d columns, not %d of %d", b, sum, used, columns)
		}
	})
}

func TestAppendDoesNotAllocate(t *testing.T) {
	in, b := []byte("\x1b plain 世界 \u202e\xff"), make([]byte, 0, 100)
	if n := testing.AllocsPerRun(100, func() { b, _, _ = Append(b[:0], in, 80) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
