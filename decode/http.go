package decode

import (
	"wsscope/decode/http1"
	"wsscope/event"
	"wsscope/judge"
	"wsscope/limits"
	"wsscope/stream"
)

// httpLayer follows HTTP/1.1 (RFC 9112) until a request for WebSocket is
// answered with 101, or a CONNECT with 2xx. It pairs answers with requests
// without counting on the order of the two directions.
type httpLayer struct {
	c       *Conn // addresses, TLS
	sh      *Shared
	next    stream.Layer // set when the connection has become something else
	pending []*exchange  // requests without a final answer, oldest first
	in      [2]httpSide
	ignored bool        // not followed any more
	refused *judge.Conn // of the last handshake that was refused, nil if none was
	needs   int64       // of the client's stream the sender of a response that waits had this much; -1 unknown
	unsure  bool        // requests or responses were lost: which belong together is not certain
	late    *Conn       // takes what stands behind lost heads and is none; nil before
}

// exchange is a request and what is known of its answer.
type exchange struct {
	req     http1.Request
	upgrade bool // it asks for WebSocket
	connect bool
	sent    event.Stamp // the packet of the last byte of its head
	end     int64       // stream offset behind its head
}

// httpSide is the parser of one direction.
type httpSide struct {
	state   httpState
	after   httpState // behind the body
	head    []byte
	scanned int
	body    http1.Body
	held    []held // waits for the other direction
	popped  []held // held as it was before its first item was taken
	bytes   int
	lost    bool // bytes were lost here: the next head is to be looked for
	doubt   bool // the body of a response begins here, if its request, which is lost, made it have one
	ended   bool
	how     stream.End // valid if ended
	off     int64      // stream offset behind the bytes parsed, as far as the chunks tell
	adrift  bool       // an unknown number of bytes was lost before
}

type httpState uint8

const (
	inHead httpState = iota
	inBody
	waiting // the other direction must say what comes
)

func newHTTP(c *Conn, client event.Dir) *httpLayer {
	h := &httpLayer{c: c, sh: c.sh}
	// A connection joined late begins anywhere; a whole one with a request.
	h.in[0].lost = c.side[client].gap
	h.in[1].lost = c.side[client.Reverse()].gap
	h.unsure = h.in[0].lost || h.in[1].lost
	return h
}

// Data implements stream.Layer.
func (h *httpLayer) Data(dir event.Dir, c *stream.Chunk) {
	switch {
	case h.next != nil:
		h.next.Data(dir, c)
	case h.ignored:
	case h.in[dir].state == waiting || len(h.in[dir].held) > 0:
		h.hold(dir, chunk(c), c.Now)
	default:
		h.parse(dir, chunk(c), c.Now)
		h.drain(dir, c.Now)
	}
}

// Gap implements stream.Layer.
func (h *httpLayer) Gap(dir event.Dir, n int64, now event.Stamp) {
	s := &h.in[dir]
	switch {
	case h.next != nil:
		h.next.Gap(dir, n, now)
	case h.ignored:
	case s.state == waiting || len(s.held) > 0:
		h.hold(dir, held{kind: isGap, gap: n, origin: now}, now)
	default:
		h.gap(dir, n, now)
	}
}

// End implements stream.Layer.
func (h *httpLayer) End(dir event.Dir, how stream.End, now event.Stamp) {
	s := &h.in[dir]
	s.ended, s.how = true, how
	switch {
	case h.next != nil:
		h.next.End(dir, how, now)
		return
	case h.ignored:
		return
	}
	both := h.in[0].ended && h.in[1].ended
	h.settle(now, both)
	if h.next != nil || h.ignored || !both {
		return
	}
	if h.guessable() {
		h.guess(now)
		return
	}
	if late := h.late; late != nil && late.seekAtEnd(now) {
		h.late = nil
		h.become(late, now)
		return
	}
	h.unanswered(now)
	h.ignore()
}

// Conflict passes on what was seen twice and differs.
func (h *httpLayer) Conflict(dir event.Dir, detail string, n int64, now event.Stamp) {
	if l, ok := h.next.(interface {
		Conflict(event.Dir, string, int64, event.Stamp)
	}); ok {
		l.Conflict(dir, detail, n, now)
	}
}

// hold keeps an item until the other direction says what it is.
func (h *httpLayer) hold(dir event.Dir, it held, now event.Stamp) {
	s := &h.in[dir]
	if it.kind == isData {
		it = it.owned()
	}
	over := s.bytes+len(it.data) > int(limits.Held) || len(s.held) >= heldItems
	h.sh.charge(len(it.data))
	s.bytes += len(it.data)
	s.held = append(s.held, it)
	if over || h.sh.waiting > limits.WaitingTotal {
		h.sh.Stats.HeldReleased++
		h.settle(now, true)
		switch {
		case h.next != nil:
		case h.guessable():
			h.guess(now)
		default:
			h.ignore()
		}
		return
	}
	h.settle(now, false)
	if h.next == nil && !h.ignored {
		h.guessHTTP2(now)
	}
}

func (h *httpLayer) ignore() {
	h.ignored = true
	for i := range h.in {
		s := &h.in[i]
		h.sh.unreserve(s.bytes + len(s.head))
		s.held, s.popped, s.head, s.bytes = nil, nil, nil, 0
	}
	h.pending = nil
	h.forgetLate()
}
