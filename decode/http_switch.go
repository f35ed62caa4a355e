package decode

import (
	"strings"

	"wsscope/decode/http1"
	"wsscope/event"
	"wsscope/stream"
)

// switched takes a 101: WebSocket, or another protocol.
func (h *httpLayer) switched(x *exchange, res *http1.Response, origin, now event.Stamp) {
	if !isWebSocket(x, res) {
		if res.HasToken("Upgrade", "h2c") { // RFC 7540 section 3.2
			l := newHTTP2(h.c, true, true)
			l.newest = 1 // the request that asked for it
			h.become(l, now)
			return
		}
		h.ignore()
		return
	}
	o := h.open(x, res, now)
	o.HandshakeTime = since(x, origin)
	o.EarlyClientBytes = h.early(x, origin)
	session := OpenSession(h.sh, o)
	if x != nil && !h.unsure {
		session.response = acked{h.in[event.ServerToClient].off, origin.Packet}
	}
	if x == nil {
		session.JoinLate(event.ClientToServer) // where the request ends is not known
	}
	h.become(session, now)
}

// isWebSocket reports whether a 101 means WebSocket: it says so, with or
// without a version behind the name (RFC 9110 section 7.8), or answers a
// request for it as only WebSocket does. Whether it says so rightly is for
// the judge.
func isWebSocket(x *exchange, res *http1.Response) bool {
	v, has := res.Get("Upgrade")
	for p := range strings.SplitSeq(v, ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(p), "/")
		if strings.EqualFold(name, "websocket") {
			return true
		}
	}
	_, accept := res.Get("Sec-WebSocket-Accept")
	asked := x == nil || x.upgrade
	return asked && (!has || accept)
}

// early counts the client's bytes behind the request that it sent without
// having seen the response (RFC 6455 section 4.1).
func (h *httpLayer) early(x *exchange, answered event.Stamp) int64 {
	if x == nil {
		return 0
	}
	response := h.in[event.ServerToClient].off
	var n int64
	for i := range h.in[event.ClientToServer].held {
		it := &h.in[event.ClientToServer].held[i]
		if it.kind == isData && it.origin.Packet < answered.Packet && (it.origin.Packet == x.sent.Packet || it.acked >= 0 && it.acked < response) {
			n += int64(len(it.data))
		}
	}
	return n
}

// become hands both directions to the layer that the connection has turned
// into: the client's waiting bytes first, as the contract has it.
func (h *httpLayer) become(l stream.Layer, now event.Stamp) {
	h.next = l
	h.forgetLate()
	for dir := range h.in {
		s := &h.in[dir]
		items := s.held
		h.sh.unreserve(s.bytes + len(s.head))
		head := s.head
		s.held, s.popped, s.head, s.bytes = nil, nil, nil, 0
		if len(head) > 0 {
			l.Data(event.Dir(dir), &stream.Chunk{Data: head, Origin: now, Now: now, Acked: -1, Place: stream.Nowhere})
		}
		replay(l, event.Dir(dir), items, now)
		if s.ended {
			l.End(event.Dir(dir), s.how, now)
		}
	}
	h.pending = nil
}

// tunnel starts anew inside an HTTP CONNECT tunnel (RFC 9110 section 9.3.6).
func (h *httpLayer) tunnel(now event.Stamp) {
	h.become(h.c.inside(h.c.client, true), now)
}
