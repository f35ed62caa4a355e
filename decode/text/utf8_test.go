package text

import (
	"testing"
	"unicode/utf8"
)

var texts = []string{
	"", "Hello", "Größe", "€", "𐍈", "a€𐍈b", "\x00", "\xef\xbf\xbf", "\xf4\x8f\xbf\xbf", // valid
	"\x80", "\xc0\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff", "\xe0\x80\x80", "a\xc3(", "\xf8\x88\x80\x80\x80",
}

// check writes a text in pieces of the given lengths.
func check(t *testing.T, s []byte, sizes []byte) {
	var v Validator
	open, at := true, 0
	for i := 0; at < len(s); i++ {
		n := len(s) - at
		if len(sizes) > 0 {
			n = min(n, int(sizes[i%len(sizes)]%7))
			if n == 0 {
				n = 1
			}
		}
		open = v.Write(s[at : at+n])
		at += n
		if open == v.Bad() {
			t.Fatal("Write and Bad differ")
		}
		if possible := completable(s[:at]); open != possible {
			t.Fatalf("%q can become valid: %v, said %v", s[:at], possible, open)
		}
	}
	if v.Valid() != utf8.Valid(s) {
		t.Fatalf("%q in pieces: %v", s, v.Valid())
	}
	if v.Reset(); !v.Valid() {
		t.Fatal("not new")
	}
}

// completable reports whether some text that begins with b is valid.
func completable(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if r == utf8.RuneError && n == 1 {
			return !utf8.FullRune(b)
		}
		b = b[n:]
	}
	return true
}

func TestValidator(t *testing.T) {
	for _, s := range texts {
		for n := range byte(6) {
			check(t, []byte(s), []byte{n + 1})
		}
		check(t, []byte(s), nil)
	}
}

func FuzzValidator(f *testing.F) {
	for _, s := range texts {
		f.Add([]byte(s), []byte{1})
		f.Add([]byte("x"+s+"y"), []byte{2, 1, 3})
	}
	f.Fuzz(func(t *testing.T, s, sizes []byte) { check(t, s[:min(len(s), 500)], sizes) })
}
