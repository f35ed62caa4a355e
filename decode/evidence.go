package decode

import (
	"bytes"
	"unicode/utf8"

	"wsscope/decode/frame"
	"wsscope/decode/text"
	"wsscope/event"
)

// Evidence needed. A place somewhere in a segment is one of a thousand.
const (
	needInSync   = 26 // known WebSocket connection, masking known
	needMasked   = 40 // unknown connection
	needUnmasked = 52 // unknown connection, unmasked frames
	needAnywhere = 10 // more for a place inside a segment
	// segmentsFit is more for a place where a segment begins, if all segments
	// before the loss began where frames do.
	segmentsFit = 8
)

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

// periodic reports whether the bytes on both sides of place at have a period
// of eight bytes or fewer: a header that continues such data is a part of it.
// Zeroes under a mask are the key again and again.
func (h *hunter) periodic(at int) bool {
	const before, behind = 8, 8
	if at < before || len(h.buf)-at < behind {
		return false
	}
	b := h.buf[at-before : at+behind]
	for period := 1; period <= before; period++ {
		if bytes.Equal(b[period:], b[:len(b)-period]) {
			return true
		}
	}
	return false
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
