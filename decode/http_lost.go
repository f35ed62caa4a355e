package decode

import (
	"fmt"
	"time"

	"wsscope/decode/http2"
	"wsscope/event"
	"wsscope/judge"
	"wsscope/stream"
)

// gap takes lost bytes in a direction that waits for nothing.
func (h *httpLayer) gap(dir event.Dir, n int64, now event.Stamp) {
	s := &h.in[dir]
	if n < 0 {
		s.adrift = true
	} else {
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
	if h.late != nil {
		h.late.Gap(dir, n, now)
	}
	h.settle(now, false)
	if h.next != nil {
		h.next.Gap(dir, n, now)
		return
	}
	if dir != event.ServerToClient {
		return
	}
	if h.guessable() {
		h.guess(now) // the answer is lost; frames, if they follow, tell what it was
		return
	}
	h.guessHTTP2(now)
}

// guessHTTP2 takes the preface of HTTP/2 behind a request for h2c whose answer
// is lost for what follows a 101 only (RFC 7540 section 3.2).
func (h *httpLayer) guessHTTP2(now event.Stamp) {
	c := &h.in[event.ClientToServer]
	if !h.in[event.ServerToClient].lost || c.state != waiting || len(c.held) == 0 || len(h.pending) == 0 || !h.pending[0].req.HasToken("Upgrade", "h2c") {
		return
	}
	if preface, _ := http2.Sniff(c.held[0].data); preface {
		l := newHTTP2(h.c, true, false)
		l.newest = 1 // the request that asked for it
		h.become(l, now)
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
	if len(h.pending) > 0 || h.requestLost(h.needs) || final {
		if final && len(h.pending) == 0 {
			c.lost = true
		}
		h.resume(event.ServerToClient, now)
	}
}

// requestLost reports that the request of a response will not come: the
// client's stream has ended, or bytes of it are lost and what the response's
// packet acknowledged was all parsed.
func (h *httpLayer) requestLost(acked int64) bool {
	c := &h.in[event.ClientToServer]
	return c.ended || c.lost && (acked < 0 || c.adrift || c.off >= acked)
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

// seekLate looks for frames in what stands behind lost heads and is no head
// itself: both heads of a handshake may be among them.
func (h *httpLayer) seekLate(dir event.Dir, it held, now event.Stamp) {
	if h.late == nil {
		h.late = h.c.inside(h.c.client, false)
		h.late.joinLate(now)
		for i := range h.late.side {
			h.late.side[i].hunt.behindGap = true
		}
	}
	h.late.Data(dir, &stream.Chunk{Data: it.data, Origin: it.origin, Now: now, Acked: it.acked, Place: it.place})
	if late := h.late; late.layer != nil {
		h.late = nil
		h.become(late, now)
	}
}

// forgetLate ends the search for frames.
func (h *httpLayer) forgetLate() {
	if h.late != nil {
		h.late.giveUp()
		h.late = nil
	}
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
