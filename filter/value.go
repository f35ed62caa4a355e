package filter

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"
)

// no is the error that a token is no value of a field.
func no(f *field, tok token, what string) *Error {
	return &Error{tok.off, tok.end - tok.off, fmt.Sprintf("%q is no %s for %s", tok.text, what, f.name), valuesOf(f)}
}

func boolValue(f *field, tok token) (bool, *Error) {
	switch strings.ToLower(tok.text) {
	case "1", "true", "yes":
		return true, nil
	case "0", "false", "no":
		return false, nil
	}
	return false, no(f, tok, "yes or no")
}

// unsignedValue reads a number, a size or a name.
func unsignedValue(f *field, tok token) (uint64, *Error) {
	if i := slices.Index(f.names, strings.ToLower(tok.text)); i >= 0 && tok.text != "" {
		return uint64(i), nil
	}
	if f.names != nil && f.max == 0 {
		return 0, no(f, tok, typeNames[f.typ])
	}
	v, err := strconv.ParseUint(tok.text, 0, 64)
	if f.typ == typeSize && err != nil {
		var ok bool
		if v, ok = sizeValue(tok.text); !ok {
			return 0, no(f, tok, "size")
		}
		return v, nil
	}
	if err != nil {
		return 0, no(f, tok, typeNames[f.typ])
	}
	if f.max > 0 && v > f.max {
		return 0, &Error{tok.off, tok.end - tok.off, fmt.Sprintf("%s is at most %d", f.name, f.max), valuesOf(f)}
	}
	return v, nil
}

// sizeValue reads a number with a unit: k, M, G and T count in 1024 (as KiB,
// MiB, …), kB, MB, GB and TB in 1000.
func sizeValue(s string) (uint64, bool) {
	digits := strings.TrimRight(s, "kKmMgGtTiIbB")
	unit := strings.ToLower(s[len(digits):])
	step := 1024.0
	if len(unit) == 2 && unit[1] == 'b' {
		step = 1000
	}
	unit = strings.TrimSuffix(strings.TrimSuffix(unit, "b"), "i")
	power := strings.Index("kmgt", unit)
	if unit == "" {
		power = -1
	} else if len(unit) != 1 || power < 0 {
		return 0, false
	}
	v, err := strconv.ParseFloat(digits, 64)
	if err != nil || v < 0 || strings.ContainsAny(digits, "eExXpP_nN+-") {
		return 0, false
	}
	v *= math.Pow(step, float64(power+1))
	if v >= 1<<63 || v != math.Trunc(v) {
		return 0, false
	}
	return uint64(v), true
}

// timeLayouts are the forms of a time; UTC where no zone is given.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", "2006-01-02"}

// signedValue reads a duration or a time, in nanoseconds.
func signedValue(f *field, tok token) (int64, *Error) {
	if f.typ == typeDuration {
		d, err := time.ParseDuration(tok.text)
		if err == nil {
			return int64(d), nil
		}
		if _, err := strconv.ParseFloat(tok.text, 64); err == nil {
			return 0, &Error{tok.off, tok.end - tok.off, "a duration needs a unit, such as 40ms or 3s", valuesOf(f)}
		}
		return 0, no(f, tok, "duration")
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, tok.text); err == nil && t.Year() > 1678 && t.Year() < 2262 {
			return t.UnixNano(), nil
		}
	}
	return 0, no(f, tok, "time")
}

// addressValue reads an address, one with a prefix length, or one with a
// port; port is -1 where there is none.
func addressValue(f *field, tok token) (netip.Prefix, int, *Error) {
	if p, err := netip.ParsePrefix(tok.text); err == nil {
		return p.Masked(), -1, nil
	}
	if a, err := netip.ParseAddr(strings.Trim(tok.text, "[]")); err == nil {
		return netip.PrefixFrom(a.Unmap(), a.Unmap().BitLen()), -1, nil
	}
	if a, err := netip.ParseAddrPort(tok.text); err == nil {
		return netip.PrefixFrom(a.Addr().Unmap(), a.Addr().Unmap().BitLen()), int(a.Port()), nil
	}
	return netip.Prefix{}, 0, no(f, tok, "address")
}

// bytesValue reads a bare value of a field of bytes: hex as 0x8105, 81:05,
// 81-05, 81.05 or one byte as 81; anything else is text.
func bytesValue(s string) string {
	digits := s
	switch {
	case strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X"):
		digits = s[2:]
	case len(s) == 2:
	case len(s) > 4 && strings.IndexByte(":.-", s[2]) >= 0:
		digits = strings.ReplaceAll(s, s[2:3], "")
		if len(s) != len(digits)/2*3-1 {
			return s
		}
	default:
		return s
	}
	if len(digits)%2 != 0 {
		digits = "0" + digits
	}
	b := make([]byte, 0, len(digits)/2)
	for i := 0; i < len(digits); i += 2 {
		v, err := strconv.ParseUint(digits[i:i+2], 16, 8)
		if err != nil {
			return s
		}
		b = append(b, byte(v))
	}
	return string(b)
}
