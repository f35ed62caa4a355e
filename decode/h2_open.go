package decode

import (
	"time"

	"wsscope/event"
)

// answered takes the response to the request for WebSocket, or for a tunnel,
// of a stream.
func (h *http2Layer) answered(s *h2Stream, res *h2Response, now event.Stamp) {
	ok := res.Status/100 == 2 || res.Status == 101
	switch {
	case res.Status == 0 && res.partial:
		h.guess(s, now)
	case s.request.tunnel && ok:
		s.layer = h.c.inside(h.c.client, true)
		h.follow(s, now)
	case s.request.tunnel:
		h.remove(s)
	case ok:
		o := h.describe(s, res, now)
		o.EarlyClientBytes = s.early(res)
		s.layer = OpenSession(h.sh, o)
		h.follow(s, now)
	default:
		o := h.describe(s, res, now)
		o.Refused = true
		Refuse(h.sh, o)
		h.remove(s)
	}
}

// guess goes on with a stream one half of whose exchange will not come.
func (h *http2Layer) guess(s *h2Stream, now event.Stamp) {
	switch {
	case s.request == nil && s.answer != nil && s.answer.ordinary():
		s.state = h2Ignored
		h.take(s)
		if s.ended[event.ServerToClient] {
			h.remove(s)
		}
	case s.request == nil && s.answer != nil && s.answer.handshake():
		session := OpenSession(h.sh, h.describe(s, s.answer, now))
		session.JoinLate(event.ClientToServer) // frames may be lost with the request
		s.layer = session
		h.follow(s, now)
	default:
		in := h.c.inside(h.c.client, false)
		if s.request == nil || !s.request.tunnel {
			in.stream = s.id
		}
		if s.request != nil && !s.request.tunnel {
			in.template = h.describe(s, nil, now)
		}
		if !in.ignore {
			in.joinLate(now)
			if in.template != nil && h.lost[event.ServerToClient] {
				in.side[event.ServerToClient].hunt.behindGap = true
			}
		}
		s.layer = in
		h.follow(s, now)
	}
}

// follow hands what a stream held to its layer, the client's bytes first.
func (h *http2Layer) follow(s *h2Stream, now event.Stamp) {
	s.state = h2Followed
	items := h.take(s)
	for dir := range items {
		replay(s.layer, event.Dir(dir), items[dir], now)
	}
	if s.ended[0] && s.ended[1] {
		h.remove(s)
	}
}

// describe makes the event of a handshake (RFC 8441 section 5) out of the
// halves that are known; res may be nil.
func (h *http2Layer) describe(s *h2Stream, res *h2Response, now event.Stamp) *event.Open {
	var o *event.Open
	switch {
	case s.request == nil:
		o = h.c.open(nil, event.Stamp{}, &res.Response, now)
	case res == nil:
		o = h.c.open(&s.request.Request, s.request.sent, nil, now)
	default:
		o = h.c.open(&s.request.Request, s.request.sent, &res.Response, now)
		o.HandshakeTime = time.Duration(max(res.origin.Time-s.request.sent.Time, 0))
	}
	o.Transport, o.Conn.Stream = "h2", s.id
	o.AcceptValid = event.Unknown // the key has no meaning here
	if s.request != nil {
		if authority, ok := s.request.Get(":authority"); ok {
			o.Host = authority
		}
		o.RequestPartial = s.request.partial
	}
	if res != nil {
		o.ResponsePartial, o.ConnectEnabled = res.partial, res.connect
	}
	return o
}

// early counts the client's bytes behind the request that it sent without
// having seen the response (RFC 6455 section 4.1).
func (s *h2Stream) early(res *h2Response) (n int64) {
	for i := range s.held[event.ClientToServer] {
		it := &s.held[event.ClientToServer][i]
		if it.kind == isData && (it.origin.Packet == s.request.sent.Packet || it.acked >= 0 && it.acked < res.behind) {
			n += int64(len(it.data))
		}
	}
	return n
}
