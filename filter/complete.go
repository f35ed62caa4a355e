package filter

import (
	"slices"
	"strings"
)

// Completion is a way to go on with an expression: Text in the place of the
// bytes from Offset to Offset+Len.
type Completion struct {
	Text        string
	Offset, Len int
	Help        string
}

// Complete gives what could stand at the cursor, a byte offset, instead of
// the word before it.
func Complete(expr string, cursor int) []Completion {
	cursor = max(0, min(cursor, len(expr)))
	start := cursor
	for start > 0 && valueChar(expr[start-1]) {
		start--
	}
	word := expr[start:cursor]
	p := parser{lexer: lexer{src: expr[:start]}}
	if _, err := p.parse(); err != nil && (err.Msg == noEnd || err.Offset < len(strings.TrimRight(expr[:start], " \t\r\n"))) {
		return nil // the cursor stands in a string, or after a mistake
	}
	var list []Completion
	add := func(text, help string) {
		if strings.HasPrefix(text, strings.ToLower(word)) {
			list = append(list, Completion{text, start, len(word), help})
		}
	}
	switch p.state {
	case expectTest:
		completeFields(word, add)
	case expectOperator:
		for _, op := range operatorsOf(p.field) {
			add(op, operatorHelp[op])
		}
		connectives(&p, add)
	case expectValue:
		if p.field.typ == typeBool || len(p.field.names) > 0 {
			for _, v := range valuesOf(p.field) {
				add(v, p.field.help)
			}
		}
	case expectConnective:
		connectives(&p, add)
	case expectSet:
		add("{", "values, and ranges as 1..5")
	case expectSetNext:
		for _, s := range []string{",", "..", "}"} {
			add(s, "")
		}
	}
	return list
}

var operatorHelp = map[string]string{
	"==": "equal", "!=": "there, and not equal", "<": "less", "<=": "less or equal", ">": "greater", ">=": "greater or equal",
	"contains": "holds the text or bytes", "matches": "matches the regular expression", "in": "is one of {1, 2, 5..9}",
}

func connectives(p *parser, add func(text, help string)) {
	add("&&", "and")
	add("||", "or")
	if p.open > 0 {
		add(")", "")
	}
}

// completeFields adds the short names first, then Wireshark's if the word is
// on the way to one.
func completeFields(word string, add func(text, help string)) {
	var other []string
	for i := range fields {
		f := &fields[i]
		if f.group != groupWireshark {
			add(f.name, f.help)
		} else {
			other = append(other, f.name)
		}
		other = append(other, f.aliases...)
	}
	if word == "" {
		add("!", "not")
		add("(", "")
		return
	}
	slices.Sort(other)
	for _, name := range other {
		add(name, byName[name].help)
	}
}
