package decode

import (
	"fmt"
	"strings"
	"time"

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
	unsure  bool        // requests or responses were lost: which belong together is not certain
}

// exchange is a request and what is known of its answer.
type exchange struct {
	req     http1.Request
	upgrade bool // it asks for WebSocket
	connect bool
	sent    event.Stamp // the packet of its last byte
}

// httpSide is the parser of one direction.
type httpSide struct {
	state   httpState
	after   httpState // behind the body
	head    []byte
	scanned int
	body    http1.Body
	held    []held // waits for the other direction
	bytes   int
	lost    bool // bytes were lost here: the next head is to be looked for
	ended   bool
	how     stream.End // valid if ended
	off     int64      // stream offset behind the bytes parsed, as far as the chunks tell
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
	return h
}

// Data implements stream.Layer.
func (h *httpLayer) Data(dir event.Dir, c *stream.Chunk) {
	switch {
	case h.next != nil:
		h.next.Data(dir, c)
	case h.ignored:
	case h.in[dir].state == waiting || len(h.in[dir].held) > 0:
		h.hold(dir, held{kind: isData, data: c.Data, origin: c.Origin, acked: c.Acked}, c.Now)
	default:
		h.parse(dir, c.Data, c.Origin, c.Acked, c.Now)
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
		it.data = append([]byte(nil), it.data...)
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
}

func (h *httpLayer) ignore() {
	h.ignored = true
	for i := range h.in {
		s := &h.in[i]
		h.sh.unreserve(s.bytes + len(s.head))
		s.held, s.head, s.bytes = nil, nil, 0
	}
	h.pending = nil
}

// parse takes bytes of a direction that waits for nothing. What follows a
// head stays held: the head may change what it is.
func (h *httpLayer) parse(dir event.Dir, b []byte, origin event.Stamp, acked int64, now event.Stamp) {
	s := &h.in[dir]
	for len(b) > 0 && !h.ignored {
		if s.state == inHead {
			h.parseHead(dir, b, origin, acked, now)
			return
		}
		used, ok := s.body.Feed(b)
		s.off += int64(used)
		b = b[used:]
		if !ok {
			h.sh.Stats.NotFollowed++
			h.ignore()
			return
		}
		if s.body.Done() {
			s.state = s.after
		}
		if s.state == waiting && len(b) > 0 {
			h.keep(dir, held{kind: isData, data: b, origin: origin, acked: acked})
			return
		}
	}
}

// drain goes on with what a direction holds, as far as it waits for nothing.
func (h *httpLayer) drain(dir event.Dir, now event.Stamp) {
	s := &h.in[dir]
	for h.next == nil && !h.ignored && s.state != waiting && len(s.held) > 0 {
		it := s.held[0]
		s.held = s.held[1:]
		s.bytes -= len(it.data)
		h.sh.unreserve(len(it.data))
		if it.kind == isGap {
			h.gap(dir, it.gap, now)
		} else {
			h.parse(dir, it.data, it.origin, it.acked, now)
		}
	}
}

// keep puts an item before those held.
func (h *httpLayer) keep(dir event.Dir, it held) {
	s := &h.in[dir]
	it.data = append([]byte(nil), it.data...)
	s.held = append([]held{it}, s.held...)
	s.bytes += len(it.data)
	h.sh.charge(len(it.data))
}

// parseHead gathers a head.
func (h *httpLayer) parseHead(dir event.Dir, b []byte, origin event.Stamp, acked int64, now event.Stamp) {
	s := &h.in[dir]
	if len(s.head) == 0 {
		for len(b) > 0 && (b[0] == '\r' || b[0] == '\n') {
			b = b[1:]
			s.off++
		}
		if len(b) == 0 || s.lost && !plausible(dir, b, true) {
			return
		}
	}
	if len(s.head)+len(b) > int(limits.Head) {
		h.sh.Stats.HeadTooLong++
		h.unanswered(now)
		h.ignore()
		return
	}
	if !h.sh.reserve(len(b)) {
		h.ignore()
		return
	}
	before := len(s.head)
	s.head = append(s.head, b...)
	end := http1.End(s.head, s.scanned)
	if end < 0 {
		s.scanned = len(s.head)
		s.off += int64(len(b))
		if !plausible(dir, s.head, false) {
			if h.refused != nil {
				h.refused.AfterRefusal(dir, now, s.head)
			}
			h.ignore()
		}
		return
	}
	h.sh.unreserve(len(s.head))
	raw := s.head[:end:end]
	if rest := b[end-before:]; len(rest) > 0 {
		h.keep(dir, held{kind: isData, data: rest, origin: origin, acked: acked})
	}
	s.off += int64(end - before)
	s.head, s.scanned, s.lost = nil, 0, false
	if dir == event.ClientToServer {
		h.request(raw, origin, now)
		h.settle(now, false)
	} else {
		h.response(raw, origin, now)
	}
}

// plausible reports whether a head begins with these bytes: certainly, or as
// far as they go.
func plausible(dir event.Dir, head []byte, certainly bool) bool {
	looks := http1.LooksLikeRequest
	if dir == event.ServerToClient {
		looks = http1.LooksLikeResponse
	}
	yes, more := looks(head)
	return yes || more && !certainly
}

// request takes a whole request head.
func (h *httpLayer) request(raw []byte, origin, now event.Stamp) {
	if len(h.pending) >= int(limits.PendingRequests) {
		h.sh.Stats.PendingRequests++
		h.ignore()
		return
	}
	s := &h.in[event.ClientToServer]
	x := &exchange{req: http1.ParseRequest(raw), sent: origin}
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

// response takes a whole response head.
func (h *httpLayer) response(raw []byte, origin, now event.Stamp) {
	s := &h.in[event.ServerToClient]
	res := http1.ParseResponse(raw)
	if len(h.pending) == 0 && !h.in[event.ClientToServer].over() {
		// Its request is still to come: captures reorder.
		h.keep(event.ServerToClient, held{kind: isData, data: raw, origin: origin, acked: -1})
		s.off -= int64(len(raw))
		s.state = waiting
		return
	}
	var x *exchange
	if len(h.pending) > 0 {
		x = h.pending[0]
	}
	if res.Status/100 == 1 && res.Status != 101 {
		return // interim, RFC 9110 section 15.2
	}
	switch {
	case x == nil:
	case h.unsure && x.upgrade && res.Status != 101 && !h.answered():
		x = nil // more likely the answer to a request that was lost
	default:
		h.pending = h.pending[1:]
		if h.unsure && res.Status == 101 && !x.upgrade {
			x = h.findUpgrade()
		}
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
	s.state, s.after = inHead, inHead
	if !s.body.Done() {
		s.state = inBody
	}
	if len(h.pending) == 0 { // else the client waits for another answer
		h.resume(event.ClientToServer, now)
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
// responses were lost: one for WebSocket.
func (h *httpLayer) findUpgrade() *exchange {
	for i, x := range h.pending {
		if x.upgrade {
			h.pending = h.pending[i+1:]
			return x
		}
	}
	return nil
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
	o.EarlyClientBytes = h.early(x)
	session := OpenSession(h.sh, o)
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
func (h *httpLayer) early(x *exchange) int64 {
	if x == nil {
		return 0
	}
	response := h.in[event.ServerToClient].off
	var n int64
	for i := range h.in[event.ClientToServer].held {
		it := &h.in[event.ClientToServer].held[i]
		if it.kind == isData && (it.origin.Packet == x.sent.Packet || it.acked >= 0 && it.acked < response) {
			n += int64(len(it.data))
		}
	}
	return n
}

// become hands both directions to the layer that the connection has turned
// into: the client's waiting bytes first, as the contract has it.
func (h *httpLayer) become(l stream.Layer, now event.Stamp) {
	h.next = l
	for dir := range h.in {
		s := &h.in[dir]
		items := s.held
		h.sh.unreserve(s.bytes + len(s.head))
		head := s.head
		s.held, s.head, s.bytes = nil, nil, 0
		if len(head) > 0 {
			l.Data(event.Dir(dir), &stream.Chunk{Data: head, Origin: now, Now: now, Acked: -1})
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
