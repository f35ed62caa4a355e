package anatomy

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"wsscope/printable"
)

// The colours are SGR sequences of ECMA-48 section 8.3.117.
const (
	plainColor = ""
	bold       = "\x1b[1m"
	dim        = "\x1b[2m"
	red        = "\x1b[31m"
)

// palette colours neighbouring fields differently.
var palette = [...]string{"\x1b[32m", "\x1b[33m", "\x1b[34m", "\x1b[35m", "\x1b[36m"}

func fieldColor(field int) string {
	if field < 0 {
		return plainColor
	}
	return palette[field%len(palette)]
}

// printer writes text for people into lines of a width.
type printer struct {
	b     []byte
	color bool
	width int
	col   int
	said  map[Kind]bool // explanations given
}

func newPrinter(color bool, width int) *printer {
	if width == 0 {
		width = 100
	}
	return &printer{color: color, width: max(width, FigureWidth+1), said: map[Kind]bool{}}
}

// put writes printable text.
func (p *printer) put(s string) {
	p.b = append(p.b, s...)
	p.col += utf8.RuneCountInString(s)
}

func (p *printer) paint(color, s string) {
	if !p.color || color == plainColor {
		p.put(s)
		return
	}
	p.b = append(p.b, color...)
	p.put(s)
	p.b = append(p.b, "\x1b[0m"...)
}

// line ends the line after s.
func (p *printer) line(s string) {
	p.put(s)
	for len(p.b) > 0 && p.b[len(p.b)-1] == ' ' {
		p.b = p.b[:len(p.b)-1]
	}
	p.b = append(p.b, '\n')
	p.col = 0
}

func (p *printer) to(col int) {
	if p.col >= col && p.col > 0 {
		p.put(" ")
	}
	for p.col < col {
		p.put(" ")
	}
}

// words writes a sentence and ends the line; further lines begin at indent.
func (p *printer) words(indent int, s string) {
	for i, word := range strings.Split(s, " ") {
		n := utf8.RuneCountInString(word)
		switch {
		case p.col > indent && p.col+1+n > p.width:
			p.line("")
			p.to(indent)
		case i > 0:
			p.put(" ")
		}
		p.put(word)
	}
	p.line("")
}

// data shows bytes: as text where that is meant and possible, else in hex.
func (p *printer) data(b []byte, text bool) {
	if !text || !utf8.Valid(b) {
		p.hex(b)
		return
	}
	for range textLines {
		if len(b) == 0 {
			return
		}
		p.put("  ")
		n := len(p.b)
		out, _, shown := printable.Append(p.b, b, p.width-2)
		p.b = out
		p.line("")
		if b = b[shown:]; len(p.b) == n+1 { // nothing fits
			break
		}
	}
	if len(b) > 0 {
		p.line("  and " + bytesText(uint64(len(b))) + " more")
	}
}

// hex shows a hexdump.
func (p *printer) hex(b []byte) {
	for row := 0; row < hexRows && len(b) > 0; row++ {
		n := min(16, len(b))
		var chars strings.Builder
		for _, c := range b[:n] {
			if c < 0x20 || c > 0x7e {
				chars.WriteString("·")
			} else {
				chars.WriteByte(c)
			}
		}
		p.line(fmt.Sprintf("  %04x  %-48s %s", 16*row, fmt.Sprintf("% x", b[:n]), chars.String()))
		b = b[n:]
	}
	if len(b) > 0 {
		p.line("  and " + bytesText(uint64(len(b))) + " more")
	}
}
