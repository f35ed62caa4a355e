// Package text checks UTF-8 (RFC 3629) as RFC 6455 section 8.1 asks: over a
// whole message, whatever pieces it comes in.
package text

import "unicode/utf8"

// Validator checks a text that arrives in pieces; a character may be split
// between them. The zero value is ready.
type Validator struct {
	tail [4]byte // the bytes of an unfinished character
	n    int
	bad  bool
}

// Reset makes v ready for a new text.
func (v *Validator) Reset() { *v = Validator{} }

// Write takes the next piece and reports whether the text can still become
// valid.
func (v *Validator) Write(b []byte) bool {
	if v.bad {
		return false
	}
	for v.n > 0 && len(b) > 0 {
		v.tail[v.n] = b[0]
		v.n++
		b = b[1:]
		if utf8.FullRune(v.tail[:v.n]) {
			if r, size := utf8.DecodeRune(v.tail[:v.n]); r == utf8.RuneError && size == 1 {
				v.bad = true
				return false
			}
			v.n = 0
		}
	}
	cut := len(b)
	for i := 1; i <= 3 && i <= len(b); i++ { // a character may begin in the last three bytes
		if c := b[len(b)-i]; c >= 0xC0 {
			if !utf8.FullRune(b[len(b)-i:]) {
				cut = len(b) - i
			}
			break
		} else if c < 0x80 {
			break
		}
	}
	if !utf8.Valid(b[:cut]) {
		v.bad = true
		return false
	}
	if cut < len(b) {
		v.n = copy(v.tail[:], b[cut:])
	}
	return true
}

// Valid reports whether the text, ending here, is valid.
func (v *Validator) Valid() bool { return !v.bad && v.n == 0 }

// Bad reports whether the text cannot become valid any more.
func (v *Validator) Bad() bool { return v.bad }
