package decode

import (
	"math/bits"

	"wsscope/decode/frame"
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
	avg       int  // bits of evidence that a segment boundary is worth
	packets   bool // frames and segments of this direction were seen to begin together …
	fit       int  // … which makes the beginning of a segment worth so many bits more
}

// bound is the place of a chunk in the hunter's buffer.
type bound struct {
	at          int
	origin, now event.Stamp
}

func newHunter(masked event.Tri, rsv1 bool) *hunter {
	return &hunter{masked: masked, rsv1: rsv1, need: needInSync}
}

// feed takes the next bytes, which are copied, and reports whether the
// buffer had to drop its oldest bytes.
func (h *hunter) feed(b []byte, origin, now event.Stamp) (dropped int) {
	if len(h.buf)+len(b) > int(limits.HuntBuffer) {
		dropped = h.drop(len(h.buf) / 2)
	} else if n := len(h.bounds); n >= int(limits.HuntChunks) {
		dropped = h.drop(h.bounds[n/2].at)
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
