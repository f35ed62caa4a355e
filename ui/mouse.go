package ui

import (
	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"
)

// wheelLines is how far a notch of the wheel goes.
const wheelLines = 3

// MouseHandler implements tview.Primitive.
func (a *app) MouseHandler() func(tview.MouseAction, *tcell.EventMouse, func(tview.Primitive)) (bool, tview.Primitive) {
	return func(act tview.MouseAction, ev *tcell.EventMouse, _ func(tview.Primitive)) (bool, tview.Primitive) {
		x, y := ev.Position()
		return a.mouseAt(act, x, y), nil
	}
}

// mouseAt reports whether anything changed.
func (a *app) mouseAt(act tview.MouseAction, x, y int) bool {
	if a.prompt != nil {
		return false
	}
	wheel := 0
	switch act {
	case tview.MouseScrollUp:
		wheel = -wheelLines
	case tview.MouseScrollDown:
		wheel = wheelLines
	case tview.MouseLeftClick, tview.MouseLeftDoubleClick:
	default:
		return false
	}
	if a.help != nil {
		a.help.top += wheel
		if wheel == 0 {
			a.help = nil
		}
		return true
	}
	double := act == tview.MouseLeftDoubleClick
	l := &a.layout
	switch {
	case l.conns.holds(x, y):
		if wheel != 0 {
			a.conns.list.page(wheel)
			return true
		}
		a.focus = inConns
		if line := y - l.conns.y - 1; line >= 0 {
			a.conns.list.move(a.conns.list.top + line)
			if double {
				a.do(actEnter)
			}
		}
	case l.rows.holds(x, y):
		if wheel != 0 {
			a.rows.list.page(wheel)
			a.moved()
			return true
		}
		a.focus = inTimeline
		if line := y - l.rows.y - 1; line >= 0 && a.rows.list.top+line < a.rows.list.n {
			a.rows.list.move(a.rows.list.top + line)
			a.moved()
			if double {
				a.do(actEnter)
			}
		}
	case l.details.holds(x, y):
		if wheel != 0 {
			a.details.top[a.details.tab] += wheel
			a.details.anatomy.free = true
			return true
		}
		a.focus = inDetails
		if y == l.details.y {
			for _, t := range l.tabs {
				if x >= t.x && x < t.x+t.w {
					a.showTab(t.tab)
				}
			}
		}
	case y == 1 && wheel == 0:
		a.askFilter()
	default:
		return false
	}
	return true
}
