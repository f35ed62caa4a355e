package http2

import (
	"slices"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// seek looks for the place of a frame in the next bytes, which are copied.
func (r *Reader) seek(c *stream.Chunk) {
	if len(r.buf)+len(c.Data) > int(limits.H2Hunt) {
		r.stats.Hunt++
		r.drop(len(r.buf) / 2)
	}
	r.bounds = append(r.bounds, bound{len(r.buf), c.Origin, c.Now, c.Acked, c.Keep()})
	r.buf = append(r.buf, c.Data...)
	r.pass(int64(len(c.Data)))
	at := r.preface()
	if at < 0 {
		at = r.hunt.Search(r.buf, r.begins)
	}
	if at >= 0 {
		r.found(at)
	}
}

// preface gives the place behind the client's preface, -1 if the direction
// does not begin with it.
func (r *Reader) preface() int {
	if r.dir != event.ClientToServer || len(r.buf) < len(Preface) || string(r.buf[:len(Preface)]) != Preface {
		return -1
	}
	return len(Preface)
}

// begins reports whether a chunk begins at a place of the buffer, or the
// buffer ends there.
func (r *Reader) begins(at int) bool {
	_, ok := slices.BinarySearchFunc(r.bounds, at, func(b bound, at int) int { return b.at - at })
	return ok || at == len(r.buf)
}

// drop forgets the first n bytes of the buffer.
func (r *Reader) drop(n int) {
	i := 0
	for i+1 < len(r.bounds) && r.bounds[i+1].at <= n {
		i++
	}
	r.bounds = slices.Delete(r.bounds, 0, i)
	for i := range r.bounds {
		at := r.bounds[i].at - n
		if at < 0 {
			r.bounds[i].place = r.bounds[i].place.Skip(-at)
		}
		r.bounds[i].at = max(0, at)
	}
	r.buf = append(r.buf[:0], r.buf[n:]...)
	r.hunt.Drop(n)
}

// found follows the frames that begin at a place of the buffer.
func (r *Reader) found(at int) {
	buf, bounds := r.buf, r.bounds
	r.buf, r.bounds, r.hunt = nil, nil, Hunt{}
	r.state = inHeader
	if r.read >= 0 {
		r.read -= int64(len(buf) - at)
	}
	for i, b := range bounds {
		end := len(buf)
		if i+1 < len(bounds) {
			end = bounds[i+1].at
		}
		if end > at {
			from := max(at, b.at)
			r.take(&stream.Chunk{Data: buf[from:end], Origin: b.origin, Now: b.now, Acked: b.acked, Place: b.place.Skip(from - b.at)})
		}
	}
}
