package http2

import (
	"math/bits"

	"wsscope/limits"
)

// Hunt looks for frame boundaries in a direction whose place is not known:
// behind lost bytes, or on a connection joined late. Every byte may begin a
// frame; a place is believed when the chain of headers from it on is too
// unlikely to be chance. Evidence is counted in bits: a header with n bits of
// evidence occurs in random bytes once in 2^n places. The bytes themselves are
// with the caller.
type Hunt struct {
	need    int
	chains  []chain // not refuted yet, by start
	scanned int     // places before it were tried
}

// chain is the supposition that a frame begins at start, another where it
// ends, and so on.
type chain struct {
	start, next int
	bits        int
}

// Evidence needed.
const (
	InSync  = 40 // on an HTTP/2 connection: a whole frame that begins and ends with a segment, or two
	Unknown = 90 // on a connection of unknown protocol: three frames, or two where segments fit
	edge    = 10 // what it is worth that a frame begins or ends where a segment does
)

// NewHunt makes a hunt that asks for so many bits of evidence.
func NewHunt(need int) Hunt { return Hunt{need: need} }

// Drop forgets the first n bytes of the buffer.
func (s *Hunt) Drop(n int) {
	keep := s.chains[:0]
	for _, c := range s.chains {
		if c.start >= n {
			keep = append(keep, chain{c.start - n, c.next - n, c.bits})
		}
	}
	s.chains, s.scanned = keep, max(0, s.scanned-n)
}

// Search looks at the bytes that were added to b since the last call and
// gives the place of a frame's header, -1 if none is certain. begins reports
// whether a segment begins at a place, or the buffer ends there.
func (s *Hunt) Search(b []byte, begins func(int) bool) int {
	for {
		keep := s.chains[:0]
		found := -1
		for i := range s.chains {
			c := s.chains[i]
			if !s.extend(&c, b, begins) {
				continue
			}
			keep = append(keep, c)
			if found < 0 && c.bits >= s.need {
				found = c.start
			}
		}
		s.chains = keep
		if found >= 0 && !s.inside(found, b) {
			return found
		}
		if !s.begin(b, begins) {
			return -1
		}
	}
}

// Promising reports whether a place in b is half believed.
func (s *Hunt) Promising(b []byte) bool {
	for _, c := range s.chains {
		if c.bits+c.pending(b) >= InSync {
			return true
		}
	}
	return false
}

// inside reports whether a place may stand inside a frame that is not whole
// yet: what a tunnel carries can be frames.
func (s *Hunt) inside(place int, b []byte) bool {
	for _, c := range s.chains {
		if c.next < place && c.bits+c.pending(b) >= InSync {
			return true
		}
	}
	return false
}

// pending is what the header of a frame that is not whole yet is worth.
func (c *chain) pending(b []byte) int {
	if c.next+headerLen > len(b) {
		return 0
	}
	h := parseHeader(b[c.next:])
	weight, _ := h.weigh()
	return weight
}

// extend follows a chain as far as the bytes reach, the end of a frame that
// is not whole included. It reports false where the chain is refuted.
func (s *Hunt) extend(c *chain, b []byte, begins func(int) bool) bool {
	for c.next+headerLen <= len(b) {
		h := parseHeader(b[c.next:])
		weight, ok := h.weigh()
		if !ok {
			return false
		}
		end := c.next + headerLen + int(h.length)
		if end > len(b) {
			return true
		}
		c.bits += weight
		if begins(end) {
			c.bits += edge
		}
		c.next = end
	}
	return true
}

// begin starts chains at further places and reports whether it did.
func (s *Hunt) begin(b []byte, begins func(int) bool) bool {
	started := false
	for ; s.scanned+headerLen <= len(b); s.scanned++ {
		if b[s.scanned+3] > byte(typePriorityUpdate) { // most places end here
			continue
		}
		h := parseHeader(b[s.scanned:])
		if weight, _ := h.weigh(); weight == 0 { // an empty one proves nothing
			continue
		}
		if len(s.chains) >= int(limits.H2Chains) {
			return started
		}
		c := chain{start: s.scanned, next: s.scanned}
		if begins(s.scanned) {
			c.bits = edge
		}
		s.chains = append(s.chains, c)
		started = true
	}
	return started
}

// shape is what RFC 9113 section 6 lets a frame of a type look like.
type shape struct {
	known    bool
	flags    uint8  // that are defined
	onStream bool   // belongs to a stream
	onConn   bool   // belongs to the connection
	exact    uint32 // payload length where it is fixed
	unit     uint32 // payload length is a multiple of it
}

var shapes = [typePriorityUpdate + 1]shape{
	typeData:           {known: true, flags: flagEndStream | flagPadded, onStream: true},
	typeHeaders:        {known: true, flags: flagEndStream | flagEndHeaders | flagPadded | flagPriority, onStream: true},
	typePriority:       {known: true, onStream: true, exact: 5},
	typeReset:          {known: true, onStream: true, exact: 4},
	typeSettings:       {known: true, flags: flagAck, onConn: true, unit: 6},
	typePushPromise:    {known: true, flags: flagEndHeaders | flagPadded, onStream: true},
	typePing:           {known: true, flags: flagAck, onConn: true, exact: 8},
	typeGoAway:         {known: true, onConn: true},
	typeWindowUpdate:   {known: true, onStream: true, onConn: true, exact: 4},
	typeContinuation:   {known: true, flags: flagEndHeaders, onStream: true},
	typeAltSvc:         {known: true, onStream: true, onConn: true},
	typeOrigin:         {known: true, onConn: true},
	typePriorityUpdate: {known: true, onConn: true},
}

// longestFrame bounds the frames that a chain may hold: what cannot become
// whole in the buffer cannot be confirmed.
const longestFrame = 1 << 17

// weigh says how unlikely it is that a header stands in other bytes by
// chance; ok is false where nobody sends such a one.
func (h *header) weigh() (evidence int, ok bool) {
	if h.typ > typePriorityUpdate {
		return 0, false
	}
	s := &shapes[h.typ]
	switch {
	case !s.known, h.reserved, h.flags&^s.flags != 0, h.length > longestFrame,
		h.stream == 0 && !s.onConn, h.stream != 0 && !s.onStream,
		s.exact != 0 && h.length != s.exact,
		s.unit != 0 && h.length%s.unit != 0,
		h.prefix() > h.length,
		h.typ == typeSettings && h.has(flagAck) && h.length != 0,
		h.typ == typeGoAway && h.length < 8,
		h.typ == typeHeaders && h.length == 0:
		return 0, false
	}
	if h.typ == typeData && h.length == 0 && h.flags == 0 {
		return 0, true // legal, and what a run of zeroes with one small number looks like
	}
	evidence = 4 + 8 - bits.OnesCount8(s.flags) // type, flags
	switch {
	case h.stream == 0:
		evidence += 6 // 32 bits, but zeroes are common
	default:
		evidence += min(12, 31-bits.Len32(h.stream))
	}
	if s.exact != 0 {
		return evidence + 12, true
	}
	return evidence + min(8, 24-bits.Len32(h.length)), true
}
