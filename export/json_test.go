package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"wsscope/event"
	"wsscope/printable"
)

func TestJSONGolden(t *testing.T) {
	var w bytes.Buffer
	j := NewJSON(&w, Options{MaxPayload: -1})
	play(j)
	if err := j.Err(); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.jsonl", w.Bytes())
	for line := range bytes.Lines(w.Bytes()) {
		if !json.Valid(line) || !utf8.Valid(line) {
			t.Errorf("not JSON in UTF-8: %s", line)
		}
	}
}

func TestSummaryIsTheLastJSONLine(t *testing.T) {
	var all, only bytes.Buffer
	play(NewJSON(&all, Options{MaxPayload: -1}))
	play(NewSummary(&only))
	if !bytes.HasSuffix(all.Bytes(), append([]byte("\n"), only.Bytes()...)) || bytes.Count(only.Bytes(), []byte("\n")) != 1 {
		t.Errorf("the summary alone is %s", only.Bytes())
	}
}

func TestMaxPayload(t *testing.T) {
	for _, c := range []struct {
		max                      int
		text                     string
		wantPayload, wantMessage string
		cut                      bool
	}{
		{-1, "grün", "Z3LDvG4=", "grün", false},
		{5, "grün", "Z3LDvG4=", "grün", false},
		{3, "grün", "Z3LD", "gr", true},
		{2, "grün", "Z3I=", "gr", true},
		{0, "grün", "", "", true},
		{0, "", "", "", false},
	} {
		var w bytes.Buffer
		j := NewJSON(&w, Options{MaxPayload: c.max})
		p := &player{Sink: j, n: map[int]uint64{}, index: map[int]*[2]uint64{}}
		p.data(&event.Conn{ID: 1}, event.ServerToClient, event.OpText, c.text)
		j.Flush()
		d := json.NewDecoder(&w)
		var f, m struct {
			Payload, Text string
			Len           int
			Truncated     bool
		}
		if err := errors.Join(d.Decode(&f), d.Decode(&m)); err != nil {
			t.Fatal(err)
		}
		if f.Payload != c.wantPayload || m.Text != c.wantMessage || f.Truncated != c.cut || m.Truncated != c.cut || f.Len != len(c.text) || m.Len != len(c.text) {
			t.Errorf("%d bytes of %q: %+v %+v", c.max, c.text, f, m)
		}
	}
}

// TestLongPayload crosses the pieces in which long payloads are encoded.
func TestLongPayload(t *testing.T) {
	for _, unit := range []string{"abc\n", "日本", "ü", "\xff"} {
		for _, size := range []int{piece - 1, piece, piece + 1, 3*piece + 7, bufferSize * 2} {
			text := strings.Repeat(unit, size/len(unit)+1)
			var w bytes.Buffer
			j := NewJSON(&w, Options{MaxPayload: -1})
			p := &player{Sink: j, n: map[int]uint64{}, index: map[int]*[2]uint64{}}
			p.data(&event.Conn{ID: 1}, event.ServerToClient, event.OpText, text)
			if cap(j.b) > 2*bufferSize {
				t.Errorf("the buffer grew to %d bytes", cap(j.b))
			}
			j.Flush()
			d := json.NewDecoder(&w)
			var f, m struct {
				Payload []byte
				Text    string
				Base64  []byte
			}
			if err := errors.Join(d.Decode(&f), d.Decode(&m)); err != nil {
				t.Fatal(err)
			}
			if string(f.Payload) != text || m.Text+string(m.Base64) != text {
				t.Errorf("%d bytes of %q came back different", size, unit)
			}
		}
	}
}

// TestReplacement has the examples of Unicode 15 section 3.9, tables 3-8 to
// 3-11, where one U+FFFD stands for a maximal subpart.
func TestReplacement(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"a\xc0\xaf\xe0\x80\xbf\xf0\x81\x82A", "a\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA"},
		{"\xed\xa0\x80\xed\xbf\xbf\xed\xafA", "\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA"},
		{"\xf4\x91\x92\x93\xffA\x80\xbfB", "\ufffd\ufffd\ufffd\ufffd\ufffdA\ufffd\ufffdB"},
		{"\xe1\x80\xe2\xf0\x91\x92\xf1\xbfA", "\ufffd\ufffd\ufffd\ufffdA"},
		{"end \xe2\x82", "end \ufffd"},
		{"a real \ufffd", "a real \ufffd"},
	} {
		var got string
		if err := json.Unmarshal(appendText(nil, c.in), &got); err != nil || got != c.want {
			t.Errorf("%q became %q (%v), not %q", c.in, got, err, c.want)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, s := range []string{"", "plain text that is longer than a word", "\"\\\n\r\t\x00\x1f\x7f", "é世😀\u2028\u202e\u0085", "\xff\xe2\x82", "1234567\x1f89", "\x7f\x20\x21\x22\x23"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		line := appendText(nil, p)
		if string(line) != string(appendText(nil, string(p))) {
			t.Fatal("strings and bytes differ")
		}
		for _, r := range string(line) {
			if printable.Deceives(r) {
				t.Fatalf("%q is not escaped in %q", r, line)
			}
		}
		var got string
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(err)
		}
		if utf8.Valid(p) && got != string(p) {
			t.Fatalf("%q came back as %q", p, got)
		}
		wire := appendWire(nil, string(p))
		if err := json.Unmarshal(wire, &got); err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(p) && utf8.RuneCountInString(got) != len(p) {
			t.Fatalf("%q is no Latin-1 of %q", got, p)
		}
	})
}

func TestClock(t *testing.T) {
	var c clock
	for _, ns := range []int64{0, 1, 999_999_999, 1_000_000_000, 1_790_000_000_123_456_789, 1_790_000_000_000_000_000, -1, -1_000_000_001} {
		want := time.Unix(0, ns).UTC().Format("2006-01-02T15:04:05.000000000Z")
		if got := string(c.append(nil, ns)); got != want {
			t.Errorf("%d: %s, not %s", ns, got, want)
		}
	}
}

func TestMillis(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want string
	}{{0, "0"}, {1, "0.000001"}, {1250 * time.Microsecond, "1.25"}, {time.Second, "1000"}, {-1500 * time.Microsecond, "-1.5"}} {
		if got := string(appendMillis(nil, c.d)); got != c.want {
			t.Errorf("%v: %s, not %s", c.d, got, c.want)
		}
	}
}

func TestWriterError(t *testing.T) {
	want := errors.New("no space")
	w := &failing{err: want}
	j := NewJSON(w, Options{MaxPayload: -1})
	for range 1000 {
		j.Frame(sampleFrame(1000))
	}
	if j.Flush() != want || j.Err() != want || w.calls != 1 {
		t.Errorf("%v after %d calls", j.Err(), w.calls)
	}
}

type failing struct {
	err   error
	calls int
}

func (f *failing) Write(p []byte) (int, error) {
	f.calls++
	return 0, f.err
}
