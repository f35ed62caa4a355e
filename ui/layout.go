package ui

import (
	"fmt"
	"strings"

	"wsscope/timeline"
)

// The smallest screen on which everything has its place.
const (
	minWidth  = 60
	minHeight = 16
	wideFrom  = 120 // columns from which the details stand beside the timeline
)

// rect is a pane's place, its title line included.
type rect struct{ x, y, w, h int }

func (r rect) holds(x, y int) bool { return x >= r.x && x < r.x+r.w && y >= r.y && y < r.y+r.h }

// layout is where things are, computed at each draw.
type layout struct {
	conns, rows, details rect
	stats                timeline.Stats // as of this draw
	tabs                 []tabPlace     // for the mouse
}

type tabPlace struct {
	x, w int
	tab  tab
}

// lay divides the screen: one line of status and one for the filter above,
// one for hints below. A pane that is zoomed has all the rest. On narrow
// screens the panes stand one above the other and the focused one gets most.
func lay(w, h int, focus place, zoomed bool, conns int) layout {
	var l layout
	y, rest := 2, h-3
	all := rect{0, y, w, rest}
	if zoomed {
		switch focus {
		case inConns:
			l.conns = all
		case inTimeline:
			l.rows = all
		default:
			l.details = all
		}
		return l
	}
	if w >= wideFrom {
		right := max(74, w*45/100)
		left := w - right
		top := min(conns+2, max(5, rest/4))
		if focus == inConns {
			top = min(max(conns+2, 5), rest/2)
		}
		l.conns = rect{0, y, left - 1, top}
		l.rows = rect{0, y + top, left - 1, rest - top}
		l.details = rect{left, y, right, rest}
		return l
	}
	small := 3
	if rest >= 24 {
		small = 5
	}
	top, bottom := min(conns+2, small), rest*2/5
	switch focus {
	case inConns:
		top, bottom = min(max(conns+2, 4), rest/2), rest/4
	case inDetails:
		bottom = rest - top - max(4, rest/5)
	}
	l.conns = rect{0, y, w, top}
	l.rows = rect{0, y + top, w, rest - top - bottom}
	l.details = rect{0, y + rest - bottom, w, bottom}
	return l
}

// draw draws everything.
func (a *app) draw(c *canvas) {
	if c.w < minWidth || c.h < minHeight {
		c.put(0, 0, fmt.Sprintf("%d×%d is too small:", c.w, c.h), normal, normal)
		c.put(0, 1, fmt.Sprintf("wsscope needs %d×%d", minWidth, minHeight), strong, normal)
		c.put(0, 2, "make it larger, or q", dim, normal)
		return
	}
	stats := a.store.Stats()
	a.layout = lay(c.w, c.h, a.focus, a.zoomed, stats.Connections)
	a.layout.stats = stats
	a.drawStatus(c.sub(0, 0, c.w, 1))
	a.drawFilterBar(c.sub(0, 1, c.w, 1))
	l := &a.layout
	if r := l.conns; r.h > 0 {
		body := a.pane(c, r, inConns, "Connections", "by "+a.conns.order.String())
		a.drawConns(&body)
	}
	if r := l.rows; r.h > 0 {
		// The rows are placed before the title tells where the cursor is.
		a.rows.place(r.h - 1)
		at := ""
		if n := a.rows.list.n; n > 0 {
			at = grouped(uint64(a.rows.list.cur+1)) + " of " + grouped(uint64(n))
		}
		body := a.pane(c, r, inTimeline, "Timeline: "+a.rowsTitle(), at)
		a.drawRows(&body)
	}
	if r := l.details; r.h > 0 {
		body := a.detailsFrame(c, r)
		a.drawDetails(&body)
	}
	if l.details.h > 0 && l.details.x > 0 {
		for y := l.details.y; y < l.details.y+l.details.h; y++ {
			c.put(l.details.x-1, y, "│", dim, normal)
		}
	}
	a.drawBottom(c.sub(0, c.h-1, c.w, 1))
	if a.help != nil {
		a.drawHelp(c)
	}
	if a.prompt != nil {
		a.drawPrompt(c)
	}
}

// pane draws the title line of a pane and gives the canvas below it.
func (a *app) pane(c *canvas, r rect, where place, title, right string) canvas {
	t := c.sub(r.x, r.y, r.w, r.h)
	role, mark := dim, "─ "
	if a.focus == where {
		role, mark = strong, "▌ "
	}
	t.put(0, 0, strings.Repeat("─", r.w), dim, normal)
	x := t.put(0, 0, mark, role, normal)
	x = t.put(x, 0, fit(title, r.w-x-2), role, normal)
	t.put(x, 0, " ", dim, normal)
	if room := r.w - x - 3; textWidth(right)+2 <= room {
		t.put(r.w-textWidth(right)-3, 0, " "+right+" ", dim, normal)
	}
	return t.sub(0, 1, r.w, r.h-1)
}
