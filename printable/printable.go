// Package printable shows captured bytes on a terminal so that they cannot
// act on it or deceive its reader: control characters, escape sequences,
// bidirectional controls and bytes that are not UTF-8 become visible escapes.
package printable

import (
	"fmt"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// Deceives reports the characters that act on a terminal, reorder what a
// person reads, or have no shape: C0, DEL, C1, the line and paragraph
// separators, the bidirectional controls of UAX #9, the zero width space and
// the byte order mark.
func Deceives(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r < 0x61c:
		return false
	}
	return r == 0x61c || r == 0x200b || r == 0x200e || r == 0x200f || r >= 0x2028 && r <= 0x202e ||
		r >= 0x2066 && r <= 0x2069 || r == 0xfeff
}

// widths is not the locale's condition: what a line looks like does not
// depend on the environment.
var widths = runewidth.Condition{StrictEmojiNeutral: true}

// Width is the number of terminal columns of r.
func Width(r rune) int { return widths.RuneWidth(r) }

// The escapes, made once, so that showing them does not allocate.
var (
	byteEscapes [256]string
	runeEscapes = map[rune]string{}
)

func init() {
	for i := range byteEscapes {
		byteEscapes[i] = fmt.Sprintf(`\x%02x`, i)
	}
	byteEscapes['\n'], byteEscapes['\r'], byteEscapes['\t'] = `\n`, `\r`, `\t`
	for r := rune(0x80); r < 0x10000; r++ {
		if Deceives(r) {
			runeEscapes[r] = fmt.Sprintf(`\u%04x`, r)
		}
	}
}

// Step reads the first character of s, which is not empty: the bytes it
// takes, the columns it fills, and the escape to show instead, empty where it
// is shown as it is. Escapes are ASCII.
func Step[T string | []byte](s T) (size, width int, escape string) {
	c := s[0]
	if c < utf8.RuneSelf {
		if c < 0x20 || c == 0x7f {
			return 1, len(byteEscapes[c]), byteEscapes[c]
		}
		return 1, 1, ""
	}
	var head [utf8.UTFMax]byte
	r, size := utf8.DecodeRune(head[:copy(head[:], s)])
	if r == utf8.RuneError && size == 1 {
		return 1, 4, byteEscapes[c]
	}
	if Deceives(r) {
		return size, len(runeEscapes[r]), runeEscapes[r]
	}
	return size, Width(r), ""
}

// Append appends s, escaped, as far as it fits into columns, and gives the
// columns used and the bytes of s shown.
func Append[T string | []byte](b []byte, s T, columns int) (out []byte, used, shown int) {
	for shown < len(s) {
		run := shown
		for run < len(s) && used < columns && s[run] >= 0x20 && s[run] < 0x7f {
			run++
			used++
		}
		if run > shown {
			b = append(b, s[shown:run]...)
			shown = run
			continue
		}
		size, width, escape := Step(s[shown:])
		if used+width > columns {
			break
		}
		if escape != "" {
			b = append(b, escape...)
		} else {
			b = append(b, s[shown:shown+size]...)
		}
		used += width
		shown += size
	}
	return b, used, shown
}

// String is Append for a whole string.
func String(s string) string {
	b, _, _ := Append(nil, s, 1<<30)
	return string(b)
}
