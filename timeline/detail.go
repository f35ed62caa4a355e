package timeline

import (
	"encoding/binary"
	"errors"
	"time"

	"wsscope/event"
	"wsscope/limits"
)

// Detail is what few rows have and nobody filters by in bulk. It is kept
// behind the payload, as a blob.
type Detail struct {
	First    event.Stamp // the packet that carried the first byte
	Captured uint64      // payload bytes that the capture holds
	RTT      time.Duration
	HasRTT   bool
	Missing  []event.Range
	Spans    []event.Span // which packet carried which bytes, from the header's first byte
	Vias     []event.Via  // what carried the Spans between TCP and the frame

	// Of messages only.
	Frames  []uint64 // N of its frames
	WireLen uint64
	Inflate event.Inflate
	Error   string
	Cut     bool // cut by another message, a Close or the end of the stream

	// Of findings only.
	Rule, RFC, Text string
	Client, Server  string // of a finding about a TCP connection without WebSocket
}

// appendDetail encodes d after b: its length as four bytes, then the fields
// in order as varints and counted strings. base is the row's own stamp;
// first is kept relative to it.
func appendDetail(b []byte, d *Detail, base event.Stamp) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.AppendVarint(b, int64(base.Packet-d.First.Packet))
	b = binary.AppendVarint(b, base.Time-d.First.Time)
	b = binary.AppendUvarint(b, d.Captured)
	rtt := int64(-1)
	if d.HasRTT {
		rtt = int64(d.RTT)
	}
	b = binary.AppendVarint(b, rtt)
	missing := d.Missing[:min(len(d.Missing), int(limits.TimelineRanges))]
	b = binary.AppendUvarint(b, uint64(len(missing)))
	for _, r := range missing {
		b = binary.AppendUvarint(b, r.Off)
		b = binary.AppendUvarint(b, r.Len)
	}
	spans := d.Spans[:min(len(d.Spans), int(limits.TimelineRanges))]
	b = binary.AppendUvarint(b, uint64(len(spans)))
	for _, s := range spans {
		b = binary.AppendUvarint(b, s.Off)
		b = binary.AppendUvarint(b, s.Len)
		b = binary.AppendUvarint(b, s.Packet)
		b = binary.AppendVarint(b, s.TCP)
	}
	b = appendVias(b, spans, d.Vias)
	b = binary.AppendUvarint(b, uint64(len(d.Frames)))
	last := uint64(0)
	for _, n := range d.Frames {
		b = binary.AppendVarint(b, int64(n-last))
		last = n
	}
	b = binary.AppendUvarint(b, d.WireLen)
	b = append(b, byte(d.Inflate.Fault))
	b = binary.AppendUvarint(b, uint64(d.Inflate.MaxDistance))
	cut := byte(0)
	if d.Cut {
		cut = 1
	}
	b = append(b, cut)
	for _, s := range []string{d.Inflate.Detail, d.Error, d.Rule, d.RFC, d.Text, d.Client, d.Server} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start-4))
	return b
}

var errDetail = errors.New("timeline: damaged detail")

// decoder reads varints and strings from b and remembers the first failure.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.b)
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) byte() byte {
	if len(d.b) == 0 {
		d.bad = true
		return 0
	}
	c := d.b[0]
	d.b = d.b[1:]
	return c
}

func (d *decoder) string() string {
	n := d.uint()
	if n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return ""
	}
	s := string(d.b[:n])
	d.b = d.b[n:]
	return s
}

// count reads the length of a list whose items take at least one byte each.
func (d *decoder) count() int {
	n := d.uint()
	if n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return 0
	}
	return int(n)
}

// decodeDetail is the inverse of appendDetail, without the leading length.
func decodeDetail(b []byte, base event.Stamp) (Detail, error) {
	d := decoder{b: b}
	var out Detail
	out.First.Packet = base.Packet - uint64(d.int())
	out.First.Time = base.Time - d.int()
	out.Captured = d.uint()
	if rtt := d.int(); rtt >= 0 {
		out.RTT, out.HasRTT = time.Duration(rtt), true
	}
	for n := d.count(); n > 0 && !d.bad; n-- {
		out.Missing = append(out.Missing, event.Range{Off: d.uint(), Len: d.uint()})
	}
	for n := d.count(); n > 0 && !d.bad; n-- {
		out.Spans = append(out.Spans, event.Span{Off: d.uint(), Len: d.uint(), Packet: d.uint(), TCP: d.int()})
	}
	out.Vias = d.vias(out.Spans)
	last := uint64(0)
	for n := d.count(); n > 0 && !d.bad; n-- {
		last += uint64(d.int())
		out.Frames = append(out.Frames, last)
	}
	out.WireLen = d.uint()
	out.Inflate.Fault = event.InflateFault(d.byte())
	out.Inflate.MaxDistance = int(d.uint())
	out.Cut = d.byte() == 1
	for _, s := range []*string{&out.Inflate.Detail, &out.Error, &out.Rule, &out.RFC, &out.Text, &out.Client, &out.Server} {
		*s = d.string()
	}
	if d.bad {
		return Detail{}, errDetail
	}
	return out, nil
}
