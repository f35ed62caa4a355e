package filter

import (
	"slices"
	"strings"

	"wsscope/event"
)

// held keeps a frame and the message that it completes until their findings
// are known, which follow them directly: only for programs that ask for
// findings. Its buffers are used again.
type held struct {
	order    []heldKind
	f        event.Frame
	m        event.Message
	findings []event.Finding
	rules    []string
	severity event.Severity

	payload, joined        []byte
	missing, joinedMissing []event.Range
	spans                  []event.Span
	vias                   []event.Via
	frames                 []uint64
}

type heldKind uint8

const (
	heldFrame heldKind = iota
	heldMessage
	heldFinding
)

// frame copies a frame, whose slices belong to the caller.
func (h *held) frame(f *event.Frame) {
	h.order = append(h.order, heldFrame)
	h.f = *f
	h.payload = append(h.payload[:0], f.Payload...)
	h.missing = append(h.missing[:0], f.Missing...)
	h.spans = append(h.spans[:0], f.Spans...)
	h.vias = append(h.vias[:0], f.Vias...)
	h.f.Payload, h.f.Missing, h.f.Spans, h.f.Vias = h.payload, h.missing, h.spans, h.vias
	h.f.CloseReason = slices.Clone(f.CloseReason)
}

// completes reports that m is the message of the held frame.
func (h *held) completes(m *event.Message) bool {
	return len(h.order) > 0 && h.order[0] == heldFrame && !slices.Contains(h.order, heldMessage) &&
		h.f.Conn == m.Conn && h.f.N == lastFrame(m)
}

func (h *held) message(m *event.Message) {
	h.order = append(h.order, heldMessage)
	h.m = *m
	h.joined = append(h.joined[:0], m.Payload...)
	h.joinedMissing = append(h.joinedMissing[:0], m.Missing...)
	h.frames = append(h.frames[:0], m.Frames...)
	h.m.Payload, h.m.Missing, h.m.Frames = h.joined, h.joinedMissing, h.frames
	h.m.Error, h.m.Inflate.Detail = strings.Clone(m.Error), strings.Clone(m.Inflate.Detail)
}

// about reports that f is about what is held.
func (h *held) about(f *event.Finding) bool {
	if len(h.order) == 0 || f.Frame == 0 {
		return false
	}
	return h.order[0] == heldFrame && h.f.Conn == f.Conn && h.f.N == f.Frame ||
		slices.Contains(h.order, heldMessage) && h.m.Conn == f.Conn && slices.Contains(h.m.Frames, f.Frame)
}

func (h *held) finding(f *event.Finding) {
	h.order = append(h.order, heldFinding)
	c := *f
	c.Rule, c.RFC, c.Text = strings.Clone(f.Rule), strings.Clone(f.RFC), strings.Clone(f.Text)
	h.findings = append(h.findings, c)
	h.rules = append(h.rules, c.Rule)
	h.severity = max(h.severity, c.Severity)
}

// fill gives the rows of frame and message their findings; h may be nil.
func (h *held) fill(r *Row) {
	if h != nil {
		r.Rules, r.Severity = h.rules, h.severity
	}
}

// Flush decides about what is held. A live capture calls it after each batch.
func (s *Sink) Flush() {
	h := &s.held
	if len(h.order) == 0 {
		return
	}
	frame := h.order[0] == heldFrame && s.matchFrame(&h.f, h)
	message := slices.Contains(h.order, heldMessage) && s.matchMessage(&h.m, h)
	i := 0
	for _, kind := range h.order {
		switch kind {
		case heldFrame:
			if frame {
				s.passFrame(&h.f)
			}
		case heldMessage:
			if message {
				s.passMessage(&h.m)
			}
		case heldFinding:
			s.finding(&h.findings[i], frame || message)
			i++
		}
	}
	h.order, h.findings, h.rules, h.severity = h.order[:0], h.findings[:0], h.rules[:0], 0
}
