package ui

import (
	"slices"
	"strings"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"wsscope/limits"
)

// promptKind is what is being typed; each kind has its own history.
type promptKind uint8

const (
	promptFilter promptKind = iota
	promptSearch
	promptGoto
	promptCommand
	promptSave
)

// prompt is a line of input at work.
type prompt struct {
	kind    promptKind
	label   string
	field   *tview.InputField
	done    func(text string) // Enter
	changed func(text string) // each edit, may be nil
	give    func()            // Esc, may be nil
	refuse  func() string     // why Enter is not taken yet, or empty; may be nil

	tab      func()                         // Tab, where it does not complete
	complete func(text string) []completion // may be nil
	offers   []completion
	chosen   int // index into offers, -1: none

	recall int    // place in the history, from its end; 0: the line itself
	typed  string // the line itself, while the history is shown
}

// completion is an offer: text replaces everything behind from.
type completion struct {
	from       int
	text, what string
}

// ask opens a prompt with a text to begin with.
func (a *app) ask(kind promptKind, label, text string, done func(string)) *prompt {
	f := tview.NewInputField().SetLabel(label).SetText(text)
	f.SetBackgroundColor(tcell.ColorDefault)
	f.SetFieldStyle(a.theme.styles[normal]).SetLabelStyle(a.theme.styles[strong])
	f.Focus(func(tview.Primitive) {})
	a.prompt = &prompt{kind: kind, label: label, field: f, done: done, chosen: -1}
	a.notice.clear()
	return a.prompt
}

// promptKey is a key press while a prompt is open.
func (a *app) promptKey(ev *tcell.EventKey) {
	p := a.prompt
	a.notice.clear()
	switch ev.Key() {
	case tcell.KeyEscape, tcell.KeyCtrlC:
		if len(p.offers) > 0 && ev.Key() == tcell.KeyEscape {
			p.offers, p.chosen = nil, -1
			return
		}
		a.prompt = nil
		if p.give != nil {
			p.give()
		}
		return
	case tcell.KeyEnter:
		if p.chosen >= 0 {
			p.take(p.offers[p.chosen])
			p.edited()
			return
		}
		text := p.field.GetText()
		a.remember(p.kind, text)
		if p.refuse != nil {
			if why := p.refuse(); why != "" {
				p.offers = nil // they would hide where it is wrong
				a.notice.warn(why)
				return
			}
		}
		a.prompt = nil
		p.done(text)
		return
	case tcell.KeyTab, tcell.KeyBacktab:
		if p.tab != nil {
			p.tab()
			return
		}
		p.nextOffer(ev.Key() == tcell.KeyTab)
		return
	case tcell.KeyUp, tcell.KeyDown:
		if p.chosen >= 0 {
			p.nextOffer(ev.Key() == tcell.KeyDown)
			return
		}
		p.browse(a.history[p.kind], ev.Key() == tcell.KeyUp)
		return
	}
	before := p.field.GetText()
	p.field.InputHandler()(ev, func(tview.Primitive) {})
	if p.field.GetText() != before {
		p.recall = 0
		p.edited()
	}
}

// edited looks for offers and tells who asked that the text has changed.
func (p *prompt) edited() {
	text := p.field.GetText()
	p.offers, p.chosen = nil, -1
	if p.complete != nil {
		p.offers = p.complete(text)
	}
	if p.changed != nil {
		p.changed(text)
	}
}

// nextOffer goes through the offers; the only one there is, is taken.
func (p *prompt) nextOffer(forward bool) {
	if p.complete != nil && len(p.offers) == 0 {
		p.offers = p.complete(p.field.GetText())
	}
	n := len(p.offers)
	switch {
	case n == 0:
	case n == 1:
		p.take(p.offers[0])
		p.edited()
	case forward:
		p.chosen = (p.chosen + 1) % n
	default:
		p.chosen = (max(p.chosen, 0) + n - 1) % n
	}
}

func (p *prompt) take(c completion) {
	p.field.SetText(p.field.GetText()[:c.from] + c.text)
	p.offers, p.chosen = nil, -1
}

// browse shows an older or newer line of the history.
func (p *prompt) browse(history []string, older bool) {
	if p.recall == 0 {
		p.typed = p.field.GetText()
	}
	to := p.recall - 1
	if older {
		to = p.recall + 1
	}
	if to < 0 || to > len(history) {
		return
	}
	p.recall = to
	text := p.typed
	if to > 0 {
		text = history[len(history)-to]
	}
	p.field.SetText(text)
	p.offers, p.chosen = nil, -1
	if p.changed != nil {
		p.changed(text)
	}
}

// remember appends a line to a history, in which each line stands once.
func (a *app) remember(kind promptKind, text string) {
	if strings.TrimSpace(text) == "" {
		return
	}
	h := slices.DeleteFunc(a.history[kind], func(old string) bool { return old == text })
	h = append(h, text)
	if extra := len(h) - int(limits.ScreenHistory); extra > 0 {
		h = slices.Delete(h, 0, extra)
	}
	a.history[kind] = h
}

// drawPrompt draws the line, and the offers beside it.
func (a *app) drawPrompt(c *canvas) {
	p := a.prompt
	y := c.h - 1
	if p.kind == promptFilter {
		y = 1
		p.field.SetFieldStyle(a.theme.styles[a.filter.role()])
	}
	c.fill(0, y, normal)
	p.field.SetRect(c.x+1, c.y+y, c.w-1, 1)
	p.field.Draw(c.screen)
	if len(p.offers) == 0 {
		if p.kind == promptFilter && a.filter.err != nil && a.filter.typing != "" {
			a.drawBubble(c, 2, []line{{{a.filter.err.Error(), bad}}}, -1)
		}
		return
	}
	const most = 10
	first := max(0, min(p.chosen-most/2, len(p.offers)-most))
	var lines []line
	for _, o := range p.offers[first:min(first+most, len(p.offers))] {
		lines = append(lines, line{{pad(o.text, 34) + " ", strong}, {o.what, dim}})
	}
	at := y + 1
	if p.kind != promptFilter {
		at = y - len(lines)
	}
	a.drawBubble(c, at, lines, p.chosen-first)
}

// drawBubble draws lines over what is there; chosen is lit.
func (a *app) drawBubble(c *canvas, y int, lines []line, chosen int) {
	for i, l := range lines {
		under := bar
		if i == chosen {
			under = cursor
		}
		row := c.sub(2, y+i, c.w-4, 1)
		row.fill(0, 0, under)
		row.putLine(1, 0, l, 0, under)
	}
}

// firstLine is what a paste into a one-line prompt keeps.
func firstLine(s string) string {
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = s[:i]
	}
	return s
}
