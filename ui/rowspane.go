package ui

import (
	"context"
	"fmt"

	"wsscope/timeline"
)

// rowsPane is the timeline: a cursor over a view of the store.
type rowsPane struct {
	view    *timeline.View
	cancel  context.CancelFunc
	options timeline.ViewOptions

	list   list
	want   uint32 // the row that the cursor is on, or would be if the view had it
	line   int    // lines between the top of the window and the cursor
	seen   uint64 // the view's Changes when cursor and window were last placed
	follow bool   // the cursor is on the newest row and stays there
	times  timeFormat
	paused bool
	frozen uint32 // while paused: the first row that is not shown

	text    rowText
	preview []byte
}

// setView makes a new view with the options in a.rows.options.
func (a *app) setView() {
	p := &a.rows
	if p.cancel != nil {
		p.cancel()
	}
	ctx, cancel := context.WithCancel(a.ctx)
	p.cancel = cancel
	// The view before may still be at its last rows: each has its own matcher.
	p.options.Match, _ = a.compileFilter(a.filter.text)
	view := a.store.NewView(p.options)
	p.view, p.seen = view, ^uint64(0)
	if a.synchronous {
		for view.Step(1 << 20) {
		}
		return
	}
	a.background(ctx, view.Run)
	a.catchUp()
}

// length is how many entries are shown: all, or those from before the pause.
func (p *rowsPane) length() int {
	if p.paused {
		return p.view.Find(p.frozen)
	}
	return p.view.Len()
}

// place finds cursor and window again: the view may have grown, at its end
// or elsewhere, or be another one. Nothing moves under the user but the
// cursor that follows; the cursor's line on the screen stays.
func (p *rowsPane) place(height int) {
	n := p.length()
	if changes := p.view.Changes(); changes != p.seen || p.list.n == 0 || p.waiting() {
		p.seen = changes
		p.list.n = n
		p.list.cur = p.view.Find(p.want)
		p.list.top = p.list.cur - p.line
	}
	if p.follow && !p.paused {
		p.list.cur = n - 1
	}
	p.list.set(n, height)
	switch {
	case p.follow:
		p.anchor()
	case !p.waiting():
		p.line = p.list.cur - p.list.top
	}
}

// waiting reports that the view has not come to the wanted row yet.
func (p *rowsPane) waiting() bool {
	row, _, ok := p.view.At(p.list.cur)
	return ok && row != p.want
}

// anchor remembers where the cursor is, in the view and on the screen.
func (p *rowsPane) anchor() {
	p.want, _, _ = p.view.At(p.list.cur)
	p.line = p.list.cur - p.list.top
}

// moved is called after the user moved the cursor.
func (a *app) moved() {
	p := &a.rows
	p.anchor()
	p.follow = p.list.n > 0 && p.list.cur == p.list.n-1
}

// selected gives the row under the cursor.
func (a *app) selected() (timeline.Row, bool) {
	var row timeline.Row
	if a.rows.view == nil {
		return row, false
	}
	i, _, ok := a.rows.view.At(a.rows.list.cur)
	if !ok || a.rows.list.cur >= a.rows.list.n {
		return row, false
	}
	ok = a.reader.Row(i, &row)
	return row, ok
}

// goTo puts the cursor on a row, or on the first one after it that the view
// has.
func (a *app) goTo(row uint32) bool {
	p := &a.rows
	i := p.view.Find(row)
	if i >= p.length() {
		return false
	}
	p.list.set(p.length(), p.list.height)
	p.list.center(i)
	a.moved()
	return true
}

// togglePause freezes the rows, or lets them go on.
func (a *app) togglePause() {
	p := &a.rows
	p.paused = !p.paused
	p.frozen = a.store.Len()
	if p.paused {
		a.notice.say("paused: the capture goes on, the rows stand still; p goes on")
	} else {
		a.notice.say("rows go on")
	}
}

// toggleFold shows the heartbeats that are folded into the selected row, or
// folds them again. It reports false for other rows.
func (a *app) toggleFold() bool {
	v := a.rows.view
	row, fold, ok := v.At(a.rows.list.cur)
	if !ok || fold < 2 && v.Opened(row) < 2 {
		return false
	}
	v.ToggleFold(row)
	a.catchUp()
	return true
}

// held is how many entries came since the pause.
func (p *rowsPane) held() int {
	if !p.paused || p.view == nil {
		return 0
	}
	return p.view.Len() - p.view.Find(p.frozen)
}

// title says what the rows are.
func (a *app) rowsTitle() string {
	p := &a.rows
	s := [...]string{"messages", "frames", "findings"}[p.options.Mode]
	if p.options.Conn > 0 {
		s += fmt.Sprintf(" of connection %d", p.options.Conn)
	}
	switch p.options.Heartbeats {
	case timeline.ShowHeartbeats:
		s += ", all heartbeats"
	case timeline.HideHeartbeats:
		s += ", heartbeats hidden"
	}
	return s
}

// drawRows draws the timeline pane without its title.
func (a *app) drawRows(c *canvas) {
	p := &a.rows
	p.place(c.h)
	st := &a.layout.stats
	col := layColumns(c.w, st.Rows, st.Connections, p.times, st.LastTime-st.FirstTime, p.options.Conn > 0)
	var row timeline.Row
	before := int64(0)
	if p.times == sinceRowBefore {
		before = a.timeOf(p.list.top-1, st.FirstTime)
	}
	for y := 0; y < c.h; y++ {
		i, fold, ok := p.view.At(p.list.top + y)
		if !ok || p.list.top+y >= p.list.n {
			break
		}
		under := normal
		if p.list.top+y == p.list.cur {
			under = resting
			if a.focus == inTimeline {
				under = cursor
			}
		}
		if !a.reader.Row(i, &row) {
			c.put(2, y, "dropped: memory limit", dim, under)
			continue
		}
		ctx := rowContext{times: p.times, start: st.FirstTime, before: before, fold: fold, marked: a.marks[i]}
		if row.Heartbeat() {
			ctx.opened = p.view.Opened(i)
		}
		a.fillContext(&row, &ctx)
		p.text.set(&row, &ctx)
		p.text.draw(c, y, &col, under, a.hunt.pattern)
		before = row.Time
	}
	if p.list.n == 0 {
		a.drawEmpty(c)
	}
}

// timeOf is the time of an entry of the view.
func (a *app) timeOf(entry int, otherwise int64) int64 {
	var row timeline.Row
	if i, _, ok := a.rows.view.At(entry); ok && a.reader.Row(i, &row) {
		return row.Time
	}
	return otherwise
}

// previewBytes is more than the widest screen shows of a payload.
const previewBytes = 1024

// fillContext reads what the row's text needs beside the row.
func (a *app) fillContext(row *timeline.Row, ctx *rowContext) {
	switch row.Kind() {
	case timeline.KindOpen, timeline.KindEnd:
		if conn, ok := a.store.Conn(row.Conn()); ok {
			ctx.conn = &conn
		}
		return
	case timeline.KindFinding:
		if d, err := a.reader.Detail(row); err == nil {
			ctx.detail = &d
		}
		return
	}
	if row.Heartbeat() && row.HasDetail() {
		if d, err := a.reader.Detail(row); err == nil {
			ctx.detail = &d
		}
	}
	a.rows.preview, ctx.dropped = a.reader.Preview(row, a.rows.preview[:0], previewBytes)
	ctx.preview = a.rows.preview
}
