package timeline

import (
	"testing"
	"time"

	"wsscope/event"
	"wsscope/timeline/timelinetest"
)

// A fold is opened and closed; heartbeats that come meanwhile join it.
func TestToggleFold(t *testing.T) {
	s := New(Options{TempDir: t.TempDir()})
	defer s.Close()
	f := timelinetest.New(s)
	c := f.Open() // row 0
	other := f.Open()
	f.Text(c, event.ClientToServer, "before") // row 2
	beat := func() uint64 {
		n := f.Frame(c, event.ServerToClient, event.OpPing, true, "p")
		f.Pong(c, event.ClientToServer, "p", time.Millisecond)
		return n
	}
	beat() // rows 3 and 4
	v := s.NewView(ViewOptions{Conn: c, Heartbeats: FoldHeartbeats})
	check := func(what string, rows, opened int) {
		t.Helper()
		for v.Step(100) {
		}
		if v.Len() != rows || v.Opened(3) != opened {
			t.Fatalf("%s: %d rows, %d opened", what, v.Len(), v.Opened(3))
		}
		if done, total := v.Progress(); done != total {
			t.Fatalf("%s: %d of %d", what, done, total)
		}
	}
	check("folded", 3, 0)
	v.ToggleFold(2)
	check("no fold", 3, 0)
	v.ToggleFold(3)
	if done, total := v.Progress(); done == total {
		t.Error("nothing to do?")
	}
	check("opened", 4, 2)
	f.Text(other, event.ClientToServer, "of another connection")
	last := beat()
	check("joined", 6, 4)
	v.ToggleFold(3)
	check("closed", 3, 0)
	v.ToggleFold(3)
	check("opened again", 6, 4)
	f.Finding(c, last, event.Warning) // of four, one no longer folds
	check("split", 6, 2)
	f.Text(c, event.ClientToServer, "after")
	beat()
	check("another fold", 8, 2)
	v.ToggleFold(3)
	check("closed again", 7, 0)
}
