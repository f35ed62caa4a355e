package anatomy

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"wsscope/event"
	"wsscope/printable"
)

// The bits of the first two bytes (RFC 6455 section 5.2).
const (
	bitOpcode = 4
	bitMask   = 8
	bitLen    = 9
	bitRest   = 16
)

func (f *Frame) add(k Kind, bit, bits int, value, meaning string) {
	t := texts[k]
	f.Fields = append(f.Fields, Field{t.name, bit, bits, value, meaning, t.explanation, t.rfc, k})
}

// headerFields adds the fields of the header, in order.
func (f *Frame) headerFields() {
	h := &f.Header
	control := event.IsControl(h.Opcode)
	f.flag(KindFIN, 0, h.FIN, finMeaning(h.FIN, control, h.Opcode))
	f.flag(KindRSV1, 1, h.RSV&4 != 0, choose(h.RSV&4 != 0, "the message is compressed, where permessage-deflate was agreed", "not compressed"))
	f.flag(KindRSV2, 2, h.RSV&2 != 0, choose(h.RSV&2 != 0, "set, though no registered extension uses it", "not used"))
	f.flag(KindRSV3, 3, h.RSV&1 != 0, choose(h.RSV&1 != 0, "set, though no registered extension uses it", "not used"))
	f.add(KindOpcode, bitOpcode, 4, "0x"+strconv.FormatUint(uint64(h.Opcode), 16), opcodeMeaning(h.Opcode))
	f.flag(KindMask, bitMask, h.Masked, choose(h.Masked, "the payload is masked, as every client must", "the payload is not masked: a server sent it"))

	short := int(f.Raw[1] & 0x7f)
	size := bitRest
	switch h.Form {
	case 7:
		f.add(KindLen, bitLen, 7, strconv.Itoa(short), "the payload has "+bytesText(h.Len))
	case 16:
		f.add(KindLen, bitLen, 7, "126", "the length stands in the next 16 bits")
		f.add(KindExtendedLen, size, 16, strconv.FormatUint(h.Len, 10), "the payload has "+bytesText(h.Len))
		size += 16
	default:
		f.add(KindLen, bitLen, 7, "127", "the length stands in the next 64 bits")
		f.add(KindExtendedLen, size, 64, strconv.FormatUint(h.Len, 10), "the payload has "+bytesText(h.Len))
		size += 64
	}
	if h.Masked {
		f.add(KindKey, size, 32, fmt.Sprintf("%x", h.Key[:]), "payload byte i was combined with byte i mod 4 of this key")
	}
}

func (f *Frame) flag(k Kind, bit int, set bool, meaning string) {
	f.add(k, bit, 1, choose(set, "1", "0"), meaning)
}

func choose(c bool, yes, no string) string {
	if c {
		return yes
	}
	return no
}

func finMeaning(fin, control bool, opcode uint8) string {
	switch {
	case control && fin:
		return "control frames are always whole"
	case control:
		return "more is to follow, which no control frame may say"
	case fin && opcode == event.OpContinuation:
		return "the last frame of its message"
	case fin:
		return "the whole message is in this frame"
	case opcode == event.OpContinuation:
		return "a middle frame of its message"
	}
	return "the first frame of a message, more follow"
}

func opcodeMeaning(op uint8) string {
	name := event.OpcodeName(op)
	switch op {
	case event.OpContinuation:
		return name + ": goes on with the message that an earlier frame began"
	case event.OpText:
		return name + ": the message is text in UTF-8"
	case event.OpBinary:
		return name + ": the message is bytes"
	case event.OpClose:
		return name + ": the sender will send nothing more"
	case event.OpPing:
		return name + ": asks the peer for a pong with the same payload"
	case event.OpPong:
		return name + ": answers a ping, or just says that the sender lives"
	}
	if event.IsControl(op) {
		return name + ": a control opcode without a meaning"
	}
	return name + ": a data opcode without a meaning"
}

// payloadFields adds what stands after the header.
func (f *Frame) payloadFields() {
	bit := 8 * f.Header.Size
	if code, reason, ok := f.Close(); ok {
		f.add(KindStatusCode, bit, 16, strconv.Itoa(code), event.CloseCodeName(code))
		if len(reason) > 0 {
			f.add(KindReason, bit+16, 8*len(reason), Quote(reason, 60), "why, in words for people")
		}
		return
	}
	if len(f.Payload) == 0 {
		return
	}
	meaning := bytesText(uint64(len(f.Payload)))
	switch {
	case f.Header.RSV&4 != 0 && !event.IsControl(f.Header.Opcode):
		meaning += " of DEFLATE data"
	case f.Header.Opcode == event.OpText && utf8.Valid(f.Payload):
		meaning += " of text, " + characters(f.Payload)
	}
	f.add(KindPayload, bit, 8*len(f.Payload), Quote(f.Payload, 60), meaning)
}

func characters(b []byte) string {
	if n := utf8.RuneCount(b); n != 1 {
		return strconv.Itoa(n) + " characters"
	}
	return "1 character"
}

// Quote shows the beginning of b in at most the given columns: in quotes
// where it is readable text, else in hex.
func Quote(b []byte, columns int) string {
	if utf8.Valid(b) {
		out, _, shown := printable.Append([]byte{'"'}, b, columns-3)
		out = append(out, '"')
		if shown < len(b) {
			out = append(out, "…"...)
		}
		return string(out)
	}
	n := min(len(b), max(1, (columns-1)/3))
	s := fmt.Sprintf("% x", b[:n])
	if n < len(b) {
		s += "…"
	}
	return s
}
