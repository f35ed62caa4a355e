package timeline

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/timeline/timelinetest"
)

// benchStore holds n chat messages of about 220 bytes.
func benchStore(b testing.TB, n int) *Store {
	s := New(Options{TempDir: b.TempDir()})
	b.Cleanup(func() { s.Close() })
	f := timelinetest.New(s)
	for range 24 {
		f.Open()
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("the quick brown fox jumps over lazy dogs while engineers read frames in packets")
	var text strings.Builder
	for i := range n {
		text.Reset()
		fmt.Fprintf(&text, `{"type":"message","id":%d,"text":"`, i)
		for range 30 {
			text.WriteString(words[rnd.IntN(len(words))])
			text.WriteByte(' ')
		}
		text.WriteString(`"}`)
		f.Text(1+i%24, event.Dir(i%2), text.String())
	}
	return s
}

func BenchmarkAdd(b *testing.B) {
	s := New(Options{TempDir: b.TempDir()})
	defer s.Close()
	f := timelinetest.New(s)
	c := f.Open()
	payload := []byte(strings.Repeat("x", 220))
	fr := &event.Frame{Conn: f.Conn(c), FIN: true, Opcode: 1, HeaderLen: 4, Len: 220, Captured: 220, Payload: payload, RTT: -1}
	m := &event.Message{Conn: f.Conn(c), Opcode: 1, Frames: []uint64{0}, Len: 220, WireLen: 220, Complete: true, Payload: payload}
	b.ReportAllocs()
	b.SetBytes(220)
	for b.Loop() {
		fr.N++
		m.Frames[0] = fr.N
		s.Frame(fr)
		s.Message(m)
	}
}

func BenchmarkView(b *testing.B) {
	s := benchStore(b, 500_000)
	p, _ := NewPattern(SearchText, "nowhere in it")
	for _, bb := range []struct {
		name string
		o    ViewOptions
	}{
		{"all", ViewOptions{}},
		{"connection", ViewOptions{Conn: 3}},
		{"length", ViewOptions{Match: func(_ *Reader, r *Row) bool { return r.Len > 230 && r.Dir() == event.ClientToServer }}},
		{"payload", ViewOptions{Match: func(rd *Reader, r *Row) bool {
			buf, _ := rd.Payload(r)
			_, _, ok := p.Find(buf)
			return ok
		}}},
	} {
		b.Run(bb.name, func(b *testing.B) {
			for b.Loop() {
				v := s.NewView(bb.o)
				for v.Step(1 << 14) {
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500_000, "ns/row")
		})
	}
}

func BenchmarkSearch(b *testing.B) {
	s := benchStore(b, 500_000)
	v := view(s, ViewOptions{})
	for _, bb := range []struct {
		name, text string
		kind       SearchKind
	}{{"fold", "zebra crossing", SearchText}, {"common", "the the the the", SearchText}, {"exact", "Zebra", SearchText}, {"regex", "z[aeiou]bra", SearchRegex}, {"hex", "00ff", SearchHex}} {
		b.Run(bb.name, func(b *testing.B) {
			p, err := NewPattern(bb.kind, bb.text)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				s.NewSearch(v, p, 0, true).Run(b.Context(), func(int) {})
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500_000, "ns/row")
		})
	}
}
