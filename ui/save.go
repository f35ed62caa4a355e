package ui

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"wsscope/event"
	"wsscope/timeline"
)

// askSave asks for a file: for the rows of the view, or for the payload.
func (a *app) askSave(rows bool) {
	if rows {
		label := "save " + count(uint64(a.rows.length()), "row") + " to: "
		a.ask(promptSave, label, "rows.jsonl", func(name string) { a.saveRows(name, false) })
		return
	}
	row, ok := a.selected()
	if !ok || row.Stored() == 0 {
		a.notice.warn("this row has no payload to save")
		return
	}
	ext := ".bin"
	if row.MarkedMessage() && row.UTF8() {
		ext = ".txt"
	}
	name := fmt.Sprintf("payload-%d%s", row.Index+1, ext)
	a.ask(promptSave, "save "+count(uint64(row.Stored()), "byte")+" to: ", name, func(name string) { a.savePayload(name, false) })
}

// create makes a file that must not be there yet; where it is, it asks.
func (a *app) create(name string, replace bool, again func()) (*os.File, bool) {
	name = expandHome(strings.TrimSpace(name))
	if name == "" {
		a.notice.warn("no file was named")
		return nil, false
	}
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if replace {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	f, err := os.OpenFile(name, flags, 0o600) // captures hold secrets: for the user alone
	if errors.Is(err, fs.ErrExist) {
		a.ask(promptSave, plain(name)+" is there already. Replace it? (yes/no) ", "", func(answer string) {
			if answer == "y" || answer == "yes" {
				again()
			} else {
				a.notice.say("nothing was saved")
			}
		})
		return nil, false
	}
	if err != nil {
		a.notice.warn("not saved: " + err.Error())
		return nil, false
	}
	return f, true
}

func expandHome(name string) string {
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		if home, err := os.UserHomeDir(); err == nil {
			return filepath.Join(home, rest)
		}
	}
	return name
}

// savePayload writes the payload of the selected row.
func (a *app) savePayload(name string, replace bool) {
	row, ok := a.selected()
	if !ok || row.Stored() == 0 {
		a.notice.warn("this row has no payload to save")
		return
	}
	b, err := a.store.Reader().Payload(&row)
	if err != nil || b == nil {
		a.notice.warn("not saved: the payload is not there any more")
		return
	}
	f, ok := a.create(name, replace, func() { a.savePayload(name, true) })
	if !ok {
		return
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err != nil {
		a.notice.warn("not saved: " + err.Error())
		return
	}
	a.notice.say("saved " + count(uint64(len(b)), "byte") + " to " + plain(f.Name()))
}

// saveRows writes all rows of the view, beside the event loop.
func (a *app) saveRows(name string, replace bool) {
	f, ok := a.create(name, replace, func() { a.saveRows(name, true) })
	if !ok {
		return
	}
	view, n := a.rows.view, a.rows.length()
	a.notice.say("saving " + count(uint64(n), "row"))
	a.background(a.ctx, func(ctx context.Context) {
		w := bufio.NewWriterSize(f, 1<<16)
		saved, err := writeRows(ctx, w, a.store, view, n, strings.HasSuffix(f.Name(), "l"))
		err = errors.Join(err, w.Flush(), f.Close())
		a.post(func() {
			if err != nil {
				a.notice.warn("not all saved: " + err.Error())
				return
			}
			a.notice.say("saved " + count(uint64(saved), "row") + " to " + plain(f.Name()))
		})
	})
}

// writeRows writes the first n entries of a view as JSON lines or as text
// with tabs between the columns.
func writeRows(ctx context.Context, w io.Writer, s *timeline.Store, v *timeline.View, n int, asJSON bool) (saved int, err error) {
	r := s.Reader()
	var row timeline.Row
	var b []byte
	for i := range n {
		if i%4096 == 0 && ctx.Err() != nil {
			return saved, ctx.Err()
		}
		index, _, ok := v.At(i)
		if !ok || !r.Row(index, &row) {
			continue
		}
		payload, err := r.Payload(&row)
		if err != nil {
			return saved, err
		}
		if asJSON {
			b = appendRowJSON(b[:0], &row, payload)
		} else {
			b = appendRowText(b[:0], &row, payload)
		}
		if _, err := w.Write(b); err != nil {
			return saved, err
		}
		saved++
	}
	return saved, nil
}

var kindNames = [...]string{"open", "frame", "message", "finding", "end"}

// rowKind names what the row is in the view's words.
func rowKind(row *timeline.Row) string {
	if row.WholeMessage() {
		return "message"
	}
	return kindNames[row.Kind()]
}

func appendRowText(b []byte, row *timeline.Row, payload []byte) []byte {
	b = strconv.AppendUint(b, uint64(row.Index)+1, 10)
	b = time.Unix(0, row.Time).UTC().AppendFormat(append(b, '\t'), time.RFC3339Nano)
	b = strconv.AppendUint(append(b, '\t'), row.Packet, 10)
	b = strconv.AppendInt(append(b, '\t'), int64(row.Conn()), 10)
	b = append(append(b, '\t'), row.Dir().String()...)
	b = append(append(b, '\t'), rowKind(row)...)
	b = append(append(b, '\t'), event.OpcodeName(row.Opcode())...)
	b = strconv.AppendUint(append(b, '\t'), row.Len, 10)
	b = append(append(b, '\t'), plain(string(payload))...)
	return append(b, '\n')
}

// appendRowJSON writes a row with the names of the JSON lines of -o json.
func appendRowJSON(b []byte, row *timeline.Row, payload []byte) []byte {
	o := struct {
		Row     uint64  `json:"row"`
		Event   string  `json:"event"`
		Conn    int     `json:"conn,omitempty"`
		N       uint32  `json:"n,omitempty"`
		Time    string  `json:"time"`
		Packet  uint64  `json:"packet"`
		Dir     string  `json:"dir,omitempty"`
		Opcode  *uint8  `json:"opcode,omitempty"`
		Name    string  `json:"name,omitempty"`
		Len     *uint64 `json:"len,omitempty"`
		Text    *string `json:"text,omitempty"`
		Payload []byte  `json:"base64,omitempty"`
	}{
		Row: uint64(row.Index) + 1, Event: rowKind(row), Conn: row.Conn(), N: row.N,
		Time: time.Unix(0, row.Time).UTC().Format(time.RFC3339Nano), Packet: row.Packet, Dir: row.Dir().String(),
	}
	if row.Kind() == timeline.KindFrame || row.Kind() == timeline.KindMessage {
		op, n := row.Opcode(), row.Len
		o.Opcode, o.Name, o.Len = &op, event.OpcodeName(op), &n
		if utf8.Valid(payload) {
			text := string(payload)
			o.Text = &text
		} else {
			o.Payload = payload
		}
	}
	line, err := json.Marshal(&o)
	if err != nil {
		return b // no field of o can fail
	}
	return append(append(b, line...), '\n')
}
