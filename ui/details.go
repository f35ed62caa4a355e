package ui

import (
	"fmt"
	"strings"

	"wsscope/event"
	"wsscope/timeline"
)

type tab uint8

const (
	tabAnatomy tab = iota
	tabPayload
	tabMessage
	tabHandshake
	tabConnection
	tabs
)

func (t tab) String() string {
	return [...]string{"Anatomy", "Payload", "Message", "Handshake", "Connection"}[t]
}

// doc is what a tab shows: lines made when they are needed, so that a
// payload of any size opens at once.
type doc interface {
	Len() int
	Line(i int) line
}

// lines is a doc at hand.
type lines []line

func (l lines) Len() int        { return len(l) }
func (l lines) Line(i int) line { return l[i] }

// stack puts docs under each other.
type stack []doc

func (s stack) Len() int {
	n := 0
	for _, d := range s {
		n += d.Len()
	}
	return n
}

func (s stack) Line(i int) line {
	for _, d := range s {
		if i < d.Len() {
			return d.Line(i)
		}
		i -= d.Len()
	}
	return nil
}

// subject is the row that the details are about, and what belongs to it.
type subject struct {
	row     timeline.Row
	ok      bool
	detail  timeline.Detail
	payload []byte // a view, valid until reader is used again
	err     error
	dropped bool
	conn    timeline.Conn
	hasConn bool
	frames  []timeline.Row // of a message: its frames, as far as they are found
}

// detailsPane shows the selected row.
type detailsPane struct {
	reader *timeline.Reader // holds the payload of the subject
	tab    tab
	form   payloadForm
	stale  bool // something beside the row changed that the document shows

	subject subject
	doc     doc
	key     detailsKey // what doc was made for
	top     [tabs]int
	left    int
	height  int
	field   int // the lit field of the anatomy
	frame   int // which frame of a message the anatomy shows
	anatomy anatomyDoc
	profile profile
}

// detailsKey is everything that the document depends on.
type detailsKey struct {
	row      uint32
	ok       bool
	severity event.Severity
	has      bool
	tab      tab
	form     payloadForm
	width    int
	field    int
	frame    int
	conn     uint64 // changes of the connection, on its tab
	profile  int
}

// updateDetails makes the document if what it depends on has changed.
func (a *app) updateDetails(width int) {
	d := &a.details
	row, ok := a.selected()
	if a.focus == inConns {
		row, ok = a.connRow(row, ok)
	}
	key := detailsKey{row: row.Index, ok: ok, tab: d.tab, form: d.form, width: width, field: d.field, frame: d.frame}
	key.severity, key.has = row.Severity()
	if ok && d.tab == tabConnection {
		key.profile = a.updateProfile(row.Conn())
		if c, ok := a.store.Conn(row.Conn()); ok {
			key.conn = c.Frames[0] + c.Frames[1]
			if c.End != nil {
				key.conn |= 1 << 63
			}
		}
	}
	if key == d.key && !d.stale && d.doc != nil {
		return
	}
	if key.row != d.key.row || key.ok != d.key.ok || key.severity != d.key.severity || !d.subject.ok {
		newRow := key.row != d.key.row
		a.loadSubject(row, ok)
		if newRow {
			d.top = [tabs]int{}
			d.left, d.field, d.frame = 0, 0, 0
			key.field, key.frame = 0, 0
		}
	} else if key.conn != d.key.conn {
		d.subject.conn, d.subject.hasConn = a.store.Conn(row.Conn())
	}
	d.key, d.stale = key, false
	d.doc = a.makeDoc(width)
}

// connRow gives the opening of the connection under the cursor of the
// connections pane: while the user walks there, the details are about it.
func (a *app) connRow(row timeline.Row, ok bool) (timeline.Row, bool) {
	id := a.conns.connAt(a.conns.list.cur)
	c, found := a.store.Conn(id)
	if id == 0 || !found {
		return row, ok
	}
	if first, has := c.FirstRow(); has {
		var open timeline.Row
		if a.reader.Row(first, &open) {
			return open, true
		}
	}
	return row, ok
}

func (a *app) loadSubject(row timeline.Row, ok bool) {
	d := &a.details
	s := subject{row: row, ok: ok}
	if ok {
		s.detail, s.err = d.reader.Detail(&row)
		if row.Kind() == timeline.KindMessage {
			s.frames = a.framesOf(&row, &s.detail)
		}
		if row.Conn() > 0 {
			s.conn, s.hasConn = a.store.Conn(row.Conn())
		}
		s.dropped = d.reader.Dropped(&row)
		var err error
		if s.payload, err = d.reader.Payload(&row); err != nil {
			s.err = err
		}
	}
	d.subject = s
}

// framesOf finds the frames of a message: they stand before it.
func (a *app) framesOf(message *timeline.Row, detail *timeline.Detail) []timeline.Row {
	if len(detail.Frames) == 0 {
		return nil
	}
	var found []timeline.Row
	want := len(detail.Frames) - 1
	a.reader.Walk(message, false, func(r *timeline.Row) bool {
		if r.Kind() != timeline.KindFrame {
			return true
		}
		if uint64(r.N) == detail.Frames[want] {
			found = append(found, *r)
			want--
		}
		return want >= 0 && uint64(r.N) > detail.Frames[0]
	})
	for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
		found[i], found[j] = found[j], found[i]
	}
	return found
}

func (a *app) makeDoc(width int) doc {
	d := &a.details
	s := &d.subject
	if !s.ok {
		return say("no row is selected", width, dim)
	}
	var head lines
	head = append(head, a.findingLines(s, width)...)
	if s.err != nil {
		head = append(head, line{{"cannot be read back: " + s.err.Error(), bad}})
	}
	var body doc
	switch d.tab {
	case tabAnatomy:
		body = a.anatomyTab(s, width)
	case tabPayload:
		body = a.payloadTab(s, width)
	case tabMessage:
		body = a.messageTab(s, width)
	case tabHandshake:
		body = a.handshakeTab(s, width)
	case tabConnection:
		body = a.connectionTab(s, width)
	}
	if len(head) == 0 {
		return body
	}
	if d.tab == tabAnatomy {
		d.anatomy.shift = len(head)
	}
	return stack{head, body}
}

// findingLines are the findings about the row, in words.
func (a *app) findingLines(s *subject, width int) lines {
	if _, has := s.row.Severity(); !has {
		return nil
	}
	var out lines
	show := func(r *timeline.Row) {
		sev, _ := r.Severity()
		detail, err := a.reader.Detail(r)
		if err != nil {
			return
		}
		letter, role := severityMark(sev)
		out = append(out, line{{letter + " " + detail.Rule, role}, {"  " + detail.RFC, dim}})
		for _, l := range wrap(detail.Text, width-4) {
			out = append(out, line{{"    " + l, normal}})
		}
	}
	if s.row.Kind() == timeline.KindFinding {
		show(&s.row)
		return append(out, line{})
	}
	about := map[uint32]bool{s.row.N: true}
	for i := range s.frames {
		about[s.frames[i].N] = true
	}
	if s.row.Kind() == timeline.KindOpen {
		about = map[uint32]bool{0: true}
	}
	const most = 20
	start := s.row
	if len(s.frames) > 0 {
		start = s.frames[0]
	}
	a.reader.Walk(&start, true, func(r *timeline.Row) bool {
		if r.Kind() == timeline.KindFinding && about[r.N] {
			show(r)
		}
		return len(out) < most*2
	})
	return append(out, line{})
}

// detailsFrame draws the title with the tabs and gives the canvas below it.
func (a *app) detailsFrame(c *canvas, r rect) canvas {
	t := c.sub(r.x, r.y, r.w, r.h)
	t.put(0, 0, strings.Repeat("─", r.w), dim, normal)
	mark, role := "─ ", dim
	if a.focus == inDetails {
		mark, role = "▌ ", strong
	}
	x := t.put(0, 0, mark, role, normal)
	a.layout.tabs = a.layout.tabs[:0]
	for i := range tabs {
		under, tr := normal, dim
		if i == a.details.tab {
			under, tr = resting, strong
			if a.focus == inDetails {
				under = cursor
			}
		}
		name := fmt.Sprintf(" %d %s ", i+1, i)
		a.layout.tabs = append(a.layout.tabs, tabPlace{r.x + x, len(name), i})
		x = t.put(x, 0, name, tr, under)
	}
	t.put(x, 0, " ", dim, normal)
	return t.sub(1, 1, r.w-1, r.h-1)
}

// drawDetails draws the document.
func (a *app) drawDetails(c *canvas) {
	d := &a.details
	a.updateDetails(c.w)
	d.height = c.h
	n := d.doc.Len()
	top := &d.top[d.tab]
	if d.tab == tabAnatomy {
		a.showField(top)
	}
	*top = max(0, min(*top, n-c.h))
	for y := 0; y < c.h && *top+y < n; y++ {
		c.putLine(0, y, d.doc.Line(*top+y), d.left, normal)
	}
	if n > c.h {
		where := fmt.Sprintf(" %d %% ", (*top+c.h)*100/n)
		c.right(c.w-2, -1, where, dim, normal)
		r := a.layout.details
		title := canvas{c.screen, c.theme, r.x, r.y, r.w, 1}
		title.put(r.w-len(where)-3, 0, where, dim, normal)
	}
}

// scroll moves the document.
func (d *detailsPane) scroll(act action) bool {
	top := &d.top[d.tab]
	switch act {
	case actDown:
		*top++
	case actUp:
		*top--
	case actPageDown:
		*top += max(1, d.height-1)
	case actPageUp:
		*top -= max(1, d.height-1)
	case actHalfDown:
		*top += max(1, d.height/2)
	case actHalfUp:
		*top -= max(1, d.height/2)
	case actTop:
		*top = 0
	case actBottom:
		*top = 1 << 30
	default:
		return false
	}
	if d.doc != nil {
		*top = max(0, min(*top, d.doc.Len()-d.height))
	}
	d.anatomy.free = true
	return true
}

// say is a sentence of ours in as many lines as it needs.
func say(text string, width int, r role) lines {
	var out lines
	for _, l := range wrap(text, width) {
		out = append(out, line{{l, r}})
	}
	return out
}

// wrap breaks a sentence of ours into lines of width columns.
func wrap(s string, width int) []string {
	var out []string
	cur := ""
	for _, word := range strings.Fields(s) {
		switch {
		case cur == "":
			cur = word
		case textWidth(cur)+1+textWidth(word) <= max(width, 20):
			cur += " " + word
		default:
			out = append(out, cur)
			cur = word
		}
	}
	if cur != "" {
		out = append(out, cur)
	}
	return out
}
