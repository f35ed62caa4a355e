package decode

import (
	"math/bits"
	"unicode/utf8"

	"wsscope/decode/frame"
	"wsscope/decode/text"
	"wsscope/event"
	"wsscope/limits"
)

// hunter looks for frame boundaries in a direction whose place is unknown:
// after a gap that swallowed a header, or on a connection joined late. Every
// byte may begin a frame; a place is believed when the chain of headers from
// it on is too unlikely to be chance. Evidence is counted in bits: a header
// with n bits of evidence occurs in random bytes once in 2^n places.
type hunter struct {
	masked  event.Tri // what the direction's frames must be; Unknown: either
	rsv1    bool      // RSV1 may be set on the first frame of a message
	need    int       // bits for a chain that begins where a segment begins
	buf     []byte
	bounds  []bound // where the chunks in buf begin
	chains  []chain
	scanned int      // places before it were tried
	passed  []uint64 // a bit for each place of buf where a chain has a frame
	skipped uint64   // bytes dropped from the front of buf
	total   uint64   // bytes ever fed
	chunks  int
	// behindGap: the capture lost bytes of this direction before buf.
	behindGap bool
	avg       int // bits of evidence that a segment boundary is worth
}

// bound is the place of a chunk in the hunter's buffer.
type bound struct {
	at          int
	origin, now event.Stamp
}

// chain is a hypothesis: frames begin at start, the next one at next.
type chain struct {
	start, next int
	last        int // where the last whole frame began, valid if frames > 0
	bits        int
	frames      int
	masked      bool
	key         [4]byte   // of the last frame, valid if masked
	inside      event.Tri // a fragmented message is open
	aligned     bool      // start is where a segment begins
}

// Evidence needed. A place somewhere in a segment is one of a thousand.
const (
	needInSync   = 26 // known WebSocket connection, masking known
	needMasked   = 40 // unknown connection
	needUnmasked = 52 // unknown connection, unmasked frames
	needAnywhere = 10 // more for a place inside a segment
)

func newHunter(masked event.Tri, rsv1 bool) *hunter {
	h := &hunter{masked: masked, rsv1: rsv1, need: needInSync}
	return h
}

// feed takes the next bytes, which are copied, and reports whether the
// buffer had to drop its oldest bytes.
func (h *hunter) feed(b []byte, origin, now event.Stamp) (dropped int) {
	if len(h.buf)+len(b) > int(limits.HuntBuffer) {
		dropped = h.drop(len(h.buf) / 2)
	}
	h.bounds = append(h.bounds, bound{len(h.buf), origin, now})
	h.buf = append(h.buf, b...)
	h.total += uint64(len(b))
	h.chunks++
	h.avg = min(8, bits.Len64(h.total/uint64(h.chunks))-1)
	return dropped
}

// drop forgets the first n bytes, and all chains: what they would have shown
// is looked for again in what is left.
func (h *hunter) drop(n int) int {
	if n == 0 {
		return 0
	}
	h.chains, h.scanned = h.chains[:0], 0
	clear(h.passed)
	i := 0
	for i+1 < len(h.bounds) && h.bounds[i+1].at <= n {
		i++
	}
	h.bounds = append(h.bounds[:0], h.bounds[i:]...)
	for j := range h.bounds {
		h.bounds[j].at = max(0, h.bounds[j].at-n)
	}
	h.buf = append(h.buf[:0], h.buf[n:]...)
	h.skipped += uint64(n)
	return n
}

// begins reports whether a chunk begins at place at; the end of the buffer
// counts, since a chunk ends there.
func (h *hunter) begins(at int) bool {
	lo, hi := 0, len(h.bounds)
	for lo < hi {
		if m := (lo + hi) / 2; h.bounds[m].at < at {
			lo = m + 1
		} else {
			hi = m
		}
	}
	return at == len(h.buf) || lo < len(h.bounds) && h.bounds[lo].at == at
}

// header reads a header that may stand at place at. ok is false where none
// can; more, where bytes are missing to tell.
func (h *hunter) header(at int) (f frame.Header, evidence int, ok, more bool) {
	b := h.buf[at:]
	if len(b) == 0 {
		return f, 0, true, true
	}
	switch op := b[0] & 15; {
	case op > event.OpBinary && op < event.OpClose, op > event.OpPong, b[0]&0x30 != 0:
		return f, 0, false, false
	case op >= event.OpClose && b[0]&0xC0 != 0x80:
		return f, 0, false, false
	case b[0]&0x40 != 0 && (!h.rsv1 || op == event.OpContinuation):
		return f, 0, false, false
	}
	if len(b) < 2 {
		return f, 0, true, true
	}
	if m := b[1]&0x80 != 0; h.masked != event.Unknown && m != (h.masked == event.Yes) {
		return f, 0, false, false
	}
	if b[0]&8 != 0 && b[1]&0x7f > 125 {
		return f, 0, false, false
	}
	f, whole := frame.Parse(b)
	if !whole {
		return f, 0, true, true
	}
	if !f.Minimal() || f.Len > 1<<40 {
		return f, 0, false, false
	}
	evidence = 4
	if h.masked != event.Unknown {
		evidence++
	}
	switch f.Form {
	case 64:
		evidence += 14 // six bytes of zero, but zeroes are common
	case 7:
		evidence++
	}
	return f, evidence, true, false
}

// extend follows a chain as far as the buffer reaches. It reports false
// where the chain is refuted.
func (h *hunter) extend(c *chain) bool {
	for c.next < len(h.buf) {
		f, evidence, ok, more := h.header(c.next)
		if !ok || !more && c.frames > 0 && f.Masked != c.masked {
			return false
		}
		if more {
			return true
		}
		body := c.next + f.Size
		end := uint64(body) + f.Len
		if end > uint64(c.start)+uint64(limits.HuntBuffer) && !c.aligned {
			return false // never to be confirmed
		}
		if end > uint64(len(h.buf)) {
			return true
		}
		if c.frames > 0 {
			if f.Opcode == event.OpContinuation && c.inside == event.No || f.Opcode != 0 && f.Opcode < 8 && c.inside == event.Yes {
				return false
			}
			if h.masked == event.Unknown {
				evidence++
			}
		}
		w, ok := h.weigh(&f, h.buf[body:int(end)])
		if !ok {
			return false
		}
		evidence += w
		if h.begins(int(end)) {
			evidence += h.avg
		}
		switch {
		case c.frames > 0 && h.repeats(c.last, c.next),
			h.masked == event.Unknown && f.Masked && (c.frames > 0 && f.Key == c.key || plain(f.Key)),
			f.Opcode == event.OpContinuation && !f.FIN,
			f.Len == 0 && !f.FIN:
			// Data with a period, and lengths of 16 or 32 bits before each
			// message: a small one looks like a fragment in the middle.
			evidence = 0
		}
		c.key = f.Key
		h.pass(c.next)
		c.last = c.next
		c.masked = f.Masked
		if f.Opcode < 8 {
			c.inside = event.Yes
			if f.FIN {
				c.inside = event.No
			}
		}
		c.bits += evidence
		c.frames++
		c.next = int(end)
	}
	return true
}

// pass notes that a chain has a frame at place at. Data with a period makes
// chains of most places; without this each is followed to the end.
func (h *hunter) pass(at int) {
	for at/64 >= len(h.passed) {
		h.passed = append(h.passed, 0)
	}
	h.passed[at/64] |= 1 << (at % 64)
}

func (h *hunter) isPassed(at int) bool {
	return at/64 < len(h.passed) && h.passed[at/64]>>(at%64)&1 != 0
}

// repeats reports whether the frame at place at begins like the one at
// place before, but for a byte or two. Data with a period shows the same
// header again and again; that is one piece of evidence, not many.
func (h *hunter) repeats(before, at int) bool {
	const alike = 16
	n := min(alike, at-before, len(h.buf)-at)
	differ := 0
	for i := range n {
		if h.buf[before+i] != h.buf[at+i] {
			if differ++; i < 2 || differ > 2 {
				return false
			}
		}
	}
	return true
}

// plain reports whether three bytes of a key are equal: out of a good source
// of randomness, which RFC 6455 section 5.3 demands, one key in 16,000 is.
func plain(k [4]byte) bool {
	return k[0] == k[1] && (k[1] == k[2] || k[1] == k[3]) || k[2] == k[3] && (k[0] == k[2] || k[1] == k[2])
}

// weigh judges a frame by its payload. Text unmasked with a wrong key is
// noise, and noise is not UTF-8.
func (h *hunter) weigh(f *frame.Header, payload []byte) (evidence int, ok bool) {
	var small [256]byte
	sample := append(small[:0], payload[:min(len(payload), len(small))]...)
	if f.Masked {
		frame.Mask(sample, f.Key, 0)
	}
	switch f.Opcode {
	case event.OpClose:
		if len(sample) == 0 {
			return 0, true
		}
		if len(sample) < 2 || !utf8.Valid(sample[2:]) {
			return 0, false
		}
		if code := int(sample[0])<<8 | int(sample[1]); code < 1000 || code > 4999 {
			return 0, false
		}
		return 5 + min(8, len(sample)-2), true
	case event.OpText:
		if f.RSV != 0 {
			return 0, true
		}
		var v text.Validator
		if !v.Write(sample) {
			return 0, false
		}
		if len(sample) == len(payload) && f.FIN && !v.Valid() {
			return 0, false
		}
		for _, c := range sample {
			if c < 0x20 && c != '\n' && c != '\r' && c != '\t' {
				return 0, true // UTF-8, but not what people call text
			}
		}
		if f.Masked {
			return min(20, len(sample)), true
		}
		return min(6, len(sample)/4), true
	}
	return 0, true
}

// search tries the places not yet tried and follows the chains there are. It
// gives the place where frames begin, or -1. At the end of the stream no more
// bytes come, and the end itself is evidence.
func (h *hunter) search(end bool) (at int, masked bool) {
	for {
		keep := h.chains[:0]
		best := -1
		for i := range h.chains {
			c := &h.chains[i]
			if !h.extend(c) {
				continue
			}
			keep = append(keep, *c)
			if n := len(keep) - 1; h.believed(&keep[n], end) && !covered(keep[:n], &keep[n]) && (best < 0 || keep[n].start < keep[best].start) {
				best = n
			}
		}
		h.chains = keep
		if best >= 0 {
			return h.chains[best].start, h.chains[best].masked
		}
		if !h.begin() {
			return -1, false
		}
	}
}

// covered reports whether a chain begins inside a frame of one that began
// where a segment does and is not refuted: of the two, that is the better.
func covered(earlier []chain, c *chain) bool {
	for i := range earlier {
		if e := &earlier[i]; e.aligned && !c.aligned && e.frames > 0 && e.start < c.start && c.start < e.next {
			return true
		}
	}
	return false
}

// begin starts chains at further places and reports whether it did.
func (h *hunter) begin() bool {
	started := false
	for h.scanned < len(h.buf) {
		at := h.scanned
		if _, _, ok, more := h.header(at); ok {
			if more && len(h.buf)-at < frame.MaxHeader {
				return started
			}
			if len(h.chains) >= int(limits.HuntChains) {
				return started
			}
			c := chain{start: at, next: at, aligned: h.begins(at)}
			if c.aligned {
				c.bits = h.avg
			}
			// A chain that passed here tells what one from here would.
			if (c.aligned || !h.isPassed(at)) && h.extend(&c) {
				h.chains = append(h.chains, c)
				started = true
			}
		}
		h.scanned++
	}
	return started
}

func (h *hunter) believed(c *chain, end bool) bool {
	if c.frames == 0 {
		return false
	}
	need, got := h.need, c.bits
	if h.need > needInSync && !c.masked {
		need += needUnmasked - needMasked
	}
	if !c.aligned {
		need += needAnywhere
		if c.frames < 2 {
			return false
		}
	}
	if end && c.next == len(h.buf) {
		got += 6
		if h.buf[c.last]&15 == event.OpClose {
			got += 8 // what a stream that ends ends with
		}
	}
	return got >= need
}

// completed gives when the bytes before place end were there.
func (h *hunter) completed(end int) event.Stamp {
	s := h.bounds[0].now
	for _, b := range h.bounds {
		if b.at >= end {
			break
		}
		s = b.now
	}
	return s
}

// frameEnd gives the place behind the frame that begins at place at.
func (h *hunter) frameEnd(at int) int {
	f, _ := frame.Parse(h.buf[at:])
	return at + f.Size + int(f.Len)
}

// part is a piece of a hunt's buffer that came with one chunk.
type part struct {
	dir  event.Dir
	data []byte
	bound
}

// parts gives the bytes from place at on, by the chunks they came in.
func (h *hunter) parts(at int, dir event.Dir) []part {
	var out []part
	for i, b := range h.bounds {
		end := len(h.buf)
		if i+1 < len(h.bounds) {
			end = h.bounds[i+1].at
		}
		if end > at {
			out = append(out, part{dir, h.buf[max(at, b.at):end], b})
		}
	}
	return out
}

// promising reports whether a chain has some evidence and none against it.
func (h *hunter) promising() bool {
	for i := range h.chains {
		if h.chains[i].aligned || h.chains[i].bits >= 16 {
			return true
		}
	}
	return false
}
