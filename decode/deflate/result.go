package deflate

import (
	"fmt"

	"wsscope/event"
)

// Result is what one message showed.
type Result struct {
	// Fault is the gravest of Faults.
	Fault event.InflateFault
	// Detail says in a clause what was seen, and where: bytes of the payload
	// count from 0. It is empty if Fault is InflateOK.
	Detail string
	// Faults are all that the message showed. Those that are only notes do
	// not hide the others: a message may both lack history and break the
	// agreed window.
	Faults Faults
	// Len counts the bytes of output, those above the limit included; it is
	// what was followed of them if that was not to their end (see History).
	Len int64
	// Unknown counts the bytes of output that come from lost history. They
	// stand as '?'.
	Unknown int64
	// MaxDistance is the largest distance of a match, 0 if there was none.
	MaxDistance int
	// History: the message was followed to its end, so later ones can refer
	// to it. It is false after InflateInvalid and InflateEndsInBlock, after
	// Lose inside the message, and where InflateLimit ended the following.
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

// result sums the message up.
func (c *Context) result() Result {
	r := Result{Len: c.given, Unknown: c.unknownLen, MaxDistance: c.maxDistance, History: !c.skip}
	if c.given > c.limit {
		c.fault(event.InflateLimit, fmt.Sprintf("%d bytes inflate to more than %d", c.in, c.limit))
	}
	if c.given > c.followed {
		// Where the following stopped depends on how the payload was cut
		// into pieces. The result must not: so it tells the limit alone.
		c.faults &= 1 << event.InflateLimit
		r.Len, r.Unknown, r.MaxDistance, r.History = c.followed, 0, 0, false
	}
	if r.Unknown > 0 {
		c.fault(event.InflateContextLost, fmt.Sprintf("%d of %d bytes come from messages that are not in the capture", r.Unknown, r.Len))
	}
	if r.MaxDistance > 1<<c.opt.WindowBits {
		c.fault(event.InflateWindow, fmt.Sprintf("a distance of %d, the agreed window is %d", r.MaxDistance, 1<<c.opt.WindowBits))
	}
	if c.faults == 0 {
		return r
	}
	r.Faults = c.faults
	for _, f := range gravity {
		if c.faults.Has(f) {
			r.Fault, r.Detail = f, c.details[f]
			break
		}
	}
	if c.faults.Has(event.InflateInvalid) || c.faults.Has(event.InflateEndsInBlock) {
		r.History = false
	}
	return r
}

// fault notes f, and the detail of its first time.
func (c *Context) fault(f event.InflateFault, detail string) {
	if c.faults.Has(f) {
		return
	}
	c.faults |= 1 << f
	if c.details == nil {
		c.details = make([]string, event.InflateLimit+1)
	}
	c.details[f] = detail
}

// invalid notes that the payload is not a DEFLATE stream, and ends its reading.
func (c *Context) invalid(what string) {
	c.fault(event.InflateInvalid, fmt.Sprintf("%s at byte %d", what, c.offset()))
	c.state = stopped
}
