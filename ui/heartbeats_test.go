package ui

import "testing"

// Enter shows folded heartbeats one by one, and folds them again; the cursor
// stays on the first.
func TestFoldedHeartbeats(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	for range 5 {
		b.press("j")
	}
	b.sees("heartbeats: 4 pings and pongs", "6 of 14")
	b.press("Enter")
	b.sees("beat-1  first of 4: Enter folds them", "beat-1  after 3 ms", "beat-2  after 5 ms", "6 of 17")
	b.misses("heartbeats: 4")
	b.press("j", "Enter")
	if b.a.focus != inDetails {
		t.Error("Enter on the second heartbeat does not go to its details")
	}
	b.press("Esc", "k", "Enter")
	b.sees("heartbeats: 4 pings and pongs", "6 of 14")
	b.misses("beat-2")
	b.press("Right")
	if b.a.focus != inDetails {
		t.Error("Right does not go to the details")
	}
}
