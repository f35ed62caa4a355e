package ui

import (
	"unicode/utf8"

	"wsscope/event"
	"wsscope/timeline"
)

// appendPreview gives the beginning of a payload: bytes that are no text as
// hex digits.
func appendPreview(b []byte, row *timeline.Row, payload []byte) []byte {
	if row.Opcode() != event.OpBinary && !row.IsControl() && (row.Kind() != timeline.KindFrame || row.RSV() == 0) {
		return append(b, payload...)
	}
	head := payload[:min(len(payload), 64)]
	if isText(head) {
		return append(b, payload...)
	}
	for _, c := range head {
		b = append(b, hexDigits[c>>4], hexDigits[c&15], ' ')
	}
	return b
}

// isText reports bytes that a person would rather read than see in hex:
// UTF-8, a character at the end may be cut, without control characters other
// than line breaks and tabs.
func isText(b []byte) bool {
	for i := 0; i < len(b); {
		r, size := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && size == 1 && (utf8.FullRune(b[i:]) || len(b)-i >= utf8.UTFMax) {
			return false
		}
		if r < ' ' && r != '\n' && r != '\r' && r != '\t' || r == 0x7f {
			return false
		}
		i += size
	}
	return true
}
