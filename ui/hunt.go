package ui

import (
	"context"
	"strings"

	"wsscope/timeline"
)

// hunt is the search in the payloads.
type hunt struct {
	kind    timeline.SearchKind
	text    string
	pattern timeline.Pattern
	cancel  context.CancelFunc // while one runs
	at      int                // where it has come to
	total   int
}

var searchLabels = [...]string{"search text: ", "search regular expression: ", "search hex bytes: "}

// progress says how far a running search is.
func (h *hunt) progress() string {
	if h.cancel == nil || h.total == 0 {
		return ""
	}
	return "searching: " + grouped(uint64(h.at)) + " of " + count(uint64(h.total), "row")
}

func (h *hunt) stop() bool {
	if h.cancel == nil {
		return false
	}
	h.cancel()
	h.cancel = nil
	return true
}

// askSearch opens the search prompt; Tab changes the kind of search.
func (a *app) askSearch() {
	h := &a.hunt
	p := a.ask(promptSearch, searchLabels[h.kind], "", func(text string) {
		if text == "" {
			text = h.text // as in less and vim: the search before
		}
		a.startSearch(h.kind, text)
	})
	p.tab = func() {
		h.kind = (h.kind + 1) % 3
		p.field.SetLabel(searchLabels[h.kind])
	}
}

// startSearch looks for text from the row after the cursor on.
func (a *app) startSearch(kind timeline.SearchKind, text string) {
	// A prefix says the kind too: for :search and for the history.
	for i, prefix := range []string{"text:", "re:", "hex:"} {
		if rest, ok := strings.CutPrefix(text, prefix); ok {
			kind, text = timeline.SearchKind(i), rest
		}
	}
	pattern, err := timeline.NewPattern(kind, text)
	if err != nil {
		a.notice.warn(err.Error())
		return
	}
	a.hunt.kind, a.hunt.text, a.hunt.pattern = kind, text, pattern
	a.details.stale = true
	a.findNext(true)
}

// findNext goes to the next or previous match.
func (a *app) findNext(forward bool) {
	h := &a.hunt
	if h.pattern == nil {
		a.notice.warn("nothing was searched for yet: s searches")
		return
	}
	h.stop()
	from := a.rows.list.cur + 1
	if !forward {
		from = a.rows.list.cur - 1
	}
	view := a.rows.view
	search := a.store.NewSearch(view, h.pattern, from, forward)
	ctx, cancel := context.WithCancel(a.ctx)
	h.cancel, h.at, h.total = cancel, 0, view.Len()
	a.background(ctx, func(ctx context.Context) {
		result, row := search.Run(ctx, func(at int) {
			a.post(func() { h.at = at })
		})
		a.post(func() {
			if ctx.Err() != nil {
				return
			}
			cancel()
			h.cancel = nil
			a.found(result, row, forward)
		})
	})
}

// found goes to the match.
func (a *app) found(result timeline.Result, row uint32, forward bool) {
	what := "“" + plain(a.hunt.text) + "”"
	if result != timeline.Found || !a.goTo(row) {
		where := "below"
		if !forward {
			where = "above"
		}
		a.notice.warn(what + " was not found " + where + " here")
		return
	}
	a.notice.say(what + ": n next, N previous")
}
