package anatomy

import (
	"strconv"
	"unicode/utf8"

	"wsscope/decode/deflate"
	"wsscope/event"
	"wsscope/limits"
)

// Message is the data message that a frame completes.
type Message struct {
	First, Last int // indices of its first and last frame
	Compressed  bool
	Text        bool
	Payload     []byte // inflated where compressed
	Cut         bool   // Payload was cut at limits.ExplainInflated
	Note        string // what inflating showed; empty where all is well
}

// assembler joins the frames of messages, for each sender apart: the MASK bit
// tells clients and servers apart.
type assembler struct{ side [2]side }

type side struct {
	open    bool
	message Message
	context *deflate.Context
}

// add takes the frame with index n and returns the message that it completes.
func (a *assembler) add(f *Frame, n int) *Message {
	h := &f.Header
	if h.Opcode > event.OpBinary {
		return nil
	}
	s := &a.side[0]
	if h.Masked {
		s = &a.side[1]
	}
	if h.Opcode != event.OpContinuation {
		s.begin(h.RSV&4 != 0, h.Opcode == event.OpText, n)
	}
	if !s.open {
		return nil // the message began before the input
	}
	m := &s.message
	m.Last = n
	if m.Compressed {
		m.Payload = s.context.Write(m.Payload, f.Payload)
	} else {
		m.Payload = append(m.Payload, f.Payload...)
	}
	if !h.FIN || f.Missing() > 0 {
		return nil
	}
	s.open = false
	done := *m
	if m.Compressed {
		var r deflate.Result
		done.Payload, r = s.context.End(m.Payload)
		done.Note = inflateNote(&r)
		done.Cut = r.Fault == event.InflateLimit
	}
	return &done
}

func (s *side) begin(compressed, text bool, n int) {
	s.open = true
	s.message = Message{First: n, Compressed: compressed, Text: text}
	if !compressed {
		return
	}
	if s.context == nil {
		s.context = deflate.New(deflate.Options{UnknownHistory: true})
	}
	s.context.Begin(limits.ExplainInflated)
}

// inflateNote says what a reader must know about the inflated text.
func inflateNote(r *deflate.Result) string {
	switch {
	case r.Fault == event.InflateContextLost || r.Unknown > 0:
		return "it refers to earlier messages, which are not here; unknown bytes stand as ?"
	case r.Fault == event.InflateLimit:
		return "only the first " + strconv.FormatInt(limits.ExplainInflated, 10) + " bytes are shown"
	case r.Fault != event.InflateOK:
		return r.Detail
	}
	return ""
}

// Readable reports that the payload is to be shown as text.
func (m *Message) Readable() bool { return m.Text && utf8.Valid(m.Payload) }
