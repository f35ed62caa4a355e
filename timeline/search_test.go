package timeline

import (
	"bytes"
	"testing"

	"wsscope/event"
	"wsscope/timeline/timelinetest"
)

func TestPattern(t *testing.T) {
	tests := []struct {
		kind       SearchKind
		text, in   string
		start, end int // -1: not found
	}{
		{SearchText, "world", "Hello World", 6, 11},
		{SearchText, "World", "hello world", -1, 0},
		{SearchText, "World", "hello World", 6, 11},
		{SearchText, "zz", "a zZz", 2, 4},
		{SearchText, "aab", "aaaab", 2, 5},
		{SearchText, "x", "", -1, 0},
		{SearchText, "é", "É", 0, 2},
		{SearchText, `"id":7`, `{"ID":7}`, 1, 7},
		{SearchRegex, "l+o$", "hello", 2, 5},
		{SearchHex, "00 ff:10", "a\x00\xff\x10", 1, 4},
		{SearchHex, "0xff 0x10", "a\x00\xff\x10", 2, 4},
	}
	for _, tt := range tests {
		p, err := NewPattern(tt.kind, tt.text)
		if err != nil {
			t.Fatal(tt.text, err)
		}
		start, end, ok := p.Find([]byte(tt.in))
		if ok != (tt.start >= 0) || ok && (start != tt.start || end != tt.end) {
			t.Errorf("%q in %q: %d, %d, %v", tt.text, tt.in, start, end, ok)
		}
	}
	for kind, text := range map[SearchKind]string{SearchRegex: "(", SearchHex: "0", SearchText: ""} {
		if _, err := NewPattern(kind, text); err == nil {
			t.Errorf("%q compiles", text)
		}
	}
}

func FuzzFoldPattern(f *testing.F) {
	f.Add("ab", []byte("xxABab"))
	f.Add("q", []byte("Q"))
	f.Add("a.b", []byte("aa.B"))
	f.Fuzz(func(t *testing.T, text string, b []byte) {
		if text == "" || !isASCII(text) || !isASCII(string(b)) {
			t.Skip()
		}
		start, end, ok := newFoldPattern(text).Find(b)
		want := bytes.Index(bytes.ToLower(b), bytes.ToLower([]byte(text)))
		if ok != (want >= 0) || ok && (start != want || end != want+len(text)) {
			t.Errorf("%q in %q: %d %d %v, want %d", text, b, start, end, ok, want)
		}
	})
}

func TestSearch(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	f := timelinetest.New(s)
	c := f.Open()
	for _, text := range []string{"one", "two", "three", "two"} {
		f.Text(c, event.ClientToServer, text)
	}
	f.End(c)
	v := view(s, ViewOptions{})
	p, _ := NewPattern(SearchText, "two")
	find := func(from int, forward bool) int {
		result, row := s.NewSearch(v, p, from, forward).Run(t.Context(), func(int) {})
		if result == NotFound {
			return -1
		}
		return int(row)
	}
	for _, tt := range []struct {
		from    int
		forward bool
		want    int
	}{{0, true, 2}, {3, true, 4}, {5, true, -1}, {5, false, 4}, {3, false, 2}, {1, false, -1}} {
		if got := find(tt.from, tt.forward); got != tt.want {
			t.Errorf("from %d forward %v: row %d, want %d", tt.from, tt.forward, got, tt.want)
		}
	}
}
