package ui

import (
	"os"
	"strconv"
	"strings"

	"github.com/gdamore/tcell/v2"
)

// role is what a piece of text means. Renderers give roles; a theme makes
// them colours. No role is told from another by colour alone where the
// difference matters: arrows, letters and words carry it too.
type role uint8

const (
	normal role = iota
	dim
	strong  // headings, focused titles
	heading // section titles inside a pane
	accent  // keys of the hint bar, names of fields
	client  // client to server
	server  // server to client
	bad     // errors
	warn
	note
	good
	jsonKey
	jsonString
	jsonNumber
	jsonWord
	lit     // the field under the cursor
	match   // what was searched for
	cursor  // the selected row of the focused pane
	resting // the selected row of another pane
	bar     // status and hint bars
	barWarn
	roles
)

// Theme maps roles to styles. The background is the terminal's own.
type Theme struct {
	Name   string
	styles [roles]tcell.Style
}

// ThemeNames are the themes that NewTheme knows.
var ThemeNames = []string{"dark", "light", "colour-blind"}

type palette struct {
	dim, accent, client, server, bad, warn, note, good, key, str, num, word [3]string // true colour, number of the 256, name of the 16
	barFG, barBG, restBG, litFG, litBG, matchFG, matchBG                    [3]string
}

var palettes = map[string]palette{
	"dark": {
		dim: [3]string{"#8a8f98", "245", "gray"}, accent: [3]string{"#7fb4ff", "111", "aqua"},
		client: [3]string{"#6cc7ff", "117", "aqua"}, server: [3]string{"#d7a6ff", "183", "fuchsia"},
		bad: [3]string{"#ff7b72", "209", "red"}, warn: [3]string{"#f2cc60", "221", "yellow"},
		note: [3]string{"#9ecbff", "153", "aqua"}, good: [3]string{"#7ee787", "114", "lime"},
		key: [3]string{"#9ecbff", "153", "aqua"}, str: [3]string{"#a5d6a7", "151", "lime"},
		num: [3]string{"#ffb86b", "215", "yellow"}, word: [3]string{"#d7a6ff", "183", "fuchsia"},
		barFG: [3]string{"#e6e8eb", "254", "white"}, barBG: [3]string{"#2b3a55", "237", "navy"},
		restBG: [3]string{"#33363d", "236", "gray"}, litFG: [3]string{"#101010", "232", "black"},
		litBG: [3]string{"#ffd866", "221", "yellow"}, matchFG: [3]string{"#101010", "232", "black"}, matchBG: [3]string{"#ffb86b", "215", "yellow"},
	},
	"light": {
		dim: [3]string{"#6a737d", "243", "gray"}, accent: [3]string{"#0550ae", "25", "navy"},
		client: [3]string{"#005cc5", "26", "navy"}, server: [3]string{"#7b2d90", "90", "purple"},
		bad: [3]string{"#b31d28", "124", "maroon"}, warn: [3]string{"#8a5a00", "94", "olive"},
		note: [3]string{"#0550ae", "25", "navy"}, good: [3]string{"#116329", "22", "green"},
		key: [3]string{"#0550ae", "25", "navy"}, str: [3]string{"#116329", "22", "green"},
		num: [3]string{"#953800", "130", "maroon"}, word: [3]string{"#7b2d90", "90", "purple"},
		barFG: [3]string{"#1b1f23", "234", "black"}, barBG: [3]string{"#d0d7de", "252", "silver"},
		restBG: [3]string{"#e6ebf1", "254", "silver"}, litFG: [3]string{"#ffffff", "231", "white"},
		litBG: [3]string{"#0550ae", "25", "navy"}, matchFG: [3]string{"#1b1f23", "234", "black"}, matchBG: [3]string{"#ffdf5d", "221", "yellow"},
	},
	// Blue and orange, and lightness, are told apart with any kind of
	// colour vision (the palette of Okabe and Ito).
	"colour-blind": {
		dim: [3]string{"#999999", "246", "gray"}, accent: [3]string{"#56b4e9", "74", "aqua"},
		client: [3]string{"#56b4e9", "74", "aqua"}, server: [3]string{"#e69f00", "178", "yellow"},
		bad: [3]string{"#d55e00", "166", "red"}, warn: [3]string{"#f0e442", "227", "yellow"},
		note: [3]string{"#56b4e9", "74", "aqua"}, good: [3]string{"#009e73", "36", "blue"},
		key: [3]string{"#56b4e9", "74", "aqua"}, str: [3]string{"#e6e6e6", "254", "white"},
		num: [3]string{"#f0e442", "227", "yellow"}, word: [3]string{"#cc79a7", "175", "fuchsia"},
		barFG: [3]string{"#ffffff", "231", "white"}, barBG: [3]string{"#0b3d62", "24", "navy"},
		restBG: [3]string{"#3a3a3a", "237", "gray"}, litFG: [3]string{"#000000", "16", "black"},
		litBG: [3]string{"#f0e442", "227", "yellow"}, matchFG: [3]string{"#000000", "16", "black"}, matchBG: [3]string{"#e69f00", "178", "yellow"},
	},
}

// NewTheme makes the named theme ("" and unknown names: a guess from
// COLORFGBG) for a terminal with so many colours; 0 is none, as NO_COLOR
// asks for.
func NewTheme(name string, colors int) *Theme {
	p, ok := palettes[name]
	if !ok {
		name = guessTheme(os.Getenv("COLORFGBG"))
		p = palettes[name]
	}
	t := &Theme{Name: name}
	d := tcell.StyleDefault
	set := func(r role, s tcell.Style) { t.styles[r] = s }
	for r := range t.styles {
		t.styles[r] = d
	}
	if colors == 0 {
		set(dim, d.Dim(true))
		for _, r := range []role{strong, heading, bad, jsonKey} {
			set(r, d.Bold(true))
		}
		set(accent, d.Bold(true))
		set(server, d.Bold(true))
		set(warn, d.Underline(true))
		set(lit, d.Reverse(true).Bold(true))
		set(match, d.Reverse(true))
		set(cursor, d.Reverse(true))
		set(resting, d.Underline(true))
		set(bar, d.Reverse(true))
		set(barWarn, d.Reverse(true).Bold(true))
		return t
	}
	depth := 0 // the column of the palette
	switch {
	case colors <= 16:
		depth = 2
	case colors <= 256:
		depth = 1
	}
	color := func(c [3]string) tcell.Color {
		if depth == 1 {
			n, _ := strconv.Atoi(c[1])
			return tcell.PaletteColor(n)
		}
		return tcell.GetColor(c[depth])
	}
	fg := func(c [3]string) tcell.Style { return d.Foreground(color(c)) }
	set(dim, fg(p.dim))
	set(strong, d.Bold(true))
	set(heading, fg(p.accent).Bold(true))
	set(accent, fg(p.accent))
	set(client, fg(p.client))
	set(server, fg(p.server))
	set(bad, fg(p.bad).Bold(true))
	set(warn, fg(p.warn))
	set(note, fg(p.note))
	set(good, fg(p.good))
	set(jsonKey, fg(p.key))
	set(jsonString, fg(p.str))
	set(jsonNumber, fg(p.num))
	set(jsonWord, fg(p.word))
	set(lit, fg(p.litFG).Background(color(p.litBG)))
	set(match, fg(p.matchFG).Background(color(p.matchBG)))
	set(cursor, d.Reverse(true))
	set(resting, d.Background(color(p.restBG)))
	set(bar, fg(p.barFG).Background(color(p.barBG)))
	set(barWarn, fg(p.warn).Background(color(p.barBG)).Bold(true))
	return t
}

// guessTheme reads the variable with which some terminals tell their
// colours: "foreground;background" in the numbers of the 16-colour palette.
func guessTheme(colorfgbg string) string {
	_, bg, ok := strings.Cut(colorfgbg, ";")
	if i := strings.LastIndexByte(bg, ';'); i >= 0 {
		bg = bg[i+1:]
	}
	if ok && (bg == "7" || bg == "15") {
		return "light"
	}
	return "dark"
}

// on lays role r over the row highlight under it: the highlight's background
// with the role's colour, or, on a reversed row, the plain reverse, which is
// readable with any colours of the terminal.
func (t *Theme) on(under, r role) tcell.Style {
	if under == normal {
		return t.styles[r]
	}
	base := t.styles[under]
	if r == lit || r == match {
		return t.styles[r]
	}
	_, bg, attr := base.Decompose()
	if attr&tcell.AttrReverse != 0 {
		return base
	}
	fg, _, own := t.styles[r].Decompose()
	if fg == tcell.ColorDefault {
		fg, _, _ = base.Decompose()
	}
	return tcell.StyleDefault.Foreground(fg).Background(bg).Attributes(attr | own)
}
