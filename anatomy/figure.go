package anatomy

import (
	"strconv"
	"strings"

	"wsscope/event"
)

// Cell is a run of characters of the figure, each one column wide.
type Cell struct {
	Text  string
	Field int // index into the frame's Fields; -1 for borders and rulers
}

// Line is one line of the figure.
type Line []Cell

// rowBits is how many bits stand in a row, as in the figure of RFC 6455
// section 5.2. A bit takes two columns: an edge and the bit.
const rowBits = 32

// figureIndent is the width of the byte offsets left of the figure.
const figureIndent = 6

// FigureWidth is the number of columns of a figure.
const FigureWidth = figureIndent + 2*rowBits + 1

// figure is a frame being drawn up to a bit.
type figure struct {
	*Frame
	shown int
}

// Figure draws the frame as RFC 6455 section 5.2 does, 32 bits a row, each
// field with its name, its bits and its value: of the payload, the bytes as
// sent and, below where masked, as meant. Of the rows that hold payload alone
// it shows the first payloadRows.
func (f *Frame) Figure(payloadRows int) []Line {
	total := 8 * len(f.Raw)
	header := (8*f.Header.Size + rowBits - 1) / rowBits * rowBits
	g := figure{f, min(total, header+payloadRows*rowBits)}
	lines := ruler()
	for row := 0; row < g.shown; row += rowBits {
		lines = append(lines, g.border(row))
		lines = append(lines, g.names(row)...)
		lines = append(lines, g.bits(row), g.values(row))
		if l := g.plain(row); l != nil {
			lines = append(lines, l)
		}
	}
	lines = append(lines, g.border((g.shown+rowBits-1)/rowBits*rowBits))
	if more := uint64(total-g.shown) / 8; more > 0 {
		lines = append(lines, margin(g.shown/8, ": "+bytesText(more)+" more"))
	}
	if lost := f.Missing(); lost > 0 {
		lines = append(lines, margin(len(f.Raw), ": "+bytesText(lost)+" of the payload are not here"))
	}
	return lines
}

// margin is a line that begins with a byte offset.
func margin(offset int, s string) Line {
	n := strconv.Itoa(offset)
	return Line{{strings.Repeat(" ", max(0, figureIndent-1-len(n))) + n + " " + s, -1}}
}

// blank begins a line without an offset.
func blank() Cell { return Cell{strings.Repeat(" ", figureIndent), -1} }

// ruler has the bit numbers above the figure.
func ruler() []Line {
	var tens, ones strings.Builder
	for i := range rowBits {
		if i%10 == 0 {
			tens.WriteString(" " + strconv.Itoa(i/10))
		} else {
			tens.WriteString("  ")
		}
		ones.WriteString(" " + strconv.Itoa(i%10))
	}
	return []Line{{blank(), {strings.TrimRight(tens.String(), " "), -1}}, {blank(), {ones.String(), -1}}}
}

// at is the index of the field that a shown bit belongs to, else -1.
func (g *figure) at(bit int) int {
	if bit < 0 || bit >= g.shown {
		return -1
	}
	for i := range g.Fields {
		if d := &g.Fields[i]; bit >= d.Bit && bit < d.Bit+d.Bits {
			return i
		}
	}
	return -1
}

// edge reports whether a field begins or ends left of the i-th bit of a row.
func (g *figure) edge(row, i int) bool {
	left, right := -1, -1
	if i > 0 {
		left = g.at(row + i - 1)
	}
	if i < rowBits {
		right = g.at(row + i)
	}
	return left != right
}

// border draws the line above a row, solid where one field ends and another
// begins, broken where a field goes on.
func (g *figure) border(row int) Line {
	var b strings.Builder
	through := func(i int) bool { return g.at(row-rowBits+i) == g.at(row+i) }
	for i := 0; i <= rowBits; i++ {
		switch {
		case g.edge(row-rowBits, i) || g.edge(row, i):
			b.WriteByte('+')
		case i == rowBits || g.at(row-rowBits+i) < 0 && g.at(row+i) < 0:
			b.WriteByte(' ')
		default:
			b.WriteByte('-')
		}
		switch {
		case i == rowBits:
		case through(i):
			b.WriteByte(' ')
		default:
			b.WriteByte('-')
		}
	}
	return Line{blank(), {strings.TrimRight(b.String(), " "), -1}}
}

// line draws a line of a row: text gives what stands in each run of bits of
// one field, cut and centred.
func (g *figure) line(row int, left Cell, text func(field, from, to int) string) Line {
	l := Line{left}
	end := min(row+rowBits, g.shown)
	for from := row; from < end; {
		field := g.at(from)
		to := from + 1
		for to < end && g.at(to) == field {
			to++
		}
		l = append(l, Cell{"|", -1}, Cell{centre(text(field, from, to), 2*(to-from)-1), field})
		from = to
	}
	return append(l, Cell{"|", -1})
}

// centre puts s, whose characters are one column wide, into width columns.
func centre(s string, width int) string {
	r := []rune(s)
	if len(r) > width {
		r = r[:width]
	}
	left := (width - len(r)) / 2
	return strings.Repeat(" ", left) + string(r) + strings.Repeat(" ", width-left-len(r))
}

// names has the names of the fields: four lines in the first row, where the
// names of the flags stand upright, else one.
func (g *figure) names(row int) []Line {
	height := 1
	if row == 0 {
		height = 4
	}
	lines := make([]Line, height)
	for y := range lines {
		left := blank()
		if y == 0 {
			left = margin(row/8, "")[0]
		}
		lines[y] = g.line(row, left, func(field, from, to int) string {
			d := &g.Fields[field]
			switch {
			case to-from == 1:
				return upright(d.Name)[y : y+1]
			case y == 1 && d.Kind >= KindPayload:
				return "(" + bytesText(uint64(d.Bits/8)) + ")"
			case y == 1:
				return "(" + strconv.Itoa(d.Bits) + ")"
			case y > 1:
				return ""
			}
			if name := d.Name + " (continued)"; from > d.Bit && len(name) < 2*(to-from) {
				return name
			}
			return d.Name
		})
	}
	return lines
}

// upright gives the four characters of a flag's name, from the top.
func upright(name string) string { return (name + "    ")[:4] }

// bits has the bits as sent.
func (g *figure) bits(row int) Line {
	return g.line(row, blank(), func(_, from, to int) string {
		var b strings.Builder
		for i := from; i < to; i++ {
			if i > from {
				b.WriteByte(' ')
			}
			b.WriteByte('0' + g.Raw[i/8]>>(7-i%8)&1)
		}
		return b.String()
	})
}

// values has the value of each field; of a field in several rows, its bytes.
func (g *figure) values(row int) Line {
	return g.line(row, blank(), func(field, from, to int) string {
		d := &g.Fields[field]
		switch d.Kind {
		case KindFIN, KindRSV1, KindRSV2, KindRSV3, KindMask:
			return ""
		case KindOpcode:
			return opcodeShort(g.Header.Opcode)
		case KindLen:
			return d.Value
		case KindExtendedLen:
			if d.Bits == 16 {
				return d.Value
			}
		}
		return g.byBytes(from, to, func(i int) string {
			return string([]byte{hexDigits[g.Raw[i]>>4], hexDigits[g.Raw[i]&15]})
		})
	})
}

const hexDigits = "0123456789abcdef"

// opcodeShort names an opcode in at most seven columns.
func opcodeShort(op uint8) string {
	if name := event.OpcodeName(op); len(name) <= 6 {
		return name
	}
	if op == event.OpContinuation {
		return "contin."
	}
	return "reserv."
}

// plain has the payload bytes as meant: unmasked where they were masked, and
// as characters. It is nil for a row without payload.
func (g *figure) plain(row int) Line {
	if end := min(row+rowBits, g.shown); end <= 8*g.Header.Size {
		return nil
	}
	return g.line(row, blank(), func(field, from, to int) string {
		if from < 8*g.Header.Size {
			return ""
		}
		return g.byBytes(from, to, func(i int) string {
			c := g.Payload[i-g.Header.Size]
			s := ""
			if g.Header.Masked {
				s = string([]byte{hexDigits[c>>4], hexDigits[c&15]})
			}
			if c > 0x20 && c < 0x7f {
				s = strings.TrimSpace(s + " '" + string(rune(c)) + "'")
			}
			return s
		})
	})
}

// byBytes puts a text under each whole byte of a run of bits.
func (g *figure) byBytes(from, to int, text func(i int) string) string {
	var b strings.Builder
	for bit := from; bit < to; bit += 8 {
		if bit > from {
			b.WriteByte(' ')
		}
		b.WriteString(centre(text(bit/8), 15))
	}
	return b.String()
}
