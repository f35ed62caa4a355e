package ui

import (
	"slices"

	"wsscope/event"
	"wsscope/filter"
	"wsscope/timeline"
)

// compileFilter makes a matcher of a filter text; none of the empty text.
// The matcher is for one goroutine.
func (a *app) compileFilter(text string) (matcher, error) {
	if text == "" {
		return nil, nil
	}
	p, err := filter.Compile(text)
	if err != nil {
		return nil, err
	}
	m := &rowMatcher{store: a.store, program: p, needs: p.Needs(), conns: map[int]*filter.Conn{}}
	m.row.Payload = m.payload
	return m.match, nil
}

// rowMatcher shows the rows of the store to a filter program.
type rowMatcher struct {
	store   *timeline.Store
	program *filter.Program
	needs   filter.Need
	row     filter.Row
	rules   []string
	conns   map[int]*filter.Conn
	last    *filter.Conn // of the row before: most often the same

	// Of the row at hand, for payload.
	reader *timeline.Reader
	at     *timeline.Row
}

func (m *rowMatcher) payload() []byte {
	b, err := m.reader.Payload(m.at)
	if err != nil {
		return nil
	}
	return b
}

func (m *rowMatcher) match(r *timeline.Reader, row *timeline.Row) bool {
	f := &m.row
	m.reader, m.at = r, row
	f.Kinds, f.Packet, f.Time, f.Dir = 0, row.Packet, row.Time, row.Dir()
	f.Conn, f.Rules, f.HasSeverity = m.conn(row.Conn()), nil, false
	switch row.Kind() {
	case timeline.KindFrame:
		f.Kinds = filter.KindFrame
		if row.WholeMessage() {
			f.Kinds |= filter.KindMessage
		}
		f.Opcode, f.Len = row.Opcode(), row.Len
		m.frame(row)
		f.CloseCode, f.RTT, f.Missing = -1, -1, 0
		if row.HasCloseCode() {
			f.CloseCode = row.CloseCode()
		}
		f.Compressed, f.Complete, f.UTF8, f.Error, f.Inflate = false, row.Complete(), row.UTF8(), "", event.InflateOK
		f.WireLen, f.Fragments = row.Len, 1
	case timeline.KindMessage:
		f.Kinds = filter.KindMessage
		f.Opcode, f.Len, f.Missing = row.Opcode(), row.Len, 0
		f.Compressed, f.Complete, f.UTF8 = row.Compressed(), row.Complete(), row.UTF8()
		f.WireLen, f.Fragments, f.Inflate, f.Error = 0, 0, event.InflateOK, ""
	case timeline.KindOpen:
		f.Kinds = filter.KindOpen
		if row.Refused() {
			f.Kinds = filter.KindRefused
		}
	case timeline.KindFinding:
		f.Kinds = filter.KindFinding
	case timeline.KindEnd:
		f.Kinds = filter.KindEnd
		f.Reason = row.EndReason()
	}
	f.Severity, f.HasSeverity = row.Severity()
	if m.needs&filter.NeedDetail != 0 && row.HasDetail() {
		m.detail(f, row)
	}
	if m.needs&filter.NeedFindings != 0 && f.HasSeverity {
		m.findings(f, row)
	}
	if m.needs&filter.NeedFrame != 0 && row.Kind() == timeline.KindMessage && row.N > 0 {
		return m.matchFrames(row)
	}
	return m.program.Match(f)
}

// frame fills the fields that frames alone have.
func (m *rowMatcher) frame(row *timeline.Row) {
	f := &m.row
	f.N, f.Index, f.FrameLen = uint64(row.N), uint64(row.FrameIndex()), row.Len
	f.FIN, f.RSV, f.Masked, f.Key, f.HeaderLen = row.FIN(), row.RSV(), row.Masked(), row.Key, row.HeaderLen()
}

// matchFrames lets a message pass with the fields of any of its frames, which
// stand before it, the last one first.
func (m *rowMatcher) matchFrames(row *timeline.Row) (ok bool) {
	var frames []uint64 // read only where there is more than one: it may lie in the spill file
	found := false
	m.reader.Walk(row, false, func(r *timeline.Row) bool {
		if r.Kind() != timeline.KindFrame || r.N > row.N {
			return true
		}
		if r.N < row.N && frames == nil {
			d, err := m.reader.Detail(row)
			if err != nil || len(d.Frames) == 0 {
				return false
			}
			frames = d.Frames
		}
		if _, its := slices.BinarySearch(frames, uint64(r.N)); its || r.N == row.N {
			found = true
			m.row.Kinds |= filter.KindFrame
			m.frame(r)
			ok = m.program.Match(&m.row)
		}
		if frames == nil {
			return !ok && r.Opcode() == event.OpContinuation
		}
		return !ok && uint64(r.N) > frames[0]
	})
	if !found { // dropped: memory limit
		return m.program.Match(&m.row)
	}
	return ok
}

// matcherConns is how many connections a matcher remembers.
const matcherConns = 4096

// conn gives what filters ask of a connection; it is made once for each.
func (m *rowMatcher) conn(id int) *filter.Conn {
	if id == 0 {
		return nil
	}
	if m.last != nil && m.last.ID == uint64(id) {
		return m.last
	}
	c, ok := m.conns[id]
	if !ok {
		if now, known := m.store.Conn(id); known {
			c = &filter.Conn{ID: uint64(id), Client: now.Client, Server: now.Server, Stream: now.Stream, Start: now.FirstTime}
			if now.Open != nil {
				c = filter.NewConn(now.Open)
			}
		}
		if len(m.conns) >= matcherConns {
			clear(m.conns) // it must not keep alive what the store drops
		}
		m.conns[id] = c
	}
	m.last = c
	return c
}

// detail fills what the row itself does not hold.
func (m *rowMatcher) detail(f *filter.Row, row *timeline.Row) {
	d, err := m.reader.Detail(row)
	if err != nil {
		return
	}
	for _, r := range d.Missing {
		f.Missing += r.Len
	}
	if d.HasRTT {
		f.RTT = int64(d.RTT)
	}
	f.WireLen, f.Fragments, f.Inflate, f.Error = d.WireLen, uint64(len(d.Frames)), d.Inflate.Fault, d.Error
}

// findings collects the rules that the row broke: they stand behind it, most
// often directly.
func (m *rowMatcher) findings(f *filter.Row, row *timeline.Row) {
	m.rules = m.rules[:0]
	defer func() { f.Rules = m.rules }()
	if row.Kind() == timeline.KindFinding {
		if d, err := m.reader.Detail(row); err == nil {
			m.rules = append(m.rules, d.Rule)
		}
		return
	}
	const far = 1 << 12 // rows of the connection; what comes later still is not found by its rule
	n, steps := row.N, 0
	m.reader.Walk(row, true, func(r *timeline.Row) bool {
		steps++
		if r.Kind() == timeline.KindFinding && r.N == n {
			if d, err := m.reader.Detail(r); err == nil {
				m.rules = append(m.rules, d.Rule)
			}
		}
		return steps < far && (len(m.rules) == 0 || steps < 64)
	})
}

// completeFilter offers what could stand at the end of the text.
func completeFilter(text string) []completion {
	var out []completion
	for _, c := range filter.Complete(text, len(text)) {
		out = append(out, completion{c.Offset, c.Text, c.Help})
	}
	return out
}
