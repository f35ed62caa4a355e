package filter

import (
	"slices"

	"wsscope/event"
	"wsscope/limits"
)

// Sink hands on the events whose row passes a program: the frames, messages
// and findings, the opening and the end of each connection that has any, and
// the findings about what passes. Numbers and counts stay those of the whole
// capture, and the summary passes unchanged. An opening that does not pass by
// itself comes when the first other event of its connection does, so its
// packet may be smaller than that of the line before.
type Sink struct {
	p    *Program
	next event.Sink
	row  Row
	conn map[int]*state
	// refused has the connections that get no end, in order.
	refused []int
	payload []byte // of the event in row
	rules   [1]string
	held    held
	// The frame whose fields are in row: those of the message in it, too.
	inRow struct {
		conn *event.Conn
		n    uint64
	}
}

// state is what the sink remembers of a connection.
type state struct {
	conn  *Conn
	shown bool
	last  []uint64 // the frames of the last frame or message that passed
}

// NewSink filters the events for next.
func NewSink(p *Program, next event.Sink) *Sink {
	s := &Sink{p: p, next: next, conn: map[int]*state{}}
	s.row.Payload = func() []byte { return s.payload }
	return s
}

// begin prepares the row of the next event.
func (s *Sink) begin(kinds Kinds, at event.Stamp, c *event.Conn, dir event.Dir) *state {
	r := &s.row
	r.Kinds, r.Packet, r.Time, r.Dir = kinds, at.Packet, at.Time, dir
	r.Conn, r.Rules, r.HasSeverity = nil, nil, false
	s.payload = nil
	if c == nil {
		return nil
	}
	st := s.conn[c.ID]
	if st == nil { // a refused connection that was forgotten
		st = &state{conn: &Conn{ID: uint64(c.ID), Client: c.Client, Server: c.Server, Stream: c.Stream, Start: at.Time}}
	}
	r.Conn = st.conn
	return st
}

// show hands the opening on, once. It reports false where that is not at hand
// any more: then nothing of the connection passes.
func (s *Sink) show(st *state) bool {
	if st == nil || st.conn.Open == nil {
		return false
	}
	if !st.shown {
		st.shown = true
		s.next.Open(st.conn.Open)
	}
	return true
}

// Open passes if it matches, else when something of the connection does.
func (s *Sink) Open(o *event.Open) {
	s.Flush()
	s.conn[o.Conn.ID] = &state{conn: NewConn(o)}
	kind := KindOpen
	if o.Refused {
		kind = KindRefused
		s.refused = append(s.refused, o.Conn.ID)
		if int64(len(s.refused)) > limits.ReportRefused {
			delete(s.conn, s.refused[0])
			s.refused = s.refused[1:]
		}
	}
	st := s.begin(kind, o.Stamp, o.Conn, event.NoDir)
	if s.p.match(&s.row) {
		s.show(st)
	}
}

// Frame passes if it matches.
func (s *Sink) Frame(f *event.Frame) {
	s.Flush()
	if s.p.needs&NeedFindings != 0 {
		s.held.frame(f)
		return
	}
	if s.matchFrame(f, nil) {
		s.passFrame(f)
	}
}

func (s *Sink) matchFrame(f *event.Frame, h *held) bool {
	s.begin(KindFrame, f.Stamp, f.Conn, f.Dir)
	s.inRow.conn, s.inRow.n = f.Conn, f.N
	r := &s.row
	r.Opcode, r.Len, r.N, r.Index, r.FIN, r.RSV = f.Opcode, f.Len, f.N, f.Index, f.FIN, f.RSV
	r.Masked, r.Key, r.HeaderLen, r.FrameLen = f.Masked, f.Key, f.HeaderLen, f.Len
	r.CloseCode, r.RTT, r.Missing = -1, int64(f.RTT), lost(f.Missing)
	if f.HasClose {
		r.CloseCode = f.CloseCode
	}
	s.payload = f.Payload
	h.fill(r)
	return s.p.match(r)
}

func (s *Sink) passFrame(f *event.Frame) {
	if st := s.conn[f.Conn.ID]; s.show(st) {
		st.last = append(st.last[:0], f.N)
		s.next.Frame(f)
	}
}

// Message passes if it matches.
func (s *Sink) Message(m *event.Message) {
	if s.p.needs&NeedFindings != 0 {
		if !s.held.completes(m) {
			s.Flush()
		}
		s.held.message(m)
		return
	}
	if s.matchMessage(m, nil) {
		s.passMessage(m)
	}
}

func (s *Sink) matchMessage(m *event.Message, h *held) bool {
	kinds := KindMessage
	if len(m.Frames) == 1 && s.inRow.conn == m.Conn && s.inRow.n == m.Frames[0] {
		kinds |= KindFrame
	}
	s.begin(kinds, m.Stamp, m.Conn, m.Dir)
	r := &s.row
	r.Opcode, r.Len, r.WireLen, r.Fragments = m.Opcode, m.Len, m.WireLen, uint64(len(m.Frames))
	r.Compressed, r.Complete, r.UTF8, r.Inflate, r.Error = m.Compressed, m.Complete, m.UTF8, m.Inflate.Fault, m.Error
	r.Missing = lost(m.Missing)
	s.payload = m.Payload
	h.fill(r)
	return s.p.match(r)
}

func (s *Sink) passMessage(m *event.Message) {
	if st := s.conn[m.Conn.ID]; s.show(st) {
		st.last = append(st.last[:0], m.Frames...)
		s.next.Message(m)
	}
}

func lastFrame(m *event.Message) uint64 {
	if len(m.Frames) == 0 {
		return 0
	}
	return m.Frames[len(m.Frames)-1]
}

func lost(ranges []event.Range) (n uint64) {
	for _, r := range ranges {
		n += r.Len
	}
	return n
}

// Finding passes if it matches, or what it is about passed.
func (s *Sink) Finding(f *event.Finding) {
	if s.held.about(f) {
		s.held.finding(f)
		return
	}
	s.Flush()
	s.finding(f, false)
}

func (s *Sink) finding(f *event.Finding, aboutPassed bool) {
	st := s.begin(KindFinding, f.Stamp, f.Conn, f.Dir)
	s.rules[0] = f.Rule
	s.row.Rules, s.row.Severity = s.rules[:], f.Severity
	passes := aboutPassed || s.p.match(&s.row)
	switch {
	case st == nil:
	case passes:
		passes = s.show(st)
	case f.Frame == 0:
		passes = st.shown
	default:
		passes = slices.Contains(st.last, f.Frame)
	}
	if passes {
		s.next.Finding(f)
	}
}

// End passes if anything of the connection did, or it matches.
func (s *Sink) End(e *event.End) {
	s.Flush()
	st := s.begin(KindEnd, e.Stamp, e.Conn, event.NoDir)
	s.row.Reason = e.Reason
	if s.p.match(&s.row) {
		s.show(st)
	}
	if st.shown {
		s.next.End(e)
	}
	delete(s.conn, e.Conn.ID)
}

// Summary passes.
func (s *Sink) Summary(sum *event.Summary) {
	s.Flush()
	s.next.Summary(sum)
}
