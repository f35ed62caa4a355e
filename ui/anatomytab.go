package ui

import (
	"fmt"

	"wsscope/anatomy"
	"wsscope/timeline"
)

const (
	anatomyBytes = 256 // payload bytes that are taken apart: more than the figure shows
	anatomyRows  = 4   // rows of the figure that hold payload alone
	anatomyMask  = 16  // bytes whose masking is worked out
)

// anatomyDoc remembers what the anatomy of the selected frame is made of.
type anatomyDoc struct {
	fields int  // how many there are to walk through
	free   bool // the user scrolled: do not go back to the lit field
	shift  int  // lines above the document
}

// frameAt picks the frame that the anatomy shows: the selected one, or one of
// the selected message's.
func (s *subject) frameAt(i int) (row timeline.Row, n int, ok bool) {
	switch {
	case s.row.Kind() == timeline.KindFrame:
		return s.row, 1, true
	case len(s.frames) > 0:
		return s.frames[max(0, min(i, len(s.frames)-1))], len(s.frames), true
	}
	return timeline.Row{}, 0, false
}

// anatomyTab takes the frame apart: the lit field in words, in hex and in the
// figure of RFC 6455 section 5.2, then all fields, then the masking.
func (a *app) anatomyTab(s *subject, width int) doc {
	d := &a.details
	row, n, ok := s.frameAt(d.frame)
	if !ok {
		return say("this row is no frame: frames and messages have an anatomy", width, dim)
	}
	payload, dropped := a.reader.Preview(&row, nil, anatomyBytes)
	f, ok := anatomy.Of(row.Header(), payload)
	if !ok {
		return lines{{{"the header of this frame is damaged", bad}}}
	}
	d.anatomy.fields, d.anatomy.shift = len(f.Fields), 0
	d.field = max(0, min(d.field, len(f.Fields)-1))
	d.key.field = d.field
	name, r := arrow(row.Dir())
	head := line{
		{fmt.Sprintf("frame %d of connection %d ", row.N, row.Conn()), strong},
		{name + " " + dirWords(row.Dir()), r},
		{fmt.Sprintf("   %d header + %s", row.HeaderLen(), count(row.Len, "payload byte")), dim},
	}
	out := lines{head}
	if n > 1 {
		out = append(out, line{{fmt.Sprintf("frame %d of %d: { and } go through them", min(d.frame, n-1)+1, n), accent}})
	}
	if dropped {
		out = append(out, line{{"its payload was dropped: memory limit", warn}})
	}
	wide := width >= anatomy.FigureWidth+46
	words := width
	if wide {
		words = width - anatomy.FigureWidth - 3
	}
	text := append(fieldWords(&f, d.field, words), anatomyHex(&f, d.field, words)...)
	figure := figureLines(&f, d.field)
	rest := append(fieldList(&f, d.field), maskLines(&f, d.field)...)
	rest = append(rest, a.layerTable(&row)...)
	if wide {
		// The figure beside the words: all of it is seen at once.
		text = append(text, append(lines{{}}, rest...)...)
		return append(out, beside(figure, text, anatomy.FigureWidth+3)...)
	}
	out = append(append(out, text...), figure...)
	return append(append(out, line{}), rest...)
}

// showField keeps the top of the document in view while fields are walked.
func (a *app) showField(top *int) {
	if !a.details.anatomy.free {
		*top = 0
	}
}

// fieldWords explains the lit field. Each field takes the same number of
// lines, so that nothing below jumps while the user walks through them.
func fieldWords(f *anatomy.Frame, at, width int) lines {
	high := 0
	for i := range f.Fields {
		high = max(high, len(wrap(explanation(&f.Fields[i]), width-2)))
	}
	d := &f.Fields[at]
	out := lines{
		{{"◂ ", accent}, {" " + d.Name + " ", lit}, {" = " + d.Value, strong}, {" ▸  ", accent}, {bitRange(d), dim}},
		{{"  " + fit(d.Meaning, width-2), normal}},
	}
	for _, l := range wrap(explanation(d), width-2) {
		out = append(out, line{{"  " + l, dim}})
	}
	for len(out) < 2+high {
		out = append(out, line{})
	}
	for _, fault := range f.Faults {
		if fault.Field == at {
			out = append(out, line{{"  E " + fault.Text + " (" + fault.RFC + ")", bad}})
		}
	}
	return append(out, line{})
}

func explanation(d *anatomy.Field) string { return d.Explanation + " (" + d.RFC + ")" }

func bitRange(d *anatomy.Field) string {
	if d.Bits == 1 {
		return fmt.Sprintf("bit %d", d.Bit)
	}
	return fmt.Sprintf("bits %d to %d", d.Bit, d.Bit+d.Bits-1)
}

// anatomyHex shows the frame's first bytes with those of the lit field lit.
func anatomyHex(f *anatomy.Frame, at, width int) lines {
	per := 16
	if width < 6+3*per {
		per = 8
	}
	d := &f.Fields[at]
	first, last := d.Bit/8, (d.Bit+d.Bits-1)/8
	var out lines
	for off := 0; off < len(f.Raw) && off < 2*per; off += per {
		l := line{{fmt.Sprintf("%5d ", off), dim}}
		for i := off; i < min(off+per, len(f.Raw)); i++ {
			r := normal
			if i >= first && i <= last {
				r = lit
			}
			l = append(l, span{fmt.Sprintf("%02x", f.Raw[i]), r})
			if i+1 < off+per {
				gap := normal
				if r == lit && i < last {
					gap = lit
				}
				l = append(l, span{" ", gap})
			}
		}
		out = append(out, l)
	}
	if more := len(f.Raw) - 2*per; more > 0 {
		out = append(out, line{{"      …", dim}})
	}
	return append(out, line{})
}

// figureLines is the figure of the RFC with the lit field.
func figureLines(f *anatomy.Frame, at int) lines {
	var out lines
	for _, l := range f.Figure(anatomyRows) {
		var row line
		for _, c := range l {
			r := dim
			switch {
			case c.Field == at:
				r = lit
			case c.Field >= 0:
				r = normal
			}
			row = append(row, span{c.Text, r})
		}
		out = append(out, row)
	}
	return out
}

// fieldList has a line for each field, and the forms of the length.
func fieldList(f *anatomy.Frame, at int) lines {
	var out lines
	for i := range f.Fields {
		d := &f.Fields[i]
		mark, r := "  ", normal
		if i == at {
			mark, r = "▸ ", lit
		}
		out = append(out, line{{mark, accent}, {pad(d.Name, 24), r}, {pad(d.Value, 10) + " ", strong}, {d.Meaning, dim}})
		if d.Kind == anatomy.KindLen {
			out = append(out, lengthForms(f.Header.Form)...)
		}
	}
	return out
}

// lengthForms shows the three forms of RFC 6455 section 5.2, the used one
// marked.
func lengthForms(used int) lines {
	var out lines
	for _, form := range []struct {
		bits int
		text string
	}{
		{7, "0…125  these 7 bits are the length"},
		{16, "126    the next 16 bits are: up to 65,535"},
		{64, "127    the next 64 bits are: up to 2^63 - 1"},
	} {
		mark, r := "○ ", dim
		if form.bits == used {
			mark, r = "● ", normal
		}
		out = append(out, line{{"      " + mark + form.text, r}})
	}
	return out
}

// maskLines works out the masking of the first bytes: RFC 6455 section 5.3.
func maskLines(f *anatomy.Frame, at int) lines {
	steps := f.MaskSteps(anatomyMask)
	if len(steps) == 0 {
		return nil
	}
	keyRole := normal
	if f.Fields[at].Kind == anatomy.KindKey {
		keyRole = lit
	}
	out := lines{{}, {{"Masking, byte by byte: plain = cipher XOR key[i mod 4]", heading}}, {{"   i  cipher            key[i mod 4]       plain", dim}}}
	for _, m := range steps {
		show := ""
		if m.Plain > ' ' && m.Plain < 0x7f {
			show = " '" + string(rune(m.Plain)) + "'"
		}
		out = append(out, line{
			{fmt.Sprintf("%4d  ", m.Index), dim},
			{fmt.Sprintf("%02x  %s", m.Wire, m.WireBits), normal}, {"  ⊕  ", dim},
			{fmt.Sprintf("%02x  %s", m.Key, m.KeyBits), keyRole}, {"  =  ", dim},
			{fmt.Sprintf("%02x  %s", m.Plain, m.PlainBits), good}, {show, strong},
		})
	}
	if more := f.Header.Len - uint64(len(steps)); more > 0 {
		out = append(out, line{{"      and so on for " + count(more, "more byte"), dim}})
	}
	return out
}

// beside puts two documents next to each other; right begins at column x.
func beside(left, right lines, x int) lines {
	n := max(len(left), len(right))
	out := make(lines, n)
	for i := range n {
		var l line
		w := 0
		if i < len(left) {
			l = append(l, left[i]...)
			w = textWidth(left[i].text())
		}
		if i < len(right) {
			l = append(l, span{pad("", max(0, x-w)), normal})
			l = append(l, right[i]...)
		}
		out[i] = l
	}
	return out
}
