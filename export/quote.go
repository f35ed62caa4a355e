package export

import (
	"encoding/binary"
	"math/bits"
	"unicode/utf8"

	"wsscope/printable"
)

const hexDigits = "0123456789abcdef"

// special marks, in the high bit of its byte, the first of eight bytes that
// does not stand in a JSON string as it is: anything but printable ASCII, the
// quote and the backslash. Bytes after the first may be marked wrongly: each
// subtraction borrows into the high bit of a byte that is too small, and may
// go on borrowing from the next.
func special(x uint64) uint64 {
	const low, high = 0x0101010101010101, 0x8080808080808080
	return (x | (x - low*0x20) | (x ^ low*'"' - low) | (x ^ low*'\\' - low) | (x ^ low*0x7f - low)) & high
}

// appendEscaped appends s as the inside of a JSON string (RFC 8259 section 7).
// Bytes that are not UTF-8 become U+FFFD, one for each maximal subpart of an
// ill-formed sequence (Unicode section 3.9), as browsers and Python do.
func appendEscaped[T string | []byte](b []byte, s T) []byte {
	for len(s) >= 8 {
		x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		b = binary.LittleEndian.AppendUint64(b, x)
		m := special(x)
		if m == 0 {
			s = s[8:]
			continue
		}
		n := bits.TrailingZeros64(m) / 8
		b = b[:len(b)-8+n]
		b, s = appendSpecial(b, s[n:])
	}
	for len(s) > 0 {
		if c := s[0]; c >= 0x20 && c < 0x7f && c != '"' && c != '\\' {
			b, s = append(b, c), s[1:]
			continue
		}
		b, s = appendSpecial(b, s)
	}
	return b
}

// appendSpecial appends the first character of s, which needs care.
func appendSpecial[T string | []byte](b []byte, s T) ([]byte, T) {
	if c := s[0]; c < utf8.RuneSelf {
		return appendControl(b, c), s[1:]
	}
	r, size := decodeRune(s)
	switch {
	case printable.Deceives(r):
		b = appendU(b, uint16(r))
	case r == utf8.RuneError:
		b = utf8.AppendRune(b, r)
	default:
		b = append(b, s[:size]...)
	}
	return b, s[size:]
}

// appendControl appends an ASCII character that needs an escape.
func appendControl(b []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(b, '\\', c)
	case '\n':
		return append(b, '\\', 'n')
	case '\r':
		return append(b, '\\', 'r')
	case '\t':
		return append(b, '\\', 't')
	}
	return appendU(b, uint16(c))
}

func appendU(b []byte, r uint16) []byte {
	return append(b, '\\', 'u', hexDigits[r>>12], hexDigits[r>>8&15], hexDigits[r>>4&15], hexDigits[r&15])
}

// decodeRune is utf8.DecodeRune, but the size of an ill-formed sequence is
// that of its maximal subpart, not 1.
func decodeRune[T string | []byte](s T) (rune, int) {
	var four [utf8.UTFMax]byte
	n := copy(four[:], s)
	r, size := utf8.DecodeRune(four[:n])
	if r != utf8.RuneError || size != 1 {
		return r, size
	}
	// FullRune is false as long as further bytes could make a character.
	for size < n && !utf8.FullRune(four[:size+1]) {
		size++
	}
	return utf8.RuneError, size
}

// appendText appends s as a JSON string.
func appendText[T string | []byte](b []byte, s T) []byte {
	b = append(b, '"')
	b = appendEscaped(b, s)
	return append(b, '"')
}

// appendWire appends a string from the wire as a JSON string: as UTF-8 where
// it is valid, else as Latin-1.
func appendWire(b []byte, s string) []byte {
	if utf8.ValidString(s) {
		return appendText(b, s)
	}
	b = append(b, '"')
	for i := range len(s) {
		r := rune(s[i])
		switch {
		case r < utf8.RuneSelf:
			b = appendEscaped(b, s[i:i+1])
		case printable.Deceives(r):
			b = appendU(b, uint16(r))
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}

// cutText gives the prefix of at most n bytes that ends at a character.
func cutText(p []byte, n int) []byte {
	if n >= len(p) {
		return p
	}
	for n > 0 && !utf8.RuneStart(p[n]) {
		n--
	}
	return p[:n:n]
}

// trimPartial drops an unfinished character from the end of p.
func trimPartial(p []byte) []byte {
	for i := len(p) - 1; i >= 0 && i >= len(p)-utf8.UTFMax; i-- {
		if utf8.RuneStart(p[i]) {
			if !utf8.FullRune(p[i:]) {
				return p[:i:i]
			}
			break
		}
	}
	return p
}
