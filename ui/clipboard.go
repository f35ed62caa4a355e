package ui

import (
	"encoding/base64"
	"encoding/hex"
	"os"

	"wsscope/limits"
	"wsscope/timeline"
)

// copy hands the payload, the row or the frame to the terminal's clipboard.
func (a *app) copy(act action) {
	row, ok := a.selected()
	if !ok {
		a.notice.warn("no row is selected")
		return
	}
	var b []byte
	what := ""
	switch act {
	case actCopyRow:
		b, what = []byte(a.rowAsText(&row)), "the row as text"
	case actCopyFrame:
		frame, _, ok := a.details.subjectOf(a, row).frameAt(a.details.frame)
		if !ok {
			a.notice.warn("this row is no frame")
			return
		}
		wire := frame.Header()
		payload, err := a.reader.Payload(&frame)
		if err != nil {
			a.notice.warn(err.Error())
			return
		}
		for i, c := range payload {
			if frame.Masked() {
				c ^= frame.Key[i&3]
			}
			wire = append(wire, c)
		}
		b, what = []byte(hex.EncodeToString(wire)), "the frame as hex, "+count(uint64(len(wire)), "byte")+","
	default:
		payload, err := a.reader.Payload(&row)
		if err != nil {
			a.notice.warn(err.Error())
			return
		}
		if len(payload) == 0 {
			a.notice.warn("this row has no payload to copy")
			return
		}
		if row.MarkedMessage() && row.UTF8() || textual(&subject{row: row, payload: payload}) {
			b, what = payload, "the payload, "+count(uint64(len(payload)), "byte")+","
		} else {
			b, what = []byte(hex.EncodeToString(payload)), "the payload as hex, "+count(uint64(len(payload)), "byte")+","
		}
	}
	if len(b) > int(limits.ScreenCopy) {
		a.notice.warn(what + " is too large for a terminal's clipboard (" + size(uint64(limits.ScreenCopy)) + "B): w saves it to a file")
		return
	}
	a.copyText(string(b))
	a.notice.say("copied " + what + " if the terminal allows it (OSC 52)" + clipboardWhy(os.Getenv("TMUX") != ""))
}

// clipboardWhy adds what is needed inside tmux.
func clipboardWhy(tmux bool) string {
	if tmux {
		return "; in tmux: set -g set-clipboard on"
	}
	return ""
}

// osc52 is the sequence that hands text to the clipboard of the terminal.
func osc52(text string) string {
	return "\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\x07"
}

// rowAsText is the line of the timeline, without colours.
func (a *app) rowAsText(row *timeline.Row) string {
	ctx := rowContext{times: clockUTC, start: a.store.Stats().FirstTime}
	a.fillContext(row, &ctx)
	var t rowText
	t.set(row, &ctx)
	s := string(t.number) + " " + string(t.time) + " "
	if len(t.conn) > 0 {
		s += "conn " + string(t.conn) + " "
	}
	if t.letter != "" {
		s += t.letter + " "
	}
	return s + row.Dir().String() + " " + t.op + " " + string(t.size) + " " + plain(string(t.preview))
}
