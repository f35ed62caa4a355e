package timeline

import (
	"encoding/binary"

	"wsscope/event"
)

// appendVias encodes what carried the spans: for each span a byte that says
// whether there is a DATA frame and a record, then their numbers.
func appendVias(b []byte, spans []event.Span, vias []event.Via) []byte {
	b = binary.AppendUvarint(b, uint64(len(vias)))
	if len(vias) == 0 {
		return b
	}
	for i := range spans {
		var v event.Via
		if n := spans[i].Via; n > 0 {
			v = vias[n-1]
		}
		has := byte(0)
		if v.Data.N != 0 {
			has |= viaData
		}
		if v.Record.N != 0 {
			has |= viaRecord
		}
		b = append(b, has)
		if has&viaData != 0 {
			d := &v.Data
			b = binary.AppendUvarint(b, d.N)
			b = binary.AppendUvarint(b, uint64(d.Stream))
			b = binary.AppendVarint(b, d.Off)
			b = binary.AppendUvarint(b, uint64(d.Len))
			b = binary.AppendUvarint(b, uint64(d.Pad))
			b = binary.AppendUvarint(b, uint64(d.At))
		}
		if has&viaRecord != 0 {
			r := &v.Record
			b = binary.AppendUvarint(b, r.N)
			b = binary.AppendUvarint(b, uint64(r.Len))
			b = binary.AppendUvarint(b, uint64(r.At))
			b = binary.AppendVarint(b, int64(r.Last-spans[i].Packet))
		}
	}
	return b
}

const (
	viaData   = 1
	viaRecord = 2
)

// vias is the inverse of appendVias; it numbers the spans.
func (d *decoder) vias(spans []event.Span) []event.Via {
	if d.uint() == 0 {
		return nil
	}
	var out []event.Via
	for i := range spans {
		has := d.byte()
		if has == 0 {
			continue
		}
		d.bad = d.bad || has&^(viaData|viaRecord) != 0
		var v event.Via
		if has&viaData != 0 {
			v.Data = event.DataFrame{N: d.uint(), Stream: uint32(d.uint()), Off: d.int(), Len: uint32(d.uint()), Pad: uint32(d.uint()), At: uint32(d.uint())}
		}
		if has&viaRecord != 0 {
			v.Record = event.Record{N: d.uint(), Len: uint32(d.uint()), At: uint32(d.uint()), Last: spans[i].Packet + uint64(d.int())}
		}
		d.bad = d.bad || has&viaData != 0 && v.Data.N == 0 || has&viaRecord != 0 && v.Record.N == 0
		out = append(out, v)
		spans[i].Via = int32(len(out))
	}
	return out
}
