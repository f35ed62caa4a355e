package filter

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// operatorsOf lists the operators of a field.
func operatorsOf(f *field) []string {
	switch f.typ {
	case typePresence:
		return nil
	case typeBool:
		return []string{"==", "!="}
	case typeKinds, typeAddress:
		return []string{"==", "!=", "in"}
	case typeString, typeBytes:
		return []string{"==", "!=", "contains", "matches", "in", "<", "<=", ">", ">="}
	}
	return []string{"==", "!=", "<", "<=", ">", ">=", "in"}
}

// valuesOf lists the values of a field, or gives examples.
func valuesOf(f *field) []string {
	switch f.typ {
	case typeBool:
		return []string{"true", "false"}
	case typeSize:
		return []string{"125", "1k", "2M"}
	case typeDuration:
		return []string{"40ms", "3s", "2m"}
	case typeTime:
		return []string{"2026-01-31T12:00:00Z"}
	case typeAddress:
		return []string{"192.0.2.1", "192.0.2.0/24", "[2001:db8::1]:443"}
	case typeBytes:
		return []string{`"text"`, "81:05", "0x81"}
	case typeString:
		if f.name == "finding" {
			return []string{"mask-key-zero", "text-invalid-utf8"}
		}
		return []string{`"text"`}
	}
	var names []string
	for _, n := range f.names {
		if n != "" {
			names = append(names, n)
		}
	}
	if names == nil {
		return []string{"a number"}
	}
	return names
}

// unknownField says that a name is no field, and what may have been meant.
func unknownField(name token) *Error {
	e := &Error{name.off, name.end - name.off, fmt.Sprintf("%q is no field", name.text), nil}
	word := strings.ToLower(name.text)
	for _, f := range []string{"opcode", "kind", "severity"} {
		if slices.Contains(byName[f].names, word) {
			e.Expected = []string{f + " == " + word}
		}
	}
	if e.Expected == nil {
		e.Expected = nearFields(word)
	}
	if len(e.Expected) > 0 {
		e.Msg += "; did you mean " + strings.Join(e.Expected, " or ") + "?"
	} else {
		e.Msg += "; text to look for stands in quotes: " + strconv.Quote(name.text)
	}
	return e
}

// nearFields gives up to three names that word may have meant.
func nearFields(word string) []string {
	type near struct {
		name     string
		distance int
	}
	var all []near
	for name := range byName {
		d := distance(word, name)
		if strings.HasPrefix(name, word) || strings.HasSuffix(name, "."+word) {
			d = 1
		}
		if d <= 1+len(word)/4 {
			all = append(all, near{name, d})
		}
	}
	slices.SortFunc(all, func(a, b near) int {
		if a.distance != b.distance {
			return a.distance - b.distance
		}
		if len(a.name) != len(b.name) {
			return len(a.name) - len(b.name)
		}
		return strings.Compare(a.name, b.name)
	})
	var names []string
	for _, n := range all[:min(len(all), 3)] {
		names = append(names, n.name)
	}
	return names
}

// distance counts the characters to insert, delete or replace between a and b.
func distance(a, b string) int {
	if len(a) > 40 {
		return 40
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		left := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := left
			if a[i] != b[j] {
				d = min(left, row[j], row[j+1]) + 1
			}
			left, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}
