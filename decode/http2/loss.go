package http2

import "wsscope/event"

// Gap takes n lost bytes, or an unknown number if n is negative.
func (r *Reader) Gap(n int64, now event.Stamp) {
	switch {
	case n == 0:
		return
	case n < 0:
		r.read = -1
	default:
		r.pass(n)
	}
	switch {
	case r.state == hunting:
		// What stands before the gap may hold frames that were not believed
		// yet; without their neighbours they will not be.
		r.buf, r.bounds, r.hunt = r.buf[:0], r.bounds[:0], NewHunt(InSync)
		r.out.FramesLost(r.dir, now)
		return
	case r.state == inHeader || n < 0 || n > int64(r.prefix)-int64(r.n)+int64(r.body)+int64(r.pad):
		r.lose(now)
		return
	}
	r.loseInFrame(uint32(n), now)
}

// loseInFrame takes lost bytes that are all of the frame at hand.
func (r *Reader) loseInFrame(n uint32, now event.Stamp) {
	r.cut, r.block.lost = true, true
	switch {
	case r.state == inPrefix:
		// How much is padding is not known any more.
		if r.h.typ == typeData {
			r.out.StreamGap(r.dir, r.h.stream, -1, now)
		}
		r.pad = r.prefix - uint32(r.n) + r.body - n
		r.prefix, r.body, r.n = 0, 0, 0
	default:
		if lost := min(n, r.body); lost > 0 {
			r.body -= lost
			n -= lost
			if r.h.typ == typeData {
				r.out.StreamGap(r.dir, r.h.stream, int64(lost), now)
				r.via.Data.At += lost
			}
		}
		r.pad -= n
	}
	r.advance(now, now)
}

// lose gives up the place in the framing.
func (r *Reader) lose(now event.Stamp) {
	if r.block.open {
		r.abandon(now)
	}
	r.decoder.forget()
	r.n = 0
	r.state, r.hunt = hunting, NewHunt(InSync)
	r.out.FramesLost(r.dir, now)
}
