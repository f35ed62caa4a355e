package ui

import (
	"strings"
)

// helpPane is the help on keys, or on commands.
type helpPane struct {
	title  string
	lines  lines // its last span is wrapped where it must be
	laid   lines // in the width of the screen
	width  int
	top    int
	height int
}

// openHelp shows the keys of the place where the user stands.
func (a *app) openHelp() {
	h := &helpPane{title: "Keys: " + a.focus.String()}
	section := func(title string, in func(*binding) bool) {
		h.lines = append(h.lines, line{{title, heading}})
		for i := range bindings {
			b := &bindings[i]
			if in(b) {
				h.lines = append(h.lines, line{{"  " + pad(strings.Join(b.keys, "  "), 20) + " ", accent}, {b.help, normal}})
			}
		}
		h.lines = append(h.lines, line{})
	}
	section("In the "+a.focus.String(), func(b *binding) bool { return b.where&a.focus != 0 && b.where != anywhere })
	section("Everywhere", func(b *binding) bool { return b.where == anywhere })
	h.lines = append(h.lines, legend()...)
	a.help = h
}

// legend explains the signs of the timeline.
func legend() lines {
	return lines{
		{{"Signs of the timeline", heading}},
		{{"  →  ←  ↔           ", normal}, {"client to server, server to client, both (folded heartbeats)", normal}},
		{{"  E  W  i           ", normal}, {"an error, a warning, a note about the row; ● is your mark", normal}},
		{{"  F                 ", normal}, {"frames: FIN is set; a digit after it: the RSV bits as a number (4: RSV1)", normal}},
		{{"  M                 ", normal}, {"frames: masked", normal}},
		{{"  z                 ", normal}, {"messages: compressed (permessage-deflate)", normal}},
		{{"  !  ?  +           ", normal}, {"bytes lost by the capture, cut off, more than was kept", normal}},
	}
}

// showLines opens the same pane for other text.
func (a *app) showLines(title string, l lines) { a.help = &helpPane{title: title, lines: l} }

// helpKey is a key press while the help is open.
func (a *app) helpKey(key string) {
	h := a.help
	l := list{n: len(h.laid), height: h.height, top: h.top, cur: h.top}
	switch act := lookup(inTimeline, key); act {
	case actDown:
		h.top++
	case actUp:
		h.top--
	case actPageDown, actPageUp, actHalfDown, actHalfUp, actTop, actBottom:
		l.navigate(act)
		h.top = l.cur
		if act == actBottom {
			h.top = len(h.laid)
		}
	case actQuit:
		if key == "Ctrl-C" {
			a.quit()
		}
		a.help = nil
	default:
		a.help = nil
	}
	h.top = max(0, min(h.top, len(h.laid)-h.height))
}

// drawHelp draws it over everything but the last line.
func (a *app) drawHelp(c *canvas) {
	h := a.help
	box := c.sub(0, 0, c.w, c.h-1)
	for y := range box.h {
		box.fill(0, y, normal)
	}
	box.fill(0, 0, bar)
	box.put(1, 0, h.title, bar, normal)
	box.right(box.w-1, 0, "Esc closes", bar, normal)
	for x := range c.w {
		c.put(x, c.h-1, " ", normal, normal)
	}
	h.lay(box.w - 2)
	h.height = box.h - 2
	h.top = max(0, min(h.top, len(h.laid)-h.height))
	for y := 0; y < h.height && h.top+y < len(h.laid); y++ {
		box.putLine(1, 2+y, h.laid[h.top+y], 0, normal)
	}
	if h.top+h.height < len(h.laid) {
		c.right(box.w-1, box.h, "more below", dim, normal)
	}
}

// lay wraps the last span of each line below itself.
func (h *helpPane) lay(width int) {
	if h.width == width {
		return
	}
	h.width, h.laid = width, nil
	for _, l := range h.lines {
		if len(l) < 2 {
			h.laid = append(h.laid, l)
			continue
		}
		head, last := l[:len(l)-1], l[len(l)-1]
		at := textWidth(head.text())
		for i, text := range wrap(last.text, width-at) {
			if i > 0 {
				head = line{{blanks(at), normal}}
			}
			h.laid = append(h.laid, append(head[:len(head):len(head)], span{text, last.role}))
		}
	}
}
