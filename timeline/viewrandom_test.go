package timeline

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"wsscope/event"
	"wsscope/timeline/timelinetest"
)

// Whatever comes, in whatever order and however late the findings: a view
// that was filled on the way holds what one made afterwards holds, once the
// folds that were opened are closed again.
func TestViewsRandom(t *testing.T) {
	severe := func(_ *Reader, r *Row) bool { s, ok := r.Severity(); return ok && s >= event.Warning }
	options := []ViewOptions{
		{}, {Mode: Frames}, {Mode: Findings}, {Heartbeats: FoldHeartbeats}, {Heartbeats: HideHeartbeats},
		{Conn: 2}, {Conn: 2, Heartbeats: FoldHeartbeats}, {Conn: 3, Mode: Frames}, {Match: severe}, {Conn: 1, Match: severe},
	}
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 7))
			s := New(Options{Memory: 1_000_000, Live: seed%2 == 0, TempDir: t.TempDir()})
			defer s.Close()
			var growing []*View
			for _, o := range options {
				growing = append(growing, s.NewView(o))
			}
			f := timelinetest.New(s)
			for range 3 {
				f.Open()
			}
			sent := make([]uint64, 4)
			pending := map[int][]uint64{}
			for range 3000 {
				c := 1 + rnd.IntN(3)
				dir := event.Dir(rnd.IntN(2))
				switch rnd.IntN(8) {
				case 0, 1:
					sent[c] = f.Text(c, dir, "text")
				case 2, 3:
					sent[c] = f.Frame(c, dir, event.OpPing, true, "p")
				case 4:
					sent[c] = f.Pong(c, dir, "p", time.Millisecond)
				case 5:
					sent[c] = f.Compressed(c, dir, "wire", "inflated")
				case 6:
					if p := pending[c]; len(p) < 3 {
						sent[c] = f.Frame(c, event.ClientToServer, event.OpText, false, "part")
						pending[c] = append(p, sent[c])
					} else {
						sent[c] = f.Frame(c, event.ClientToServer, event.OpContinuation, true, "end")
						f.Message(c, event.ClientToServer, "partpartpartend", append(p, sent[c])...)
						delete(pending, c)
					}
				case 7:
					if rnd.IntN(3) == 0 && sent[c] > 0 {
						f.Finding(c, sent[c]-min(sent[c]-1, rnd.Uint64N(30)), event.Severity(rnd.IntN(3)))
					}
				}
				if rnd.IntN(20) == 0 {
					for _, v := range growing {
						v.Step(1 + rnd.IntN(200))
						if v.Len() > 0 {
							row, _, _ := v.At(rnd.IntN(v.Len()))
							v.ToggleFold(row)
						}
					}
				}
			}
			f.End(1)
			for i, v := range growing {
				for v.Step(1 + rnd.IntN(500)) {
				}
				for head := range v.open {
					v.ToggleFold(head)
				}
				v.Step(1)
				want := view(s, options[i])
				if got := list(s, v); got != list(s, want) {
					t.Fatalf("%+v: growing and made afterwards differ:\n%.300s\n%.300s", options[i], got, list(s, want))
				}
			}
		})
	}
}
