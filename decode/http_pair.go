package decode

import (
	"slices"

	"wsscope/decode/http1"
	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// request takes a whole request head.
func (h *httpLayer) request(raw []byte, origin, now event.Stamp) {
	if len(h.pending) >= int(limits.PendingRequests) {
		h.sh.Stats.PendingRequests++
		h.ignore()
		return
	}
	s := &h.in[event.ClientToServer]
	x := &exchange{req: http1.ParseRequest(raw), sent: origin, end: s.off}
	x.upgrade = wantsWebSocket(&x.req)
	x.connect = x.req.Method == "CONNECT"
	h.pending = append(h.pending, x)
	s.body = http1.RequestBody(&x.req)
	s.after = inHead
	if x.upgrade || x.connect || x.req.HasToken("Connection", "upgrade") {
		s.after = waiting // for the answer: frames, a tunnel, or a request again?
	}
	s.state = s.after
	if !s.body.Done() {
		s.state = inBody
	}
}

// wantsWebSocket reports a request for an upgrade to WebSocket, well-formed
// or not (RFC 6455 section 4.1).
func wantsWebSocket(r *http1.Request) bool {
	if r.HasToken("Upgrade", "websocket") {
		return true
	}
	if _, other := r.Get("Upgrade"); other {
		return false
	}
	_, key := r.Get("Sec-WebSocket-Key")
	return key
}

// response takes a whole response head; the packet that completed it
// acknowledged so many bytes of the client's, -1 unknown.
func (h *httpLayer) response(raw []byte, acked int64, origin, now event.Stamp) {
	s := &h.in[event.ServerToClient]
	res := http1.ParseResponse(raw)
	if len(h.pending) == 0 && !h.requestLost(acked) {
		// Its request is still to come: captures reorder.
		h.keep(event.ServerToClient, held{kind: isData, data: raw, origin: origin, acked: acked, place: stream.Nowhere})
		s.off -= int64(len(raw))
		s.state, h.needs = waiting, acked
		return
	}
	if res.Status/100 == 1 && res.Status != 101 {
		return // interim, RFC 9110 section 15.2
	}
	var x *exchange
	if h.unsure && acked >= 0 {
		h.passOver(acked)
	}
	if len(h.pending) > 0 {
		x = h.pending[0]
	}
	if res.Status == 101 && x != nil && x.connect {
		// CONNECT switches no protocol: its own answer was lost, and this one
		// came through the tunnel.
		h.keep(event.ServerToClient, held{kind: isData, data: raw, origin: origin, acked: acked, place: stream.Nowhere})
		h.tunnel(now)
		return
	}
	switch {
	case x == nil:
	case h.unsure && acked >= 0 && x.end > acked:
		x = nil // the server did not have this request yet
	case h.unsure && x.upgrade && res.Status != 101 && !h.answered():
		x = nil // more likely the answer to a request that was lost
	case h.unsure && res.Status == 101:
		if x = h.findUpgrade(&res, acked); x == nil && len(h.pending) > 0 && h.waitsForUpgrade() {
			s.lost = true // what looks like a head was part of a body
			return
		}
	default:
		h.pending = h.pending[1:]
	}
	h.sh.Stats.HTTPExchanges++
	if res.Status == 101 {
		h.switched(x, &res, origin, now)
		return
	}
	if x != nil && x.connect && res.Status/100 == 2 {
		h.tunnel(now)
		return
	}
	if x != nil && x.upgrade {
		o := h.open(x, &res, now)
		o.Refused = true
		o.HandshakeTime = since(x, origin)
		h.refused = Refuse(h.sh, o)
	}
	method := ""
	if x != nil {
		method = x.req.Method
	}
	s.body = http1.ResponseBody(&res, method)
	s.state, s.after, s.doubt = inHead, inHead, false
	if !s.body.Done() {
		s.state, s.doubt = inBody, x == nil
	}
	if len(h.pending) == 0 { // else the client waits for another answer
		h.resume(event.ClientToServer, now)
	}
}

// passOver drops requests whose answers were lost: when the server sent the
// answer at hand it had a later request already. A client that pipelines may
// lose the pairing for it; hardly any does (RFC 9112 section 9.3.2).
func (h *httpLayer) passOver(acked int64) {
	for len(h.pending) > 1 && !h.pending[0].upgrade && h.pending[1].end <= acked {
		h.pending = h.pending[1:]
	}
}

// over reports that no head will come from a direction any more, or not one
// that is waited for.
func (s *httpSide) over() bool { return s.ended || s.lost }

// resume parses what waited in a direction as HTTP again.
func (h *httpLayer) resume(dir event.Dir, now event.Stamp) {
	s := &h.in[dir]
	if s.state == waiting {
		s.state = inHead
	}
	h.drain(dir, now)
}

// findUpgrade looks for the request that a 101 answers where requests or
// responses were lost: one for WebSocket whose key the response fits. The
// packet of the response acknowledged so many bytes of the client's.
func (h *httpLayer) findUpgrade(res *http1.Response, acked int64) *exchange {
	accept, _ := res.Get("Sec-WebSocket-Accept")
	for i, x := range h.pending {
		if key, _ := x.req.Get("Sec-WebSocket-Key"); x.upgrade && accept == Accept(key) {
			h.pending = h.pending[i+1:]
			return x
		}
	}
	// The key may be answered wrongly, but hardly by a packet that acknowledges
	// just this request.
	for i, x := range h.pending {
		if x.upgrade && x.end == acked {
			h.pending = h.pending[i+1:]
			return x
		}
	}
	return nil
}

// waitsForUpgrade reports whether a request for WebSocket has no answer yet.
func (h *httpLayer) waitsForUpgrade() bool {
	return slices.ContainsFunc(h.pending, func(x *exchange) bool { return x.upgrade })
}

// answered reports whether what the client sent behind its request for
// WebSocket shows that the answer was no 101: another request.
func (h *httpLayer) answered() bool {
	c := &h.in[event.ClientToServer]
	for i := range c.held {
		if c.held[i].kind == isData {
			yes, _ := http1.LooksLikeRequest(c.held[i].data)
			return yes
		}
	}
	return c.ended // nothing more: a refusal is as likely
}
