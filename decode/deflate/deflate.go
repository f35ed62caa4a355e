// Package deflate inflates the messages of permessage-deflate (RFC 7692
// section 7.2) as a capture shows them: whole or in pieces, valid or not, with
// all of their history or with only a part of it.
//
// An endpoint's inflater stops at the first mistake. This one says what the
// mistake is and goes on where the text can still be given, because a reader
// of a capture wants both.
package deflate

import (
	"fmt"

	"wsscope/event"
)

// Options are what the handshake agreed for one direction.
type Options struct {
	// WindowBits is *_max_window_bits, 8 to 15; 0 stands for 15, the value
	// where nothing was agreed (RFC 7692 section 7.1.2).
	WindowBits int
	// NoContextTakeover: each message must start with an empty window
	// (RFC 7692 section 7.1.1).
	NoContextTakeover bool
	// UnknownHistory: messages may have been sent before the first one that
	// is given to the Context.
	UnknownHistory bool
}

// Context inflates the messages of one direction, one after another. The zero
// value is not ready for use, see New. A Context holds no buffer before its
// first byte of output, then one of 4 KiB, which grows up to 64 KiB with the
// output, and 8 KiB more while bytes of unknown value are in its window.
type Context struct {
	window
	input

	opt   Options
	state state
	final bool    // the block at hand, or the last one, has BFINAL=1
	empty bool    // the last block was an empty stored one
	zero  bool    // the header at hand follows a final block and its byte is 0
	left  int     // bytes left in a stored block
	t     *tables // codes of the block at hand; valid only in state symbols
	own   *tables // from the pool, nil before the message's first dynamic block

	open    bool // between Begin and End
	skip    bool // bytes of this message are lost
	faults  Faults
	details []string // of the faults, by fault; nil before the first
	maxDist int
}

// Result is what one message showed.
type Result struct {
	// Fault is the gravest of Faults.
	Fault event.InflateFault
	// Detail says in a clause what was seen, and where: byte offsets count
	// the compressed payload from 0. Empty if Fault is InflateOK.
	Detail string
	// Faults has every fault that the message showed.
	Faults Faults
	// Len counts the bytes of output, those above the limit included. After
	// InflateLimit it is exact only if History is true.
	Len int64
	// Unknown counts the bytes of output that are unknown and stand as '?'.
	Unknown int64
	// MaxDistance is the largest distance of a match, 0 if there was none.
	MaxDistance int
	// History: the message was followed to its end, so that the next one can
	// refer to it.
	History bool
}

// Faults is a set of event.InflateFault.
type Faults uint16

// Has says whether f is in the set.
func (s Faults) Has(f event.InflateFault) bool { return s>>f&1 != 0 }

// gravity orders the faults, the gravest first: those that cost the text, then
// those that break what was agreed, then those of form.
var gravity = [...]event.InflateFault{
	event.InflateInvalid,
	event.InflateEndsInBlock,
	event.InflateEmptyPayload,
	event.InflateLimit,
	event.InflateContextLost,
	event.InflateTakeover,
	event.InflateWindow,
	event.InflateTailKept,
	event.InflatePadding,
}

// New returns a Context for one direction of a connection.
func New(opt Options) *Context {
	if opt.WindowBits == 0 {
		opt.WindowBits = 15
	}
	c := &Context{opt: opt}
	c.lost = opt.UnknownHistory
	return c
}

// Begin starts a message. Up to limit bytes of its output are given; what
// follows is counted, and kept as history, up to limits.InflateFollow times as
// much. A message that was begun and not ended counts as lost.
func (c *Context) Begin(limit int64) {
	if c.open {
		c.forget()
	}
	c.begin(limit)
	c.input = input{}
	c.state, c.final, c.empty, c.zero = atHeader, false, false, false
	c.open, c.skip = true, false
	c.faults, c.maxDist = 0, 0
	c.setFloor()
}

// setFloor finds the place that ordinary matches do not reach before.
func (c *Context) setFloor() {
	c.floor = c.known
	if c.opt.NoContextTakeover {
		c.floor = max(c.floor, c.start)
	}
}

// Write inflates the next piece of a message's joined payload. It appends the
// output so far to dst and returns it. src is not kept. What is wrong with the
// payload is told by End.
func (c *Context) Write(dst, src []byte) []byte {
	c.dst = dst
	c.src = src
	c.in += int64(len(src))
	if c.open {
		c.run()
	}
	c.handOn()
	dst, c.dst, c.src = c.dst, nil, nil
	return dst
}

// Lose says that bytes of the direction were lost before the next message, or,
// between Begin and End, inside this one. All history is unknown from here on.
func (c *Context) Lose() {
	c.forget()
	if c.open {
		c.skip = true
		c.state = stopped
	}
}

// End ends the message. It appends the last output to dst.
//
// RFC 7692 section 7.2.2 appends 00 00 ff ff here, which ends an empty stored
// block if all is well: the payload must end with that block's three header
// bits and its padding. So the bytes need not be fed, the state tells all. A
// payload that ends elsewhere would only have those bytes misread.
func (c *Context) End(dst []byte) ([]byte, Result) {
	c.dst = dst
	if c.open {
		c.judgeEnd()
	}
	c.handOn()
	dst, c.dst = c.dst, nil
	r := Result{Len: c.len, Unknown: c.unknownLen, MaxDistance: c.maxDist, History: true}
	if c.skip {
		c.fault(event.InflateContextLost, "bytes of the message are not in the capture")
	}
	if c.len > c.limit {
		c.fault(event.InflateLimit, "")
	}
	if c.unknownLen > 0 {
		c.fault(event.InflateContextLost, "")
	}
	if c.maxDist > 1<<c.opt.WindowBits {
		c.fault(event.InflateWindow, "")
	}
	if c.len > c.followed {
		// Where the following stopped depends on the pieces of the payload;
		// the result must not.
		r.Len, r.MaxDistance = c.followed, 0
		c.faults &^= 1 << event.InflateWindow
	}
	if c.faults != 0 {
		c.describe(&r)
	}
	if !r.History {
		c.forget()
	}
	c.release()
	c.open = false
	return dst, r
}

// judgeEnd reports a payload that ends elsewhere than it should.
func (c *Context) judgeEnd() {
	switch {
	case c.state == stopped:
	case c.in == 0:
		c.fault(event.InflateEmptyPayload, "the payload is empty, an empty message is one byte 00")
	case c.state == atStoredLen && c.n == 0:
	case c.state == atStoredLen && c.zero && c.bits == 0:
		c.fault(event.InflatePadding, fmt.Sprintf("%d zero bytes too many at the end, after a final block", c.n/8))
	case c.state == atHeader && c.n == 0 && c.final:
		c.fault(event.InflateTailKept, "the payload ends with a final block, the header of an empty stored block should follow")
	case c.state == atHeader && c.n == 0 && c.empty:
		c.fault(event.InflateTailKept, "the payload ends with 00 00 ff ff, which should have been removed")
	case c.state == atHeader && c.n == 0:
		c.fault(event.InflateTailKept, "the payload ends after a whole block, the header of an empty stored block should follow")
	default:
		c.fault(event.InflateEndsInBlock, fmt.Sprintf("the payload ends after %d bytes %s", c.in, c.state.where()))
	}
}

// describe fills in what is wrong, and takes the history back where the
// message could not be followed.
func (c *Context) describe(r *Result) {
	r.Faults = c.faults
	for _, f := range gravity {
		if c.faults.Has(f) {
			r.Fault = f
			break
		}
	}
	if c.details != nil {
		r.Detail = c.details[r.Fault]
	}
	if r.Detail == "" {
		switch r.Fault {
		case event.InflateLimit:
			r.Detail = fmt.Sprintf("more than %d bytes inflated from %d", c.limit, c.in)
		case event.InflateContextLost:
			r.Detail = fmt.Sprintf("%d bytes come from messages that the capture does not hold", c.unknownLen)
		case event.InflateWindow:
			r.Detail = fmt.Sprintf("a distance of %d where the window is %d", c.maxDist, 1<<c.opt.WindowBits)
		}
	}
	r.History = !c.skip && c.len <= c.followed &&
		!c.faults.Has(event.InflateInvalid) && !c.faults.Has(event.InflateEndsInBlock)
	c.details = nil
}

// fault notes f, and the detail of its first time.
func (c *Context) fault(f event.InflateFault, detail string) {
	if !c.faults.Has(f) {
		c.faults |= 1 << f
		if c.details == nil {
			c.details = make([]string, event.InflateLimit+1)
		}
		c.details[f] = detail
	}
}

// invalid notes that the payload is not a DEFLATE stream and stops reading it.
func (c *Context) invalid(what string) {
	c.fault(event.InflateInvalid, fmt.Sprintf("%s at byte %d", what, c.offset()))
	c.state = stopped
}
