package decode

import (
	"fmt"
	"slices"

	"wsscope/decode/http1"
	"wsscope/decode/http2"
	"wsscope/event"
	"wsscope/judge"
	"wsscope/limits"
	"wsscope/stream"
)

// http2Layer follows an HTTP/2 connection (RFC 9113) for the WebSockets on it
// (RFC 8441). Each is a Session of its own, fed with what its stream carries.
// Of ordinary requests nothing is kept but the number of the newest.
//
// It counts neither on the order of the two directions nor on being there
// from the beginning: a response waits for its request, and a stream whose
// request was not captured is told by what it carries.
type http2Layer struct {
	c       *Conn // addresses, TLS
	sh      *Shared
	in      [2]*http2.Reader
	streams []*h2Stream // by id: WebSockets, tunnels, and those not understood yet
	latest  *h2Stream   // found last
	newest  uint32      // highest stream of which a request was seen
	// Requests of streams between from and to may not be in the capture; to
	// is 0 while none is missing.
	from, to     uint32
	lost         [2]bool   // frames of the direction are not in the capture
	connect      event.Tri // the server allowed Extended CONNECT
	settingsTold bool      // that its setting is wrong was told
	ended        [2]bool
	how          [2]stream.End // valid where ended
	bytes        [2]int        // held for streams
	kept         int           // reserved for what waits in the readers
}

// h2Stream is one stream that is, or may be, a WebSocket.
type h2Stream struct {
	id      uint32
	state   h2State
	request *h2Request  // nil: not seen
	answer  *h2Response // a response that waits for its request
	layer   stream.Layer
	held    [2][]held
	ended   [2]bool
	adrift  [2]bool // nothing came since frames were lost, which was told
}

type h2State uint8

const (
	h2Waiting h2State = iota // the other half of the exchange must say what it is
	h2Followed
	h2Ignored // of a request that was not captured: its number does not tell
)

// h2Request is a request for WebSocket, or for a tunnel.
type h2Request struct {
	http1.Request
	partial bool
	tunnel  bool        // CONNECT without :protocol (RFC 9113 section 8.5)
	sent    event.Stamp // the packet of its last byte
}

// h2Response is a final response.
type h2Response struct {
	http1.Response
	partial     bool
	origin, now event.Stamp
	behind      int64
	connect     event.Tri // as it was before the response
}

// newHTTP2 follows a connection whose directions begin with its first bytes,
// or are joined late.
func newHTTP2(c *Conn, clientWhole, serverWhole bool) *http2Layer {
	h := &http2Layer{c: c, sh: c.sh}
	h.in[event.ClientToServer] = http2.NewReader(event.ClientToServer, h, &c.sh.Stats.HTTP2, clientWhole)
	h.in[event.ServerToClient] = http2.NewReader(event.ServerToClient, h, &c.sh.Stats.HTTP2, serverWhole)
	h.connect = event.No
	if !clientWhole {
		h.lost[event.ClientToServer], h.to = true, 1<<31
	}
	if !serverWhole {
		h.lost[event.ServerToClient], h.connect = true, event.Unknown
	}
	return h
}

// Data implements stream.Layer.
func (h *http2Layer) Data(dir event.Dir, c *stream.Chunk) {
	h.in[dir].Data(c)
	h.account(dir)
}

// Gap implements stream.Layer.
func (h *http2Layer) Gap(dir event.Dir, n int64, now event.Stamp) {
	if dir == event.ServerToClient && h.connect == event.No {
		h.connect = event.Unknown // a SETTINGS frame may have been there
	}
	h.in[dir].Gap(n, now)
	h.account(dir)
}

// End implements stream.Layer. The end of the connection ends all streams.
func (h *http2Layer) End(dir event.Dir, how stream.End, now event.Stamp) {
	h.ended[dir], h.how[dir] = true, how
	for _, s := range slices.Clone(h.streams) {
		h.endHalf(s, dir, how, now)
	}
	if dir == event.ClientToServer {
		h.requestsOver(now)
	}
	if peer := dir.Reverse(); h.ended[peer] {
		for _, s := range slices.Clone(h.streams) {
			h.endHalf(s, peer, h.how[peer], now) // it began behind that end
			h.settle(s, now)
		}
		h.in[0].Discard()
		h.in[1].Discard()
		h.account(dir)
	}
}

// Conflict passes on what was seen twice and differs. Which stream it belongs
// to is not known.
func (h *http2Layer) Conflict(dir event.Dir, detail string, n int64, now event.Stamp) {
	h.note("tcp-overlap-conflict", detail, dir, now)
}

// note makes a finding about the TCP connection.
func (h *http2Layer) note(rule, text string, dir event.Dir, now event.Stamp) {
	f := judge.Note(rule, text)
	f.Stamp, f.Dir, f.Client, f.Server = now, dir, h.c.addr[h.c.client], h.c.addr[h.c.client.Reverse()]
	h.sh.Out.Finding(f)
}

// account reserves memory for what waits in a reader.
func (h *http2Layer) account(dir event.Dir) {
	n := h.in[0].Held() + h.in[1].Held()
	if n == h.kept {
		return
	}
	if n > h.kept && !h.sh.reserve(n-h.kept) {
		h.in[dir].Discard()
		n = h.in[0].Held() + h.in[1].Held()
		h.sh.charge(n - h.kept)
		h.kept = n
		return
	}
	if n < h.kept {
		h.sh.unreserve(h.kept - n)
	}
	h.kept = n
}

// find gives the stream with an id, nil if it is not kept.
func (h *http2Layer) find(id uint32) *h2Stream {
	if h.latest != nil && h.latest.id == id {
		return h.latest
	}
	i, ok := h.place(id)
	if !ok {
		return nil
	}
	h.latest = h.streams[i]
	return h.latest
}

func (h *http2Layer) place(id uint32) (int, bool) {
	return slices.BinarySearchFunc(h.streams, id, func(s *h2Stream, id uint32) int { return int(int64(s.id) - int64(id)) })
}

// add keeps a stream; nil where there are too many.
func (h *http2Layer) add(id uint32) *h2Stream {
	i, ok := h.place(id)
	if ok {
		return h.streams[i]
	}
	switch {
	case len(h.streams) >= int(limits.H2Streams):
		h.sh.Stats.H2Streams++
		return nil
	case h.sh.h2Streams >= limits.H2StreamsTotal:
		h.sh.Stats.H2StreamsTotal++
		return nil
	}
	h.sh.h2Streams++
	s := &h2Stream{id: id}
	h.streams = slices.Insert(h.streams, i, s)
	return s
}

// remove forgets a stream.
func (h *http2Layer) remove(s *h2Stream) {
	h.take(s)
	if i, ok := h.place(s.id); ok {
		h.streams = slices.Delete(h.streams, i, i+1)
		h.sh.h2Streams--
	}
	h.latest = nil
}

// take gives what a stream holds, and gives its memory free.
func (h *http2Layer) take(s *h2Stream) [2][]held {
	items := s.held
	for dir := range items {
		for i := range items[dir] {
			n := len(items[dir][i].data) + heldCost
			h.bytes[dir] -= n
			h.sh.unreserve(n)
		}
	}
	s.held = [2][]held{}
	return items
}

// heldCost is what an item takes besides its data: gaps, and data in pieces of
// one byte, come without end too.
const heldCost = 176

// hold keeps an item of a stream until its other half is there.
func (h *http2Layer) hold(s *h2Stream, dir event.Dir, it held, now event.Stamp) {
	if it.kind == isData {
		it.data = append([]byte(nil), it.data...)
		it.place = it.place.Keep()
	}
	n := len(it.data) + heldCost
	over := h.bytes[dir]+n > int(limits.Held)
	h.sh.charge(n)
	h.bytes[dir] += n
	s.held[dir] = append(s.held[dir], it)
	if over || h.sh.waiting > limits.WaitingTotal {
		h.sh.Stats.HeldReleased++
		h.guess(s, now)
	}
}

// seen reports whether the request of a stream was captured, if it was sent.
func (h *http2Layer) seen(id uint32) bool {
	return id <= h.newest && !(h.from < id && id < h.to)
}

// requestsLost reports whether requests were sent that the capture lacks.
func (h *http2Layer) requestsLost() bool {
	return h.lost[event.ClientToServer] || h.ended[event.ClientToServer]
}

// unanswered remarks on a request for WebSocket without any response.
func (h *http2Layer) unanswered(s *h2Stream, why string, now event.Stamp) {
	if s.request != nil && !s.request.tunnel {
		h.note("handshake-unanswered", "the request for "+fmt.Sprintf("%.80q", s.request.Target)+" on HTTP/2 stream "+fmt.Sprint(s.id)+" got no response before "+why, event.ClientToServer, now)
	}
}
