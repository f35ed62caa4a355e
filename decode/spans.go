package decode

import (
	"wsscope/event"
	"wsscope/limits"
)

// span notes where the next n bytes of the frame at hand, at offset at of it,
// stood in the layers below. It is called for each byte that follow takes, in
// order.
func (d *direction) span(at uint64, n int, origin event.Stamp) {
	if !d.s.sh.Opt.Spans || n == 0 {
		return
	}
	past := d.past
	d.past += n
	f := &d.f
	if k := len(f.Spans); k > 0 && f.Spans[k-1].Packet == origin.Packet && f.Spans[k-1].Off+f.Spans[k-1].Len == at && d.sameVia(&f.Spans[k-1]) {
		f.Spans[k-1].Len += uint64(n)
		return
	}
	if len(f.Spans) >= int(limits.MissingRanges) {
		return
	}
	s := event.Span{Off: at, Len: uint64(n), Packet: origin.Packet, TCP: d.from.Off}
	via := d.from.Via
	if s.TCP >= 0 && (via == nil || via.Record.N == 0) {
		s.TCP += int64(past)
	}
	if via != nil {
		f.Vias = append(f.Vias, *via)
		f.Vias[len(f.Vias)-1].Skip(past)
		s.Via = int32(len(f.Vias))
	}
	f.Spans = append(f.Spans, s)
}

// sameVia reports whether the chunk at hand came in the same frame and record
// as a span.
func (d *direction) sameVia(s *event.Span) bool {
	if d.from.Via == nil || s.Via == 0 {
		return d.from.Via == nil && s.Via == 0
	}
	return d.f.Vias[s.Via-1].Same(d.from.Via)
}
