// Package extension reads the header field Sec-WebSocket-Extensions
// (RFC 6455 section 9.1) and what permessage-deflate (RFC 7692) agreed in it.
package extension

import (
	"fmt"
	"strings"
)

// Param is one extension-param of RFC 6455 section 9.1.
type Param struct {
	Name     string
	Value    string // unescaped where it was a quoted-string; valid only if HasValue
	HasValue bool
}

// Extension is one element of an extension-list.
type Extension struct {
	Name   string
	Params []Param
}

// SyntaxError says where a value first leaves the grammar.
type SyntaxError struct {
	Offset int    // byte of the value
	What   string // a plain clause
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("%s at byte %d", e.What, e.Offset)
}

// Parse reads a value by the grammar of RFC 6455 section 9.1:
//
//	extension-list  = 1#extension
//	extension       = extension-token *( ";" extension-param )
//	extension-param = token [ "=" (token | quoted-string) ]
//
// The white space and the empty list elements that RFC 2616 section 2.1
// implies are no break. Parse reads on after a break, at the next comma, so
// that the elements around a broken one are known; err, a *SyntaxError, names
// the first break. A broken element keeps what stood before its break.
// Several field lines are one value, joined by commas.
func Parse(value string) (list []Extension, err error) {
	p := parser{s: value}
	for {
		p.space()
		switch {
		case p.i == len(p.s):
			if len(list) == 0 {
				p.broken("no extension is named")
			}
			if p.err != nil {
				return list, p.err
			}
			return list, nil
		case p.s[p.i] == ',':
			p.i++
		default:
			if ext, ok := p.extension(); ok {
				list = append(list, ext)
			}
		}
	}
}

type parser struct {
	s   string
	i   int
	err *SyntaxError // the first break
}

func (p *parser) broken(what string) {
	if p.err == nil {
		p.err = &SyntaxError{p.i, what}
	}
}

func (p *parser) space() {
	for p.i < len(p.s) && (p.s[p.i] == ' ' || p.s[p.i] == '\t') {
		p.i++
	}
}

// next skips white space and reports whether c stands there; it consumes c.
func (p *parser) next(c byte) bool {
	p.space()
	if p.i < len(p.s) && p.s[p.i] == c {
		p.i++
		return true
	}
	return false
}

// extension reads one element, up to the comma after it or the end. It gives
// false where not even a name was there.
func (p *parser) extension() (Extension, bool) {
	var e Extension
	if e.Name = p.token(); e.Name == "" {
		p.broken("an extension name is missing")
		p.skip()
		return e, false
	}
	for p.next(';') {
		p.space()
		param := Param{Name: p.token()}
		if param.Name == "" {
			p.broken("a parameter name is missing")
			p.skip()
			return e, true
		}
		if p.next('=') {
			p.space()
			param.Value, param.HasValue = p.value()
			if !param.HasValue {
				e.Params = append(e.Params, param)
				p.skip()
				return e, true
			}
		}
		e.Params = append(e.Params, param)
	}
	if p.space(); p.i < len(p.s) && p.s[p.i] != ',' {
		p.broken(fmt.Sprintf("%q is neither a comma nor a semicolon", p.s[p.i]))
		p.skip()
	}
	return e, true
}

// value reads what follows an equals sign.
func (p *parser) value() (string, bool) {
	if p.i == len(p.s) || p.s[p.i] != '"' {
		v := p.token()
		if v == "" {
			p.broken("a parameter value is missing")
		}
		return v, v != ""
	}
	start := p.i
	v, ok := p.quoted()
	if !ok {
		p.broken("a quoted value is never closed")
		return "", false
	}
	if !IsToken(v) {
		end := p.i
		p.i = start
		p.broken("a quoted value is not a token")
		p.i = end
	}
	return v, true
}

// quoted reads a quoted-string of RFC 2616 section 2.2 and unescapes it.
func (p *parser) quoted() (string, bool) {
	var b strings.Builder
	for i := p.i + 1; i < len(p.s); i++ {
		switch c := p.s[i]; {
		case c == '"':
			p.i = i + 1
			return b.String(), true
		case c == '\\' && i+1 < len(p.s):
			i++
			b.WriteByte(p.s[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", false
}

func (p *parser) token() string {
	start := p.i
	for p.i < len(p.s) && isTokenByte(p.s[p.i]) {
		p.i++
	}
	return p.s[start:p.i]
}

// skip goes to the next comma outside a quoted-string.
func (p *parser) skip() {
	for p.i < len(p.s) && p.s[p.i] != ',' {
		if p.s[p.i] == '"' {
			if _, ok := p.quoted(); ok {
				continue
			}
		}
		p.i++
	}
}

// IsToken reports whether s is a token of RFC 2616 section 2.2: at least one
// character, no control, no separator, nothing beyond ASCII.
func IsToken(s string) bool {
	for i := range len(s) {
		if !isTokenByte(s[i]) {
			return false
		}
	}
	return s != ""
}

func isTokenByte(c byte) bool {
	return c > ' ' && c < 0x7f && strings.IndexByte(`()<>@,;:\"/[]?={}`, c) < 0
}
