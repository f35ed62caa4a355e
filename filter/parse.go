package filter

import (
	"fmt"
	"slices"
	"strings"

	"wsscope/limits"
)

// term is a compiled part of an expression.
type term struct {
	match predicate
	needs Need
	cost  int // how long match takes, roughly: see the constants
}

// Costs, by which the parts of && and || are ordered: no part has effects, so
// the order shows only in the time.
const (
	costField   = 1
	costText    = 4
	costPayload = 50
	costRegexp  = 500
)

// expect says what could stand where the parser reads on.
type expect uint8

const (
	expectTest expect = iota
	expectOperator
	expectValue
	expectConnective
	expectSet     // { after in
	expectSetNext // , or .. or }, or a value
	expectNothing
)

// parser reads the grammar of docs/filters.md by recursive descent. state and
// field tell, when it stops at the end of its input, what could follow: the
// completion of the filter bar asks.
type parser struct {
	lexer
	depth int64
	open  int // parentheses
	state expect
	field *field
}

func (p *parser) parse() (term, *Error) {
	p.space()
	if p.pos == len(p.src) {
		return term{match: func(*Row) bool { return true }}, nil
	}
	t, err := p.or()
	if err != nil {
		return t, err
	}
	tok, err := p.next()
	if err == nil && tok.kind != tokEnd {
		err = &Error{tok.off, tok.end - tok.off, fmt.Sprintf("%q cannot stand here: the test before it is complete (a value with blanks or special characters needs quotes)", tok.text), []string{"&&", "||", "the end"}}
	}
	return t, err
}

// is reads the next token if it is one of the words.
func (p *parser) is(words ...string) bool {
	was := p.pos
	tok, err := p.next()
	if err == nil && tok.kind != tokEnd && tok.kind != tokString && slices.Contains(words, tok.text) {
		return true
	}
	p.pos = was
	return false
}

// or reads: and { ("||" | "or") and }, with xor between the two.
func (p *parser) or() (term, *Error) {
	t, err := p.xor()
	if err != nil {
		return t, err
	}
	parts := []term{t}
	for p.is("||", "or") {
		if t, err = p.xor(); err != nil {
			return t, err
		}
		parts = append(parts, t)
	}
	return join(parts, true), nil
}

func (p *parser) xor() (term, *Error) {
	t, err := p.and()
	if err != nil {
		return t, err
	}
	for p.is("^^", "xor") {
		u, err := p.and()
		if err != nil {
			return u, err
		}
		a, b := t.match, u.match
		t = term{func(r *Row) bool { return a(r) != b(r) }, t.needs | u.needs, t.cost + u.cost}
		p.state = expectConnective
	}
	return t, nil
}

func (p *parser) and() (term, *Error) {
	t, err := p.unary()
	if err != nil {
		return t, err
	}
	parts := []term{t}
	for p.is("&&", "and") {
		if t, err = p.unary(); err != nil {
			return t, err
		}
		parts = append(parts, t)
	}
	return join(parts, false), nil
}

// join makes one test of parts: that one of them passes, or all.
func join(parts []term, or bool) term {
	if len(parts) == 1 {
		return parts[0]
	}
	slices.SortStableFunc(parts, func(a, b term) int { return a.cost - b.cost })
	t := term{}
	tests := make([]predicate, len(parts))
	for i, part := range parts {
		tests[i] = part.match
		t.needs |= part.needs
		t.cost = min(t.cost+part.cost, 1<<20)
	}
	a, b := tests[0], tests[1]
	switch {
	case or && len(tests) == 2:
		t.match = func(r *Row) bool { return a(r) || b(r) }
	case or:
		t.match = func(r *Row) bool {
			for _, test := range tests {
				if test(r) {
					return true
				}
			}
			return false
		}
	case len(tests) == 2:
		t.match = func(r *Row) bool { return a(r) && b(r) }
	default:
		t.match = func(r *Row) bool {
			for _, test := range tests {
				if !test(r) {
					return false
				}
			}
			return true
		}
	}
	return t
}

// unary reads: ("!" | "not") unary | "(" or ")" | test.
func (p *parser) unary() (term, *Error) {
	p.state, p.field = expectTest, nil
	p.depth++
	defer func() { p.depth-- }()
	tok, err := p.next()
	switch {
	case err != nil:
		return term{}, err
	case tok.kind == tokEnd:
		return term{}, &Error{tok.off, 0, "a test is missing here", []string{"a field", "a string", "!", "("}}
	case p.depth > limits.DisplayFilterDepth:
		return term{}, &Error{tok.off, 1, fmt.Sprintf("more than %d levels", limits.DisplayFilterDepth), nil}
	case tok.kind == tokString:
		t, err := compileText(byName["payload"], slice{}, "contains", tok)
		p.state = expectConnective
		return t, err
	case tok.text == "!" || tok.text == "not":
		t, err := p.unary()
		m := t.match
		t.match = func(r *Row) bool { return !m(r) }
		return t, err
	case tok.text == "(":
		p.open++
		t, err := p.or()
		if err != nil {
			return t, err
		}
		p.state = expectConnective
		if !p.is(")") {
			return t, p.missing(")")
		}
		p.open--
		return t, nil
	case tok.kind == tokWord:
		return p.test(tok)
	}
	return term{}, &Error{tok.off, tok.end - tok.off, fmt.Sprintf("%q cannot stand here", tok.text), []string{"a field", "a string", "!", "("}}
}

// missing is the error that something else stands where want should.
func (p *parser) missing(want string) *Error {
	tok, err := p.next()
	switch {
	case err != nil:
		return err
	case tok.kind == tokEnd:
		return &Error{tok.off, 0, fmt.Sprintf("%s is missing here", want), []string{want}}
	}
	return &Error{tok.off, tok.end - tok.off, fmt.Sprintf("%q stands where %s is expected", tok.text, want), []string{want}}
}

// operators maps the spellings to one each.
var operators = map[string]string{
	"==": "==", "eq": "==", "any_eq": "==", "===": "==", "all_eq": "==",
	"!=": "!=", "ne": "!=", "all_ne": "!=", "!==": "!=",
	"<": "<", "lt": "<", "<=": "<=", "le": "<=", ">": ">", "gt": ">", ">=": ">=", "ge": ">=",
	"contains": "contains", "matches": "matches", "~": "matches", "in": "in", "not": "not in",
}

// test reads: field [slice] [operator value].
func (p *parser) test(name token) (term, *Error) {
	f := byName[strings.ToLower(name.text)]
	if f == nil {
		return term{}, unknownField(name)
	}
	p.field = f
	cut, err := p.slice(f)
	if err != nil {
		return term{}, err
	}
	p.state = expectOperator
	was := p.pos
	tok, err := p.next()
	if err != nil {
		return term{}, err
	}
	op, ok := operators[tok.text]
	if !ok || tok.kind == tokString || tok.kind == tokEnd {
		p.pos = was
		if tok.kind == tokWord && !slices.Contains([]string{"and", "or", "xor"}, tok.text) || tok.kind == tokString {
			return term{}, &Error{tok.off, tok.end - tok.off, fmt.Sprintf("%q is no operator", tok.text), operatorsOf(f)}
		}
		if cut.used {
			return term{}, &Error{tok.off, tok.end - tok.off, "a slice must be compared with something", operatorsOf(f)}
		}
		return present(f), nil
	}
	if !slices.Contains(operatorsOf(f), strings.TrimPrefix(op, "not ")) {
		return term{}, &Error{tok.off, tok.end - tok.off, fmt.Sprintf("%s cannot be used on %s (%s)", tok.text, f.name, typeNames[f.typ]), operatorsOf(f)}
	}
	if op == "not in" {
		if !p.is("in") {
			return term{}, p.missing("in")
		}
		t, err := p.set(f, cut)
		m := t.match
		here := present(f).match
		t.match = func(r *Row) bool { return here(r) && !m(r) }
		return t, err
	}
	if op == "in" {
		return p.set(f, cut)
	}
	p.state = expectValue
	value, err := p.value(false)
	if err != nil {
		return term{}, err
	}
	if err := checkValue(f, value); err != nil {
		return term{}, err
	}
	t, err := compile(f, cut, op, value)
	p.state = expectConnective
	return t, err
}

// checkValue refuses what is no value.
func checkValue(f *field, tok token) *Error {
	switch tok.kind {
	case tokEnd:
		return &Error{tok.off, 0, "a value is missing here", valuesOf(f)}
	case tokSymbol:
		return &Error{tok.off, tok.end - tok.off, fmt.Sprintf("%q stands where a value is expected", tok.text), valuesOf(f)}
	}
	return nil
}

// set reads: "{" item { [","] item } "}", an item being value [".." value].
func (p *parser) set(f *field, cut slice) (term, *Error) {
	p.state = expectSet
	if !p.is("{") {
		return term{}, p.missing("{")
	}
	var items []item
	p.state = expectValue
	for {
		lo, err := p.value(true)
		if err != nil {
			return term{}, err
		}
		if lo.kind == tokSymbol && lo.text == "}" && len(items) > 0 {
			break
		}
		if err := checkValue(f, lo); err != nil {
			return term{}, err
		}
		it := item{lo: lo, hi: lo}
		if p.is("..") {
			p.state = expectValue
			if it.hi, err = p.value(true); err != nil {
				return term{}, err
			}
			if err := checkValue(f, it.hi); err != nil {
				return term{}, err
			}
			it.isRange = true
		}
		items = append(items, it)
		p.state = expectSetNext
		if p.is(",") {
			p.state = expectValue
		}
	}
	t, err := compileSet(f, cut, items)
	p.state = expectConnective
	return t, err
}
