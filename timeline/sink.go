package timeline

import (
	"slices"

	"wsscope/event"
	"wsscope/limits"
)

// Open implements event.Sink.
func (s *Store) Open(o *event.Open) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	c := s.conn(o.Conn, o.Stamp)
	if c == nil {
		return
	}
	c.Open, c.head = o, headSize(o)
	s.heads.kept += c.head
	s.boundHeads()
	s.stats.Connections++
	r := record{kind: uint8(KindOpen) | uint8(event.NoDir)<<3}
	if o.Refused {
		r.flags |= flagRefused
		s.stats.Refused++
	}
	s.put(&r, c, nil, nil, o.Stamp)
	s.publish()
}

// Frame implements event.Sink.
func (s *Store) Frame(f *event.Frame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	c := s.conn(f.Conn, f.Stamp)
	if c == nil {
		return
	}
	r := record{
		Len: f.Len, N: uint32(f.N), index: uint32(f.Index), Key: f.Key, flags: uint16(f.HeaderLen) & headerLenMask,
		first: f.RSV<<4 | f.Opcode&15, kind: uint8(KindFrame) | uint8(f.Dir)<<3,
	}
	if f.FIN {
		r.first |= 0x80
	}
	r.flags |= flag(f.Masked, flagMasked) | flag(f.Truncated, flagTruncated) | flag(f.Captured < f.Len, flagMissing) | flag(f.Ended, flagEnded)
	if f.HasClose {
		r.code = uint16(f.CloseCode)
		r.flags |= flagCode
	}
	s.put(&r, c, f.Payload, s.frameDetail(f), f.Stamp)
	c.Frames[f.Dir]++
	c.Bytes[f.Dir] += f.Len
	s.stats.Frames++
	switch f.Opcode {
	case event.OpClose:
		c.CloseCode[f.Dir] = -1
		if f.HasClose {
			c.CloseCode[f.Dir] = f.CloseCode
		}
	case event.OpPing:
		c.Unanswered[f.Dir]++
	case event.OpPong:
		if f.RTT >= 0 {
			c.Unanswered[f.Dir.Reverse()] = 0
		}
	}
	if f.FIN && f.Opcode <= event.OpBinary {
		s.pending = true // its message is the next event: they share the row
		return
	}
	s.publish()
}

func flag(on bool, bit uint16) uint16 {
	if on {
		return bit
	}
	return 0
}

// frameDetail gives the detail of a frame, or nil where the record says all.
func (s *Store) frameDetail(f *event.Frame) *Detail {
	rtt := f.Opcode == event.OpPong && f.RTT >= 0
	if f.Captured == f.Len && f.First.Packet == f.Packet && !rtt && len(f.Spans) <= 1 && len(f.Vias) == 0 {
		return nil
	}
	s.detail = Detail{First: f.First, Captured: f.Captured, Missing: f.Missing, HasRTT: rtt}
	if rtt {
		s.detail.RTT = f.RTT
	}
	if len(f.Spans) > 1 || len(f.Vias) > 0 {
		s.detail.Spans, s.detail.Vias = f.Spans, f.Vias
	}
	return &s.detail
}

// Message implements event.Sink. A message that is simply its only frame
// shares the row and the bytes of that frame.
func (s *Store) Message(m *event.Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.conn(m.Conn, m.Stamp)
	if c == nil {
		return
	}
	c.Messages[m.Dir]++
	s.stats.Messages++
	if s.pending && s.shares(m, c) {
		word := s.rows.state(c.last - 1)
		state := word.Load() | stateMessage
		if m.UTF8 {
			state |= stateUTF8
		}
		if !m.Complete {
			state |= stateBroken
		}
		word.Store(state)
		s.publish()
		return
	}
	s.settle()
	r := record{Len: m.Len, first: 0x80 | m.Opcode&15, kind: uint8(KindMessage) | uint8(m.Dir)<<3}
	if n := len(m.Frames); n > 0 {
		r.N = uint32(m.Frames[n-1])
	}
	r.flags = flag(m.Truncated, flagTruncated) | flag(len(m.Missing) > 0, flagMissing) | flag(m.Compressed, flagCompressed) |
		flag(!m.Complete, flagIncomplete) | flag(m.UTF8, flagUTF8)
	s.detail = Detail{
		First: m.First, Captured: m.Len, Missing: m.Missing,
		Frames: m.Frames, WireLen: m.WireLen, Inflate: m.Inflate, Error: m.Error, Cut: m.Unfinished,
	}
	i := s.put(&r, c, m.Payload, &s.detail, m.Stamp)
	if severity := s.frameSeverity(c, m.Frames); severity > 0 {
		word := s.rows.state(i)
		word.Store(word.Load() | severity)
	}
	s.publish()
}

// shares reports whether the row before, which is a frame that waits for its
// message, says everything about m.
func (s *Store) shares(m *event.Message, c *conn) bool {
	if len(m.Frames) != 1 || m.Compressed || m.Error != "" || m.Unfinished || c.last == 0 || uint64(c.last) != s.rows.next {
		return false
	}
	i := uint64(c.last - 1)
	r := &s.rows.block(i).records.Load()[i%blockRows]
	return uint64(r.N) == m.Frames[0] && int(r.stored) == len(m.Payload) && r.Len == m.Len && r.first&15 == m.Opcode
}

// frameSeverity is the highest severity word of the frames' findings.
func (s *Store) frameSeverity(c *conn, frames []uint64) (word uint64) {
	if len(frames) == 0 || c.Findings == [3]uint64{} {
		return 0
	}
	s.walkBack(c, func(i uint32, r *record) bool {
		if Kind(r.kind&7) != KindFrame {
			return true
		}
		if _, ok := slices.BinarySearch(frames, uint64(r.N)); ok {
			if state := s.rows.state(i); state != nil {
				word = max(word, state.Load()&stateSeverity)
			}
		}
		return uint64(r.N) > frames[0]
	})
	return word
}

// walkBack visits the rows of a connection that are in memory, newest first,
// until visit says no.
func (s *Store) walkBack(c *conn, visit func(uint32, *record) bool) {
	next := c.last
	for steps := limits.TimelineSteps; next > 0 && steps > 0; steps-- {
		i := next - 1
		recs := s.rows.block(uint64(i)).records.Load()
		if recs == nil {
			return
		}
		r := &recs[i%blockRows]
		if !visit(i, r) {
			return
		}
		next = r.prev
	}
}

// Finding implements event.Sink: a row of its own, and a mark on the rows
// that it is about.
func (s *Store) Finding(f *event.Finding) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	c := s.conn(f.Conn, f.Stamp)
	r := record{N: uint32(f.Frame), first: uint8(f.Severity), kind: uint8(KindFinding) | uint8(f.Dir)<<3}
	s.detail = Detail{First: f.Stamp, Rule: f.Rule, RFC: f.RFC, Text: f.Text}
	if c == nil && f.Client.IsValid() {
		s.detail.Client, s.detail.Server = f.Client.String(), f.Server.String()
	}
	s.put(&r, c, nil, &s.detail, f.Stamp)
	s.stats.Findings[f.Severity]++
	if c != nil {
		c.Findings[f.Severity]++
		s.mark(c, f)
	}
	s.publish()
}

// mark raises the severity of the frame and the message that f is about, or
// of the opening where it is about the handshake.
func (s *Store) mark(c *conn, f *event.Finding) {
	severity := uint64(f.Severity) + 1
	if f.Frame == 0 {
		if f.Packet != 0 && c.Frames == [2]uint64{} && c.first > 0 {
			s.raise(c.first-1, severity)
		}
		return
	}
	s.walkBack(c, func(i uint32, r *record) bool {
		switch Kind(r.kind & 7) {
		case KindFrame:
			if uint64(r.N) == f.Frame {
				s.raise(i, severity)
			}
			return uint64(r.N) > f.Frame
		case KindMessage:
			if uint64(r.N) == f.Frame || uint64(r.N) > f.Frame && s.messageHolds(r, f.Frame) {
				s.raise(i, severity)
			}
		}
		return true
	})
}

// messageHolds reports whether frame n is one of a message's.
func (s *Store) messageHolds(r *record, n uint64) bool {
	mem := (*s.data.chunks.Load())[r.chunk].mem.Load()
	if mem == nil {
		return false
	}
	b := (*mem)[r.off+r.stored:]
	d, err := decodeDetail(b[4:], event.Stamp{})
	if err != nil {
		return false
	}
	_, ok := slices.BinarySearch(d.Frames, n)
	return ok
}

func (s *Store) raise(i uint32, severity uint64) {
	word := s.rows.state(i)
	if word == nil {
		return
	}
	if old := word.Load(); old&stateSeverity < severity {
		word.Store(old&^stateSeverity | severity)
		s.touched.add(i)
	}
}

// End implements event.Sink.
func (s *Store) End(e *event.End) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle()
	c := s.conn(e.Conn, e.Stamp)
	if c == nil {
		return
	}
	keep := *e
	keep.Story.Lines = slices.Clone(e.Story.Lines)
	for i, line := range keep.Story.Lines {
		keep.Story.Lines[i] = string([]byte(line))
	}
	c.End = &keep
	r := record{first: uint8(e.Reason), kind: uint8(KindEnd) | uint8(event.NoDir)<<3}
	s.put(&r, c, nil, nil, e.Stamp)
	s.publish()
}

// Summary implements event.Sink.
func (s *Store) Summary(sum *event.Summary) {
	s.mu.Lock()
	defer s.mu.Unlock()
	keep := *sum
	keep.Limits = slices.Clone(sum.Limits)
	keep.Notes = slices.Clone(sum.Notes)
	s.summary = &keep
	s.publish()
}
