package ui

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gdamore/tcell/v2"

	"wsscope/event"
	"wsscope/timeline"
	"wsscope/timeline/timelinetest"
)

// cells is a screen that keeps what is drawn and shows it to nobody: a draw
// costs what the program does, not what a terminal would do with it.
type cells struct {
	tcell.SimulationScreen
	buf tcell.CellBuffer
}

func newCells(w, h int) *cells {
	c := &cells{}
	c.buf.Resize(w, h)
	return c
}

func (c *cells) Size() (int, int) { return c.buf.Size() }
func (c *cells) Clear()           { c.buf.Fill(' ', tcell.StyleDefault) }
func (c *cells) Put(x, y int, s string, style tcell.Style) (string, int) {
	return c.buf.Put(x, y, s, style)
}

// manyRows makes a store of n small messages.
func manyRows(b testing.TB, n int) *timeline.Store {
	s := timeline.New(timeline.Options{TempDir: b.TempDir()})
	b.Cleanup(func() { s.Close() })
	f := timelinetest.New(s)
	for range 24 {
		f.Open()
	}
	for i := range n {
		f.Text(1+i%24, event.Dir(i%2), `{"type":"update","seq":1,"items":[1,2,3]}`)
	}
	f.End(1)
	return s
}

// BenchmarkDraw draws a 200×50 screen somewhere in the middle: what it costs
// does not depend on the number of rows.
func BenchmarkDraw(b *testing.B) {
	for _, n := range []int{1_000, 100_000, 10_000_000} {
		b.Run(fmt.Sprintf("rows=%d", n), func(b *testing.B) {
			s := manyRows(b, n)
			a := newApp(b.Context(), s, Options{Theme: "dark"})
			a.synchronous = true
			a.setView()
			a.refresh()
			screen := newCells(200, 50)
			a.Draw(screen)
			a.goTo(uint32(n / 2))
			for _, where := range []struct {
				name string
				tab  tab
			}{{"payload", tabPayload}, {"anatomy", tabAnatomy}, {"connection", tabConnection}} {
				b.Run(where.name, func(b *testing.B) {
					a.details.tab = where.tab
					b.ReportAllocs()
					for b.Loop() {
						a.do(actDown) // a key press, and the draw that answers it
						screen.Clear()
						a.Draw(screen)
					}
				})
			}
		})
	}
}

// BenchmarkFilter is a filter over all rows.
func BenchmarkFilter(b *testing.B) {
	const n = 500_000
	s := manyRows(b, n)
	a := newApp(b.Context(), s, Options{Theme: "dark"})
	for _, text := range []string{"", "opcode == 1 && len > 1k && dir == c2s", `text contains "nowhere"`, `conn == 3`, `severity >= warning`} {
		b.Run(strings.ReplaceAll(text, " ", ""), func(b *testing.B) {
			for b.Loop() {
				match, err := a.compileFilter(text)
				if err != nil {
					b.Fatal(err)
				}
				v := s.NewView(timeline.ViewOptions{Match: match})
				for v.Step(1 << 14) {
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/row")
		})
	}
}

// BenchmarkLayout is what opening a large payload costs at once.
func BenchmarkLayout(b *testing.B) {
	text := strings.Repeat(`{"key":"value","n":12345},`, layoutLater/26)
	for name, lay := range map[string]func(){
		"text": func() { wrapText(text, 72, normal) },
		"json": func() { jsonLines("["+strings.TrimSuffix(text, ",")+"]", 72) },
		"hex":  func() { newHexDoc([]byte(text), 72, nil, nil).Line(100) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				lay()
			}
		})
	}
}
