package ui

import (
	"fmt"

	"wsscope/event"
	"wsscope/timeline"
)

// Status is what the reading side tells the status line.
type Status struct {
	Source   string // "chat.pcap", "eth0"
	Done     bool   // everything was read
	Read     int64  // bytes of the input read, for the progress
	Total    int64  // 0 where it is not known
	Live     bool
	Packets  uint64
	Dropped  uint64   // packets that the kernel dropped
	Problems []string // what went wrong with the input, a clause each
}

// notice is a message to the user in the last line: until the next key.
type notice struct {
	text string
	role role
}

func (n *notice) say(text string)  { n.text, n.role = text, normal }
func (n *notice) warn(text string) { n.text, n.role = text, warn }
func (n *notice) clear()           { n.text = "" }

// progress is "45 %", "live" or "" when everything was read.
func (s *Status) progress() string {
	switch {
	case s.Done:
		return ""
	case s.Total > 0:
		return fmt.Sprintf("reading %d %%", min(99, s.Read*100/s.Total))
	case s.Live:
		return "live"
	}
	return "reading"
}

// statusParts is what the first line says, the important first: it is cut
// where the screen ends.
func statusParts(s *Status, st *timeline.Stats, total *event.Summary, held int) []span {
	var parts []span
	add := func(r role, text string) {
		if text != "" {
			parts = append(parts, span{text, r})
		}
	}
	add(bar, s.progress())
	if held > 0 {
		add(barWarn, "PAUSED, "+grouped(uint64(held))+" new")
	}
	for _, p := range s.Problems {
		add(barWarn, p)
	}
	if s.Dropped > 0 {
		add(barWarn, count(s.Dropped, "packet")+" dropped by the kernel")
	}
	if st.DroppedRows > 0 {
		add(barWarn, count(st.DroppedRows, "old row")+" dropped")
	}
	if st.DroppedBytes > 0 {
		add(barWarn, size(uint64(st.DroppedBytes))+"B of payloads dropped")
	}
	if st.SpillError != nil {
		add(barWarn, st.SpillError.Error())
	}
	if total != nil && len(total.Limits) > 0 {
		text := "limit struck: " + total.Limits[0].Limit
		if n := len(total.Limits); n > 1 {
			text = fmt.Sprintf("%d limits struck (:summary)", n)
		}
		add(barWarn, text)
	}
	add(bar, count(s.Packets, "packet"))
	conns := count(uint64(st.Connections), "connection")
	if st.Refused > 0 {
		conns += fmt.Sprintf(" (%d refused)", st.Refused)
	}
	add(bar, conns)
	add(bar, count(st.Messages, "message"))
	add(bar, count(st.Frames, "frame"))
	f := st.Findings
	if n := f[event.Error]; n > 0 {
		add(barWarn, count(n, "error"))
	}
	if n := f[event.Warning]; n > 0 {
		add(bar, count(n, "warning"))
	}
	if n := f[event.Info]; n > 0 {
		add(bar, count(n, "note"))
	}
	mem := size(uint64(st.Resident)) + "B"
	if st.Spilled > 0 {
		mem += " + " + size(uint64(st.Spilled)) + "B on disk"
	}
	add(bar, mem)
	if st.DroppedHeads > 0 {
		add(bar, count(st.DroppedHeads, "handshake")+" dropped")
	}
	if st.ForgottenConns > 0 {
		add(bar, count(st.ForgottenConns, "old connection")+" forgotten")
	}
	return parts
}

// drawStatus draws the first line.
func (a *app) drawStatus(c canvas) {
	c.fill(0, 0, bar)
	x := c.put(0, 0, " wsscope ", bar, normal)
	title := a.opt.Title
	if a.status.Source != "" {
		title = a.status.Source
	}
	x = c.put(x, 0, fitEnd(title, c.w/4)+" ", bar, normal)
	held := a.rows.held()
	if a.rows.paused && held == 0 {
		x = c.put(x, 0, "│ PAUSED ", barWarn, normal)
	}
	for _, p := range statusParts(&a.status, &a.layout.stats, a.store.Totals(), held) {
		text := p.text
		if p.role == barWarn {
			// The last line and :summary have all of it.
			text = fit(text, min(c.w*2/5, c.w-x-3))
		}
		if text == "" || x+3+textWidth(text) > c.w {
			continue
		}
		x = c.put(x, 0, "│ ", bar, normal)
		x = c.put(x, 0, text+" ", p.role, normal)
	}
}

// drawBottom draws the last line: what is going on, a message, or hints.
func (a *app) drawBottom(c canvas) {
	if a.prompt != nil {
		if a.prompt.kind != promptFilter { // that is in the second line
			return
		}
		if a.notice.text == "" {
			c.put(1, 0, "Enter filters  Tab completes  Up filters before  Esc gives up", dim, normal)
			return
		}
	}
	if text := a.hunt.progress(); text != "" && a.prompt == nil {
		c.put(0, 0, " "+text+"  (Esc stops)", warn, normal)
		return
	}
	if a.notice.text != "" {
		c.put(0, 0, " "+fit(a.notice.text, c.w-2), a.notice.role, normal)
		return
	}
	x := 1
	for i := range bindings {
		b := &bindings[i]
		if b.hint == "" || b.where&a.focus == 0 {
			continue
		}
		if x+len(b.keys[0])+len(b.hint)+2 > c.w {
			break
		}
		x = c.put(x, 0, b.keys[0], accent, normal)
		x = c.put(x+1, 0, b.hint, dim, normal) + 2
	}
}
