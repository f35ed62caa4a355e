package decode

import (
	"fmt"
	"time"

	"wsscope/event"
	"wsscope/judge"
	"wsscope/stream"
)

// gap takes lost bytes in a direction that waits for nothing.
func (h *httpLayer) gap(dir event.Dir, n int64, now event.Stamp) {
	s := &h.in[dir]
	if n > 0 {
		s.off += n
	}
	if s.state == inBody && n >= 0 && s.body.Skip(uint64(n)) {
		if s.body.Done() {
			s.state = inHead
		}
		return
	}
	s.state, h.unsure = inHead, true
	h.sh.unreserve(len(s.head))
	s.head, s.scanned, s.lost = nil, 0, true
	h.settle(now, false)
	if h.next != nil {
		h.next.Gap(dir, n, now)
		return
	}
	if h.next == nil && dir == event.ServerToClient && h.guessable() {
		h.guess(now) // the answer is lost; frames, if they follow, tell what it was
	}
}

// settle goes on with a response whose request will not come; final says
// that nothing more is to be waited for.
func (h *httpLayer) settle(now event.Stamp, final bool) {
	s := &h.in[event.ServerToClient]
	if h.next != nil || h.ignored || s.state != waiting {
		return
	}
	c := &h.in[event.ClientToServer]
	if c.state == inBody && !c.over() && !final {
		return // frames begin behind the body
	}
	if len(h.pending) > 0 || c.over() || final {
		if final && len(h.pending) == 0 {
			c.lost = true
		}
		h.resume(event.ServerToClient, now)
	}
}

// guessable reports whether the answer to a request for WebSocket may have
// been a 101 that the capture lacks.
func (h *httpLayer) guessable() bool {
	if len(h.pending) == 0 || !h.pending[0].upgrade {
		return false
	}
	return h.in[event.ServerToClient].lost || h.in[event.ServerToClient].off == 0 && h.in[event.ClientToServer].bytes > 0
}

// guess looks for frames behind a request whose answer is not there.
func (h *httpLayer) guess(now event.Stamp) {
	x := h.pending[0]
	in := h.c.inside(h.c.client, false)
	in.template = h.open(x, nil, now)
	in.joinLate(now)
	in.side[event.ServerToClient].hunt.behindGap = true
	h.become(in, now)
}

// afterLost101 takes what the server sends in the place of a response, and
// what no response begins with: the beginning of its stream was not captured.
func (h *httpLayer) afterLost101(it held, now event.Stamp) bool {
	h.in[event.ServerToClient].lost = true
	if !h.guessable() {
		h.in[event.ServerToClient].lost = false
		return false
	}
	h.guess(now)
	h.next.Data(event.ServerToClient, &stream.Chunk{Data: it.data, Origin: it.origin, Now: now, Acked: it.acked, Place: it.place})
	return true
}

// unanswered remarks on requests for WebSocket without any response.
func (h *httpLayer) unanswered(now event.Stamp) {
	for _, x := range h.pending {
		if x.upgrade {
			f := judge.Note("handshake-unanswered", "the request for "+fmt.Sprintf("%.80q", x.req.Target)+" got no response before the connection ended")
			f.Stamp, f.Client, f.Server, f.Dir = now, h.c.addr[h.c.client], h.c.addr[h.c.client.Reverse()], event.ClientToServer
			h.sh.Out.Finding(f)
		}
	}
}

func since(x *exchange, origin event.Stamp) time.Duration {
	if x == nil {
		return -1
	}
	return time.Duration(max(origin.Time-x.sent.Time, 0))
}
