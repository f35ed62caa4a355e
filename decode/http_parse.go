package decode

import (
	"wsscope/decode/http1"
	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// parse takes bytes of a direction that waits for nothing. What follows a
// head stays held: the head may change what it is.
func (h *httpLayer) parse(dir event.Dir, it held, now event.Stamp) {
	s := &h.in[dir]
	for len(it.data) > 0 && !h.ignored {
		if s.state == inHead {
			h.parseHead(dir, it, now)
			return
		}
		if s.doubt {
			s.doubt = false
			if !it.mid && plausible(dir, it.data, true) {
				s.state = inHead // the response had no body, as those to HEAD
				continue
			}
		}
		used, ok := s.body.Feed(it.data)
		s.off += int64(used)
		it = it.rest(used)
		if !ok {
			h.sh.Stats.NotFollowed++
			h.ignore()
			return
		}
		if s.body.Done() {
			s.state = s.after
		}
		if s.state == waiting {
			if len(it.data) > 0 {
				h.keep(dir, it)
			}
			h.settle(now, false) // the answer may be there already
			return
		}
	}
}

// drain goes on with what a direction holds, as far as it waits for nothing.
func (h *httpLayer) drain(dir event.Dir, now event.Stamp) {
	s := &h.in[dir]
	for h.next == nil && !h.ignored && s.state != waiting && len(s.held) > 0 {
		it := s.held[0]
		s.held, s.popped = s.held[1:], s.held
		s.bytes -= len(it.data)
		h.sh.unreserve(len(it.data))
		if it.kind == isGap {
			h.gap(dir, it.gap, now)
		} else {
			h.parse(dir, it, now)
		}
	}
}

// rest is what follows the first n bytes of an item.
func (it held) rest(n int) held {
	it.data = it.data[n:]
	it.mid = it.mid || n > 0
	if len(it.data) > 0 {
		it.place = it.place.Skip(n)
	}
	return it
}

// owned gives the item with data and place of its own.
func (it held) owned() held {
	if !it.own {
		it.data, it.place, it.own = append([]byte(nil), it.data...), it.place.Keep(), true
	}
	return it
}

// keep puts an item before those held. Thousands of requests can stand in
// each of thousands of items: neither their bytes nor the list may be copied
// for each.
func (h *httpLayer) keep(dir event.Dir, it held) {
	s := &h.in[dir]
	it = it.owned()
	if n := len(s.held); n > 0 && len(s.popped) == n+1 && &s.popped[1] == &s.held[0] {
		s.popped[0] = it
		s.held = s.popped
	} else {
		s.held = append([]held{it}, s.held...)
	}
	s.bytes += len(it.data)
	h.sh.charge(len(it.data))
}

// parseHead gathers a head.
func (h *httpLayer) parseHead(dir event.Dir, it held, now event.Stamp) {
	s := &h.in[dir]
	b := it.data
	if len(s.head) == 0 {
		for len(b) > 0 && (b[0] == '\r' || b[0] == '\n') {
			b = b[1:]
			s.off++
		}
		it = it.rest(len(it.data) - len(b))
		if len(b) == 0 {
			return
		}
		if s.lost && !plausible(dir, b, false) {
			s.off += int64(len(b))
			h.noHead(dir, it, now)
			return
		}
		if dir == event.ServerToClient && (b[0] < ' ' || b[0] >= 0x80) && h.afterLost101(it, now) {
			return
		}
	}
	if len(s.head) == 0 {
		if end := http1.End(b, 0); end >= 0 {
			b = b[:end] // more heads may follow: only this one is copied
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
	if s.lost && !plausible(dir, s.head, false) { // its first bytes only looked like one's
		it.data, it.place, it.own = s.head, stream.Nowhere, true
		h.sh.unreserve(len(s.head))
		s.head, s.scanned = nil, 0
		s.off += int64(len(b))
		h.noHead(dir, it, now)
		return
	}
	end := http1.End(s.head, s.scanned)
	size := end
	if end < 0 {
		size = len(s.head)
	}
	if odd := !plausible(dir, s.head, false); odd && (size > oddHead || h.refused != nil) {
		if h.refused != nil {
			h.refused.AfterRefusal(dir, now, s.head)
		}
		h.ignore()
		return
	}
	if end < 0 {
		s.scanned = len(s.head)
		s.off += int64(len(b))
		return
	}
	h.sh.unreserve(len(s.head))
	raw := s.head[:end:end]
	if rest := it.rest(end - before); len(rest.data) > 0 {
		h.keep(dir, rest)
	}
	s.off += int64(end - before)
	s.head, s.scanned, s.lost = nil, 0, false
	h.forgetLate()
	if dir == event.ClientToServer {
		h.request(raw, it.origin, now)
		h.settle(now, false)
	} else {
		h.response(raw, it.acked, it.origin, now)
	}
}

// noHead takes what stands behind lost bytes and is no head.
func (h *httpLayer) noHead(dir event.Dir, it held, now event.Stamp) {
	h.seekLate(dir, it, now)
	h.settle(now, false)
}

// oddHead is how long a head may be that begins like none: the judge wants to
// see a malformed one, another protocol is not to be gathered.
const oddHead = 1 << 10

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
