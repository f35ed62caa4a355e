package ui

import (
	"fmt"

	"wsscope/event"
)

// hexDoc shows bytes as hex and characters, a line at a time: a payload of
// any size costs only the lines on the screen.
type hexDoc struct {
	b       []byte
	per     int // bytes a line
	missing []event.Range
	other   func(i int) byte // a second column, such as the masked bytes; nil: none
}

// newHexDoc fits the lines into width.
func newHexDoc(b []byte, width int, missing []event.Range, other func(int) byte) *hexDoc {
	d := &hexDoc{b: b, per: 16, missing: missing, other: other}
	for d.per > 4 && d.width() > width {
		d.per /= 2
	}
	return d
}

func (d *hexDoc) digits() int {
	if len(d.b) > 0xffffff {
		return 8
	}
	return 6
}

func (d *hexDoc) width() int {
	w := d.digits() + 2 + 3*d.per + 1 + d.per
	if d.other != nil {
		w += 3*d.per + 2
	}
	return w
}

func (d *hexDoc) Len() int { return (len(d.b) + d.per - 1) / d.per }

// lost reports a byte that the capture does not hold.
func (d *hexDoc) lost(i int) bool {
	for _, r := range d.missing {
		if uint64(i) >= r.Off && uint64(i) < r.Off+r.Len {
			return true
		}
	}
	return false
}

func (d *hexDoc) Line(n int) line {
	off := n * d.per
	row := d.b[off:min(off+d.per, len(d.b))]
	l := line{{fmt.Sprintf("%0*x  ", d.digits(), off), dim}}
	if d.other != nil {
		l = append(l, span{d.column(off, len(row), d.other), normal}, span{"│ ", dim})
	}
	l = append(l, span{d.column(off, len(row), func(i int) byte { return d.b[i] }), normal}, span{" ", dim})
	chars := make([]byte, 0, d.per)
	for i, c := range row {
		switch {
		case d.lost(off + i):
			c = '?'
		case c < ' ' || c > '~':
			c = '.'
		}
		chars = append(chars, c)
	}
	return append(l, span{string(chars), jsonString})
}

const hexDigits = "0123456789abcdef"

func (d *hexDoc) column(off, n int, at func(int) byte) string {
	b := make([]byte, 0, 3*d.per)
	for i := range d.per {
		switch {
		case i >= n:
			b = append(b, "   "...)
		case d.lost(off + i):
			b = append(b, "?? "...)
		default:
			c := at(off + i)
			b = append(b, hexDigits[c>>4], hexDigits[c&15], ' ')
		}
	}
	return string(b)
}
