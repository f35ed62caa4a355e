package deflate

import (
	"fmt"
	"math"

	"wsscope/event"
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
	// slack is the room that the decoding of symbols asks for: one match and
	// some literals, and what copying 16 bytes at a time writes too much.
	slack = 288
)

// window is the history and, right behind it, the output: a match is one copy
// within buf, wherever it comes from.
type window struct {
	buf []byte
	w   int // end of the output in buf
	out int // the output before it has been handed on

	start int // where this message starts in buf; negative once that has moved out
	floor int // matches that reach before it are looked at closely

	// lost: bytes before known may be unknown. Those before the buffer are,
	// and those that have their bit in unknown, which is nil while none has.
	// known is 0 if lost is false.
	lost    bool
	known   int
	unknown []uint64

	dst        []byte // the caller's, within Write and End
	limit      int64  // give no more output than this
	followed   int64  // inflate no more than this
	len        int64  // bytes of output handed on or dropped
	unknownLen int64  // unknown ones among them
}

// begin starts a message at the end of the last one.
func (h *window) begin(limit int64) {
	h.out, h.start = h.w, h.w
	h.limit = max(limit, 0)
	h.followed = math.MaxInt64
	if h.limit < math.MaxInt64/limits.InflateFollow {
		h.followed = h.limit * limits.InflateFollow
	}
	h.len, h.unknownLen = 0, 0
	h.settle()
}

// settle ends the unknown history once all of the window is known.
func (h *window) settle() {
	if h.lost && h.w-h.known >= windowSize {
		h.lost, h.known, h.unknown = false, 0, nil
	}
}

// forget makes all history unknown.
func (h *window) forget() {
	h.w, h.out, h.start, h.floor, h.known = 0, 0, 0, 0, 0
	h.lost, h.unknown = true, nil
}

// handOn gives the output so far to the caller.
func (h *window) handOn() {
	if give := min(int64(h.w-h.out), h.limit-h.len); give > 0 {
		h.dst = append(h.dst, h.buf[h.out:h.out+int(give)]...)
	}
	h.len += int64(h.w - h.out)
	h.out = h.w
}

// makeRoom hands the output on and makes slack bytes of room behind it.
func (c *Context) makeRoom() {
	c.handOn()
	if c.len > c.followed {
		c.state = stopped
	}
	if len(c.buf) < maxBuffer {
		buf := make([]byte, max(minBuffer, 2*len(c.buf)))
		copy(buf, c.buf[:c.w])
		c.buf = buf
		return
	}
	c.settle()
	// Whole words of the unknown bits move with the bytes.
	by := (c.w - windowSize) &^ 63
	copy(c.buf, c.buf[by:c.w])
	c.w -= by
	c.out -= by
	c.start -= by
	if c.lost {
		c.known -= by
		if c.unknown != nil {
			k := copy(c.unknown, c.unknown[by/64:])
			clear(c.unknown[k:])
		}
	}
	c.setFloor()
}

// copyMatch repeats length bytes from distance before the end of the output.
// The caller has made room for them. It answers false if the distance reaches
// before the start of the stream.
func (c *Context) copyMatch(distance, length int) bool {
	if distance > c.w && !c.lost {
		return false
	}
	if c.opt.NoContextTakeover && distance > c.w-c.start {
		c.takeover(distance)
	}
	for range length {
		s := c.w - distance
		if c.lost && s < c.known && c.isUnknown(s) {
			c.buf[c.w] = '?'
			c.setUnknown(c.w)
		} else {
			c.buf[c.w] = c.buf[s]
		}
		c.w++
	}
	if c.lost {
		c.setFloor()
	}
	return true
}

func (h *window) isUnknown(at int) bool {
	return at < 0 || h.unknown != nil && h.unknown[at/64]>>(at%64)&1 != 0
}

func (h *window) setUnknown(at int) {
	if h.unknown == nil {
		h.unknown = make([]uint64, maxBuffer/64)
	}
	h.unknown[at/64] |= 1 << (at % 64)
	h.known = at + 1
	h.unknownLen++
}

// takeover notes a match from before the message.
func (c *Context) takeover(distance int) {
	if !c.faults.Has(event.InflateTakeover) {
		c.fault(event.InflateTakeover, fmt.Sprintf("a distance of %d after %d bytes of the message", distance, c.w-c.start))
	}
}
