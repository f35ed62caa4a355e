package filter

import (
	"fmt"
	"strconv"
	"strings"
)

// slice is a part of a string or of bytes: [from:to), cut where the value is
// shorter; a negative end is that of the value.
type slice struct {
	used     bool
	from, to int
}

// slice reads: "[" (i | i ":" length | i "-" last | ":" length | i ":") "]".
func (p *parser) slice(f *field) (slice, *Error) {
	was := p.pos
	if !p.is("[") {
		return slice{}, nil
	}
	end := strings.IndexByte(p.src[p.pos:], ']')
	if end < 0 {
		return slice{}, p.missing("]")
	}
	text := strings.TrimSpace(p.src[p.pos : p.pos+end])
	p.pos += end + 1
	wrong := func(why string) (slice, *Error) {
		return slice{}, &Error{was, p.pos - was, why, []string{"[first]", "[first:length]", "[first-last]", "[:length]", "[first:]"}}
	}
	if f.typ != typeBytes && f.typ != typeString {
		return wrong(fmt.Sprintf("%s (%s) has no parts", f.name, typeNames[f.typ]))
	}
	sep := strings.IndexAny(text, ":-")
	if sep < 0 {
		text, sep = text+":1", len(text)
	}
	s := slice{used: true, to: -1}
	first, second := strings.TrimSpace(text[:sep]), strings.TrimSpace(text[sep+1:])
	var ok1, ok2 bool
	s.from, ok1 = number(first, 0)
	s.to, ok2 = number(second, -1)
	if !ok1 || !ok2 || text == ":" {
		return wrong(fmt.Sprintf("%q is no part of a value", text))
	}
	if s.to >= 0 && text[sep] == ':' {
		s.to += s.from
	} else if text[sep] == '-' {
		if second == "" || s.to < s.from {
			return wrong(fmt.Sprintf("%q is no part of a value", text))
		}
		s.to++
	}
	return s, nil
}

// number reads a small decimal number; the empty one is given.
func number(s string, empty int) (int, bool) {
	if s == "" {
		return empty, true
	}
	n, err := strconv.ParseUint(s, 10, 31)
	return int(n), err == nil
}

// size is the number of bytes of the slice where the value is long enough;
// negative if it goes to the end.
func (s slice) size() int {
	if s.to < 0 {
		return -1
	}
	return s.to - s.from
}

// cut gives the part of v; ok is false where v ends before it begins.
func cut[T string | []byte](s slice, v T) (T, bool) {
	to := s.to
	if to < 0 || to > len(v) {
		to = len(v)
	}
	if s.from >= len(v) || s.from > to {
		return v[:0], false
	}
	return v[s.from:to], true
}
