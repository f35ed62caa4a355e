package ui

import (
	"fmt"
	"strconv"

	"wsscope/event"
	"wsscope/timeline"
)

// layerRows is how many runs of a frame's bytes are listed.
const layerRows = 200

// layerTable says where the bytes of a frame stood: in which DATA frame of
// HTTP/2, in which TLS record, where in the TCP stream, in which packets. It
// has the columns that the connection has layers for.
func (a *app) layerTable(row *timeline.Row) lines {
	d, err := a.reader.Detail(row)
	if err != nil {
		return nil
	}
	if len(d.Spans) == 0 && d.First.Packet == row.Packet { // one packet, nothing in between
		d.Spans = []event.Span{{Len: uint64(row.HeaderLen()) + row.Len, Packet: row.Packet, TCP: -1}}
	}
	if len(d.Spans) == 0 {
		return nil
	}
	table := [][]string{{"frame bytes", "HTTP/2 DATA", "TLS record", "TCP stream", "packets"}}
	has := [5]bool{0: true, 4: true}
	for i := range d.Spans[:min(len(d.Spans), layerRows)] {
		cells := layerCells(&d.Spans[i], d.Vias)
		for c := range cells {
			has[c] = has[c] || cells[c] != ""
		}
		table = append(table, cells[:])
	}
	out := lines{{}, {{"Layers", heading}, {"  each line carried these bytes of the frame, its header counted", dim}}}
	for i, cells := range table {
		l := line{{"  ", dim}}
		r := normal
		if i == 0 {
			r = dim
		}
		for c, text := range cells {
			if !has[c] {
				continue
			}
			width := 0
			for _, other := range table {
				width = max(width, textWidth(other[c]))
			}
			l = append(l, span{pad(text, width) + "  ", r})
		}
		out = append(out, l)
	}
	if more := len(d.Spans) - layerRows; more > 0 {
		out = append(out, line{{"  and " + count(uint64(more), "more run"), dim}})
	}
	return out
}

// layerCells are the columns of one run, empty where there is no such layer.
func layerCells(s *event.Span, vias []event.Via) (c [5]string) {
	c[0] = fmt.Sprintf("%s to %s", grouped(s.Off), grouped(s.Off+max(s.Len, 1)-1))
	packets := grouped(s.Packet)
	var v event.Via
	if s.Via > 0 && int(s.Via) <= len(vias) {
		v = vias[s.Via-1]
	}
	if d := &v.Data; d.N != 0 {
		c[1] = fmt.Sprintf("#%s of stream %d, from %s of %s", grouped(d.N), d.Stream, grouped(uint64(d.At)), grouped(uint64(d.Len)))
		if d.Pad > 0 {
			c[1] += ", " + strconv.Itoa(int(d.Pad)) + " padding"
		}
		if d.Off >= 0 {
			c[1] += ", at " + grouped(uint64(d.Off))
		}
	}
	if r := &v.Record; r.N != 0 {
		c[2] = fmt.Sprintf("#%s, from %s of %s", grouped(r.N), grouped(uint64(r.At)), grouped(uint64(r.Len)))
		if r.Last != s.Packet {
			packets += " to " + grouped(r.Last)
		}
	}
	if s.TCP >= 0 {
		c[3] = "at " + grouped(uint64(s.TCP))
	}
	c[4] = packets
	return c
}
