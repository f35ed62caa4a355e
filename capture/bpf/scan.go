package bpf

import (
	"math"
	"net/netip"
	"strings"

	"wsscope/limits"
)

type tokenKind uint8

const (
	tokenEnd     tokenKind = iota
	tokenKeyword           // a word of the language
	tokenName              // any other word, or a word behind a backslash
	tokenNumber            // value is set
	tokenIPv4              // one dotted part to four: "10.1" is a network
	tokenIPv6
	tokenMAC
	tokenMark // operators and brackets
)

type token struct {
	span
	kind  tokenKind
	text  string // without the backslash; "and", "or", "not" and "=" in this one spelling
	value uint32
}

func (t token) is(text string) bool {
	return t.text == text && (t.kind == tokenKeyword || t.kind == tokenMark)
}

// scan cuts an expression into tokens, the longest that fit, as libpcap does:
// "tcp-syn" and "80-90" are one token, "tcp[12]-4" is six.
func scan(expr string) []token {
	if len(expr) > limits.FilterBytes {
		fail(span{limits.FilterBytes, 1}, "a filter of more than %d bytes", limits.FilterBytes)
	}
	var tokens []token
	for at := 0; ; {
		for at < len(expr) && strings.IndexByte(" \t\r\n", expr[at]) >= 0 {
			at++
		}
		if at == len(expr) {
			return append(tokens, token{span: span{at, 0}})
		}
		t := scanOne(expr[at:], at)
		tokens = append(tokens, t)
		at += t.length
	}
}

func scanOne(s string, at int) token {
	t := token{span: span{at, 1}}
	if s[0] == '\\' {
		n := 1
		for n < len(s) && strings.IndexByte(" !()\n\t", s[n]) < 0 {
			n++
		}
		if n == 1 {
			fail(t.span, "a backslash without a word")
		}
		t.kind, t.text, t.length = tokenName, s[1:n], n
		return t
	}
	word := wordLength(s)
	if n := colonAddressLength(s); n > word {
		t.text, t.length = s[:n], n
		t.kind = tokenIPv6
		if isMAC(t.text) {
			t.kind = tokenMAC
		}
		return t
	}
	if word > 0 {
		t.text, t.length = s[:word], word
		t.classify()
		return t
	}
	for _, m := range marks {
		if strings.HasPrefix(s, m.text) {
			t.kind, t.text, t.length = tokenMark, m.means, len(m.text)
			return t
		}
	}
	fail(t.span, "a character that no filter has")
	return t
}

// marks has two characters before one.
var marks = []struct{ text, means string }{
	{">=", ">="}, {"<=", "<="}, {"!=", "!="}, {"==", "="}, {"<<", "<<"}, {">>", ">>"}, {"&&", "and"}, {"||", "or"},
	{"!", "not"}, {"=", "="}, {"<", "<"}, {">", ">"}, {"(", "("}, {")", ")"}, {"[", "["}, {"]", "]"}, {":", ":"},
	{"+", "+"}, {"-", "-"}, {"*", "*"}, {"/", "/"}, {"%", "%"}, {"&", "&"}, {"|", "|"}, {"^", "^"},
}

// wordLength: letters, digits, '-', '_' and '.', of which '-' and '_' stand
// neither first nor last.
func wordLength(s string) int {
	n := 0
	for n < len(s) && (isAlnum(s[n]) || n > 0 && strings.IndexByte("-_.", s[n]) >= 0) {
		n++
	}
	for n > 0 && (s[n-1] == '-' || s[n-1] == '_') {
		n--
	}
	return n
}

// colonAddressLength is the length of the longest IPv6 address or MAC
// address with colons that s begins with.
func colonAddressLength(s string) int {
	n := 0
	for n < len(s) && n < len("0000:0000:0000:0000:0000:0000:255.255.255.255") && (isHex(s[n]) || s[n] == ':' || s[n] == '.') {
		n++
	}
	for ; n > 1 && strings.Contains(s[:n], ":"); n-- {
		if a, err := netip.ParseAddr(s[:n]); err == nil && a.Is6() || isMAC(s[:n]) {
			return n
		}
	}
	return 0
}

func (t *token) classify() {
	means, keyword := keywords[t.text]
	value, constant := constants[t.text]
	switch {
	case keyword:
		t.kind, t.text = tokenKeyword, means
	case isMAC(t.text):
		t.kind = tokenMAC
	case isNumber(t.text):
		t.kind, t.value = tokenNumber, t.number()
	case isDotted(t.text):
		t.kind = tokenIPv4
	case constant:
		t.kind, t.value = tokenNumber, value
	default:
		t.kind = tokenName
	}
}

// number reads decimal, 0x hexadecimal and 0 octal.
func (t *token) number() uint32 {
	digits, base := t.text, uint64(10)
	if len(digits) > 1 && digits[0] == '0' {
		digits, base = digits[1:], 8
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
	}
	v := uint64(0)
	for i := range len(digits) {
		d := uint64(hexValue(digits[i]))
		if d >= base {
			fail(t.span, "an octal number (it begins with 0) has no digit 8 or 9")
		}
		if v = v*base + d; v > math.MaxUint32 {
			fail(t.span, "a number of more than 32 bits")
		}
	}
	return uint32(v)
}

func isNumber(s string) bool {
	if len(s) > 2 && (s[:2] == "0x" || s[:2] == "0X") {
		return all(s[2:], isHex)
	}
	return s != "" && all(s, isDigit)
}

func isDotted(s string) bool {
	parts := strings.Split(s, ".")
	if len(parts) < 2 || len(parts) > 4 {
		return false
	}
	for _, p := range parts {
		if !isNumber(p) {
			return false
		}
	}
	return true
}

// isMAC knows 1:2:3:4:5:6 (also with '-' or '.'), aabb.ccdd.eeff and
// aabbccddeeff.
func isMAC(s string) bool {
	if len(s) == 12 && all(s, isHex) {
		return true
	}
	for _, separator := range []string{":", "-", "."} {
		parts := strings.Split(s, separator)
		if len(parts) == 6 && fit(parts, 1, 2) || len(parts) == 3 && separator == "." && fit(parts, 4, 4) {
			return true
		}
	}
	return false
}

func fit(parts []string, least, most int) bool {
	for _, p := range parts {
		if len(p) < least || len(p) > most || !all(p, isHex) {
			return false
		}
	}
	return true
}

func all(s string, is func(byte) bool) bool {
	for i := range len(s) {
		if !is(s[i]) {
			return false
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
func isHex(c byte) bool   { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
func isAlnum(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }

// hexValue needs isHex.
func hexValue(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
