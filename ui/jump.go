package ui

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"wsscope/event"
	"wsscope/timeline"
)

// goToText goes to what the user names: a row ("120"), a packet ("#1500") or
// a time ("12:30:05.25" of the clock shown, "+2.5s" after the first row).
func (a *app) goToText(text string) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
	case text[0] == '#' || text[0] == 'p':
		n, err := strconv.ParseUint(strings.ReplaceAll(text[1:], ",", ""), 10, 64)
		if err != nil {
			a.notice.warn("a packet is a number: #1500")
			return
		}
		a.goWhere(func(r *timeline.Row) bool { return r.Packet >= n }, "packet "+text[1:])
	case text[0] == '+' || strings.ContainsRune(text, ':'):
		t, err := a.parseTime(text)
		if err != nil {
			a.notice.warn(err.Error())
			return
		}
		a.goWhere(func(r *timeline.Row) bool { return r.Time >= t }, text)
	default:
		n, err := strconv.ParseUint(strings.ReplaceAll(text, ",", ""), 10, 32)
		if err != nil || n == 0 {
			a.notice.warn("go to a row (120), a packet (#1500) or a time (12:30:05, +2.5s)")
			return
		}
		if !a.goTo(uint32(n - 1)) {
			a.notice.warn("there is no row " + text + " or after it in this view")
		}
	}
}

// parseTime reads a time of day in the zone that is shown, or a time since
// the first row.
func (a *app) parseTime(text string) (int64, error) {
	start := a.store.Stats().FirstTime
	if rest, ok := strings.CutPrefix(text, "+"); ok {
		if _, err := strconv.ParseFloat(rest, 64); err == nil {
			rest += "s"
		}
		d, err := time.ParseDuration(rest)
		if err != nil {
			return 0, fmt.Errorf("a time since the start is +2.5s or +1m30s")
		}
		return start + int64(d), nil
	}
	zone := time.Local
	if a.rows.times == clockUTC {
		zone = time.UTC
	}
	for _, form := range []string{"15:04:05.999999999", "15:04"} {
		if t, err := time.Parse(form, text); err == nil {
			day := time.Unix(0, start).In(zone)
			at := time.Date(day.Year(), day.Month(), day.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), zone)
			if at.UnixNano() < start-int64(12*time.Hour) {
				at = at.AddDate(0, 0, 1) // a capture over midnight
			}
			return at.UnixNano(), nil
		}
	}
	return 0, fmt.Errorf("a time of day is 12:30 or 12:30:05.25")
}

// goWhere goes to the first entry for which reached holds: packets and times
// grow along the rows, so halving finds it.
func (a *app) goWhere(reached func(*timeline.Row) bool, what string) {
	v := a.rows.view
	low, high := 0, a.rows.length()
	var row timeline.Row
	for low < high {
		mid := (low + high) / 2
		i, _, _ := v.At(mid)
		if a.reader.Row(i, &row) && reached(&row) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	i, _, ok := v.At(low)
	if !ok || !a.goTo(i) {
		a.notice.warn("nothing in this view at " + plain(what) + " or after it")
	}
}

func (a *app) toggleMark() {
	row, ok := a.selected()
	if !ok {
		return
	}
	if a.marks[row.Index] {
		delete(a.marks, row.Index)
	} else {
		a.marks[row.Index] = true
	}
	if a.focus == inTimeline {
		a.rows.list.navigate(actDown)
		a.moved()
	}
}

// jumpMark goes to the next marked row that the view has, and around the end.
func (a *app) jumpMark(forward bool) {
	if len(a.marks) == 0 {
		a.notice.warn("nothing is marked: Space marks a row")
		return
	}
	var all []uint32
	for row := range a.marks {
		if a.rows.view.Holds(row) {
			all = append(all, row)
		}
	}
	if len(all) == 0 {
		a.notice.warn("no marked row is in this view")
		return
	}
	slices.Sort(all)
	here, _ := a.selected()
	i, found := slices.BinarySearch(all, here.Index)
	switch {
	case forward && found:
		i++
	case !forward:
		i += len(all) - 1
	}
	a.goTo(all[i%len(all)])
}

// jumpFinding goes to the next row that has a finding.
func (a *app) jumpFinding(forward bool) {
	v := a.rows.view
	step := 1
	if !forward {
		step = -1
	}
	var row timeline.Row
	for i := a.rows.list.cur + step; i >= 0 && i < a.rows.length(); i += step {
		n, _, _ := v.At(i)
		if !a.reader.Row(n, &row) {
			continue
		}
		if _, has := row.Severity(); has {
			a.goTo(n)
			return
		}
	}
	a.notice.warn("no further row with a finding")
}

// jumpLink goes to the row that belongs to the selected one: the next or
// previous frame of its message, the pong of a ping, the answer to a request.
func (a *app) jumpLink(forward bool) {
	row, ok := a.selected()
	if !ok {
		return
	}
	what, is := a.linkRule(&row, forward)
	if is == nil {
		a.notice.warn("nothing belongs to this row")
		return
	}
	target, found := a.findLink(&row, forward, is)
	if !found && row.MarkedMessage() && a.jsonID(&row) != "" {
		// A pair known by its id is found whichever half one stands on.
		what, is = a.linkRule(&row, !forward)
		target, found = a.findLink(&row, !forward, is)
	}
	if !found || !a.goTo(target) {
		a.notice.warn("the " + what + " is not in this view")
		return
	}
	a.notice.say("this is the " + what)
}

// findLink looks for the first row of the connection that is and that the
// view has.
func (a *app) findLink(row *timeline.Row, forward bool, is func(*timeline.Row) bool) (target uint32, found bool) {
	a.reader.Walk(row, forward, func(r *timeline.Row) bool {
		if is(r) && a.rows.view.Holds(r.Index) {
			target, found = r.Index, true
		}
		return !found
	})
	return
}

// linkRule says what belongs to a row in one direction of time, and how it is
// known.
func (a *app) linkRule(row *timeline.Row, forward bool) (string, func(*timeline.Row) bool) {
	dir := row.Dir()
	switch {
	case row.Kind() == timeline.KindOpen && forward:
		return "end of the connection", func(r *timeline.Row) bool { return r.Kind() == timeline.KindEnd }
	case row.Kind() == timeline.KindEnd && !forward:
		return "opening of the connection", func(r *timeline.Row) bool { return r.Kind() == timeline.KindOpen }
	case row.Kind() == timeline.KindFinding:
		n := row.N
		return "frame of the finding", func(r *timeline.Row) bool { return r.Kind() == timeline.KindFrame && r.N == n }
	case row.Kind() == timeline.KindFrame && row.Opcode() == event.OpPing && forward:
		return "pong of this ping", a.samePayload(row, event.OpPong)
	case row.Kind() == timeline.KindFrame && row.Opcode() == event.OpPong && !forward:
		return "ping of this pong", a.samePayload(row, event.OpPing)
	case row.Kind() == timeline.KindFrame && row.Opcode() == event.OpClose:
		return "other side's Close", func(r *timeline.Row) bool {
			return r.Kind() == timeline.KindFrame && r.Opcode() == event.OpClose && r.Dir() != dir
		}
	case row.Kind() == timeline.KindFrame && !row.IsControl() && !row.WholeMessage():
		if forward {
			return "next fragment or the message", func(r *timeline.Row) bool {
				return r.Dir() == dir && (r.Kind() == timeline.KindMessage || r.Kind() == timeline.KindFrame && !r.IsControl())
			}
		}
		return "fragment before", func(r *timeline.Row) bool {
			return r.Dir() == dir && r.Kind() == timeline.KindFrame && !r.IsControl()
		}
	case row.MarkedMessage():
		return a.answerRule(row, forward)
	}
	return "", nil
}

func (a *app) samePayload(row *timeline.Row, op uint8) func(*timeline.Row) bool {
	want, _ := a.reader.Preview(row, nil, 125)
	dir := row.Dir()
	return func(r *timeline.Row) bool {
		if r.Kind() != timeline.KindFrame || r.Opcode() != op || r.Dir() == dir {
			return false
		}
		b, _ := a.reader.Preview(r, nil, 125)
		return bytes.Equal(b, want)
	}
}

// answerRule pairs requests and answers: JSON objects with the same "id"
// (JSON-RPC, GraphQL, DevTools), else the next message of the other side.
func (a *app) answerRule(row *timeline.Row, forward bool) (string, func(*timeline.Row) bool) {
	what := "answer"
	if !forward {
		what = "request"
	}
	dir := row.Dir()
	id := a.jsonID(row)
	return what, func(r *timeline.Row) bool {
		if !r.MarkedMessage() || r.Dir() == dir {
			return false
		}
		return id == "" || a.jsonID(r) == id
	}
}

// jsonID gives the member "id" of a message that is a JSON object.
func (a *app) jsonID(row *timeline.Row) string {
	const most = 64 << 10
	b, _ := a.reader.Preview(row, nil, most)
	if len(b) == 0 || b[0] != '{' || !bytes.Contains(b, []byte(`"id"`)) {
		return ""
	}
	var o struct {
		ID json.RawMessage `json:"id"`
	}
	if json.Unmarshal(b, &o) != nil {
		return ""
	}
	return string(o.ID)
}
