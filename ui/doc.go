package ui

import "strings"

// doc is what a tab shows: lines made when they are needed, so that a
// payload of any size opens at once.
type doc interface {
	Len() int
	Line(i int) line
}

// lines is a doc at hand.
type lines []line

func (l lines) Len() int        { return len(l) }
func (l lines) Line(i int) line { return l[i] }

// stack puts docs under each other.
type stack []doc

func (s stack) Len() int {
	n := 0
	for _, d := range s {
		n += d.Len()
	}
	return n
}

func (s stack) Line(i int) line {
	for _, d := range s {
		if i < d.Len() {
			return d.Line(i)
		}
		i -= d.Len()
	}
	return nil
}

// say is a sentence of ours in as many lines as it needs.
func say(text string, width int, r role) lines {
	var out lines
	for _, l := range wrap(text, width) {
		out = append(out, line{{l, r}})
	}
	return out
}

// wrap breaks a sentence of ours into lines of width columns.
func wrap(s string, width int) []string {
	var out []string
	cur := ""
	for _, word := range strings.Fields(s) {
		switch {
		case cur == "":
			cur = word
		case textWidth(cur)+1+textWidth(word) <= max(width, 20):
			cur += " " + word
		default:
			out = append(out, cur)
			cur = word
		}
	}
	if cur != "" {
		out = append(out, cur)
	}
	return out
}
