package filter

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
)

// item is an element of a set: a value or a range of values.
type item struct {
	lo, hi  token
	isRange bool
}

// present is the test of a field alone: that a yes-or-no field is yes, that
// another is there.
func present(f *field) term {
	t := term{needs: f.need, cost: costField}
	switch {
	case f.boolean != nil:
		get := f.boolean
		t.match = func(r *Row) bool { v, ok := get(r); return v && ok }
	case f.number != nil:
		get := f.number
		t.match = func(r *Row) bool { _, ok := get(r); return ok }
	case f.signed != nil:
		get := f.signed
		t.match = func(r *Row) bool { _, ok := get(r); return ok }
	case f.text != nil:
		get := f.text
		t.match = func(r *Row) bool { _, ok := get(r); return ok }
	case f.texts != nil:
		get := f.texts
		t.match = func(r *Row) bool { return len(get(r)) > 0 }
	case f.bytes != nil:
		get := f.bytes
		t.match = func(r *Row) bool { _, ok := get(r); return ok }
		t.cost = costPayload
	case f.addresses != nil:
		get := f.addresses
		t.match = func(r *Row) bool { _, _, n := get(r); return n > 0 }
	case f.ports != nil:
		get := f.ports
		t.match = func(r *Row) bool { _, _, n := get(r); return n > 0 }
	default: // kinds
		t.match = func(*Row) bool { return true }
	}
	return t
}

// compile makes the test of a field against a value.
func compile(f *field, s slice, op string, value token) (term, *Error) {
	switch f.typ {
	case typeBool:
		return compileBool(f, op, value)
	case typeKinds:
		return compileKinds(f, op, value)
	case typeString, typeBytes:
		return compileText(f, s, op, value)
	case typeAddress:
		return compileAddress(f, op, value)
	case typeDuration, typeTime:
		v, err := signedValue(f, value)
		if err != nil {
			return term{}, err
		}
		if op == "!=" {
			get := f.signed
			return term{func(r *Row) bool { x, ok := get(r); return ok && x != v }, f.need, costField}, nil
		}
		lo, hi, ok := bounds(op, v, math.MinInt64, math.MaxInt64)
		return compileSigned(f, lo, hi, ok), nil
	}
	v, err := unsignedValue(f, value)
	if err != nil {
		return term{}, err
	}
	if op == "!=" {
		return compileNot(f, v), nil
	}
	lo, hi, ok := bounds(op, v, 0, math.MaxUint64)
	return compileUnsigned(f, lo, hi, ok), nil
}

// bounds turns a comparison into a range; ok is false where nothing is in it.
func bounds[T int64 | uint64](op string, v, least, most T) (lo, hi T, ok bool) {
	switch op {
	case "<":
		return least, v - 1, v > least
	case "<=":
		return least, v, true
	case ">":
		return v + 1, most, v < most
	case ">=":
		return v, most, true
	}
	return v, v, true
}

func never(f *field) term { return term{func(*Row) bool { return false }, f.need, costField} }

// compileUnsigned tests that a number, or one of two ports, is in a range.
func compileUnsigned(f *field, lo, hi uint64, possible bool) term {
	t := never(f)
	if !possible {
		return t
	}
	width := hi - lo
	if get := f.ports; get != nil {
		t.match = func(r *Row) bool {
			a, b, n := get(r)
			return n > 0 && a-lo <= width || n > 1 && b-lo <= width
		}
		return t
	}
	get := f.number
	t.match = func(r *Row) bool { v, ok := get(r); return ok && v-lo <= width }
	return t
}

// compileNot tests that a number is there and another one; of two ports,
// that both are.
func compileNot(f *field, v uint64) term {
	t := never(f)
	if get := f.ports; get != nil {
		t.match = func(r *Row) bool {
			a, b, n := get(r)
			return n > 0 && a != v && (n == 1 || b != v)
		}
		return t
	}
	get := f.number
	t.match = func(r *Row) bool { x, ok := get(r); return ok && x != v }
	return t
}

func compileSigned(f *field, lo, hi int64, possible bool) term {
	t := never(f)
	if get := f.signed; possible {
		t.match = func(r *Row) bool { v, ok := get(r); return ok && v >= lo && v <= hi }
	}
	return t
}

func compileBool(f *field, op string, value token) (term, *Error) {
	want, err := boolValue(f, value)
	if err != nil {
		return term{}, err
	}
	want = want == (op == "==")
	get := f.boolean
	return term{func(r *Row) bool { v, ok := get(r); return ok && v == want }, f.need, costField}, nil
}

func compileKinds(f *field, op string, value token) (term, *Error) {
	v, err := unsignedValue(f, value)
	if err != nil {
		return term{}, err
	}
	mask := Kinds(1) << v
	if op == "!=" {
		return term{func(r *Row) bool { return r.Kinds&mask == 0 }, f.need, costField}, nil
	}
	return term{func(r *Row) bool { return r.Kinds&mask != 0 }, f.need, costField}, nil
}

func compileAddress(f *field, op string, value token) (term, *Error) {
	prefix, port, err := addressValue(f, value)
	if err != nil {
		return term{}, err
	}
	is := func(a netip.AddrPort) bool {
		return prefix.Contains(a.Addr().Unmap()) && (port < 0 || int(a.Port()) == port)
	}
	get := f.addresses
	if op == "!=" {
		return term{func(r *Row) bool {
			a, b, n := get(r)
			return n > 0 && !is(a) && (n == 1 || !is(b))
		}, f.need, costText}, nil
	}
	return term{func(r *Row) bool {
		a, b, n := get(r)
		return n > 0 && is(a) || n > 1 && is(b)
	}, f.need, costText}, nil
}

// compileSet tests that a value is one of a set.
func compileSet(f *field, s slice, items []item) (term, *Error) {
	parts := make([]term, 0, len(items))
	var mask uint64 // of single values below 64, which need one test together
	for _, it := range items {
		t, bit, err := compileItem(f, s, it)
		if err != nil {
			return term{}, err
		}
		if mask |= bit; bit == 0 {
			parts = append(parts, t)
		}
	}
	if mask != 0 {
		get := f.number
		parts = append(parts, term{func(r *Row) bool { v, ok := get(r); return ok && v < 64 && mask>>v&1 != 0 }, f.need, costField})
	}
	return join(parts, true), nil
}

// compileItem compiles one element, or gives its bit.
func compileItem(f *field, s slice, it item) (t term, bit uint64, err *Error) {
	if !it.isRange {
		if f.number != nil {
			v, err := unsignedValue(f, it.lo)
			if err != nil {
				return t, 0, err
			}
			if v < 64 {
				return t, 1 << v, nil
			}
		}
		t, err = compile(f, s, "==", it.lo)
		return t, 0, err
	}
	switch {
	case f.number != nil || f.ports != nil:
		lo, err1 := unsignedValue(f, it.lo)
		hi, err2 := unsignedValue(f, it.hi)
		if err := firstError(err1, err2); err != nil {
			return t, 0, err
		}
		t = compileUnsigned(f, lo, hi, lo <= hi)
		err = emptyRange(it, lo > hi)
	case f.signed != nil:
		lo, err1 := signedValue(f, it.lo)
		hi, err2 := signedValue(f, it.hi)
		if err := firstError(err1, err2); err != nil {
			return t, 0, err
		}
		t = compileSigned(f, lo, hi, lo <= hi)
		err = emptyRange(it, lo > hi)
	default:
		err = &Error{it.lo.off, it.hi.end - it.lo.off, fmt.Sprintf("%s (%s) has no ranges", f.name, typeNames[f.typ]), nil}
	}
	return t, 0, err
}

func firstError(errs ...*Error) *Error {
	if i := slices.IndexFunc(errs, func(e *Error) bool { return e != nil }); i >= 0 {
		return errs[i]
	}
	return nil
}

func emptyRange(it item, empty bool) *Error {
	if !empty {
		return nil
	}
	return &Error{it.lo.off, it.hi.end - it.lo.off, "the range ends before it begins", nil}
}
