package main

import (
	"testing"

	"wsscope/capture"
	"wsscope/capture/live"
)

// No interface block can be written for an interface of an unknown kind, which
// may be the first that sends on "any".
func TestFirstSaved(t *testing.T) {
	unknown, ethernet := live.Seen{Name: "wpan0", Link: capture.LinkUnknown}, live.Seen{Name: "eth0", Link: 1}
	for _, c := range []struct {
		seen []live.Seen
		want int
	}{
		{nil, -1},
		{[]live.Seen{unknown}, -1},
		{[]live.Seen{ethernet, unknown}, 0},
		{[]live.Seen{unknown, ethernet}, 1},
	} {
		if got := firstSaved(c.seen); got != c.want {
			t.Errorf("%v: %d, want %d", c.seen, got, c.want)
		}
	}
}
