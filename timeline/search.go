package timeline

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Pattern finds bytes in a payload.
type Pattern interface {
	// Find gives the first match in b, or ok false.
	Find(b []byte) (start, end int, ok bool)
}

// SearchKind says how a search text is read.
type SearchKind uint8

const (
	SearchText  SearchKind = iota // letter case counts where the text has a capital letter
	SearchRegex                   // Go's regexp syntax
	SearchHex                     // bytes as hex digits, blanks anywhere
)

// NewPattern compiles a search text.
func NewPattern(kind SearchKind, text string) (Pattern, error) {
	switch kind {
	case SearchRegex:
		re, err := regexp.Compile(text)
		if err != nil {
			return nil, fmt.Errorf("not a regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
		return regexPattern{re}, nil
	case SearchHex:
		digits := strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == ':' }), "")
		b, err := hex.DecodeString(strings.ReplaceAll(digits, "0x", ""))
		if err != nil {
			return nil, errors.New("not hex bytes: digits 0-9 a-f in pairs")
		}
		if len(b) == 0 {
			return nil, errEmptySearch
		}
		return bytesPattern(b), nil
	}
	if text == "" {
		return nil, errEmptySearch
	}
	if !strings.ContainsFunc(text, unicode.IsUpper) {
		if isASCII(text) {
			return newFoldPattern(text), nil
		}
		return regexPattern{regexp.MustCompile("(?i)" + regexp.QuoteMeta(text))}, nil
	}
	return bytesPattern(text), nil
}

var errEmptySearch = errors.New("nothing to search for")

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

type regexPattern struct{ re *regexp.Regexp }

func (p regexPattern) Find(b []byte) (int, int, bool) {
	m := p.re.FindIndex(b)
	if m == nil {
		return 0, 0, false
	}
	return m[0], m[1], true
}

type bytesPattern []byte

func (p bytesPattern) Find(b []byte) (int, int, bool) {
	i := bytes.Index(b, p)
	return i, i + len(p), i >= 0
}

// foldPattern finds ASCII text in any letter case. It looks for the byte of
// the text that is rarest in ordinary text, in both cases, by IndexByte,
// which goes over memory faster than any loop here could.
type foldPattern struct {
	text         []byte // lower case
	at           int    // place of the rare byte in text
	lower, upper byte
}

// commonness orders the letters of ordinary text and JSON, the most frequent
// first; what is not in it is rare.
const commonness = ` "etaoinsrhldcumfpgwybvk,:.0123456789{}_-/xjqz`

func newFoldPattern(text string) *foldPattern {
	p := &foldPattern{text: bytes.ToLower([]byte(text))}
	best := -1
	for i, c := range p.text {
		rank := strings.IndexByte(commonness, c)
		if rank < 0 {
			rank = len(commonness)
		}
		if rank > best {
			best, p.at = rank, i
		}
	}
	p.lower = p.text[p.at]
	p.upper = p.lower
	if 'a' <= p.lower && p.lower <= 'z' {
		p.upper -= 'a' - 'A'
	}
	return p
}

func (p *foldPattern) Find(b []byte) (int, int, bool) {
	if len(b) < len(p.text) {
		return 0, 0, false
	}
	low, high := p.at, len(b)-len(p.text)+p.at+1 // where the rare byte may stand
	nextLower, nextUpper := -1, -1
	for low < high {
		if nextLower < low {
			nextLower = indexFrom(b[:high], low, p.lower)
		}
		i := nextLower
		if p.upper != p.lower {
			if nextUpper < low {
				nextUpper = indexFrom(b[:high], low, p.upper)
			}
			i = min(i, nextUpper)
		}
		if i >= high {
			return 0, 0, false
		}
		if start := i - p.at; equalFold(b[start:start+len(p.text)], p.text) {
			return start, start + len(p.text), true
		}
		low = i + 1
	}
	return 0, 0, false
}

// indexFrom is IndexByte from low on, len(b) where there is none.
func indexFrom(b []byte, low int, c byte) int {
	if i := bytes.IndexByte(b[low:], c); i >= 0 {
		return low + i
	}
	return len(b)
}

func equalFold(b, lower []byte) bool {
	for i, c := range lower {
		d := b[i]
		if 'A' <= d && d <= 'Z' {
			d += 'a' - 'A'
		}
		if c != d {
			return false
		}
	}
	return true
}

// Search looks through the payloads of a view's rows.
type Search struct {
	view    *View
	reader  *Reader
	pattern Pattern
	at      int // the entry to look at next
	step    int // +1 or -1
}

// NewSearch begins at entry from and goes forward or back.
func (s *Store) NewSearch(v *View, p Pattern, from int, forward bool) *Search {
	step := 1
	if !forward {
		step = -1
	}
	return &Search{view: v, reader: s.Reader(), pattern: p, at: from, step: step}
}

// Result of a search step.
type Result uint8

const (
	More     Result = iota // nothing yet
	Found                  // Row matched
	NotFound               // the end of the view was reached
)

// Step looks at up to n rows.
func (s *Search) Step(n int) (Result, uint32) {
	var row Row
	for range n {
		i, _, ok := s.view.At(s.at)
		if !ok {
			return NotFound, 0
		}
		s.at += s.step
		if !s.reader.Row(i, &row) {
			continue
		}
		b, err := s.reader.Payload(&row)
		if err != nil || len(b) == 0 {
			continue
		}
		if _, _, ok := s.pattern.Find(b); ok {
			return Found, i
		}
	}
	return More, 0
}

// At is the entry that the search has come to.
func (s *Search) At() int { return s.at }

// Run searches until something is found, the view ends, or ctx does (More).
// progress is called now and then with the entry that it has come to.
func (s *Search) Run(ctx context.Context, progress func(at int)) (Result, uint32) {
	for {
		result, row := s.Step(4096)
		if result != More || ctx.Err() != nil {
			return result, row
		}
		progress(s.at)
	}
}
