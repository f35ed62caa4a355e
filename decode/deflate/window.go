package deflate

import (
	"math"

	"wsscope/limits"
)

const (
	// windowSize is the largest distance of RFC 1951 section 3.2.5. The whole
	// of it is kept whatever window was agreed, so that the text can be given
	// where a sender uses too large a one.
	windowSize = 32 << 10
	// minBuffer is enough for the short messages of most connections.
	minBuffer = 4 << 10
	// maxBuffer leaves as much room for output as there is window, so that
	// moving the window costs no more than one copy of the output.
	maxBuffer = 2 * windowSize
	// slack is the room that reading symbols asks for: a match and three
	// literals, and what copying 16 bytes at a time writes too much.
	slack = 288
)

// window is the history and, right behind it, the output: a match is one copy
// within buf, wherever it comes from.
type window struct {
	buf []byte
	w   int // the end of the output in buf
	out int // the output before it has been handed on

	start int // where the message starts in buf; negative once that has moved out
	floor int // matches that reach before it are looked at closely, see copyMatch
	lostHistory

	dst      []byte // the caller's; valid only inside Write
	given    int64  // bytes of output handed on, or dropped for the limit
	limit    int64  // of what is given
	followed int64  // the most that is inflated, see limits.InflateFollow
}

// begin starts a message behind the last one.
func (h *window) begin(limit int64) {
	h.out, h.start = h.w, h.w
	h.given, h.unknownLen = 0, 0
	h.limit = max(limit, 0)
	h.followed = math.MaxInt64
	if h.limit < math.MaxInt64/limits.InflateFollow {
		h.followed = h.limit * limits.InflateFollow
	}
	h.settle(h.w)
}

// forget makes all history unknown.
func (h *window) forget() {
	h.w, h.out, h.start, h.floor = 0, 0, 0, 0
	h.lost, h.known, h.unknown = true, 0, nil
}

// handOn gives the output so far to the caller.
func (h *window) handOn() {
	n := int64(h.w - h.out)
	if give := min(n, h.limit-h.given); give > 0 {
		h.dst = append(h.dst, h.buf[h.out:h.out+int(give)]...)
	}
	h.given += n
	h.out = h.w
}

// setFloor finds the place that ordinary matches do not reach before.
func (c *Context) setFloor() {
	c.floor = c.known
	if c.opt.NoContextTakeover {
		c.floor = max(c.floor, c.start)
	}
}

// makeRoom hands the output on and makes room for more. It answers false if
// the message has been followed far enough.
func (c *Context) makeRoom() bool {
	c.handOn()
	if c.given > c.followed {
		c.state = stopped
		return false
	}
	if len(c.buf) < maxBuffer {
		buf := make([]byte, max(minBuffer, 2*len(c.buf)))
		copy(buf, c.buf[:c.w])
		c.buf = buf
		return true
	}
	c.settle(c.w)
	// Whole words of the unknown bits move with the bytes.
	by := (c.w - windowSize) &^ 63
	copy(c.buf, c.buf[by:c.w])
	c.w -= by
	c.out -= by
	c.start -= by
	c.moveUnknown(by)
	c.setFloor()
	return true
}
