package decode

import (
	"wsscope/decode/frame"
	"wsscope/event"
	"wsscope/limits"
)

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
	met         bool      // a later frame begins where a segment does …
	own         int       // … and the frames before the first such one have these bits
}

// needPrefix is what the frames before the first one that begins where a
// segment does must show by themselves, if the chain itself begins elsewhere.
// Before one true frame in thirty, random bytes hold two that read as a header
// of just the right length; data that repeat themselves do so far more often.
const needPrefix = 20

// openAtClose counts against a Close inside a fragmented message.
const openAtClose = 8

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
		starts := h.begins(c.next)
		if starts && c.frames > 0 && !c.met {
			c.met, c.own = true, c.bits
			if last, _ := frame.Parse(h.buf[c.last:]); last.Form != 7 {
				c.own += 8 // so long a length hits this place seldom
			}
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
		ends := h.begins(int(end))
		if ends {
			evidence += h.avg
		}
		switch {
		case h.masked == event.Unknown && f.Masked && (c.frames > 0 && f.Key == c.key || plain(f.Key)),
			f.Len == 0 && !f.FIN,
			h.periodic(c.next):
			evidence = 0
		case starts && ends && h.packets:
			// As the frames before the loss: each in segments of its own.
		case starts && ends && f.Form == 16 && h.need == needInSync && !(c.frames > 0 && h.repeats(c.last, c.next)):
			// A length of 16 bits that fits the segments is no accident.
		case c.frames > 0 && h.repeats(c.last, c.next),
			f.Opcode == event.OpContinuation && !f.FIN:
			// Data with a period, and lengths of 16 or 32 bits before each
			// message: a small one looks like a fragment in the middle.
			evidence = 0
		}
		if f.Opcode == event.OpClose && c.inside == event.Yes {
			evidence -= openAtClose
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
		if f, _, ok, more := h.header(at); ok {
			if more && len(h.buf)-at < frame.MaxHeader {
				return started
			}
			if len(h.chains) >= int(limits.HuntChains) {
				return started
			}
			c := chain{start: at, next: at, aligned: h.begins(at)}
			if c.aligned {
				c.bits = h.avg + h.fit
			}
			// A chain that passed here tells what one from here would.
			if (c.aligned || !weakStart(&f) && !h.isPassed(at)) && h.extend(&c) {
				h.chains = append(h.chains, c)
				started = true
			}
		}
		h.scanned++
	}
	return started
}

// weakStart reports whether a frame is none to begin with inside a segment:
// two bytes that occur everywhere, and ride on what stands behind them.
func weakStart(f *frame.Header) bool {
	return f.Len == 0 || !f.FIN && f.Form == 7
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
		if c.frames < 2 || c.met && c.own < needPrefix {
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

// promising reports whether a chain has some evidence and none against it.
func (h *hunter) promising() bool {
	for i := range h.chains {
		if h.chains[i].aligned || h.chains[i].bits >= 16 {
			return true
		}
	}
	return false
}
