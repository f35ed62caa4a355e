package judge

import (
	"strconv"
	"strings"

	"wsscope/event"
	"wsscope/limits"
)

// messageState follows the fragments of one direction (RFC 6455 section 5.4).
type messageState struct {
	open    uint64 // N of the first frame of the unfinished message; 0: none
	unknown bool   // frames may be missing: whether a message is open is not known
	empty   int64  // empty continuations of the message
}

// sequence holds a frame against the frames before it.
func (j *Conn) sequence(s *side, f *event.Frame, trusted bool) {
	m := &s.message
	switch {
	case f.Opcode == event.OpContinuation:
		if m.open == 0 && !m.unknown && trusted {
			j.violated(continuationWithoutStart, f, "A continuation, but no message is open to be continued.")
		}
		if f.FIN {
			m.open, m.unknown = 0, false
		} else if f.Len == 0 {
			j.emptyFragment(m, f)
		}
	case f.Opcode <= event.OpBinary:
		if m.open != 0 && !m.unknown && trusted {
			j.violated(dataInsideFragmented, f, "A %s frame begins a message while that of frame %d is not finished.", event.OpcodeName(f.Opcode), m.open)
		}
		*m = messageState{}
		if !f.FIN {
			m.open = f.N
		}
	case f.Opcode == event.OpClose && m.open != 0:
		if !m.unknown && trusted {
			j.tell(messageUnfinished, f.Stamp, f.Dir, m.open, "The %s sent a Close (frame %d) before it finished the message that this frame begins.", name(f.Dir), f.N)
		}
		m.open = 0
	}
}

func (j *Conn) emptyFragment(m *messageState, f *event.Frame) {
	if m.empty++; m.empty == limits.EmptyFragments {
		j.tell(emptyFragmentFlood, f.Stamp, f.Dir, f.N, "This is the %dth empty fragment of one message; each costs the receiver work and none brings data.", m.empty)
	}
}

// Message judges a data message: its text and its compression.
func (j *Conn) Message(m *event.Message) {
	if m.InvalidUTF8At != 0 {
		j.tell(textInvalidUTF8, m.Stamp, m.Dir, m.InvalidUTF8At, "The text of the %s's message is not valid UTF-8 from this frame on; the receiver must fail the connection (1007).", name(m.Dir))
		j.mustFail(textInvalidUTF8, m.Dir, m.Time)
	}
	if m.Compressed {
		j.compressed(m)
	}
}

func (j *Conn) compressed(m *event.Message) {
	frame := uint64(0)
	if len(m.Frames) > 0 {
		frame = m.Frames[0]
	}
	if m.Inflate.Fault != event.InflateOK {
		j.inflateFault(m, m.Inflate.Fault, m.Inflate.Detail, frame)
		for f := event.InflateTailKept; f <= event.InflateTakeover; f++ {
			if f != m.Inflate.Fault && m.Inflate.Also.Has(f) {
				j.inflateFault(m, f, "", frame)
			}
		}
	}
	if m.Inflate.Fault == event.InflateLimit ||
		m.Len >= uint64(limits.BombSize) && m.Len/max(m.WireLen, 1) >= uint64(limits.BombRatio) {
		more := ""
		if m.Inflate.Fault == event.InflateLimit {
			more = "at least "
		}
		j.tell(decompressionBomb, m.Stamp, m.Dir, frame, "%d bytes on the wire inflate to %s%d, %d times as many.", m.WireLen, more, m.Len, m.Len/max(m.WireLen, 1))
	}
}

var inflateRules = [...]*Rule{
	event.InflateLimit:        nil, // decompression-bomb, with its figures
	event.InflateInvalid:      deflateInvalid,
	event.InflateEndsInBlock:  deflateInvalid,
	event.InflateEmptyPayload: deflateInvalid,
	event.InflateTailKept:     deflateTailNotRemoved,
	event.InflatePadding:      deflatePadding,
	event.InflateWindow:       deflateWindowExceeded,
	event.InflateTakeover:     deflateContextTakeover,
	event.InflateContextLost:  deflateContextLost,
}

// inflateFault tells one thing that is wrong with a compressed message.
func (j *Conn) inflateFault(m *event.Message, fault event.InflateFault, detail string, frame uint64) {
	s, r := &j.sides[m.Dir], inflateRules[fault]
	if r == nil {
		return
	}
	if r != deflateContextLost && (len(m.Missing) > 0 || m.Unfinished || !j.deflate) {
		return // bytes that are not there, or compression that was never agreed
	}
	if r == deflateContextLost {
		if s.context {
			return
		}
		s.context = true
	}
	if detail == "" {
		detail = "frame " + strconv.FormatUint(frame, 10)
	}
	j.tell(r, m.Stamp, m.Dir, frame, "%s: %s.", inflateWords[fault], strings.TrimSuffix(detail, "."))
	if r == deflateInvalid && fault != event.InflateEmptyPayload {
		j.mustFail(r, m.Dir, m.Time)
	}
}

var inflateWords = [...]string{
	event.InflateInvalid:      "The compressed message is no DEFLATE stream",
	event.InflateEndsInBlock:  "The compressed message ends inside a DEFLATE block",
	event.InflateEmptyPayload: "The compressed message is no DEFLATE stream",
	event.InflateTailKept:     "The tail of the compressed message was left on",
	event.InflatePadding:      "The padding after the final DEFLATE block is not the fewest zero bits",
	event.InflateWindow:       "The compressed message refers back further than the agreed window",
	event.InflateTakeover:     "The compressed message refers to an earlier one, although no_context_takeover was agreed",
	event.InflateContextLost:  "The compressed message refers to bytes that are not in the capture",
}
