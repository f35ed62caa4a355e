package ui

import (
	"strings"

	"wsscope/timeline"
)

// command is what can be typed after a colon.
type command struct {
	name, args, help string
	run              func(a *app, arg string)
}

// commands are filled in by init: their help lists them all.
var commands []command

func init() {
	commands = []command{
		{"filter", "EXPRESSION", "filter the rows; without one, take the filter away", func(a *app, arg string) {
			if err := a.setFilter(arg); err != nil {
				a.notice.warn("not a filter: " + err.Error())
			}
		}},
		{"search", "[re:|hex:]TEXT", "search in the payloads", func(a *app, arg string) { a.startSearch(timeline.SearchText, arg) }},
		{"goto", "ROW|#PACKET|TIME", "go there", func(a *app, arg string) { a.goToText(arg) }},
		{"conn", "N", "only connection N; 0: all", commandConn},
		{"messages", "", "rows are messages", func(a *app, _ string) { a.setMode(timeline.Messages) }},
		{"frames", "", "rows are frames", func(a *app, _ string) { a.setMode(timeline.Frames) }},
		{"findings", "", "rows are findings", func(a *app, _ string) { a.setMode(timeline.Findings) }},
		{"save", "FILE", "save the payload to a file", func(a *app, arg string) { a.savePayload(arg, false) }},
		{"rows", "FILE", "save all rows of the view (.jsonl: JSON lines, else text)", func(a *app, arg string) { a.saveRows(arg, false) }},
		{"copy", "", "copy the payload", func(a *app, _ string) { a.copy(actCopy) }},
		{"theme", strings.Join(ThemeNames, "|"), "change the colours", func(a *app, arg string) { a.setTheme(arg) }},
		{"mouse", "", "mouse on or off", func(a *app, _ string) { a.toggleMouse() }},
		{"pause", "", "freeze the rows, or let them go on", func(a *app, _ string) { a.togglePause() }},
		{"marks", "", "take all marks away", func(a *app, _ string) { clear(a.marks) }},
		{"summary", "", "the counts of the capture, and the limits that struck", func(a *app, _ string) { a.showSummary() }},
		{"help", "", "this list", func(a *app, _ string) { a.showCommands() }},
		{"quit", "", "quit", func(a *app, _ string) { a.quit() }},
	}
}

// askCommand opens the command line.
func (a *app) askCommand() {
	p := a.ask(promptCommand, ":", "", a.runCommand)
	p.complete = func(text string) []completion {
		var out []completion
		for _, c := range commands {
			if strings.HasPrefix(c.name, text) && text != "" {
				out = append(out, completion{0, c.name + " ", c.help})
			}
		}
		return out
	}
}

// runCommand carries out a command line; a number alone is a row.
func (a *app) runCommand(text string) {
	text = strings.TrimSpace(text)
	if text == "" {
		return
	}
	if c := text[0]; c >= '0' && c <= '9' || c == '#' || c == '+' {
		a.goToText(text)
		return
	}
	name, arg, _ := strings.Cut(text, " ")
	var hits []*command
	for i := range commands {
		c := &commands[i]
		if c.name == name {
			hits = []*command{c}
			break
		}
		if strings.HasPrefix(c.name, name) {
			hits = append(hits, c)
		}
	}
	switch len(hits) {
	case 1:
		hits[0].run(a, strings.TrimSpace(arg))
	case 0:
		a.notice.warn("no command is called " + plain(name) + "; :help lists them")
	default:
		var names []string
		for _, c := range hits {
			names = append(names, c.name)
		}
		a.notice.warn(plain(name) + " may be " + strings.Join(names, ", "))
	}
}

func commandConn(a *app, arg string) {
	n := 0
	for _, c := range arg {
		if c < '0' || c > '9' || n > 1<<30 {
			a.notice.warn("a connection is a number")
			return
		}
		n = n*10 + int(c-'0')
	}
	if _, ok := a.store.Conn(n); n > 0 && !ok {
		a.notice.warn("there is no connection " + arg)
		return
	}
	a.scopeTo(n)
}

func (a *app) showCommands() {
	var l lines
	for _, c := range commands {
		l = append(l, line{{"  " + pad(":"+c.name+" "+c.args, 32), accent}, {c.help, normal}})
	}
	l = append(l, line{}, line{{"A beginning of a name will do where only one fits. A number goes to that row.", dim}})
	a.showLines("Commands", l)
}

// showSummary lists what the capture holds and what could not be kept.
func (a *app) showSummary() {
	st := a.store.Stats()
	l := lines{}
	add := func(name, value string) { l = append(l, line{{"  " + pad(name, 26), dim}, {value, normal}}) }
	add("rows", grouped(st.Rows))
	add("connections", grouped(uint64(st.Connections)))
	add("frames, messages", grouped(st.Frames)+", "+grouped(st.Messages))
	add("resident in memory", size(uint64(st.Resident))+"B")
	add("in the temporary file", size(uint64(st.Spilled))+"B")
	add("rows dropped", grouped(st.DroppedRows))
	add("payload bytes dropped", grouped(uint64(st.DroppedBytes)))
	for _, p := range a.status.Problems {
		l = append(l, line{{"  " + pad("problem", 26), dim}, {plain(p), warn}})
	}
	if t := a.store.Totals(); t == nil {
		l = append(l, line{}, line{{"  the reading goes on; what follows is known at its end", dim}})
	} else {
		add("packets", grouped(t.Packets))
		add("TCP connections", grouped(t.TCPConnections))
		add("encrypted, not opened", grouped(t.EncryptedConnections))
		add("lost bytes", grouped(t.LostBytes))
		add("truncated packets", grouped(t.TruncatedPackets))
		add("undecodable packets", grouped(t.UndecodablePackets))
		add("duration", duration(t.Duration))
		l = append(l, line{}, line{{"  Limits that struck", heading}})
		if len(t.Limits) == 0 {
			l = append(l, line{{"  none", dim}})
		}
		for _, s := range t.Limits {
			l = append(l, line{{"  " + pad(s.Limit, 26), warn}, {grouped(s.Count) + " times: " + s.Text, normal}})
		}
		for _, n := range t.Notes {
			l = append(l, line{{"  " + n, normal}})
		}
	}
	a.showLines("Summary", l)
}
