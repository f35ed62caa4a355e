package filter

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
)

// compileText makes the test of a string or of bytes against a value.
func compileText(f *field, s slice, op string, value token) (term, *Error) {
	t := term{needs: f.need, cost: costText}
	if f.bytes != nil && f.need&NeedPayload != 0 {
		t.cost = costPayload
	}
	var is func(string) bool
	var isBytes func([]byte) bool
	if op == "matches" {
		t.cost += costRegexp
		re, err := regexpValue(value)
		if err != nil {
			return t, err
		}
		is, isBytes = re.MatchString, re.Match
	} else {
		v := value.text
		if f.typ == typeBytes && value.kind == tokWord {
			v = bytesValue(value.text)
		}
		if op == "==" && s.used && s.size() >= 0 && s.size() != len(v) {
			return t, &Error{value.off, value.end - value.off, fmt.Sprintf("the part of %s has %d bytes, the value %d (write bytes as 0x81 or 81:05)", f.name, s.size(), len(v)), nil}
		}
		is, isBytes = stringTest(op, v), bytesTest(op, v)
	}
	switch {
	case f.texts != nil:
		t.match = anyText(f.texts, s, op, is)
	case f.text != nil:
		get := f.text
		t.match = func(r *Row) bool { v, ok := get(r); return ok && is(v) }
		if s.used {
			t.match = func(r *Row) bool {
				v, ok := get(r)
				if !ok {
					return false
				}
				v, ok = cut(s, v)
				return ok && is(v)
			}
		}
	default:
		get := f.bytes
		t.match = func(r *Row) bool { v, ok := get(r); return ok && isBytes(v) }
		if s.used {
			t.match = func(r *Row) bool {
				v, ok := get(r)
				if !ok {
					return false
				}
				v, ok = cut(s, v)
				return ok && isBytes(v)
			}
		}
	}
	return t, nil
}

// anyText passes where one of several values does; for !=, where all do and
// there is one.
func anyText(get func(*Row) []string, s slice, op string, is func(string) bool) predicate {
	all := op == "!="
	return func(r *Row) bool {
		values := get(r)
		for _, v := range values {
			if s.used {
				v, _ = cut(s, v)
			}
			if is(v) != all {
				return !all
			}
		}
		return all && len(values) > 0
	}
}

func stringTest(op, v string) func(string) bool {
	switch op {
	case "==":
		return func(s string) bool { return s == v }
	case "!=":
		return func(s string) bool { return s != v }
	case "<":
		return func(s string) bool { return s < v }
	case "<=":
		return func(s string) bool { return s <= v }
	case ">":
		return func(s string) bool { return s > v }
	case ">=":
		return func(s string) bool { return s >= v }
	}
	return func(s string) bool { return strings.Contains(s, v) }
}

func bytesTest(op, v string) func([]byte) bool {
	b := []byte(v)
	switch op {
	case "==":
		return func(s []byte) bool { return string(s) == v }
	case "!=":
		return func(s []byte) bool { return string(s) != v }
	case "<":
		return func(s []byte) bool { return bytes.Compare(s, b) < 0 }
	case "<=":
		return func(s []byte) bool { return bytes.Compare(s, b) <= 0 }
	case ">":
		return func(s []byte) bool { return bytes.Compare(s, b) > 0 }
	case ">=":
		return func(s []byte) bool { return bytes.Compare(s, b) >= 0 }
	}
	return func(s []byte) bool { return bytes.Contains(s, b) }
}

// regexpValue compiles an RE2 expression. As in Wireshark the case of letters
// does not count, unless the expression says (?-i).
func regexpValue(value token) (*regexp.Regexp, *Error) {
	re, err := regexp.Compile("(?i)" + value.text)
	if err != nil {
		why := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
		return nil, &Error{value.off, value.end - value.off, "no regular expression: " + strings.ReplaceAll(why, "(?i)", ""), nil}
	}
	return re, nil
}
