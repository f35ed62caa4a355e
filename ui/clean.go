package ui

import (
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"wsscope/printable"
)

// ascii holds each printable ASCII character as a string, so that drawing
// one allocates nothing.
var ascii = func() (t [128]string) {
	for c := range t {
		t[c] = string(rune(c))
	}
	return
}()

// control stands for a character that a terminal would act on.
var control = func() (t [33]string) {
	for c := range t {
		t[c] = string(rune(0x2400 + c)) // the control pictures of Unicode
	}
	t['\n'], t['\t'] = "↵", "⇥"
	return
}()

// damaged stands for what cannot be shown: bytes that are not UTF-8,
// characters that reorder text, marks without anything to stand on.
const damaged = "\uFFFD"

// clusterBytes bounds the marks stacked on one character: longer clusters
// than those of flags and families are made to disturb.
const clusterBytes = 32

// nextCell takes the first character off s: how it is shown, how many cells
// it takes (1 or 2), and the rest. Captured text may hold anything; what it
// gives can be sent to a terminal without acting on it: no control
// characters, no bidirectional controls, no bytes that are not UTF-8.
func nextCell(s string) (show string, width int, rest string) {
	c := s[0]
	if c < utf8.RuneSelf && (len(s) == 1 || s[1] < utf8.RuneSelf) {
		switch {
		case c < ' ':
			return control[c], 1, s[1:]
		case c == 0x7f:
			return "␡", 1, s[1:]
		}
		return ascii[c], 1, s[1:]
	}
	if c < ' ' {
		return control[c], 1, s[1:]
	}
	r, size := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError && size == 1 || !shown(r) {
		return damaged, 1, s[size:]
	}
	// Looking no further keeps a payload of nothing but marks from taking
	// time with the square of its length.
	cluster, _, width, _ := uniseg.FirstGraphemeClusterInString(s[:min(len(s), 2*clusterBytes)], -1)
	rest = s[len(cluster):]
	if width < 1 || width > 2 || len(cluster) > clusterBytes || !allShown(cluster) {
		// Show the base alone; what follows is looked at by itself.
		cluster, rest = s[:size], s[size:]
		if width = uniseg.StringWidth(cluster); width < 1 || width > 2 {
			return damaged, 1, rest
		}
	}
	return cluster, width, rest
}

// shown reports whether r may stand in a cell of its own.
func shown(r rune) bool {
	return !printable.Deceives(r) && !unicode.Is(unicode.Noncharacter_Code_Point, r)
}

func allShown(cluster string) bool {
	for _, r := range cluster {
		if !shown(r) {
			return false
		}
	}
	return utf8.ValidString(cluster)
}

// textWidth is the number of cells that s takes.
func textWidth(s string) int {
	n := 0
	for len(s) > 0 {
		var w int
		_, w, s = nextCell(s)
		n += w
	}
	return n
}

// cut gives the longest beginning of s that fits into width cells, and the
// cells that it takes.
func cut(s string, width int) (string, int) {
	rest, n := s, 0
	for len(rest) > 0 {
		_, w, r := nextCell(rest)
		if n+w > width {
			break
		}
		n += w
		rest = r
	}
	return s[:len(s)-len(rest)], n
}

// fit cuts s to width cells, with an ellipsis where something is lost.
func fit(s string, width int) string {
	if head, _ := cut(s, width); len(head) == len(s) {
		return s
	}
	if width < 1 {
		return ""
	}
	head, _ := cut(s, width-1)
	return head + "…"
}

// fitEnd cuts s to width cells at its beginning: of a path, the end tells
// more.
func fitEnd(s string, width int) string {
	n := textWidth(s)
	if n <= width {
		return s
	}
	for n > width-1 && len(s) > 0 {
		var w int
		_, w, s = nextCell(s)
		n -= w
	}
	return "…" + s
}

// plain gives s as it would be shown: for files and the clipboard of a
// terminal, where control characters must not act either.
func plain(s string) string {
	b := make([]byte, 0, len(s))
	for len(s) > 0 {
		var show string
		show, _, s = nextCell(s)
		b = append(b, show...)
	}
	return string(b)
}
