package ui

import (
	"slices"

	"github.com/gdamore/tcell/v2"
)

// place is where the user stands: it decides what keys do and which help
// and hints are shown.
type place uint8

const (
	inConns place = 1 << iota
	inTimeline
	inDetails
	anywhere = inConns | inTimeline | inDetails
)

func (p place) String() string {
	switch p {
	case inConns:
		return "connections"
	case inTimeline:
		return "timeline"
	case inDetails:
		return "details"
	}
	return "everywhere"
}

// action is what a key does.
type action uint8

const (
	actNone action = iota
	actDown
	actUp
	actPageDown
	actPageUp
	actHalfDown
	actHalfUp
	actTop
	actBottom
	actLeft
	actRight
	actEnter
	actBack
	actNextPane
	actPrevPane
	actZoom
	actHelp
	actQuit
	actFilter
	actCommand
	actSearch
	actFindNext
	actFindPrev
	actGoto
	actMessages
	actFindings
	actBeats
	actTime
	actPause
	actFollow
	actMark
	actNextMark
	actPrevMark
	actNextFinding
	actPrevFinding
	actLinkNext
	actLinkPrev
	actThisConn
	actSort
	actCopy
	actCopyRow
	actCopyFrame
	actSave
	actSaveRows
	actTheme
	actMouse
	actRedraw
	actTab1
	actTab2
	actTab3
	actTab4
	actTab5
	actTabNext
	actTabPrev
	actForm
	actNextRow
	actPrevRow
	actFrameNext
	actFramePrev
)

// binding ties keys to an action. Help and hints are made of this table, so
// that they cannot say anything else than what the keys do.
type binding struct {
	where place
	keys  []string // as keyName gives them; the first is shown in hints
	act   action
	hint  string // in the hint bar; empty: not shown there
	help  string
}

var bindings = []binding{
	{anywhere, []string{"?", "F1"}, actHelp, "help", "show the keys of this place"},
	{anywhere, []string{"q", "Ctrl-C"}, actQuit, "quit", "quit"},
	{anywhere, []string{"/"}, actFilter, "filter", "filter the rows: websocket.opcode == 1 && len > 1k"},
	{anywhere, []string{"s", "Ctrl-F"}, actSearch, "search", "search in the payloads: text, regular expression or hex bytes"},
	{anywhere, []string{"n"}, actFindNext, "", "next match of the search"},
	{anywhere, []string{"N"}, actFindPrev, "", "previous match of the search"},
	{inTimeline, []string{"Enter"}, actEnter, "open", "go to the row's details; folded heartbeats: show each, or fold them again"},
	{inTimeline, []string{"Right", "l"}, actRight, "", "go to the row's details"},
	{inConns, []string{"Enter", "Right", "l"}, actEnter, "open", "show only this connection"},
	{anywhere, []string{"Esc", "Backspace"}, actBack, "back", "back one level: search, zoom, pane, connection, filter"},
	{anywhere, []string{"Tab"}, actNextPane, "pane", "next pane"},
	{anywhere, []string{"Shift-Tab"}, actPrevPane, "", "previous pane"},
	{anywhere, []string{"z"}, actZoom, "zoom", "maximise this pane, or bring the others back"},
	{anywhere, []string{"m"}, actMessages, "messages/frames", "rows are messages, or frames"},
	{anywhere, []string{"F"}, actFindings, "", "rows are findings, or messages again"},
	{anywhere, []string{"b"}, actBeats, "heartbeats", "pings and pongs: shown, folded, hidden"},
	{anywhere, []string{"t"}, actTime, "", "time: since start, since the row before, local, UTC"},
	{anywhere, []string{"p"}, actPause, "pause", "freeze the rows while the capture goes on, or go on"},
	{anywhere, []string{"f"}, actFollow, "", "go to the newest row and follow"},
	{anywhere, []string{"Ctrl-G"}, actGoto, "", "go to a row (120), a packet (#1500), a time (12:30:05, +2.5s)"},
	{anywhere, []string{"e"}, actNextFinding, "", "next row with a finding"},
	{anywhere, []string{"E"}, actPrevFinding, "", "previous row with a finding"},
	{anywhere, []string{"]"}, actLinkNext, "", "forward: next fragment, pong of this ping, answer to this request"},
	{anywhere, []string{"["}, actLinkPrev, "", "back: fragment before, ping of this pong, request of this answer"},
	{anywhere, []string{"Space"}, actMark, "", "set or take away a mark on the row"},
	{anywhere, []string{"'"}, actNextMark, "", "next marked row"},
	{anywhere, []string{"\""}, actPrevMark, "", "previous marked row"},
	{anywhere, []string{"c"}, actThisConn, "", "only this row's connection, or all again"},
	{inConns, []string{"o"}, actSort, "order", "order of the connections: number, bytes, frames, findings"},
	{inDetails, []string{"Left", "h"}, actLeft, "", "Anatomy: previous field; elsewhere: scroll left"},
	{inDetails, []string{"Right", "l"}, actRight, "field", "Anatomy: next field; elsewhere: scroll right"},
	{anywhere, []string{"1"}, actTab1, "", "Anatomy of the frame"},
	{anywhere, []string{"2"}, actTab2, "", "Payload"},
	{anywhere, []string{"3"}, actTab3, "", "Message over its fragments"},
	{anywhere, []string{"4"}, actTab4, "", "Handshake"},
	{anywhere, []string{"5"}, actTab5, "", "Connection: its life and charts"},
	{inDetails, []string{".", ">"}, actTabNext, "tab", "next tab"},
	{inDetails, []string{",", "<"}, actTabPrev, "", "previous tab"},
	{anywhere, []string{"v"}, actForm, "view", "Payload: text, JSON, hex, masked and unmasked, compressed and inflated"},
	{inDetails, []string{"J"}, actNextRow, "", "next row of the timeline"},
	{inDetails, []string{"K"}, actPrevRow, "", "previous row of the timeline"},
	{inDetails, []string{"}"}, actFrameNext, "", "next frame of the message"},
	{inDetails, []string{"{"}, actFramePrev, "", "previous frame of the message"},
	{anywhere, []string{"y"}, actCopy, "copy", "copy the payload to the clipboard"},
	{anywhere, []string{"Y"}, actCopyRow, "", "copy the row as text"},
	{anywhere, []string{"Ctrl-Y"}, actCopyFrame, "", "copy the frame's bytes as hex"},
	{anywhere, []string{"w"}, actSave, "", "save the payload to a file"},
	{anywhere, []string{"W"}, actSaveRows, "", "save all rows of the view to a file (.jsonl: JSON lines, else text)"},
	{anywhere, []string{":"}, actCommand, "command", "type a command; :help lists them"},
	{anywhere, []string{"T"}, actTheme, "", "next colour theme"},
	{anywhere, []string{"M"}, actMouse, "", "mouse on or off (off: the terminal selects text)"},
	{anywhere, []string{"Ctrl-Z"}, actNone, "", "suspend the program; fg brings it back"},
	{anywhere, []string{"Ctrl-L"}, actRedraw, "", "draw the screen anew"},
	{anywhere, []string{"j", "Down", "Ctrl-N"}, actDown, "", "down"},
	{anywhere, []string{"k", "Up", "Ctrl-P"}, actUp, "", "up"},
	{anywhere, []string{"PgDn", "Ctrl-V"}, actPageDown, "", "a page down"},
	{anywhere, []string{"PgUp", "Ctrl-B"}, actPageUp, "", "a page up"},
	{anywhere, []string{"Ctrl-D"}, actHalfDown, "", "half a page down"},
	{anywhere, []string{"Ctrl-U"}, actHalfUp, "", "half a page up"},
	{anywhere, []string{"g", "Home"}, actTop, "", "first row"},
	{anywhere, []string{"G", "End"}, actBottom, "", "last row; the cursor follows new ones from there"},
}

// lookup finds what a key does at a place.
func lookup(where place, key string) action {
	for i := range bindings {
		if b := &bindings[i]; b.where&where != 0 && slices.Contains(b.keys, key) {
			return b.act
		}
	}
	return actNone
}

// keyName names a key as bindings and the help do.
func keyName(ev *tcell.EventKey) string {
	switch ev.Key() {
	case tcell.KeyRune:
		if ev.Rune() == ' ' {
			return "Space"
		}
		return string(ev.Rune())
	case tcell.KeyEnter:
		return "Enter"
	case tcell.KeyEscape:
		return "Esc"
	case tcell.KeyBackspace, tcell.KeyBackspace2:
		return "Backspace"
	case tcell.KeyTab:
		return "Tab"
	case tcell.KeyBacktab:
		return "Shift-Tab"
	case tcell.KeyUp:
		return "Up"
	case tcell.KeyDown:
		return "Down"
	case tcell.KeyLeft:
		return "Left"
	case tcell.KeyRight:
		return "Right"
	case tcell.KeyPgUp:
		return "PgUp"
	case tcell.KeyPgDn:
		return "PgDn"
	case tcell.KeyHome:
		return "Home"
	case tcell.KeyEnd:
		return "End"
	case tcell.KeyF1:
		return "F1"
	}
	if k := ev.Key(); k >= tcell.KeyCtrlA && k <= tcell.KeyCtrlZ {
		return "Ctrl-" + string(rune('A'+k-tcell.KeyCtrlA))
	}
	return ev.Name()
}
