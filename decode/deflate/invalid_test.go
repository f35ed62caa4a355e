package deflate

import (
	"testing"

	"wsscope/event"
)

// byHand is a payload of the given numbers, each followed by its count of bits;
// a negative count is a code's.
func byHand(parts ...int) []byte {
	var w bitWriter
	for i := 0; i < len(parts); i += 2 {
		if n := parts[i+1]; n < 0 {
			w.code(parts[i], -n)
		} else {
			w.put(parts[i], n)
		}
	}
	return append(w.p, make([]byte, 8)...)
}

func TestInvalid(t *testing.T) {
	// A dynamic header of 257 literals and 1 distance, whose code length code
	// is 18 (code 0), 1 (10) and 2 (11).
	header := []int{4, 3, 0, 5, 0, 5, 14, 4, 0, 3, 0, 3, 1, 3, 0, 36, 2, 3, 0, 3, 2, 3}
	// 256 symbols without a code.
	zeros := []int{0, -1, 127, 7, 0, -1, 107, 7}
	for _, test := range []struct {
		payload []byte
		detail  string
	}{
		{byHand(6, 3), "block type 3 at byte 0"},
		{byHand(2, 3, 0xc6, -8), "a literal or length code that does not exist at byte 0"},
		{byHand(2, 3, 0x30, -8, 1, -7, 30, -5), "a distance code that does not exist at byte 1"},
		{byHand(2, 3, 0x30, -8, 1, -7, 1, -5), "a distance of 2 after 1 bytes at byte 1"},
		{byHand(4, 3, 30, 5), "more codes than there are symbols at byte 0"},
		{byHand(4, 3, 0, 5, 31, 5), "more codes than there are symbols at byte 0"},
		{byHand(4, 3, 0, 5, 0, 5, 15, 4), "the code length code is not a complete prefix code at byte 9"},
		{byHand(4, 3, 0, 5, 0, 5, 0, 4, 1, 3, 1, 3, 1, 3, 0, 3), "the code length code is not a complete prefix code at byte 3"},
		{byHand(4, 3, 0, 5, 0, 5, 0, 4, 1, 3, 1, 3, 0, 6, 0, -1), "a repeated code length with none before it at byte 4"},
		{byHand(append(append(header, zeros...), 0, -1)...), "more code lengths than symbols at byte 11"},
		{byHand(append(header, 2, -2, 0, -1, 127, 7, 0, -1, 107, 7, 2, -2)...), "no code for the end of the block at byte 11"},
		{byHand(append(append(header, zeros...), 3, -2, 2, -2)...), "the literal and length codes are not a complete prefix code at byte 11"},
		{byHand(append(append(header, zeros...), 2, -2, 3, -2)...), "the distance codes are not a complete prefix code at byte 11"},
		{byHand(append(append(header, zeros...), 2, -2, 2, -2, 1, -1)...), "a literal or length code that does not exist at byte 11"},
	} {
		_, r := inflate(New(Options{}), test.payload)
		if r.Fault != event.InflateInvalid || r.Detail != test.detail || r.History {
			t.Errorf("%x: %+v, want %q", test.payload, r, test.detail)
		}
		against(t, nil, test.payload, 1)
	}
}
