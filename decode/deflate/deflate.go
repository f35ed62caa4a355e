// Package deflate inflates the messages of permessage-deflate (RFC 7692
// section 7.2) as a capture shows them: whole or in pieces, valid or not, with
// all of their history or with a part of it.
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
// value is not ready for use, see New.
//
// A Context holds no buffer before its first byte of output, then one of
// 4 KiB that grows with the output up to 64 KiB, and 8 KiB more while bytes of
// unknown value are in its window. Inside a message it borrows 14 KiB.
type Context struct {
	opt Options
	window
	input

	open  bool // between Begin and End
	skip  bool // bytes of this message are lost
	state state
	final bool // the block at hand, or the last one, has BFINAL=1
	empty bool // the last block was an empty stored one
	zero  bool // the header at hand follows a final block, and its byte is 0
	left  int  // bytes left in a stored block; valid only in state inStored

	codes *tables  // of the block at hand; valid only in state inSymbols
	own   *scratch // nil where the message has not needed it yet

	maxDistance int
	faults      Faults
	details     []string // by fault; nil if there is none
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
	c.input = input{}
	c.open, c.skip = true, false
	c.state, c.final, c.empty, c.zero = atHeader, false, false, false
	c.faults, c.details, c.maxDistance = 0, nil, 0
	c.begin(limit)
	c.setFloor()
}

// Write inflates the next piece of a message's joined payload. It appends the
// output so far to dst and returns it. src is not kept. What is wrong with the
// payload is told by End.
func (c *Context) Write(dst, src []byte) []byte {
	c.dst, c.src = dst, src
	c.in += int64(len(src))
	if c.open {
		c.run()
	}
	c.handOn()
	dst, c.dst, c.src = c.dst, nil, nil
	return dst
}

// Lose says that bytes of the direction are missing: between Begin and End,
// bytes of this message, of which nothing more is inflated; else bytes before
// the next one. All history is unknown from here on.
func (c *Context) Lose() {
	c.forget()
	if c.open {
		c.skip = true
		c.state = stopped
	}
}

// End ends the message. It appends the last output to dst, and returns it with
// what the message showed.
func (c *Context) End(dst []byte) ([]byte, Result) {
	if !c.open {
		return dst, Result{History: true}
	}
	c.judgeEnd()
	r := c.result()
	if !r.History {
		c.forget()
	}
	c.release()
	c.open = false
	return dst, r
}

// judgeEnd reports a payload that ends elsewhere than it should.
//
// RFC 7692 section 7.2.2 appends 00 00 ff ff here, which ends an empty stored
// block if all is well: the payload must end with that block's header bits and
// their padding. The bytes need not be fed, as the state tells all; a payload
// that ends elsewhere would only have them misread.
func (c *Context) judgeEnd() {
	switch {
	case c.skip:
		c.fault(event.InflateContextLost, "bytes of the message are not in the capture")
	case c.state == stopped:
	case c.in == 0:
		c.fault(event.InflateEmptyPayload, "the payload is empty; an empty message is one byte 00")
	case c.state == atStoredLen && c.n == 0:
	case c.state == atStoredLen && c.zero && c.bits == 0:
		c.fault(event.InflatePadding, fmt.Sprintf("a zero byte too many at byte %d, after a final block", c.in-1))
	case c.state == atHeader && c.n == 0 && c.final:
		c.fault(event.InflateTailKept, "the payload ends with a final block; the header of an empty stored block should follow")
	case c.state == atHeader && c.n == 0 && c.empty:
		c.fault(event.InflateTailKept, "the payload ends with 00 00 ff ff, which should have been removed")
	case c.state == atHeader && c.n == 0:
		c.fault(event.InflateTailKept, "the payload ends with a whole block; the header of an empty stored block should follow")
	default:
		c.fault(event.InflateEndsInBlock, fmt.Sprintf("the payload ends after %d bytes, %s", c.in, c.state.where()))
	}
}
