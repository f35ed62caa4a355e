package pipeline

import (
	"slices"
	"testing"

	"wsscope/capture"
	"wsscope/limits"
)

// TestChooseGoesOn holds that a connection that shows nothing does not keep
// the packets of others waiting, and is saved itself from when it does.
func TestChooseGoesOn(t *testing.T) {
	var saved []uint64
	c := chooser{save: func(p *capture.Packet) { saved = append(saved, p.Number) }}
	var silent, talks tcpConn
	c.take(&silent, &capture.Packet{Number: 1, Data: make([]byte, 60)})
	c.take(&talks, &capture.Packet{Number: 2, Data: make([]byte, 60)})
	step := func(clock int64, want ...uint64) {
		t.Helper()
		c.passes(clock, func() { talks.carries.Store(webSocket) })
		if !slices.Equal(saved, want) {
			t.Fatalf("after %d ns packets %d are saved, not %d", clock, saved, want)
		}
	}
	step(limits.SaveWait)
	step(limits.SaveWait+1, 2)
	c.take(&silent, &capture.Packet{Number: 3, Data: make([]byte, 60)})
	step(limits.SaveWait+2, 2)
	silent.carries.Store(webSocket)
	step(limits.SaveWait+3, 2, 3)
	if c.early != 1 || c.bytes != 0 || len(c.queue) != c.first {
		t.Errorf("%d packets were not waited for, %d bytes wait", c.early, c.bytes)
	}
}
