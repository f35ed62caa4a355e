package ui

import (
	"wsscope/timeline"
)

// wrapText lays captured text out in lines of width columns. Its own line
// breaks are kept; what a terminal would act on is made harmless when drawn.
func wrapText(s string, width int, r role) lines {
	width = max(width, 8)
	var out lines
	for len(s) > 0 {
		n, cols := 0, 0
		hard := false
		for n < len(s) {
			c := s[n]
			if c == '\n' {
				hard = true
				break
			}
			w, size := 1, 1
			if c >= 0x80 || n+1 < len(s) && s[n+1] >= 0x80 {
				_, cw, rest := nextCell(s[n:])
				w, size = cw, len(s)-n-len(rest)
			}
			if cols+w > width {
				break
			}
			cols += w
			n += size
		}
		text := s[:n]
		if hard {
			if k := len(text); k > 0 && text[k-1] == '\r' {
				text = text[:k-1]
			}
			n++
		}
		out = append(out, line{{text, r}})
		s = s[n:]
	}
	return out
}

// marked shows a document with what was searched for marked.
type marked struct {
	doc
	pattern timeline.Pattern
}

// Line implements doc.
func (m marked) Line(i int) line { return markMatches(m.doc.Line(i), m.pattern) }

// markMatches cuts the spans of a line where matches begin and end.
func markMatches(l line, pattern timeline.Pattern) line {
	text := l.text()
	b := []byte(text)
	var hits [][2]int
	for from := 0; from <= len(b) && len(hits) < 100; {
		start, end, ok := pattern.Find(b[from:])
		if !ok || end <= start {
			break
		}
		hits = append(hits, [2]int{from + start, from + end})
		from += end
	}
	if len(hits) == 0 {
		return l
	}
	var out line
	at := 0
	for _, s := range l {
		end := at + len(s.text)
		pos := at
		for _, h := range hits {
			from, to := max(h[0], pos), min(h[1], end)
			if from >= to {
				continue
			}
			out = append(out, span{text[pos:from], s.role}, span{text[from:to], match})
			pos = to
		}
		out = append(out, span{text[pos:end], s.role})
		at = end
	}
	return out
}
