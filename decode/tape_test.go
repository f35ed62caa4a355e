package decode

import (
	"bytes"
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"wsscope/decode/frame"
	"wsscope/event"
	"wsscope/stream"
)

// tape is an Output that writes down what it is told, a line each, and checks
// what holds for every sequence of events.
type tape struct {
	t        testing.TB
	lines    []string
	quiet    bool // check only
	conns    map[*event.Conn]*taped
	frames   int
	findings int
	brief    bool // short lines, for tables
	swapped  bool // a response stood before its request
}

// taped is what was told of one connection.
type taped struct {
	n      uint64
	count  [2]event.Count
	lens   map[uint64]uint64 // of data frames without a message yet
	ended  bool
	refuse bool
	last   event.Stamp
}

func newTape(t testing.TB) *tape { return &tape{t: t, conns: map[*event.Conn]*taped{}} }

func (p *tape) say(format string, args ...any) {
	if !p.quiet {
		p.lines = append(p.lines, fmt.Sprintf(format, args...))
	}
}

// at checks the order of a connection's events.
func (p *tape) at(c *event.Conn, s event.Stamp) *taped {
	e := p.conns[c]
	if e == nil {
		p.t.Fatal("an event of a connection that was not opened")
	}
	if e.ended {
		p.t.Fatal("an event behind the end")
	}
	if s.Packet < e.last.Packet {
		p.t.Fatalf("packet %d after packet %d", s.Packet, e.last.Packet)
	}
	e.last = s
	return e
}

func (p *tape) Open(o *event.Open) {
	if p.conns[o.Conn] != nil {
		p.t.Fatal("opened twice")
	}
	p.conns[o.Conn] = &taped{lens: map[uint64]uint64{}, refuse: o.Refused, last: o.Stamp}
	p.swapped = p.swapped || o.RequestStamp.Packet == o.Packet
	if p.brief {
		what := "open"
		if o.Refused {
			what = "refused"
		}
		p.say("%s %s %s %d", what, o.Handshake, o.URI, o.Status)
		return
	}
	p.say("open %v %v %s %s %d key %s accept %s %d ext %q %+v early %d", o.Conn.Client, o.Handshake, o.Method, o.URI, o.Status, o.Key, o.Accept, o.AcceptValid, o.Extensions, o.Deflate, o.EarlyClientBytes)
}

func (p *tape) Frame(f *event.Frame) {
	p.frames++
	e := p.at(f.Conn, f.Stamp)
	e.n++
	e.count[f.Dir].Frames++
	if f.N != e.n || f.Index != e.count[f.Dir].Frames {
		p.t.Fatalf("frame %d, %d of its direction, came as number %d, %d", f.N, f.Index, e.n, e.count[f.Dir].Frames)
	}
	var lost, end uint64
	for _, m := range f.Missing {
		if m.Len == 0 || m.Off < end || m.Off+m.Len < m.Off || m.Off+m.Len > f.Len {
			p.t.Fatalf("lost ranges %v of %d bytes", f.Missing, f.Len)
		}
		lost, end = lost+m.Len, m.Off+m.Len
	}
	if f.Captured+lost != f.Len || uint64(len(f.Payload)) > f.Len {
		p.t.Fatalf("%d bytes, %d captured, %d lost, %d kept", f.Len, f.Captured, lost, len(f.Payload))
	}
	h, ok := frame.Parse(f.Header[:f.HeaderLen])
	if !ok || h.Size != f.HeaderLen || h.Len != f.Len || h.Opcode != f.Opcode || h.FIN != f.FIN || h.RSV != f.RSV || h.Masked != f.Masked || h.Masked && h.Key != f.Key {
		p.t.Fatalf("header % x read as %+v", f.Header[:f.HeaderLen], f)
	}
	if f.HasClose && (f.CloseCode != int(f.Payload[0])<<8|int(f.Payload[1]) || !bytes.Equal(f.CloseReason, f.Payload[2:])) {
		p.t.Fatal("close code and reason are not the payload's")
	}
	if !event.IsControl(f.Opcode) && f.Opcode <= event.OpBinary {
		e.lens[f.N] = f.Len
	}
	if p.brief {
		missing := ""
		if len(f.Missing) > 0 {
			missing = fmt.Sprintf(" missing %v", f.Missing)
		}
		p.say("%s %s %q%s", f.Dir, event.OpcodeName(f.Opcode), clip(f.Payload), missing)
		return
	}
	p.say("frame %d %s %d fin %v rsv %d len %d captured %d missing %v ended %v code %d %q % x", f.N, f.Dir, f.Opcode, f.FIN, f.RSV, f.Len, f.Captured, f.Missing, f.Ended, f.CloseCode, f.CloseReason, f.Payload)
}

func (p *tape) Message(m *event.Message) {
	e := p.at(m.Conn, m.Stamp)
	e.count[m.Dir].Messages++
	var sum uint64
	if len(m.Frames) == 0 {
		p.t.Fatal("a message of no frames")
	}
	for _, n := range m.Frames {
		l, ok := e.lens[n]
		if !ok {
			p.t.Fatalf("frame %d is in two messages, or in the wrong one", n)
		}
		sum += l
		delete(e.lens, n)
	}
	if sum != m.WireLen {
		p.t.Fatalf("a message of %d bytes in frames of %d", m.WireLen, sum)
	}
	if m.Complete && (len(m.Missing) > 0 || m.Error != "" || m.Unfinished || !m.Truncated && uint64(len(m.Payload)) != m.Len) {
		p.t.Fatalf("complete: %+v", m)
	}
	if !m.Complete && len(m.Missing) == 0 && m.Error == "" {
		p.t.Fatalf("not complete, and nobody says why: %+v", m)
	}
	if p.brief {
		done := ""
		if !m.Complete {
			done = " incomplete"
		}
		p.say("%s message %q%s", m.Dir, clip(m.Payload), done)
		return
	}
	p.say("message %s %v %d len %d/%d compressed %v complete %v utf8 %v %d %q missing %v inflate %+v %x", m.Dir, m.Frames, m.Opcode, m.Len, m.WireLen, m.Compressed, m.Complete, m.UTF8, m.InvalidUTF8At, m.Error, m.Missing, m.Inflate, m.Payload)
}

func (p *tape) Finding(f *event.Finding) {
	p.findings++
	if p.brief {
		if f.Severity == event.Error {
			p.say("error %s", f.Rule)
		}
		return
	}
	p.say("finding %s %s %d %s", f.Dir, f.Rule, f.Frame, f.Text)
}

func (p *tape) End(x *event.End) {
	e := p.at(x.Conn, x.Stamp)
	e.ended = true
	for d := range x.Count {
		if x.Count[d].Frames != e.count[d].Frames || x.Count[d].Messages != e.count[d].Messages {
			p.t.Fatalf("%d frames and %d messages, of %d and %d that were told", x.Count[d].Frames, x.Count[d].Messages, e.count[d].Frames, e.count[d].Messages)
		}
	}
	if p.brief {
		p.say("end %s", x.Reason)
		return
	}
	p.say("end %s %+v", x.Reason, x.Count)
}

// done checks that every connection has ended.
func (p *tape) done(sh *Shared) {
	sh.Finish(event.Stamp{})
	for c, e := range p.conns {
		if !e.ended && !e.refuse {
			p.t.Fatalf("connection %v has no end", c.Client)
		}
		if e.ended && len(e.lens) > 0 {
			p.t.Fatalf("frames %v are in no message", e.lens)
		}
	}
	if sh.waiting != 0 {
		p.t.Fatalf("%d bytes are counted as waiting behind the end", sh.waiting)
	}
}

func clip(b []byte) []byte { return b[:min(len(b), 24)] }

// step is one step of a connection, as TCP reassembly would tell it.
type step struct {
	side  event.Dir
	kind  kind
	data  []byte
	gap   int64
	how   stream.End
	acked int64       // zero: unknown
	now   event.Stamp // zero: one packet later than the step before
}

// feed plays steps on a connection; both directions end with them.
func feed(p *tape, sh *Shared, whole bool, steps []step) {
	c := NewConn(sh, netip.MustParseAddrPort("10.0.0.1:4000"), netip.MustParseAddrPort("10.0.0.2:80"), whole)
	var now event.Stamp
	var over [2]bool
	for _, s := range steps {
		if over[s.side] {
			continue
		}
		if s.now != (event.Stamp{}) {
			now = s.now
		} else {
			now.Packet++
			now.Time += 1e6
		}
		switch s.kind {
		case isGap:
			c.Gap(s.side, s.gap, now)
		case isEnd:
			over[s.side] = true
			c.End(s.side, s.how, now)
		default:
			// The receiver may write into what it is given, and keeps none of it.
			b := bytes.Clone(s.data)
			acked := int64(-1)
			if s.acked > 0 {
				acked = s.acked
			}
			c.Data(s.side, &stream.Chunk{Data: b, Origin: now, Now: now, Acked: acked})
			for i := range b {
				b[i] = 0xA5
			}
		}
	}
	for side := range over {
		if !over[side] {
			c.End(event.Dir(side), stream.EOF, now)
		}
	}
	p.done(sh)
}

// decoded gives the events of steps, a line each.
func decoded(t testing.TB, whole bool, steps []step) []string {
	p := newTape(t)
	feed(p, NewShared(p, Options{Payload: 1 << 20}), whole, steps)
	return p.lines
}

// cutAnew cuts the data of steps anew, n bytes a piece; the times stay.
func cutAnew(steps []step, size func() int) []step {
	var out []step
	var now event.Stamp
	for _, s := range steps {
		if s.now == (event.Stamp{}) {
			now.Packet++
			now.Time += 1e6
			s.now = now
		}
		now = s.now
		if s.kind != isData {
			out = append(out, s)
			continue
		}
		for b := s.data; len(b) > 0; {
			n := min(len(b), size())
			piece := s
			piece.data = b[:n]
			out = append(out, piece)
			b = b[n:]
		}
	}
	return out
}

func same(t testing.TB, what string, want, got []string) {
	t.Helper()
	for i := range max(len(want), len(got)) {
		w, g := "(nothing)", "(nothing)"
		if i < len(want) {
			w = want[i]
		}
		if i < len(got) {
			g = got[i]
		}
		if w != g {
			t.Fatalf("%s, event %d:\n%.300s\n%.300s", what, i, w, g)
		}
	}
}

// connections gives the steps of a capture's connections, by their packets.
func connections(list map[int][]step) [][]step {
	var out [][]step
	for _, s := range list {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b []step) int { return cmp.Compare(a[0].now.Packet, b[0].now.Packet) })
	return out
}

func contains(lines []string, part string) bool {
	return slices.ContainsFunc(lines, func(l string) bool { return strings.Contains(l, part) })
}
