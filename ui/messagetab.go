package ui

import (
	"fmt"
	"slices"
	"time"

	"wsscope/event"
	"wsscope/timeline"
)

// messageTab shows the message that the row is, or is a part of: what it is,
// its frames, and which packets carried them.
func (a *app) messageTab(s *subject, width int) doc {
	row, detail, frames, ok := a.messageOf(s)
	if !ok {
		if s.row.Kind() == timeline.KindFrame && s.row.IsControl() {
			return say("a "+event.OpcodeName(s.row.Opcode())+" frame is no part of a message: control frames stand alone (RFC 6455 section 5.5)", width, dim)
		}
		return say("this row belongs to no message", width, dim)
	}
	name, r := arrow(row.Dir())
	out := lines{
		{{event.OpcodeName(row.Opcode()) + " message ", strong}, {name + " " + dirWords(row.Dir()), r}, {fmt.Sprintf("   connection %d", row.Conn()), dim}},
		{{count(row.Len, "byte") + " in " + count(uint64(len(detail.Frames)), "frame"), normal}},
	}
	if row.Kind() == timeline.KindMessage {
		if row.Compressed() {
			out = append(out, line{{"compressed (permessage-deflate): " + ratio(detail.WireLen, row.Len), note}})
			if d := detail.Inflate.MaxDistance; d > 0 {
				out = append(out, line{{fmt.Sprintf("refers back at most %s: a window of %d bits would do", count(uint64(d), "byte"), windowBits(d)), dim}})
			}
		}
		if detail.Inflate.Detail != "" {
			out = append(out, line{{detail.Inflate.Detail, warn}})
		}
	}
	if !row.Complete() {
		out = append(out, line{{"not complete: " + incomplete(&subject{row: row, detail: detail}), warn}})
	}
	if row.Opcode() == event.OpText && row.Complete() && !row.UTF8() {
		out = append(out, line{{"not valid UTF-8 (RFC 6455 section 5.6)", bad}})
	}
	for _, m := range detail.Missing[:min(len(detail.Missing), 10)] {
		out = append(out, line{{fmt.Sprintf("lost: %s from offset %s on", count(m.Len, "byte"), grouped(m.Off)), warn}})
	}
	if detail.First.Packet == row.Packet {
		out = append(out, line{{"at " + fullTime(row.Time) + ", packet " + grouped(row.Packet), dim}}, line{})
	} else {
		out = append(out, line{{"from " + fullTime(detail.First.Time) + ", packet " + grouped(detail.First.Packet), dim}},
			line{{"to   " + fullTime(row.Time) + ", packet " + grouped(row.Packet) + ", " + duration(spanOf(detail.First.Time, row.Time)) + " later", dim}}, line{})
	}
	out = append(out, a.frameTable(frames, len(detail.Frames))...)
	out = append(out, line{}, line{{"Payload", heading}})
	payload := s.payload
	if row.Index != s.row.Index {
		payload, _ = a.reader.Preview(&row, nil, layoutLater)
	}
	text := &subject{row: row, payload: payload}
	if textual(text) {
		return stack{out, a.layText(payload, width, true, looksJSON(payload))}
	}
	return stack{out, newHexDoc(payload, width, nil, nil)}
}

// messageOf finds the message of a row: itself, or the one that its frame is
// a part of, which stands behind it.
func (a *app) messageOf(s *subject) (row timeline.Row, detail timeline.Detail, frames []timeline.Row, ok bool) {
	switch {
	case s.row.Kind() == timeline.KindMessage:
		return s.row, s.detail, s.frames, true
	case s.row.WholeMessage():
		return s.row, s.detail, []timeline.Row{s.row}, true
	case s.row.Kind() != timeline.KindFrame || s.row.IsControl():
		return
	}
	a.reader.Walk(&s.row, true, func(r *timeline.Row) bool {
		if r.Kind() != timeline.KindMessage || r.Dir() != s.row.Dir() {
			return true
		}
		d, err := a.reader.Detail(r)
		if err == nil && slices.Contains(d.Frames, uint64(s.row.N)) {
			row, detail, ok = *r, d, true
		}
		return false // the next message of the direction is the frame's, or none is
	})
	if ok {
		frames = a.framesOf(&row, &detail)
	}
	return
}

// frameTable lists the frames of a message and the packets of each.
func (a *app) frameTable(frames []timeline.Row, all int) lines {
	const most = 200
	out := lines{{{"Frames", heading}}, {{"       N  opcode   flags      bytes      offset  packets", dim}}}
	offset := uint64(0)
	for i := range frames {
		f := &frames[i]
		if i >= most {
			out = append(out, line{{fmt.Sprintf("… and %s", count(uint64(len(frames)-most), "more frame")), dim}})
			break
		}
		flags := "   "
		if f.FIN() {
			flags = "FIN"
		}
		if f.RSV()&4 != 0 {
			flags += " RSV1"
		}
		detail, err := a.reader.Detail(f)
		packets := grouped(f.Packet)
		if err == nil {
			packets = packetList(&detail, f.Packet)
		}
		out = append(out, line{
			{fmt.Sprintf("%8d  ", f.N), normal}, {pad(opShort[f.Opcode()], 7) + "  ", accent}, {pad(flags, 8), dim},
			{fmt.Sprintf("%8s", grouped(f.Len)), normal}, {fmt.Sprintf("%12s  ", grouped(offset)), dim}, {packets, normal},
		})
		offset += f.Len
	}
	if len(frames) < all {
		out = append(out, line{{fmt.Sprintf("%s not to be found any more", count(uint64(all-len(frames)), "frame")), dim}})
	}
	return out
}

// packetList names the packets that carried a frame.
func packetList(d *timeline.Detail, last uint64) string {
	if len(d.Spans) == 0 {
		if d.First.Packet == last {
			return grouped(last)
		}
		return grouped(d.First.Packet) + " to " + grouped(last)
	}
	s := ""
	for i, p := range d.Spans {
		if i == 8 {
			return s + fmt.Sprintf(" and %d more", len(d.Spans)-i)
		}
		if i > 0 {
			s += ", "
		}
		s += fmt.Sprintf("%s (%s B)", grouped(p.Packet), grouped(p.Len))
	}
	return s
}

func windowBits(distance int) int {
	bits := 8
	for 1<<bits < distance {
		bits++
	}
	return bits
}

func dirWords(d event.Dir) string {
	if d == event.ServerToClient {
		return "server to client"
	}
	return "client to server"
}

func spanOf(from, to int64) time.Duration { return time.Duration(to - from) }
