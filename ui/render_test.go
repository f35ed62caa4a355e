package ui

import (
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"wsscope/event"
)

func TestNextCell(t *testing.T) {
	tests := []struct {
		name, in, show string
		width          int
		rest           string
	}{
		{"letter", "ab", "a", 1, "b"},
		{"escape", "\x1b[2J", "␛", 1, "[2J"},
		{"line break", "\nx", "↵", 1, "x"},
		{"tab", "\t", "⇥", 1, ""},
		{"delete", "\x7f", "␡", 1, ""},
		{"C1 control as UTF-8", "\u009b31m", damaged, 1, "31m"},
		{"not UTF-8", "\xff\xfe", damaged, 1, "\xfe"},
		{"cut UTF-8", "\xe2\x82", damaged, 1, "\x82"},
		{"bidirectional override", "\u202eabc", damaged, 1, "abc"},
		{"isolate", "\u2066", damaged, 1, ""},
		{"line separator", "\u2028x", damaged, 1, "x"},
		{"byte order mark", "\ufeffx", damaged, 1, "x"},
		{"lone combining mark", "\u0301", damaged, 1, ""},
		{"combined", "e\u0301x", "e\u0301", 1, "x"},
		{"wide", "漢字", "漢", 2, "字"},
		{"emoji", "👍", "👍", 2, ""},
		{"right to left", "مر", "م", 1, "ر"},
		{"control before a mark", "\x1b\u0301", "␛", 1, "\u0301"},
		{"stacked marks", "a" + strings.Repeat("\u0301", 100), "a", 1, strings.Repeat("\u0301", 100)},
		{"tview tag", "[red]", "[", 1, "red]"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			show, width, rest := nextCell(tt.in)
			if show != tt.show || width != tt.width || rest != tt.rest {
				t.Errorf("%q gives %q (%d), rest %q", tt.in, show, width, rest)
			}
		})
	}
}

// Whatever is captured: each step goes on, fills one or two cells, and shows
// nothing that a terminal acts on.
func FuzzNextCell(f *testing.F) {
	for _, s := range []string{"abc", "\x1b]0;x\x07", "\u202e漢\xff", "👩‍👩‍👧é\u0301", "\u2028\u0085", "\u0600\xef", "a" + strings.Repeat("\u0301", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		total := 0
		for rest := s; len(rest) > 0; {
			show, width, next := nextCell(rest)
			if len(next) >= len(rest) || width < 1 || width > 2 || show == "" {
				t.Fatalf("%q: %q of width %d, rest %q", rest, show, width, next)
			}
			if !utf8.ValidString(show) {
				t.Fatalf("%q is shown as %q", rest, show)
			}
			for _, r := range show {
				if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
					t.Fatalf("%q is shown as %q", rest, show)
				}
			}
			total += width
			rest = next
		}
		if n := textWidth(s); n != total {
			t.Fatalf("%q is %d cells wide, and %d", s, n, total)
		}
		for _, w := range []int{0, 1, 5, 40} {
			if n := textWidth(fit(s, w)); n > w {
				t.Fatalf("%q fitted into %d takes %d", s, w, n)
			}
			if n := textWidth(fitEnd(s, max(w, 1))); n > max(w, 1) {
				t.Fatalf("the end of %q fitted into %d takes %d", s, w, n)
			}
		}
		for _, l := range wrapText(s, 20, normal) {
			if n := textWidth(l.text()); n > 20 {
				t.Fatalf("a line of %q takes %d cells", s, n)
			}
		}
	})
}

func TestFormat(t *testing.T) {
	for n, want := range map[uint64]string{0: "0", 999: "999", 9999: "9999", 10_000: "10 k", 12_345: "12 k", 999_499: "999 k", 999_999: "1.0 M", 1_234_567: "1.2 M", 5e9: "5.0 G", math.MaxUint64: "18 E"} {
		if got := size(n); got != want || len(got) > 6 {
			t.Errorf("size %d is %q, want %q", n, got, want)
		}
	}
	for n, want := range map[uint64]string{0: "0", 1000: "1,000", 1234567: "1,234,567", 999: "999"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
	for d, want := range map[time.Duration]string{
		5: "5 ns", 1500: "1.5 µs", 2 * time.Millisecond: "2 ms", -time.Second: "-1 s", 1500 * time.Millisecond: "1.5 s",
		61 * time.Second: "1 min 01 s", 2*time.Hour + 3*time.Minute: "2 h 03 min",
	} {
		if got := duration(d); got != want {
			t.Errorf("%d is %q, want %q", d, got, want)
		}
	}
	at := time.Date(2026, 1, 2, 3, 4, 5, 678_901_234, time.UTC).UnixNano()
	for f, want := range map[timeFormat]string{sinceStart: "1.500000", sinceRowBefore: "+0.250000", clockUTC: "03:04:05.678901"} {
		if got := string(appendTime(nil, f, at, at-15e8, at-25e7)); got != want {
			t.Errorf("time %s is %q, want %q", f, got, want)
		}
	}
	if got := string(appendTime(nil, sinceStart, at, at+1e9, 0)); got != "-1.000000" {
		t.Errorf("a time before the start is %q", got)
	}
}

func TestJSONLines(t *testing.T) {
	got := ""
	for _, l := range jsonLines(`{"a":[1,-2.5e3,"x\"y"],"empty":{},"none":[ ],"t":true,"n":null,"deep":{"k":"v"}}`, 40) {
		for _, s := range l {
			got += s.text
		}
		got += "\n"
	}
	want := `{
  "a": [
    1,
    -2.5e3,
    "x\"y"
  ],
  "empty": {},
  "none": [],
  "t": true,
  "n": null,
  "deep": {
    "k": "v"
  }
}
`
	if got != want {
		t.Errorf("got\n%s", got)
	}
	for _, l := range jsonLines(`{"k":"`+strings.Repeat("long ", 50)+`"}`, 30) {
		if n := textWidth(l.text()); n > 30 {
			t.Errorf("a line of %d columns", n)
		}
	}
}

func FuzzJSONLines(f *testing.F) {
	f.Add(`{"a":[1,2,{"b":"c"}]}`)
	f.Add(`[[[[]]]]`)
	f.Add(`"\`)
	f.Fuzz(func(t *testing.T, s string) {
		// It is only called for valid JSON; for anything else it must end too.
		if n := len(jsonLines(s, 30)); n > 2*len(s)+2 {
			t.Fatalf("%d lines of %d bytes", n, len(s))
		}
	})
}

func TestHexDoc(t *testing.T) {
	d := newHexDoc([]byte("0123456789abcdefgh\x00"), 80, []event.Range{{Off: 2, Len: 2}}, nil)
	if d.Len() != 2 {
		t.Fatal(d.Len())
	}
	for i, want := range []string{
		"000000  30 31 ?? ?? 34 35 36 37 38 39 61 62 63 64 65 66  01??456789abcdef",
		"000010  67 68 00                                         gh.",
	} {
		if got := d.Line(i).text(); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	}
	for width := 20; width < 200; width++ {
		d := newHexDoc(make([]byte, 100), width, nil, func(int) byte { return 0 })
		if n := textWidth(d.Line(0).text()); n > width && d.per > 4 {
			t.Errorf("%d columns in %d", n, width)
		}
	}
}

func TestSparkline(t *testing.T) {
	if got := sparkline([]float64{0, 0.01, 4, 8}); got != " ▁▄█" {
		t.Errorf("got %q", got)
	}
	if got := sparkline([]float64{0, 0}); got != "  " {
		t.Errorf("got %q", got)
	}
	if got := resample([]float64{1, 2, 3, 4}, 2); len(got) != 2 || got[0] != 3 || got[1] != 7 {
		t.Errorf("got %v", got)
	}
}

func TestWrap(t *testing.T) {
	got := wrap("one two three four five six seven", 20)
	if strings.Join(got, "|") != "one two three four|five six seven" {
		t.Errorf("got %q", got)
	}
}

// The example of RFC 6455 section 1.3, and what is wrong being said.
func TestAcceptSteps(t *testing.T) {
	o := &event.Open{Key: "dGhlIHNhbXBsZSBub25jZQ==", Accept: "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}
	text := func() string {
		var out []string
		for _, l := range acceptLines(o, 100) {
			out = append(out, l.text())
		}
		return strings.Join(out, "\n")
	}
	for _, want := range []string{"258EAFA5-E914-47DA-95CA-C5AB0DC85B11", "b37a4f2cc0624f1690f64606cf385945b2bec4ea", "4  in base64          s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "equal ✓"} {
		if !strings.Contains(text(), want) {
			t.Errorf("%q is missing in\n%s", want, text())
		}
	}
	for _, l := range acceptLines(o, 70) {
		if n := textWidth(l.text()); n > 70 {
			t.Errorf("%q takes %d columns", l.text(), n)
		}
	}
	o.Accept = "AAAA"
	if !strings.Contains(text(), "DIFFERENT") {
		t.Error("a wrong Accept is not said")
	}
	o.Accept = ""
	if !strings.Contains(text(), "none") {
		t.Error("an absent Accept is not said")
	}
}
