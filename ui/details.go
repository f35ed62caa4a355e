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
		if e, encrypted := a.encryptedAt(a.conns.list.cur); encrypted {
			d.doc, d.stale = encryptedDoc(&e, width), true
			return
		}
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
