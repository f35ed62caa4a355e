package ui

import (
	"strings"

	"wsscope/timeline"
)

// matcher decides about a row of a view.
type matcher = func(*timeline.Reader, *timeline.Row) bool

// filterState is the filter of the rows and the one being typed.
type filterState struct {
	text   string // in force; empty: none
	typing string // while the bar is open
	err    error  // why what is typed is not a filter
}

// role is red for what is no filter, green for what is one.
func (f *filterState) role() role {
	switch {
	case f.typing == "":
		return normal
	case f.err != nil:
		return bad
	}
	return good
}

// askFilter opens the filter bar.
func (a *app) askFilter() {
	f := &a.filter
	f.typing = f.text
	p := a.ask(promptFilter, "filter: ", f.text, func(text string) {
		a.setFilter(text)
	})
	p.complete = completeFilter
	p.changed = func(text string) {
		f.typing = text
		_, f.err = a.compileFilter(strings.TrimSpace(text))
	}
	p.refuse = func() string {
		if f.err == nil {
			return ""
		}
		return "not a filter: " + f.err.Error() + " (Esc gives up)"
	}
	p.give = func() { f.typing, f.err = f.text, nil }
	p.changed(f.text)
}

// setFilter puts a filter in force; the empty text takes it away.
func (a *app) setFilter(text string) error {
	text = strings.TrimSpace(text)
	_, err := a.compileFilter(text)
	a.filter.typing, a.filter.err = a.filter.text, nil
	if err != nil {
		return err
	}
	a.filter.text, a.filter.typing = text, text
	a.setView()
	return nil
}

// drawFilterBar draws the second line: the filter, and how far it has come.
func (a *app) drawFilterBar(c canvas) {
	if a.prompt != nil && a.prompt.kind == promptFilter {
		return
	}
	x := c.put(1, 0, "filter: ", dim, normal)
	if a.filter.text == "" {
		x = c.put(x, 0, "none", dim, normal)
	} else {
		x = c.put(x, 0, fit(a.filter.text, c.w/2), good, normal)
	}
	done, total := a.rows.view.Progress()
	if a.filter.text != "" {
		n := uint64(a.rows.view.Len())
		verb := " match"
		if n == 1 {
			verb = " matches"
		}
		x = c.put(x+2, 0, count(n, "row")+verb, dim, normal)
		if done < total {
			x = c.put(x, 0, ", "+grouped(uint64(done)*100/uint64(total))+" % looked at", warn, normal)
		}
	}
	right := "time " + a.rows.times.String()
	if a.rows.follow {
		right = "following the newest row, " + right
	}
	if n := len(a.marks); n > 0 {
		right = count(uint64(n), "mark") + ", " + right
	}
	if x+3+len(right) < c.w {
		c.right(c.w-1, 0, right, dim, normal)
	}
}
