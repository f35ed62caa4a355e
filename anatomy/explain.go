package anatomy

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"wsscope/event"
	"wsscope/limits"
)

// How much of a payload explain shows: enough to see the idea.
const (
	figureRows = 3
	maskRows   = 8
	textLines  = 8
	hexRows    = 8
)

// Explain reads frames as hex or a dump and writes what each of their bits
// means. color is for a terminal; width is its number of columns, 0 if
// unknown. The error is about the input or of the writer.
func Explain(w io.Writer, r io.Reader, color bool, width int) error {
	most := 8 * limits.ExplainInput // an od line takes five characters a byte
	text, err := io.ReadAll(io.LimitReader(r, most+1))
	if err != nil {
		return err
	}
	in, err := ParseInput(string(text))
	if err != nil {
		return err
	}
	if int64(len(text)) > most || int64(len(in.Bytes)) > limits.ExplainInput {
		return fmt.Errorf("more than %d bytes: explain takes a few frames, use a capture for more", limits.ExplainInput)
	}
	p := newPrinter(color, width)
	if in.Note != "" {
		p.words(0, in.Note)
	}
	p.all(in.Bytes)
	_, err = w.Write(p.b)
	return err
}

// all explains the frames that b holds.
func (p *printer) all(b []byte) {
	if skip, ok := httpHead(b); ok {
		if skip == len(b) {
			p.words(0, "These bytes are HTTP. The frames begin after the blank line that ends the handshake.")
			return
		}
		p.words(0, "The first "+bytesText(uint64(skip))+" are HTTP; the frames begin after them.")
		b = b[skip:]
	}
	frames, stop := Dissect(b)
	for i := range frames {
		if i > 0 {
			p.line("")
		}
		p.frame(&frames[i], i)
	}
	if stop != nil {
		if len(frames) > 0 {
			p.line("")
		}
		p.paint(red, "byte "+strconv.Itoa(stop.Offset)+": ")
		p.words(0, stop.Why)
	}
}

// httpHead reports that b begins with HTTP and how long its head is.
func httpHead(b []byte) (int, bool) {
	if !bytes.HasPrefix(b, []byte("GET ")) && !bytes.HasPrefix(b, []byte("HTTP/1.")) {
		return 0, false
	}
	if i := bytes.Index(b, []byte("\r\n\r\n")); i >= 0 {
		return i + 4, true
	}
	return len(b), true
}

// frame explains one frame: the figure, the fields, the masking, the payload.
func (p *printer) frame(f *Frame, n int) {
	p.paint(bold, fmt.Sprintf("frame %d", n+1))
	p.words(0, fmt.Sprintf(", byte %d: %s, %s", f.Offset, event.OpcodeName(f.Header.Opcode), bytesText(uint64(len(f.Raw)))))
	p.line("")
	for _, l := range f.Figure(figureRows) {
		for _, c := range l {
			p.paint(fieldColor(c.Field), c.Text)
		}
		p.line("")
	}
	p.line("")
	for i := range f.Fields {
		p.field(f, i)
	}
	p.masking(f)
	p.payload(f)
	if m := f.Message; m != nil && (m.Compressed || m.First != m.Last) {
		p.message(m)
	}
	for i, x := range f.Faults {
		if i == 0 {
			p.line("")
		}
		p.paint(red, "✖ "+x.Rule+":")
		p.words(2, " "+x.Text+" ("+x.RFC+")")
	}
}

// colMeaning is where the meanings begin.
const colMeaning = 26

func (p *printer) field(f *Frame, i int) {
	d := &f.Fields[i]
	p.paint(fieldColor(i), d.Name)
	p.to(colMeaning)
	value := d.Value
	if d.Kind >= KindPayload { // shown below, at length
		value = ""
	} else {
		value += ": "
	}
	p.words(colMeaning, value+d.Meaning)
	if p.said[d.Kind] {
		return
	}
	p.to(2)
	p.paint(dim, bitsText(d))
	p.to(colMeaning)
	p.said[d.Kind] = true
	p.words(colMeaning, d.Explanation+" ("+d.RFC+")")
	if d.Kind == KindLen {
		p.lengthForms(f.Header.Form)
	}
}

func bitsText(d *Field) string {
	if d.Bits == 1 {
		return "bit " + strconv.Itoa(d.Bit)
	}
	return fmt.Sprintf("bits %d to %d", d.Bit, d.Bit+d.Bits-1)
}

// lengthForms shows the three forms of the length, and which is used.
func (p *printer) lengthForms(used int) {
	for _, form := range []struct {
		bits int
		text string
	}{
		{7, "0 … 125   these 7 bits are the length"},
		{16, "126       the next 16 bits are: up to 65,535"},
		{64, "127       the next 64 bits are: up to 2^63 - 1"},
	} {
		mark, c := "  ", dim
		if form.bits == used {
			mark, c = "▸ ", plainColor
		}
		p.to(colMeaning)
		p.paint(c, mark+form.text)
		p.line("")
	}
}

// masking works the unmasking out, byte by byte.
func (p *printer) masking(f *Frame) {
	steps := f.MaskSteps(maskRows)
	if len(steps) == 0 {
		return
	}
	p.line("")
	p.paint(bold, "unmasking")
	p.words(0, ": payload byte i XOR key byte i mod 4 (RFC 6455 section 5.3)")
	p.paint(dim, "     i  as sent           key               payload")
	p.line("")
	for _, s := range steps {
		shown := ""
		if s.Plain > 0x20 && s.Plain < 0x7f {
			shown = "  " + string(rune(s.Plain))
		}
		p.put(fmt.Sprintf("  %4d  %02x %s  XOR  %02x %s  =  %02x %s%s", s.Index, s.Wire, s.WireBits, s.Key, s.KeyBits, s.Plain, s.PlainBits, shown))
		p.line("")
	}
	if more := len(f.Payload) - len(steps); more > 0 {
		p.words(8, "        and "+bytesText(uint64(more))+" more")
	}
}

func (p *printer) payload(f *Frame) {
	compressed := f.Header.RSV&4 != 0
	if len(f.Payload) == 0 {
		return
	}
	p.line("")
	code, reason, ok := f.Close()
	switch {
	case ok:
		p.paint(bold, "status code")
		p.words(0, fmt.Sprintf(": %02x %02x = %d × 256 + %d = %d, %s", f.Payload[0], f.Payload[1], f.Payload[0], f.Payload[1], code, event.CloseCodeName(code)))
		if len(reason) > 0 {
			p.paint(bold, "reason")
			p.line("")
			p.data(reason, true)
		}
	case compressed:
		p.paint(bold, "payload")
		p.words(0, ", compressed")
		p.data(f.Payload, false)
	default:
		p.paint(bold, "payload")
		p.line("")
		p.data(f.Payload, f.Header.Opcode != event.OpBinary)
	}
}

// message shows the message that a frame completes.
func (p *printer) message(m *Message) {
	p.line("")
	p.paint(bold, "message")
	s := " of frame " + strconv.Itoa(m.Last+1)
	if m.First != m.Last {
		s = fmt.Sprintf(" of the frames %d to %d", m.First+1, m.Last+1)
	}
	if m.Compressed {
		s += ", inflated as permessage-deflate (RFC 7692 section 7.2.2)"
	}
	s += ": " + bytesText(uint64(len(m.Payload)))
	p.words(0, s)
	p.data(m.Payload, m.Text)
	if m.Note != "" {
		p.words(2, "  "+strings.ToUpper(m.Note[:1])+m.Note[1:]+".")
	}
}
