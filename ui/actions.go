package ui

import (
	"fmt"

	"wsscope/timeline"
)

// do carries out an action.
func (a *app) do(act action) {
	switch act {
	case actNone:
	case actQuit:
		a.quit()
	case actHelp:
		a.openHelp()
	case actBack:
		a.back()
	case actNextPane, actPrevPane:
		a.cyclePane(act == actNextPane)
	case actZoom:
		a.zoomed = !a.zoomed
	case actFilter:
		a.askFilter()
	case actCommand:
		a.askCommand()
	case actSearch:
		a.askSearch()
	case actFindNext, actFindPrev:
		a.findNext(act == actFindNext)
	case actGoto:
		a.ask(promptGoto, "go to row, #packet or time: ", "", func(text string) { a.goToText(text) })
	case actTheme:
		a.nextTheme()
	case actMouse:
		a.toggleMouse()
	case actRedraw:
		a.redraw()
	case actSort:
		a.sortConns()
	case actCopy, actCopyRow, actCopyFrame:
		a.copy(act)
	case actSave:
		a.askSave(false)
	case actSaveRows:
		a.askSave(true)
	default:
		if !a.doRows(act) && !a.doDetails(act) {
			a.move(act)
		}
	}
}

// doRows carries out what concerns the timeline as a whole.
func (a *app) doRows(act action) bool {
	o := &a.rows.options
	switch act {
	case actMessages:
		if o.Mode == timeline.Messages {
			a.setMode(timeline.Frames)
		} else {
			a.setMode(timeline.Messages)
		}
	case actFindings:
		if o.Mode == timeline.Findings {
			a.setMode(timeline.Messages)
		} else {
			a.setMode(timeline.Findings)
		}
	case actBeats:
		o.Heartbeats = (o.Heartbeats + 1) % 3
		a.setView()
		a.notice.say("heartbeats are " + [...]string{"shown", "folded", "hidden"}[o.Heartbeats])
	case actTime:
		a.rows.times = (a.rows.times + 1) % timeFormats
		a.notice.say("time " + a.rows.times.String())
	case actPause:
		a.togglePause()
	case actFollow:
		a.rows.paused = false
		a.rows.list.set(a.rows.length(), a.rows.list.height)
		a.rows.list.navigate(actBottom)
		a.moved()
	case actMark:
		a.toggleMark()
	case actNextMark, actPrevMark:
		a.jumpMark(act == actNextMark)
	case actNextFinding, actPrevFinding:
		a.jumpFinding(act == actNextFinding)
	case actLinkNext, actLinkPrev:
		a.jumpLink(act == actLinkNext)
	case actThisConn:
		a.toggleConn()
	default:
		return false
	}
	return true
}

// doDetails carries out what concerns the details.
func (a *app) doDetails(act action) bool {
	d := &a.details
	switch act {
	case actTab1, actTab2, actTab3, actTab4, actTab5:
		a.showTab(tab(act - actTab1))
	case actTabNext:
		a.showTab((d.tab + 1) % tabs)
	case actTabPrev:
		a.showTab((d.tab + tabs - 1) % tabs)
	case actForm:
		a.nextForm()
	case actNextRow, actPrevRow:
		if act == actNextRow {
			a.rows.list.navigate(actDown)
		} else {
			a.rows.list.navigate(actUp)
		}
		a.moved()
	case actFrameNext, actFramePrev:
		step := 1
		if act == actFramePrev {
			step = -1
		}
		d.frame = max(0, min(d.frame+step, len(d.subject.frames)-1))
	case actLeft, actRight:
		if a.focus != inDetails {
			return false
		}
		step := 1
		if act == actLeft {
			step = -1
		}
		if d.tab == tabAnatomy {
			d.field = max(0, min(d.field+step, d.anatomy.fields-1))
			d.anatomy.free = false
		} else {
			d.left = max(0, d.left+8*step)
		}
	default:
		return false
	}
	return true
}

// move carries out movements in the focused pane.
func (a *app) move(act action) {
	switch a.focus {
	case inConns:
		if act == actEnter {
			if _, encrypted := a.encryptedAt(a.conns.list.cur); !encrypted {
				a.scopeTo(a.conns.connAt(a.conns.list.cur))
			}
			return
		}
		a.conns.list.navigate(act)
	case inTimeline:
		switch {
		case act == actEnter && a.toggleFold():
			return
		case act == actEnter, act == actRight:
			a.focus = inDetails
			return
		}
		if a.rows.list.navigate(act) {
			a.moved()
		}
	case inDetails:
		a.details.scroll(act)
	}
}

// setMode changes what the rows are; the cursor stays where it is in time.
func (a *app) setMode(m timeline.Mode) {
	a.rows.options.Mode = m
	a.setView()
	a.notice.say("rows are " + a.rowsTitle())
}

// scopeTo shows one connection, or all for 0.
func (a *app) scopeTo(id int) {
	if a.rows.options.Conn != id {
		a.rows.options.Conn = id
		a.rows.follow = false
		a.setView()
	}
	a.focus = inTimeline
	a.zoomed = false
}

// toggleConn narrows the rows to the connection of the selected row.
func (a *app) toggleConn() {
	if a.rows.options.Conn > 0 {
		a.rows.options.Conn = 0
		a.setView()
		a.notice.say("all connections")
		return
	}
	row, ok := a.selected()
	if !ok || row.Conn() == 0 {
		a.notice.warn("this row belongs to no connection")
		return
	}
	a.rows.options.Conn = row.Conn()
	a.setView()
	a.notice.say(fmt.Sprintf("connection %d; c or Esc shows all", row.Conn()))
}

// back goes back one level.
func (a *app) back() {
	switch {
	case a.hunt.stop():
		a.notice.say("search stopped")
	case a.zoomed:
		a.zoomed = false
	case a.focus != inTimeline:
		a.focus = inTimeline
	case a.rows.paused:
		a.togglePause()
	case a.filter.text != "":
		a.setFilter("")
		a.notice.say("filter taken away")
	case a.rows.options.Conn > 0:
		a.toggleConn()
	case a.hunt.pattern != nil:
		a.hunt.pattern = nil
		a.details.stale = true
	default:
		a.notice.say("q quits, ? helps")
	}
}

// cyclePane moves the focus.
func (a *app) cyclePane(forward bool) {
	order := []place{inConns, inTimeline, inDetails}
	for i, p := range order {
		if p == a.focus {
			step := 1
			if !forward {
				step = 2
			}
			a.focus = order[(i+step)%3]
			return
		}
	}
}

// showTab opens a tab of the details.
func (a *app) showTab(t tab) {
	a.details.tab = t
	a.details.left = 0
	if a.zoomed && a.focus != inDetails {
		a.focus = inDetails
	}
}

func (a *app) nextTheme() {
	i := 0
	for k, name := range ThemeNames {
		if name == a.theme.Name {
			i = k
		}
	}
	a.setTheme(ThemeNames[(i+1)%len(ThemeNames)])
}

func (a *app) setTheme(name string) {
	a.theme = NewTheme(name, a.colors)
	a.notice.say("theme " + a.theme.Name)
}

func (a *app) toggleMouse() {
	a.mouse = !a.mouse
	a.setMouse(a.mouse)
	if a.mouse {
		a.notice.say("mouse on")
	} else {
		a.notice.say("mouse off: the terminal selects text")
	}
}
