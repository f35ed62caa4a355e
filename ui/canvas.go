package ui

import "github.com/gdamore/tcell/v2"

// span is a piece of text with one meaning. Text may be captured bytes: it
// is made harmless when it is drawn.
type span struct {
	text string
	role role
}

// line is one line of a pane.
type line []span

// text gives the line without its roles.
func (l line) text() string {
	n := 0
	for _, s := range l {
		n += len(s.text)
	}
	b := make([]byte, 0, n)
	for _, s := range l {
		b = append(b, s.text...)
	}
	return string(b)
}

// canvas is a rectangle of a screen to draw on. What does not fit is cut.
type canvas struct {
	screen     tcell.Screen
	theme      *Theme
	x, y, w, h int
}

// sub is the part of c at x, y of size w by h.
func (c canvas) sub(x, y, w, h int) canvas {
	return canvas{c.screen, c.theme, c.x + x, c.y + y, min(w, c.w-x), min(h, c.h-y)}
}

// put draws s at x, y and gives the column behind it. under is the highlight
// of the row, or normal.
func (c *canvas) put(x, y int, s string, r, under role) int {
	if y < 0 || y >= c.h {
		return x
	}
	style := c.theme.on(under, r)
	for len(s) > 0 && x < c.w {
		show, width, rest := nextCell(s)
		if x+width > c.w {
			return c.w // nor does a narrower character of the next span stand there
		}
		if x >= 0 {
			c.screen.Put(c.x+x, c.y+y, show, style)
		}
		x += width
		s = rest
	}
	return x
}

// putLine draws the spans of l one after the other, from column skip on.
func (c *canvas) putLine(x, y int, l line, skip int, under role) int {
	at := x - skip
	for _, s := range l {
		at = c.putFrom(x, at, y, s.text, s.role, under)
		if at >= c.w {
			break
		}
	}
	return at
}

// putFrom is put with the columns before left cut off.
func (c *canvas) putFrom(left, x, y int, s string, r, under role) int {
	for len(s) > 0 && x < left {
		_, width, rest := nextCell(s)
		x += width
		s = rest
	}
	return c.put(x, y, s, r, under)
}

// fill draws blanks in the given role from column x to the end of line y.
func (c *canvas) fill(x, y int, r role) {
	if y < 0 || y >= c.h {
		return
	}
	style := c.theme.styles[r]
	for ; x < c.w; x++ {
		c.screen.Put(c.x+x, c.y+y, " ", style)
	}
}

// right draws s so that it ends at column end.
func (c *canvas) right(end, y int, s string, r, under role) {
	c.put(end-textWidth(s), y, s, r, under)
}
