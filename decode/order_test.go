package decode

import "testing"

// TestDisordered has a client that ends TCP just before the server does, without a
// Close. Who was first is told only if the order of the capture is that of
// the wire: not where a packet acknowledges what comes after it.
func TestDisordered(t *testing.T) {
	hello, answer := up(client(0x81, "hello")), down(server(0x81, "answer"))
	for name, c := range map[string]struct {
		hello step
		told  bool
	}{
		"in order":                    {after(down(response), hello), true},
		"acknowledged before it came": {after(down(response+string(answer.data)), hello), false},
	} {
		got := decoded(t, true, []step{up(request), down(response), c.hello, answer, fin(0), fin(1)})
		if contains(got, "tcp-closed-without-close") != c.told {
			t.Errorf("%s: %q", name, got)
		}
	}
}
