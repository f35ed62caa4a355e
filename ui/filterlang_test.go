package ui

import "testing"

// The row of a message has the fields of its frames.
func TestMessageByItsFrames(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	for _, c := range []struct{ filter, sees, misses string }{
		{"rsv1", "Hello, inflated world", "fragmented"},
		{"compressed && !masked && rsv == 4 && len == 21", "1 row matches", "greetings"},
		{"fragments == 2 && !fin", "fragmented", "Hello"},                // its first frame
		{"fragments == 2 && fin && masked", "fragmented", "Hello"},       // its last
		{"fin && len == 10", "fragmented", "Hello"},                      // the length is the message's
		{"compressed && masked", "no row matches", "Hello"},              // the server does not mask
		{"compressed && header_len > 2", "no row matches", "Hello"},      // nor is its header longer
		{"fragments == 2 && header_len == 6", "fragmented", "greetings"}, // with a key
	} {
		b.press("/", "Ctrl-U")
		b.typed(c.filter)
		b.press("Enter")
		b.sees(c.sees)
		b.misses(c.misses)
	}
	b.press("/", "Ctrl-U")
	b.typed("websocket.masked_payload")
	b.press("Enter")
	b.misses("fragmented", "inflated")
	b.press("m")
	b.sees("frag", "mented")
}
