package ui

import "strings"

// jsonLines indents valid JSON and colours it, each value on a line of its
// own; empty objects and arrays stay on theirs. Long strings are wrapped to
// width.
func jsonLines(s string, width int) lines {
	p := jsonPrinter{s: s, width: max(width, 20), spans: make([]span, 0, len(s)/8+16), out: make(lines, 0, len(s)/24+16)}
	p.run()
	return p.out
}

type jsonPrinter struct {
	s     string
	i     int
	depth int
	width int
	out   lines
	spans []span // of all lines: one growing slice instead of one for each
	begin int    // where those of the line at hand begin
	cols  int
}

const jsonIndent = 2

func (p *jsonPrinter) newline() {
	p.out = append(p.out, p.spans[p.begin:len(p.spans):len(p.spans)])
	p.begin = len(p.spans)
	p.cols = max(0, min(p.depth*jsonIndent, p.width/2))
	p.spans = append(p.spans, span{blanks(p.cols), normal})
}

func (p *jsonPrinter) put(text string, r role) {
	if len(text) <= p.width-p.cols && printableASCII(text) {
		p.spans = append(p.spans, span{text, r})
		p.cols += len(text)
		return
	}
	for len(text) > 0 {
		head, w := cut(text, p.width-p.cols)
		if head == "" && p.cols <= p.width/2 {
			return
		}
		p.spans = append(p.spans, span{head, r})
		p.cols += w
		if text = text[len(head):]; text != "" {
			p.newline()
		}
	}
}

func printableASCII(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

const manyBlanks = "                                                                "

func blanks(n int) string {
	if n <= len(manyBlanks) {
		return manyBlanks[:n]
	}
	return strings.Repeat(" ", n)
}

// space skips white space and gives the next character, 0 at the end.
func (p *jsonPrinter) space() byte {
	for p.i < len(p.s) {
		if c := p.s[p.i]; c > ' ' {
			return c
		}
		p.i++
	}
	return 0
}

// run goes through the text, which is known to be valid JSON.
func (p *jsonPrinter) run() {
	for {
		c := p.space()
		switch c {
		case 0:
			if len(p.spans) > p.begin {
				p.out = append(p.out, p.spans[p.begin:])
			}
			return
		case '{', '[':
			p.i++
			p.put(ascii[c], dim)
			if end := p.space(); end == c+2 { // the closing bracket is two after the opening one
				p.i++
				p.put(ascii[end], dim)
				continue
			}
			p.depth++
			p.newline()
		case '}', ']':
			p.i++
			p.depth--
			p.newline()
			p.put(ascii[c], dim)
		case ',':
			p.i++
			p.put(",", dim)
			p.newline()
		case ':':
			p.i++
			p.put(": ", dim)
		case '"':
			text := p.str()
			if p.space() == ':' { // only keys are followed by a colon
				p.put(text, jsonKey)
			} else {
				p.put(text, jsonString)
			}
		default:
			text := p.word()
			if c == '-' || c >= '0' && c <= '9' {
				p.put(text, jsonNumber)
			} else {
				p.put(text, jsonWord)
			}
		}
	}
}

func (p *jsonPrinter) str() string {
	start := p.i
	for p.i++; p.i < len(p.s); p.i++ {
		switch p.s[p.i] {
		case '\\':
			p.i++
		case '"':
			p.i++
			return p.s[start:p.i]
		}
	}
	return p.s[start:]
}

func (p *jsonPrinter) word() string {
	start := p.i
	for p.i < len(p.s) && strings.IndexByte(" \t\r\n,:{}[]\"", p.s[p.i]) < 0 {
		p.i++
	}
	if p.i == start {
		p.i++
	}
	return p.s[start:p.i]
}
