package anatomy

import (
	"fmt"
	"strings"
)

// Input is what ParseInput read.
type Input struct {
	Bytes []byte
	Note  string // what was left out, for the reader; empty where nothing was
}

// ParseInput reads bytes that a person pasted: hex digits with or without
// separators, 0x, \x or quotes; a C array; the dumps of xxd, hexdump, od,
// tcpdump -x and -X, and Wireshark. Of a dumped packet it leaves out what
// stands before the TCP payload. The error is one line that says where the
// input is wrong.
func ParseInput(s string) (Input, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Input{}, fmt.Errorf("no hex was given")
	}
	if isDump(s) {
		return parseDump(s)
	}
	start := 0
	if open := strings.IndexByte(s, '{'); open >= 0 {
		start = open + 1
		if end := strings.IndexByte(s[start:], '}'); end >= 0 {
			s = s[:start+end]
		}
	}
	b, err := parseDigits(s, start)
	return Input{Bytes: b}, err
}

const separators = " \t\r\n\v\f,;:-\"'[]()"

// parseDigits reads s from start on.
func parseDigits(s string, start int) ([]byte, error) {
	var (
		nibbles        []byte
		single, longer int // tokens of one digit, and of more
	)
	for i := start; i < len(s); {
		if strings.IndexByte(separators, s[i]) >= 0 {
			i++
			continue
		}
		prefixed := i+1 < len(s) && (s[i] == '0' || s[i] == '\\') && s[i+1]|0x20 == 'x'
		if prefixed {
			i += 2
		}
		from := i
		for i < len(s) && nibble(s[i]) >= 0 && !(s[i] == '0' && i+1 < len(s) && s[i+1]|0x20 == 'x') {
			i++
		}
		digits := s[from:i]
		switch {
		case digits == "":
			return nil, noDigit(s, i)
		case prefixed && len(digits)%2 != 0:
			nibbles = append(nibbles, 0)
			longer++
		case len(digits) == 1:
			single++
		case len(digits)%2 != 0:
			return nil, fmt.Errorf("%s: %q ends in half a byte", position(s, from), shorten(digits))
		default:
			longer++
		}
		for j := range len(digits) {
			nibbles = append(nibbles, byte(nibble(digits[j])))
		}
	}
	switch {
	case len(nibbles) == 0:
		return nil, fmt.Errorf("no hex was given")
	case single > 0 && longer > 0:
		return nil, fmt.Errorf("single digits stand among pairs: write bytes with two digits")
	case len(nibbles)%2 != 0:
		return nil, fmt.Errorf("the hex ends in half a byte")
	}
	b := make([]byte, len(nibbles)/2)
	for i := range b {
		b[i] = nibbles[2*i]<<4 | nibbles[2*i+1]
	}
	return b, nil
}

// nibble is the value of a hex digit, or -1.
func nibble(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10
	}
	return -1
}

func noDigit(s string, i int) error {
	if i >= len(s) {
		return fmt.Errorf("the hex ends after a prefix")
	}
	r := []rune(s[i:])[0]
	return fmt.Errorf("%s: %q is no hex digit", position(s, i), r)
}

// position says where s[i] stands, as a person counts.
func position(s string, i int) string {
	line := strings.Count(s[:i], "\n")
	at := len([]rune(s[strings.LastIndexByte(s[:i], '\n')+1:i])) + 1
	if line == 0 {
		return fmt.Sprintf("character %d", at)
	}
	return fmt.Sprintf("line %d, character %d", line+1, at)
}

func shorten(s string) string {
	if len(s) > 20 {
		return s[:20] + "…"
	}
	return s
}
