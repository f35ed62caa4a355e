package filter

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd    tokenKind = iota
	tokWord             // a name, a keyword, or a bare value
	tokString           // text is the unquoted value
	tokSymbol           // == != < <= > >= ~ && || ! ( ) { } , [ ] ..
)

// token is a piece of the expression: src[off:end].
type token struct {
	kind     tokenKind
	text     string
	off, end int
}

type lexer struct {
	src string
	pos int
}

// symbols, the longer ones first.
var symbols = []string{"===", "!==", "==", "!=", "<=", ">=", "&&", "||", "^^", "..", "<", ">", "!", "~", "(", ")", "{", "}", ",", "[", "]"}

// nameChar reports the characters of field names and keywords.
func nameChar(c byte) bool {
	return c == '_' || c == '.' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// valueChar reports the characters of values that need no quotes.
func valueChar(c byte) bool {
	return nameChar(c) || c >= utf8.RuneSelf || strings.IndexByte(":/+-*%@#$?;\\", c) >= 0
}

func (l *lexer) space() {
	for l.pos < len(l.src) && strings.IndexByte(" \t\r\n", l.src[l.pos]) >= 0 {
		l.pos++
	}
}

// next reads a token where a name or an operator is expected.
func (l *lexer) next() (token, *Error) {
	l.space()
	start := l.pos
	if start == len(l.src) {
		return token{tokEnd, "", start, start}, nil
	}
	c := l.src[start]
	switch {
	case c == '"' || c == '\'' || c == 'r' && start+1 < len(l.src) && l.src[start+1] == '"':
		return l.quoted()
	case nameChar(c) && c != '.':
		for l.pos < len(l.src) && nameChar(l.src[l.pos]) {
			l.pos++
		}
		return token{tokWord, l.src[start:l.pos], start, l.pos}, nil
	}
	for _, s := range symbols {
		if strings.HasPrefix(l.src[start:], s) {
			l.pos += len(s)
			return token{tokSymbol, s, start, l.pos}, nil
		}
	}
	r, size := utf8.DecodeRuneInString(l.src[start:])
	msg := strconv.QuoteRune(r) + noMeaning
	if r == '=' {
		msg += "; equal is =="
	}
	return token{}, &Error{start, size, msg, nil}
}

// value reads a token where a value is expected; in a set, two dots end it.
// An IPv6 address in brackets is a value too.
func (l *lexer) value(set bool) (token, *Error) {
	l.space()
	start := l.pos
	if strings.HasPrefix(l.src[start:], "[") {
		end := strings.IndexByte(l.src[start:], ']')
		if end < 0 {
			return token{}, &Error{start, len(l.src) - start, "the bracket has no end", []string{"]"}}
		}
		l.pos += end + 1
	} else if start == len(l.src) || !valueChar(l.src[start]) || strings.HasPrefix(l.src[start:], `r"`) {
		tok, err := l.next()
		if err != nil && strings.HasSuffix(err.Msg, noMeaning) {
			err.Msg += "; values with special characters stand in quotes"
		}
		return tok, err
	}
	for l.pos < len(l.src) && valueChar(l.src[l.pos]) {
		if set && l.pos > start && strings.HasPrefix(l.src[l.pos:], "..") {
			break
		}
		l.pos++
	}
	return token{tokWord, l.src[start:l.pos], start, l.pos}, nil
}

// Ends of messages that are looked for.
const (
	noEnd     = "the string has no end"
	noMeaning = " has no meaning here"
)

// quoted reads a string in double or single quotes, with the escapes of C, or
// a raw one: r"…", where only \" is special and stays as it is.
func (l *lexer) quoted() (token, *Error) {
	start := l.pos
	raw := l.src[l.pos] == 'r'
	if raw {
		l.pos++
	}
	quote := l.src[l.pos]
	l.pos++
	var b []byte
	for l.pos < len(l.src) {
		c := l.src[l.pos]
		switch {
		case c == quote:
			l.pos++
			return token{tokString, string(b), start, l.pos}, nil
		case c != '\\' || l.pos+1 == len(l.src):
			b = append(b, c)
			l.pos++
		case raw:
			b = append(b, c, l.src[l.pos+1])
			l.pos += 2
		default:
			v, size, ok := escape(l.src[l.pos:])
			if !ok {
				return token{}, &Error{l.pos, 2, "an unknown escape; a backslash itself is written twice", nil}
			}
			b = append(b, v...)
			l.pos += size
		}
	}
	return token{}, &Error{start, len(l.src) - start, noEnd, []string{string(rune(quote))}}
}

// escape reads the escape that s begins with.
func escape(s string) (v []byte, size int, ok bool) {
	c := s[1]
	if i := strings.IndexByte(`abfnrtv\'"`, c); i >= 0 {
		return []byte{"\a\b\f\n\r\t\v\\'\""[i]}, 2, true
	}
	digits, base := 0, 16
	from := 2
	switch {
	case c == 'x':
		digits = 2
	case c == 'u':
		digits = 4
	case c == 'U':
		digits = 8
	case c >= '0' && c <= '3':
		digits, base, from = 3, 8, 1
	default:
		return nil, 0, false
	}
	if len(s) < from+digits {
		return nil, 0, false
	}
	n, err := strconv.ParseUint(s[from:from+digits], base, 32)
	if err != nil {
		return nil, 0, false
	}
	if digits <= 3 {
		return []byte{byte(n)}, from + digits, true
	}
	if n > utf8.MaxRune {
		return nil, 0, false
	}
	return utf8.AppendRune(nil, rune(n)), from + digits, true
}
