// Package anatomy takes frames apart bit by bit: every field of RFC 6455
// section 5.2 with its place, value and meaning, the masking worked out, and
// the figure of the RFC filled with the frame's own bits. The explain command
// prints it, the screen lights the field under the cursor; both use Dissect
// and Figure.
package anatomy

import (
	"strconv"
	"strings"

	"wsscope/decode/frame"
	"wsscope/event"
)

// Field is a run of bits with one meaning.
type Field struct {
	Name        string // as RFC 6455 section 5.2 names it
	Bit, Bits   int    // place and length, from the first bit of the frame
	Value       string // "1", "0x9", "126"; of payload, unmasked
	Meaning     string // of this value
	Explanation string // what the field is for, a paragraph
	RFC         string // "RFC 6455 section 5.2"
	Kind        Kind
}

// Kind tells the fields apart where a view treats them differently.
type Kind uint8

const (
	KindFIN Kind = iota
	KindRSV1
	KindRSV2
	KindRSV3
	KindOpcode
	KindMask
	KindLen
	KindExtendedLen
	KindKey
	KindPayload
	KindStatusCode // the first two payload bytes of a Close
	KindReason     // the rest of them
)

// Fault is a rule that the frame breaks by itself, whoever sent it.
type Fault struct {
	Field int // index into Fields
	Rule  string
	RFC   string
	Text  string
}

// Frame is one frame taken apart.
type Frame struct {
	Offset  int    // of its first byte in the input
	Raw     []byte // its bytes at hand, a view of the input
	Header  frame.Header
	Fields  []Field
	Payload []byte // unmasked; a copy where masked, else a view
	Faults  []Fault
	Message *Message // what this frame completes; nil where it completes none
}

// Missing is how many payload bytes the input lacks.
func (f *Frame) Missing() uint64 { return f.Header.Len - uint64(len(f.Payload)) }

// Stop says where and why the input cannot be read any further.
type Stop struct {
	Offset int
	Why    string
}

// Dissect takes apart the frames that follow each other in b, which holds
// bytes as they were sent. A last frame whose payload is cut is given too.
// stop is nil where b ends with the end of a frame.
func Dissect(b []byte) (frames []Frame, stop *Stop) {
	var messages assembler
	for off := 0; off < len(b); {
		rest := b[off:]
		h, ok := frame.Parse(rest)
		if !ok {
			return frames, headerCut(off, rest)
		}
		f := newFrame(off, rest, h)
		if why := improbable(&f); why != "" && len(frames) > 0 {
			return frames, &Stop{off, "what follows makes no sense as a frame: " + why}
		}
		f.Message = messages.add(&f, len(frames))
		frames = append(frames, f)
		if missing := f.Missing(); missing > 0 {
			return frames, &Stop{len(b), "the payload of frame " + strconv.Itoa(len(frames)) + " lacks " + bytesText(missing)}
		}
		off += len(f.Raw)
	}
	return frames, nil
}

// headerCut says what a header at the end of the input lacks.
func headerCut(off int, rest []byte) *Stop {
	why := "the input ends after the first byte of a frame's header"
	if len(rest) >= 2 {
		need := frame.Size(rest) - len(rest)
		why = "the input ends inside a frame's header, which lacks " + bytesText(uint64(need))
	}
	return &Stop{off + len(rest), why}
}

func bytesText(n uint64) string {
	if n == 1 {
		return "1 byte"
	}
	return strconv.FormatUint(n, 10) + " bytes"
}

// improbable says why the bytes are rather something else than a frame: no
// sender breaks two rules of the header at once, and seldom one just where
// the input ends. It is empty for what can be a frame.
func improbable(f *Frame) string {
	var texts []string
	for _, fault := range f.Faults {
		if f.Fields[fault.Field].Kind < KindPayload {
			texts = append(texts, fault.Text)
		}
	}
	if lost := f.Missing(); lost > 0 && len(texts) > 0 {
		texts = append(texts, bytesText(lost)+" of its payload are not there")
	}
	if len(texts) < 2 {
		return ""
	}
	return strings.Join(texts, ", and ")
}

// Of takes apart a frame that is known by its header and its unmasked
// payload, or the beginning of it, as a decoder keeps them. ok is false where
// header is none.
func Of(header, payload []byte) (f Frame, ok bool) {
	h, ok := frame.Parse(header)
	if !ok || h.Size != len(header) {
		return Frame{}, false
	}
	raw := append(header[:len(header):len(header)], payload...)
	if h.Masked {
		frame.Mask(raw[h.Size:], h.Key, 0)
	}
	return newFrame(0, raw, h), true
}

func newFrame(off int, b []byte, h frame.Header) Frame {
	end := len(b)
	if h.Len < uint64(len(b)-h.Size) {
		end = h.Size + int(h.Len)
	}
	f := Frame{Offset: off, Raw: b[:end:end], Header: h}
	f.Payload = f.Raw[h.Size:]
	if h.Masked && len(f.Payload) > 0 {
		f.Payload = append([]byte(nil), f.Payload...)
		frame.Mask(f.Payload, h.Key, 0)
	}
	f.headerFields()
	f.payloadFields()
	f.check()
	return f
}

// Close gives the code and the reason of a Close frame (RFC 6455 section
// 5.5.1); ok is false where there is no code.
func (f *Frame) Close() (code int, reason []byte, ok bool) {
	if f.Header.Opcode != event.OpClose || len(f.Payload) < 2 {
		return 0, nil, false
	}
	return int(f.Payload[0])<<8 | int(f.Payload[1]), f.Payload[2:], true
}
