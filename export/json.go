package export

import (
	"io"
	"strconv"

	"wsscope/event"
)

// JSON writes one object a line, as docs/json.md describes. Lines of frames
// and messages are appended without reflection and without allocating.
type JSON struct {
	out
	clock clock
	max   int // payload bytes shown; negative: all
	last  event.Stamp
	stamp []byte // `,"time":"…","packet":N` of last
}

// NewJSON takes MaxPayload of the options.
func NewJSON(w io.Writer, opt Options) *JSON {
	return &JSON{out: newOut(w), max: opt.MaxPayload}
}

// The parts of a frame line that have few values, made once.
var (
	frameFlags [16]string // by FIN<<3 | RSV
	opcodeText [16]string // by opcode
	dirText    = [2]string{`,"dir":"c2s"`, `,"dir":"s2c"`}
)

func init() {
	word := func(b bool) string { return strconv.FormatBool(b) }
	for i := range frameFlags {
		frameFlags[i] = `,"fin":` + word(i&8 != 0) + `,"rsv1":` + word(i&4 != 0) + `,"rsv2":` + word(i&2 != 0) + `,"rsv3":` + word(i&1 != 0)
	}
	for i := range opcodeText {
		opcodeText[i] = `,"opcode":` + strconv.Itoa(i) + `,"name":"` + event.OpcodeName(uint8(i)) + `"`
	}
}

func (j *JSON) start(b []byte, name string, c *event.Conn) []byte {
	b = append(b, `{"event":"`...)
	b = append(b, name...)
	b = append(b, `","conn":`...)
	return strconv.AppendInt(b, int64(c.ID), 10)
}

// at appends time and packet; the events of one packet share the text.
func (j *JSON) at(b []byte, s event.Stamp) []byte {
	if s != j.last || j.stamp == nil {
		j.last = s
		t := append(j.stamp[:0], `,"time":"`...)
		t = append(j.clock.append(t, s.Time), `","packet":`...)
		j.stamp = strconv.AppendUint(t, s.Packet, 10)
	}
	return append(b, j.stamp...)
}

func (j *JSON) end(b []byte) { j.b = j.spill(append(b, '}', '\n')) }

// Frame writes the line of a frame.
func (j *JSON) Frame(f *event.Frame) {
	b := j.start(j.b, "frame", f.Conn)
	b = append(b, `,"n":`...)
	b = strconv.AppendUint(b, f.N, 10)
	b = append(b, `,"index":`...)
	b = strconv.AppendUint(b, f.Index, 10)
	b = j.at(b, f.Stamp)
	b = append(b, `,"first_packet":`...)
	b = strconv.AppendUint(b, f.First.Packet, 10)
	b = append(b, dirText[f.Dir&1]...)
	flags := f.RSV & 7
	if f.FIN {
		flags |= 8
	}
	b = append(b, frameFlags[flags]...)
	b = append(b, opcodeText[f.Opcode&15]...)
	if f.Masked {
		k := &f.Key
		b = append(b, `,"masked":true,"mask_key":"`...)
		b = append(b, hexDigits[k[0]>>4], hexDigits[k[0]&15], hexDigits[k[1]>>4], hexDigits[k[1]&15],
			hexDigits[k[2]>>4], hexDigits[k[2]&15], hexDigits[k[3]>>4], hexDigits[k[3]&15], '"')
	} else {
		b = append(b, `,"masked":false`...)
	}
	b = append(b, `,"header_len":`...)
	b = strconv.AppendInt(b, int64(f.HeaderLen), 10)
	b = append(b, `,"len":`...)
	b = strconv.AppendUint(b, f.Len, 10)
	b = append(b, `,"captured":`...)
	b = strconv.AppendUint(b, f.Captured, 10)
	if f.HasClose {
		b = append(b, `,"close_code":`...)
		b = strconv.AppendInt(b, int64(f.CloseCode), 10)
		if len(f.CloseReason) > 0 {
			b = appendText(append(b, `,"close_reason":`...), f.CloseReason)
		}
	}
	if f.Opcode == event.OpPong && f.RTT >= 0 {
		b = appendMillis(append(b, `,"rtt_ms":`...), f.RTT)
	}
	b = j.missing(b, f.Missing)
	p, cut := f.Payload, f.Truncated
	if j.max >= 0 && len(p) > j.max {
		p, cut = p[:j.max], true
	}
	b = j.base64(append(b, `,"payload":"`...), p)
	if cut {
		b = append(b, `,"truncated":true`...)
	}
	j.end(b)
}

// Message writes the line of a message.
func (j *JSON) Message(m *event.Message) {
	b := j.start(j.b, "message", m.Conn)
	b = j.at(b, m.Stamp)
	b = append(b, dirText[m.Dir&1]...)
	b = append(b, opcodeText[m.Opcode&15]...)
	b = append(b, `,"frames":[`...)
	for i, n := range m.Frames {
		if i > 0 {
			b = j.spill(append(b, ','))
		}
		b = strconv.AppendUint(b, n, 10)
	}
	b = append(b, `],"wire_len":`...)
	b = strconv.AppendUint(b, m.WireLen, 10)
	b = append(b, `,"len":`...)
	b = strconv.AppendUint(b, m.Len, 10)
	b = append(b, `,"compressed":`...)
	b = strconv.AppendBool(b, m.Compressed)
	b = append(b, `,"complete":`...)
	b = strconv.AppendBool(b, m.Complete)
	b = j.missing(b, m.Missing)
	if m.Error != "" && !m.Complete {
		b = appendWire(append(b, `,"error":`...), m.Error)
	}
	p, cut := m.Payload, m.Truncated
	if m.Opcode == event.OpText && m.UTF8 {
		if cut {
			p = trimPartial(p)
		}
		if j.max >= 0 && len(p) > j.max {
			p, cut = cutText(p, j.max), true
		}
		b = j.text(append(b, `,"text":"`...), p)
	} else {
		if j.max >= 0 && len(p) > j.max {
			p, cut = p[:j.max], true
		}
		b = j.base64(append(b, `,"base64":"`...), p)
	}
	if cut {
		b = append(b, `,"truncated":true`...)
	}
	j.end(b)
}

func (j *JSON) missing(b []byte, lost []event.Range) []byte {
	if len(lost) == 0 {
		return b
	}
	b = append(b, `,"missing":[`...)
	for i, r := range lost {
		if i > 0 {
			b = j.spill(append(b, ','))
		}
		b = strconv.AppendUint(append(b, '['), r.Off, 10)
		b = strconv.AppendUint(append(b, ','), r.Len, 10)
		b = append(b, ']')
	}
	return append(b, ']')
}

// base64 appends p and the closing quote.
func (j *JSON) base64(b, p []byte) []byte {
	for len(p) > piece {
		b = j.spill(appendBase64(b, p[:piece]))
		p = p[piece:]
	}
	return append(appendBase64(b, p), '"')
}

// text appends p and the closing quote.
func (j *JSON) text(b, p []byte) []byte {
	for len(p) > piece {
		part := cutText(p, piece)
		if len(part) == 0 { // no character begins in the whole piece: not UTF-8
			part = p[:piece]
		}
		b = j.spill(appendEscaped(b, part))
		p = p[len(part):]
	}
	return append(appendEscaped(b, p), '"')
}
