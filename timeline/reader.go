package timeline

import (
	"encoding/binary"

	"wsscope/event"
	"wsscope/limits"
)

// Reader reads rows and bytes for one goroutine.
type Reader struct {
	s    *Store
	rows rowWindow
	data window
}

// Reader makes a reader; each goroutine needs its own.
func (s *Store) Reader() *Reader { return &Reader{s: s} }

// Row copies a published row; ok is false where it is not there, or not any
// more.
func (r *Reader) Row(i uint32, row *Row) bool {
	if uint64(i) >= r.s.rows.published.Load() {
		return false
	}
	return r.s.rows.read(i, row, &r.s.spill, &r.rows)
}

// Payload gives the stored payload of a frame (unmasked, as on the wire) or
// of a message (application bytes): a view, not to be written to, valid until
// the next call of a method of r. It is nil where the bytes were dropped.
func (r *Reader) Payload(row *Row) ([]byte, error) {
	if row.stored == 0 {
		return nil, nil
	}
	b, err := r.s.data.view(row.chunk, row.off, &r.s.spill, &r.data)
	if b == nil || err != nil {
		return nil, err
	}
	return b[:row.stored:row.stored], nil
}

// Preview appends the first n bytes of the payload to dst. Unlike Payload it
// reads no more than those from the spill file: for rows all over it.
func (r *Reader) Preview(row *Row, dst []byte, n int) (_ []byte, dropped bool) {
	n = min(n, int(row.stored))
	if n == 0 {
		return dst, r.Dropped(row)
	}
	c := (*r.s.data.chunks.Load())[row.chunk]
	if mem := c.mem.Load(); mem != nil {
		return append(dst, (*mem)[row.off:int(row.off)+n]...), false
	}
	if c.file < 0 {
		return dst, true
	}
	at := len(dst)
	dst = append(dst, make([]byte, n)...)
	if _, err := r.s.spill.ReadAt(dst[at:], c.file+int64(row.off)); err != nil {
		return dst[:at], true
	}
	return dst, false
}

// Dropped reports whether the row's bytes were dropped for want of room.
func (r *Reader) Dropped(row *Row) bool {
	if row.stored == 0 && row.flags&flagDetail == 0 {
		return false
	}
	c := (*r.s.data.chunks.Load())[row.chunk]
	return c.mem.Load() == nil && c.file < 0
}

// Detail gives what the row itself does not hold. Where it needs none, it is
// made from the row.
func (r *Reader) Detail(row *Row) (Detail, error) {
	at := event.Stamp{Packet: row.Packet, Time: row.Time}
	plain := Detail{First: at, Captured: row.Len}
	if row.Kind() == KindFrame {
		plain.WireLen = row.Len
		plain.Frames = []uint64{uint64(row.N)}
	}
	if row.flags&flagDetail == 0 {
		return plain, nil
	}
	b, err := r.s.data.view(row.chunk, row.off, &r.s.spill, &r.data)
	if err != nil || b == nil {
		return plain, err
	}
	b = b[row.stored:]
	if len(b) < 4 {
		return plain, errDetail
	}
	n := binary.LittleEndian.Uint32(b)
	if uint64(n) > uint64(len(b)-4) {
		return plain, errDetail
	}
	d, err := decodeDetail(b[4:4+n], at)
	if err == nil && row.Kind() == KindFrame {
		d.WireLen, d.Frames = row.Len, plain.Frames
	}
	return d, err
}

// Walk visits the rows of a connection from row on (not row itself), forward
// or back, until visit says no. At most limits.TimelineSteps rows are
// visited.
func (r *Reader) Walk(row *Row, forward bool, visit func(*Row) bool) {
	at := *row
	for range limits.TimelineSteps {
		// The link forward changes after the row was read; the store has
		// the latest.
		var i uint32
		var ok bool
		if forward {
			if word := r.s.rows.state(at.Index); word != nil {
				at.state = word.Load()
			}
			i, ok = at.Next()
		} else {
			i, ok = at.Prev()
		}
		if !ok || !r.Row(i, &at) || !visit(&at) {
			return
		}
	}
}
