package export

import (
	"strconv"
	"unicode/utf8"

	"wsscope/event"
	"wsscope/printable"
)

// hexShown is how many bytes of a binary payload the preview shows: one row
// of a hexdump.
const hexShown = 16

// preview shows the beginning of a payload: text as text, other bytes as hex
// and characters. The last keep columns of the line stay free.
func (p *pen) preview(b []byte, text bool, keep int) {
	if len(b) == 0 {
		return
	}
	p.to(colText)
	columns := p.left(keep)
	if columns < 4 {
		return
	}
	if text || readable(b) {
		p.wire(b, columns)
		return
	}
	// n bytes take 3n-1 columns in hex, an ellipsis, a blank, two bars and n
	// columns as characters.
	n := min(len(b), hexShown, (columns-3)/4)
	if n <= 0 {
		return
	}
	for i, c := range b[:n] {
		if i > 0 {
			p.b = append(p.b, ' ')
		}
		p.b = append(p.b, hexDigits[c>>4], hexDigits[c&15])
	}
	p.col += 3*n - 1
	if n < len(b) {
		p.put("…")
	}
	p.put(" ")
	p.style(styleDim)
	p.put("│")
	for _, c := range b[:n] {
		if c < 0x20 || c > 0x7e {
			p.put("·")
		} else {
			p.b = append(p.b, c)
			p.col++
		}
	}
	p.put("│")
	p.style(styleNone)
}

// readable reports that the beginning of b is text without escapes.
func readable(b []byte) bool {
	for i := 0; i < len(b) && i < 64; {
		if len(b)-i < utf8.UTFMax && !utf8.FullRune(b[i:]) {
			return false
		}
		size, _, escape := printable.Step(b[i:])
		if escape != "" {
			return false
		}
		i += size
	}
	return true
}

// note is the remark at the end of a line. It is made before the preview, so
// that the preview leaves room for it.
type note struct {
	b   []byte
	bad bool
}

func (n *note) reset() { n.b, n.bad = n.b[:0], false }

func (n *note) add(words string) {
	if len(n.b) > 0 {
		n.b = append(n.b, ", "...)
	}
	n.b = append(n.b, words...)
}

func (n *note) columns() int {
	if len(n.b) == 0 {
		return 0
	}
	return 4 + utf8.RuneCount(n.b)
}

func (p *pen) note(n *note) {
	if len(n.b) == 0 {
		return
	}
	p.put("  ")
	if n.bad {
		p.style(styleYellow)
	} else {
		p.style(styleDim)
	}
	p.put("[")
	p.wire(n.b, p.left(1))
	p.put("]")
	p.style(styleNone)
}

func (n *note) frame(f *event.Frame) {
	if !f.FIN {
		n.add("not final")
	}
	if f.RSV != 0 {
		n.add("RSV")
		for i := range 3 {
			if f.RSV&(4>>i) != 0 {
				n.b = append(n.b, ' ', byte('1'+i))
			}
		}
	}
	if f.Opcode == event.OpPong && f.RTT >= 0 {
		n.add("round trip ")
		n.b = appendSpan(n.b, f.RTT)
	}
	n.lost(f.Missing)
	if f.Ended && len(f.Missing) == 0 {
		n.bad = true
		n.add("cut off")
	}
}

func (n *note) message(m *event.Message) {
	if m.Compressed {
		n.add("deflated ")
		n.b = appendSize(n.b, m.WireLen)
	}
	if len(m.Frames) > 1 {
		n.add("")
		n.b = append(strconv.AppendInt(n.b, int64(len(m.Frames)), 10), " frames"...)
	}
	n.lost(m.Missing)
	if !m.Complete {
		n.bad = true
		switch {
		case m.Error != "":
			n.add("incomplete: ")
			n.b = append(n.b, m.Error...)
		case len(m.Missing) == 0:
			n.add("incomplete")
		}
	}
}

func (n *note) lost(missing []event.Range) {
	if len(missing) == 0 {
		return
	}
	var sum uint64
	for _, r := range missing {
		sum += r.Len
	}
	n.bad = true
	n.add("")
	n.b = append(appendSize(n.b, sum), " missing"...)
}
