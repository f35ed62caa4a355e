package pipeline

import (
	"testing"
	"testing/synctest"

	"wsscope/event"
	"wsscope/limits"
)

// TestRoom holds that a worker waits while too much is on its way to the
// merger, unless the merger waits for that worker, and that what was merged is
// let go of.
func TestRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRoom()
		r.enter(0)
		out := &output{large: limits.EventBytes + 1, messages: []event.Message{{Payload: make([]byte, 1)}}}
		r.take(out.large)
		r.enter(0) // another worker: what is next must not wait
		entered := false
		go func() { r.enter(1); entered = true }()
		synctest.Wait()
		if entered {
			t.Error("a worker goes ahead although too much is held")
		}
		r.merged([]*output{out})
		synctest.Wait()
		if !entered {
			t.Error("a worker waits although all was merged")
		}
		if r.held != 0 || out.messages[0].Payload != nil {
			t.Errorf("%d bytes are held", r.held)
		}
		r.take(out.large)
		entered = false
		go func() { r.enter(7); entered = true }()
		synctest.Wait()
		if entered {
			t.Error("a worker goes ahead although too much is held")
		}
		r.open()
		synctest.Wait()
		if !entered {
			t.Error("a worker waits although nothing is merged any more")
		}
	})
}
