package decode

import (
	"slices"
	"strconv"
	"strings"

	"wsscope/decode/http2"
	"wsscope/event"
	"wsscope/stream"
)

// Headers implements http2.Handler.
func (h *http2Layer) Headers(dir event.Dir, id uint32, b *http2.Block) {
	switch {
	case id%2 == 0: // the server's own streams hold pushed responses
	case dir == event.ClientToServer:
		h.requested(id, b)
	default:
		h.responded(id, b)
	}
}

// requested takes a header block of the client: a request, or trailers.
func (h *http2Layer) requested(id uint32, b *http2.Block) {
	method, hasMethod := b.Get(":method")
	if id <= h.newest || !hasMethod && !b.Partial {
		return // trailers (RFC 9113 section 8.1)
	}
	h.newest = id
	if h.to > id {
		h.to = id
	}
	protocol, hasProtocol := b.Get(":protocol")
	webSocket := strings.EqualFold(protocol, "websocket")
	connect := method == "CONNECT"
	switch {
	case b.Partial && !hasProtocol && (connect || !hasMethod):
		// What it asks for is not known.
		if s := h.add(id); s != nil && s.state == h2Waiting {
			h.guess(s, b.Now)
		}
		return
	case !webSocket && (!connect || hasProtocol):
		if s := h.find(id); s != nil && s.state != h2Followed {
			h.remove(s)
		}
		return
	}
	s := h.add(id)
	if s == nil || s.state != h2Waiting {
		return
	}
	s.request = &h2Request{partial: b.Partial, tunnel: !webSocket, sent: b.Origin}
	s.request.Fields = slices.Clone(b.Fields)
	s.request.Method = method
	s.request.Target, _ = b.Get(":path")
	switch {
	case s.answer != nil:
		h.answered(s, s.answer, b.Now)
	case len(s.held[event.ServerToClient]) > 0: // its response is lost
		h.guess(s, b.Now)
	}
}

// responded takes a header block of the server: an interim response, a final
// one, or trailers.
func (h *http2Layer) responded(id uint32, b *http2.Block) {
	s := h.find(id)
	if s == nil {
		if h.seen(id) {
			return // of an ordinary request, or one that is over
		}
		if s = h.add(id); s == nil {
			return
		}
	}
	if s.state != h2Waiting || s.answer != nil || len(s.held[event.ServerToClient]) > 0 {
		return // trailers
	}
	res := &h2Response{partial: b.Partial, origin: b.Origin, now: b.Now, behind: b.Behind, connect: h.connect}
	status, _ := b.Get(":status")
	if n, err := strconv.ParseUint(status, 10, 16); err == nil && n < 1000 {
		res.Status = int(n)
	}
	if res.Status/100 == 1 && res.Status != 101 {
		return // interim (RFC 9110 section 15.2); 101 does not exist in HTTP/2, but means what it says
	}
	res.Fields = slices.Clone(b.Fields)
	switch {
	case s.request != nil:
		h.answered(s, res, b.Now)
	case h.requestsLost():
		s.answer = res
		h.guess(s, b.Now)
	default:
		s.answer = res // its request is still to come: captures reorder
	}
}

// StreamData implements http2.Handler.
func (h *http2Layer) StreamData(dir event.Dir, id uint32, c *stream.Chunk) {
	s := h.find(id)
	if s == nil {
		if s = h.stray(dir, id, c.Now); s == nil {
			return
		}
	}
	s.adrift[dir] = false
	if s.state == h2Waiting && dir == event.ServerToClient && s.request != nil {
		h.guess(s, c.Now) // the response must have been lost
	}
	switch s.state {
	case h2Followed:
		s.layer.Data(dir, c)
	case h2Waiting:
		h.hold(s, dir, chunk(c), c.Now)
	}
}

// stray gives the stream of data without a header block, nil if it is not to
// be followed.
func (h *http2Layer) stray(dir event.Dir, id uint32, now event.Stamp) *h2Stream {
	if id%2 == 0 || h.seen(id) || !h.lost[dir] {
		return nil
	}
	s := h.add(id)
	if s != nil && h.requestsLost() {
		h.guess(s, now)
	}
	return s
}

// StreamGap implements http2.Handler.
func (h *http2Layer) StreamGap(dir event.Dir, id uint32, n int64, now event.Stamp) {
	s := h.find(id)
	switch {
	case s == nil:
	case s.state == h2Followed:
		s.layer.Gap(dir, n, now)
	case s.state == h2Waiting:
		h.hold(s, dir, held{kind: isGap, gap: n, origin: now}, now)
	}
}

// StreamEnd implements http2.Handler.
func (h *http2Layer) StreamEnd(dir event.Dir, id uint32, now event.Stamp) {
	s := h.find(id)
	if s == nil {
		return
	}
	h.endHalf(s, dir, stream.FIN, now)
	if dir == event.ServerToClient && s.state != h2Waiting && !s.opened() {
		// An ordinary response is over. That the client's half has ended may
		// have been lost with its request.
		h.endHalf(s, event.ClientToServer, stream.FIN, now)
	}
	if s.ended[0] && s.ended[1] {
		h.settle(s, now)
	}
}

// StreamReset implements http2.Handler.
func (h *http2Layer) StreamReset(dir event.Dir, id uint32, now event.Stamp) {
	s := h.find(id)
	if s == nil {
		return
	}
	switch {
	case s.state != h2Waiting:
		h.endHalf(s, dir, stream.RST, now)
		h.endHalf(s, dir.Reverse(), stream.PeerReset, now)
	case dir == event.ServerToClient && s.request != nil:
		h.unanswered(s, "the stream was reset", now)
		h.remove(s)
	default: // what the other direction sent before it may stand later in the capture
		h.endHalf(s, dir, stream.RST, now)
	}
}

// Setting implements http2.Handler.
func (h *http2Layer) Setting(dir event.Dir, id uint16, value uint32, now event.Stamp) {
	if dir != event.ServerToClient || id != http2.SettingEnableConnect {
		return
	}
	switch {
	case value == 1:
		h.connect = event.Yes
	case h.settingsTold:
	case value > 1:
		h.settingsTold = true
		h.note("h2-settings-invalid", "SETTINGS_ENABLE_CONNECT_PROTOCOL is "+strconv.FormatUint(uint64(value), 10)+"; it must be 0 or 1.", dir, now)
	case h.connect == event.Yes:
		h.settingsTold = true
		h.note("h2-settings-withdrawn", "The server sends SETTINGS_ENABLE_CONNECT_PROTOCOL = 0 after 1; it must not take it back.", dir, now)
	}
}

// FramesLost implements http2.Handler.
func (h *http2Layer) FramesLost(dir event.Dir, now event.Stamp) {
	h.lost[dir] = true
	for _, s := range slices.Clone(h.streams) {
		switch {
		case s.ended[dir] || s.adrift[dir]:
		case s.state == h2Followed:
			s.adrift[dir] = true
			s.layer.Gap(dir, -1, now)
		case s.state == h2Waiting && s.begun(dir):
			s.adrift[dir] = true
			h.hold(s, dir, held{kind: isGap, gap: -1, origin: now}, now)
		}
	}
	if dir == event.ClientToServer {
		if h.to == 0 {
			h.from = h.newest
		}
		h.to = 1 << 31
		h.requestsOver(now)
	}
}

// begun reports whether a waiting stream's half may have carried data.
func (s *h2Stream) begun(dir event.Dir) bool {
	if dir == event.ClientToServer {
		return s.request != nil
	}
	return s.answer != nil || len(s.held[dir]) > 0
}

// requestsOver goes on with responses whose requests will not come.
func (h *http2Layer) requestsOver(now event.Stamp) {
	for _, s := range slices.Clone(h.streams) {
		if s.state == h2Waiting && s.request == nil {
			h.guess(s, now)
		}
	}
}

// endHalf ends one direction of a stream.
func (h *http2Layer) endHalf(s *h2Stream, dir event.Dir, how stream.End, now event.Stamp) {
	if s.ended[dir] {
		return
	}
	s.ended[dir] = true
	switch s.state {
	case h2Followed:
		s.layer.End(dir, how, now)
	case h2Waiting:
		h.hold(s, dir, held{kind: isEnd, how: how, origin: now}, now)
	}
	if s.state != h2Waiting && s.ended[0] && s.ended[1] {
		h.remove(s)
	}
}

// opened reports whether a stream turned out to carry something.
func (s *h2Stream) opened() bool {
	in, unsure := s.layer.(*Conn)
	return s.layer != nil && !(unsure && in.layer == nil)
}

// settle ends a stream of which nothing more will come.
func (h *http2Layer) settle(s *h2Stream, now event.Stamp) {
	if s.state != h2Waiting {
		return
	}
	silent := len(s.held[event.ClientToServer]) == 0
	if s.request != nil && !h.lost[event.ServerToClient] && (silent || h.in[event.ServerToClient].Read() != 0) {
		h.unanswered(s, "its end", now)
		h.remove(s)
		return
	}
	h.guess(s, now)
	h.remove(s)
}

// ordinary reports whether a response without its request cannot be one to
// open a WebSocket.
func (r *h2Response) ordinary() bool {
	if r.Status != 0 && r.Status/100 != 2 {
		return true
	}
	for _, name := range []string{"content-type", "content-length", "content-encoding", "etag", "cache-control"} {
		if _, has := r.Get(name); has {
			return true
		}
	}
	return false
}

// handshake reports whether a response without its request has opened a
// WebSocket.
func (r *h2Response) handshake() bool {
	return r.Status/100 == 2 && slices.ContainsFunc(r.Fields, func(f event.Header) bool {
		return strings.HasPrefix(f.Name, "sec-websocket-")
	})
}
