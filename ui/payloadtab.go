package ui

import (
	"context"
	"encoding/json"
	"fmt"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/timeline"
)

// payloadForm is how the payload is shown; formAuto chooses JSON, text or hex
// by what the payload is.
type payloadForm uint8

const (
	formAuto payloadForm = iota
	formText
	formJSON
	formHex
	formMask    // masked and unmasked side by side
	formInflate // compressed and inflated
	forms
)

func (f payloadForm) String() string {
	return [...]string{"auto", "text", "JSON", "hex", "masked and unmasked", "compressed and inflated"}[f]
}

// nextForm goes to the next form that the payload has.
func (a *app) nextForm() {
	d := &a.details
	for range forms {
		d.form = (d.form + 1) % forms
		if d.form != formAuto && d.subject.has(d.form) {
			break
		}
	}
	d.tab = tabPayload
	d.top[tabPayload] = 0
	a.notice.say("payload as " + d.form.String())
}

// has reports that the payload can be shown in that form.
func (s *subject) has(f payloadForm) bool {
	switch f {
	case formJSON:
		return looksJSON(s.payload)
	case formMask:
		return s.row.Kind() == timeline.KindFrame && s.row.Masked()
	case formInflate:
		return s.row.Compressed()
	}
	return true
}

// looksJSON reports an object or array, within what is laid out at all.
func looksJSON(b []byte) bool {
	if len(b) == 0 || len(b) > int(limits.ScreenPretty) {
		return false
	}
	for _, c := range b {
		switch c {
		case ' ', '\t', '\r', '\n':
			continue
		case '{', '[':
			return json.Valid(b)
		}
		return false
	}
	return false
}

// textual reports a payload that is better read than looked at in hex: text
// messages always, so that what is wrong in them is seen in its place.
func textual(s *subject) bool {
	if s.row.Opcode() == event.OpText && (s.row.Kind() == timeline.KindMessage || s.row.RSV() == 0) {
		return true
	}
	return isText(s.payload[:min(len(s.payload), 4096)])
}

// layoutLater is how large a payload may be to be laid out at once: that
// takes less than the time between two frames of the screen.
const layoutLater = 32 << 10

func (a *app) payloadTab(s *subject, width int) doc {
	d := &a.details
	switch s.row.Kind() {
	case timeline.KindOpen:
		return a.rawHandshake(s, width)
	case timeline.KindEnd, timeline.KindFinding:
		return say("this row has no payload; 5 tells the connection's life", width, dim)
	}
	if s.dropped {
		return lines{{{"the payload was dropped: memory limit (--memory)", warn}}}
	}
	form := d.form
	if form == formAuto || !s.has(form) {
		switch {
		case s.has(formJSON):
			form = formJSON
		case textual(s):
			form = formText
		default:
			form = formHex
		}
	}
	head := a.payloadHead(s, form)
	if len(s.payload) == 0 {
		return append(head, line{{"no payload", dim}})
	}
	switch form {
	case formHex:
		return stack{head, newHexDoc(s.payload, width, s.detail.Missing, nil)}
	case formMask:
		return stack{head, newHexDoc(s.payload, width, s.detail.Missing, func(i int) byte { return s.payload[i] ^ s.row.Key[i&3] })}
	case formInflate:
		wire := a.wireBytes(s.frames)
		return stack{
			head, lines{{{"compressed, as on the wire", heading}}}, newHexDoc(wire, width, nil, nil),
			lines{{}, {{"inflated", heading}}}, a.layText(s.payload, width, textual(s), false),
		}
	}
	return stack{head, a.layText(s.payload, width, true, form == formJSON)}
}

// rawHandshake is the payload of an opening: both heads as captured.
func (a *app) rawHandshake(s *subject, width int) doc {
	if !s.hasConn || s.conn.Open == nil {
		return say("nothing is known of this opening", width, dim)
	}
	o := s.conn.Open
	if len(o.RequestRaw)+len(o.ResponseRaw) == 0 {
		return say("no head of this opening is kept as it was captured; 4 shows what is known of the handshake", width, dim)
	}
	return stack{
		lines{{{"request, as captured", heading}, {"   4 explains it", dim}}}, a.marked(wrapText(string(o.RequestRaw), width, client)),
		lines{{}, {{"response, as captured", heading}}}, a.marked(wrapText(string(o.ResponseRaw), width, server)),
	}
}

// payloadHead says what the payload is and what is wrong with it.
func (a *app) payloadHead(s *subject, form payloadForm) lines {
	row := &s.row
	l := line{{form.String(), heading}, {"   " + count(row.Len, "byte"), normal}}
	if row.Compressed() {
		l = append(l, span{", " + ratio(s.detail.WireLen, row.Len), note})
	}
	l = append(l, span{"   v: other views", dim})
	out := lines{l}
	if lost := row.Len - s.detail.Captured; row.Missing() && lost <= row.Len && lost > 0 {
		out = append(out, line{{count(lost, "byte") + " lost by the capture, shown as ? or 0", warn}})
	}
	if row.Truncated() || uint64(len(s.payload)) < row.Len && !row.Missing() && len(s.payload) > 0 {
		out = append(out, line{{fmt.Sprintf("only the first %s bytes were kept", grouped(uint64(len(s.payload)))), warn}})
	}
	if row.Kind() == timeline.KindMessage && !row.Complete() {
		out = append(out, line{{"not complete: " + incomplete(s), warn}})
	}
	if s.detail.Inflate.Detail != "" {
		out = append(out, line{{s.detail.Inflate.Detail, warn}})
	}
	if row.Kind() == timeline.KindFrame && row.RSV()&4 != 0 {
		out = append(out, line{{"RSV1 is set: these bytes are compressed; the message (m) shows them inflated", note}})
	}
	if row.Kind() == timeline.KindFrame && row.Opcode() == event.OpClose && len(s.payload) >= 2 {
		code := int(s.payload[0])<<8 | int(s.payload[1])
		out = append(out, line{{fmt.Sprintf("close code %d: %s", code, event.CloseCodeName(code)), strong}})
		if len(s.payload) > 2 {
			out = append(out, line{{"reason: ", dim}, {string(s.payload[2:]), normal}})
		}
	}
	return append(out, line{})
}

// incomplete says why a message is not complete.
func incomplete(s *subject) string {
	switch {
	case s.detail.Error != "":
		return s.detail.Error
	case s.row.Missing():
		return "bytes were lost by the capture"
	case s.detail.Cut:
		return "it was cut off"
	}
	return "not all of it was captured"
}

// ratio says what compression made of the bytes.
func ratio(wire, n uint64) string {
	if n == 0 {
		return fmt.Sprintf("%s on the wire", count(wire, "byte"))
	}
	return fmt.Sprintf("%s on the wire, %.0f %% of it", count(wire, "byte"), 100*float64(wire)/float64(n))
}

// wireBytes joins the first bytes of the frames' payloads.
func (a *app) wireBytes(frames []timeline.Row) []byte {
	const most = 64 << 10
	var b []byte
	for i := range frames {
		b, _ = a.reader.Preview(&frames[i], b, most-len(b))
	}
	return b
}

// layText lays text out: at once where it is short, else beside the event
// loop, which shows the result when it is there.
func (a *app) layText(b []byte, width int, readable, asJSON bool) doc {
	if !readable {
		return newHexDoc(b, width, nil, nil)
	}
	whole := len(b)
	b = b[:min(whole, int(limits.ScreenPretty))]
	lay := func(text string) lines {
		var out lines
		if asJSON {
			out = jsonLines(text, width)
		} else {
			out = wrapText(text, width, normal)
		}
		if more := whole - len(b); more > 0 {
			out = append(out, line{{fmt.Sprintf("… and %s: hex (v) and saving (w) give all", count(uint64(more), "more byte")), warn}})
		}
		return out
	}
	if len(b) <= layoutLater || a.synchronous {
		return a.marked(lay(string(b)))
	}
	late := &lateDoc{lines: lines{{{"laying out " + count(uint64(len(b)), "byte"), dim}}}}
	text := string(b)
	a.background(a.ctx, func(context.Context) {
		out := lay(text)
		a.post(func() { late.lines = out })
	})
	return a.marked(late)
}

// lateDoc is a document that comes later.
type lateDoc struct{ lines }

// marked lets what was searched for stand out.
func (a *app) marked(d doc) doc {
	if a.hunt.pattern == nil || a.hunt.kind == timeline.SearchHex {
		return d
	}
	return marked{d, a.hunt.pattern}
}
