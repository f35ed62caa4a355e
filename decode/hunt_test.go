package decode

import (
	"bytes"
	"strings"
	"testing"

	"wsscope/event"
)

// TestNothingInvented loses the beginning of a message whose data read as
// headers of frames. What follows it, each in a segment of its own, is all
// that is told.
func TestNothingInvented(t *testing.T) {
	key := [4]byte{0x82, 0xbb, 0x37, 0x11}
	var plain strings.Builder // without a period, and no headers but at its end
	for i := range 700 {
		plain.WriteString(string([]byte{byte(i*i) | 0x30, byte(i>>1) | 0x30, 0xff, 0xfe}))
	}
	const segment = 1400
	for _, c := range []struct {
		name string
		dir  event.Dir
		wire string // the message
		next []string
	}{
		{"a fragment of one byte", event.ServerToClient, server(0x82, strings.Repeat("\x01", 40_000)),
			[]string{server(0x88, "\x03\xe8bye")}},
		{"an empty continuation", event.ServerToClient, server(0x82, plain.String()+"\x80\x00"),
			[]string{server(0x82, strings.Repeat("\x9b\xd1\xf3", 280)), server(0x82, strings.Repeat("\xa7\x15", 100)), server(0x81, "and words that can be read")}},
		{"zeroes under a mask", event.ClientToServer, framed(0x82, strings.Repeat("\x00", 66_001), key, true),
			[]string{client(0x8a, "aioh"), client(0x88, "\x03\xe8bye")}},
	} {
		steps := []step{up(request), down(response), lost(c.dir, segment)}
		for b := []byte(c.wire[segment:]); len(b) > 0; {
			n := min(segment, len(b))
			steps, b = append(steps, step{side: c.dir, data: b[:n]}), b[n:]
		}
		for _, f := range c.next {
			steps = append(steps, step{side: c.dir, data: []byte(f)})
		}
		p := newTape(t)
		feed(p, NewShared(p, Options{Payload: 1 << 20}), true, append(steps, fin(c.dir)))
		if p.frames != len(c.next) {
			t.Errorf("%s: %d frames, want %d:\n%.200q", c.name, p.frames, len(c.next), p.lines)
		}
	}
}

// TestFragmentsFoundAgain sends a message in fragments, each in a segment of
// its own, all of them alike, and loses one segment.
func TestFragmentsFoundAgain(t *testing.T) {
	fragment := server(0x00, strings.Repeat("x", 200))
	steps := []step{up(request), down(response), down(server(0x01, strings.Repeat("x", 200)))}
	for range 8 {
		steps = append(steps, down(fragment))
	}
	steps = append(steps, lost(1, int64(len(fragment))))
	for range 8 {
		steps = append(steps, down(fragment))
	}
	p := newTape(t)
	feed(p, NewShared(p, Options{}), true, steps)
	if p.frames != 17 {
		t.Errorf("%d frames, want 17", p.frames)
	}
}

func TestPeriodic(t *testing.T) {
	for _, c := range []struct {
		bytes string
		want  bool
	}{
		{strings.Repeat("\x82\xbb\x37\x11", 4), true},
		{strings.Repeat("\x01", 16), true},
		{strings.Repeat("12345678", 2), true},
		{"123456781234567x", false},
		{strings.Repeat("12345678", 2)[:15], false}, // too few to tell
		{strings.Repeat("x", 8) + "\x81\x05xxxxx\x81", false},
	} {
		h := &hunter{buf: []byte(c.bytes)}
		if got := h.periodic(8); got != c.want {
			t.Errorf("% x: %v", c.bytes, got)
		}
	}
	if h := (&hunter{buf: bytes.Repeat([]byte{1}, 16)}); h.periodic(7) {
		t.Error("what stands before the buffer is not known")
	}
}
