package export

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"wsscope/printable"
)

// defaultWidth is the width of a line where none is given: a wide terminal.
// Below minWidth the columns of the timeline leave no room for a payload.
const (
	defaultWidth = 160
	minWidth     = 80
)

// style is an SGR sequence of ECMA-48 section 8.3.117.
type style string

const (
	styleDim    style = "\x1b[2m"
	styleBold   style = "\x1b[1m"
	styleRed    style = "\x1b[31m"
	styleGreen  style = "\x1b[32m"
	styleYellow style = "\x1b[33m"
	styleBlue   style = "\x1b[34m"
	styleCyan   style = "\x1b[36m"
	styleNone   style = "\x1b[0m"
)

// pen writes lines for people and knows in which column it stands.
type pen struct {
	out
	color bool
	width int
	col   int
}

func newPen(o out, opt Options) pen {
	p := pen{out: o, color: opt.Color, width: opt.Width}
	switch {
	case p.width == 0:
		p.width = defaultWidth
	case p.width < 0:
		p.width = math.MaxInt
	}
	p.width = max(p.width, minWidth)
	return p
}

func (p *pen) style(s style) {
	if p.color {
		p.b = append(p.b, s...)
	}
}

// put writes the program's own words: printable, one column a character.
func (p *pen) put(s string) {
	p.b = append(p.b, s...)
	p.col += utf8.RuneCountInString(s)
}

func (p *pen) styled(st style, s string) {
	p.style(st)
	p.put(s)
	p.style(styleNone)
}

// to goes to a column, or one blank further if the pen is past it.
func (p *pen) to(col int) {
	if p.col > 0 && p.col >= col {
		col = p.col + 1
	}
	for ; p.col < col; p.col++ {
		p.b = append(p.b, ' ')
	}
}

// right writes s so that it ends before column col.
func (p *pen) right(col int, s []byte) {
	for ; p.col+len(s) < col; p.col++ {
		p.b = append(p.b, ' ')
	}
	p.b = append(p.b, s...)
	p.col += len(s)
}

// left is how many columns are left if the last keep are not used.
func (p *pen) left(keep int) int { return max(0, p.width-p.col-keep) }

// wire writes captured bytes, escaped and cut to the given columns; what was
// cut shows as an ellipsis.
func (p *pen) wire(s []byte, columns int) { wire(p, s, columns) }

func wire[T string | []byte](p *pen, s T, columns int) {
	// A character without width could go on for ever.
	const bytesPerColumn = 16
	most := len(s)
	if columns < len(s)/bytesPerColumn {
		most = columns * bytesPerColumn
	}
	mark := len(p.b)
	b, used, shown := printable.Append(p.b, s[:most], columns)
	if shown == len(s) {
		p.b = b
		p.col += used
		return
	}
	b, used, _ = printable.Append(b[:mark], s[:most], columns-1)
	p.b = append(b, "…"...)
	p.col += used + 1
}

// words writes a sentence over as many lines as it needs, the further ones
// indented to a column.
func (p *pen) words(s string, indent int) {
	for first := true; ; first = false {
		for len(s) > 0 && s[0] == ' ' {
			s = s[1:]
		}
		if len(s) == 0 {
			return
		}
		end, width := 0, 0
		for end < len(s) && s[end] != ' ' {
			size, w, _ := printable.Step(s[end:])
			end += size
			width += w
		}
		switch {
		case p.col+1+width > p.width && p.col > indent:
			p.newline()
			p.to(indent)
		case !first:
			p.put(" ")
		}
		wire(p, s[:end], p.left(0))
		s = s[end:]
	}
}

func (p *pen) newline() {
	p.b = p.spill(append(p.b, '\n'))
	p.col = 0
}

// uint writes a number.
func (p *pen) uint(v uint64) {
	n := len(p.b)
	p.b = strconv.AppendUint(p.b, v, 10)
	p.col += len(p.b) - n
}

// count writes "1 frame" or "2 frames".
func (p *pen) count(v uint64, noun string) {
	p.uint(v)
	p.put(" ")
	p.put(noun)
	if v != 1 {
		p.put("s")
	}
}

// appendSize appends a number of bytes: exact as long as it is short.
func appendSize(b []byte, v uint64) []byte {
	if v < 10_000 {
		return append(strconv.AppendUint(b, v, 10), " B"...)
	}
	units := [...]string{" KiB", " MiB", " GiB", " TiB", " PiB", " EiB"}
	f, i := float64(v)/1024, 0
	for f >= 1000 && i < len(units)-1 {
		f, i = f/1024, i+1
	}
	return append(strconv.AppendFloat(b, f, 'f', 1, 64), units[i]...)
}

// appendSpan appends a duration with about three digits.
func appendSpan(b []byte, d time.Duration) []byte {
	if d < 0 {
		b, d = append(b, '-'), -d
	}
	unit := func(v float64, unit string) []byte {
		digits := 2
		if v >= 100 {
			digits = 0
		} else if v >= 10 {
			digits = 1
		}
		return append(strconv.AppendFloat(b, v, 'f', digits, 64), unit...)
	}
	switch {
	case d < time.Microsecond:
		return append(strconv.AppendInt(b, int64(d), 10), " ns"...)
	case d < time.Millisecond:
		return unit(float64(d)/1e3, " µs")
	case d < time.Second:
		return unit(float64(d)/1e6, " ms")
	case d < time.Minute:
		return unit(float64(d)/1e9, " s")
	case d < time.Hour:
		b = append(strconv.AppendInt(b, int64(d/time.Minute), 10), " min "...)
		return append(strconv.AppendInt(b, int64(d%time.Minute/time.Second), 10), " s"...)
	}
	b = append(strconv.AppendInt(b, int64(d/time.Hour), 10), " h "...)
	return append(strconv.AppendInt(b, int64(d%time.Hour/time.Minute), 10), " min"...)
}
