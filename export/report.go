package export

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"wsscope/event"
	"wsscope/limits"
)

// Findings writes the report of findings for people: a section for each
// connection that has any, printed when the connection ends, and a conclusion
// over all. Clean connections are counted. It needs no payloads.
type Findings struct {
	pen
	conns   map[int]*section
	refused []int // those of conns that have no end, in order
	rest    section
	total   []ruleTotal
	broken  uint64 // connections and refused ones with an error or a warning
}

// section gathers the findings of one connection. It is bounded: the rules
// are the judge's own, about 120, and each names limits.ReportPlaces places.
type section struct {
	title string // raw, and not all of a long request target; empty for what is about no connection
	rules []ruleCount
}

// longestTitle bounds what a section keeps of its handshake: a connection may
// be open for days.
const longestTitle = 2 << 10

// ruleCount counts one rule in one direction of one connection.
type ruleCount struct {
	rule, rfc, text string
	severity        event.Severity
	dir             event.Dir
	n               uint64
	places          []string // "frame 3", "packet 25", "192.0.2.1:80 → …"
}

// ruleTotal counts one rule over all connections.
type ruleTotal struct {
	rule, rfc string
	severity  event.Severity
	n, conns  uint64
}

// NewFindings takes Color and Width.
func NewFindings(w io.Writer, opt Options) *Findings {
	return &Findings{pen: newPen(newOut(w), opt), conns: map[int]*section{}}
}

func (v *Findings) Frame(*event.Frame)     {}
func (v *Findings) Message(*event.Message) {}

// Open begins a section.
func (v *Findings) Open(o *event.Open) {
	title := where(o)
	if len(title) > longestTitle {
		title = title[:longestTitle] + "…"
	}
	if o.Refused {
		title += " refused with status " + strconv.Itoa(o.Status)
	}
	v.conns[o.Conn.ID] = &section{title: strings.Clone(title)}
	if o.Refused {
		v.endless(o.Conn.ID)
	}
}

// endless notes a section that no end of a connection will print, and prints
// the oldest of them where there are too many.
func (v *Findings) endless(id int) {
	v.refused = append(v.refused, id)
	if int64(len(v.refused)) > limits.ReportRefused {
		v.close(v.refused[0], nil)
		v.refused = v.refused[1:]
	}
}

// Finding counts.
func (v *Findings) Finding(f *event.Finding) {
	s := &v.rest
	if f.Conn != nil {
		if s = v.conns[f.Conn.ID]; s == nil { // a refused connection whose section is already printed
			s = &section{title: f.Conn.Client.String() + " → " + f.Conn.Server.String()}
			v.conns[f.Conn.ID] = s
			v.endless(f.Conn.ID)
		}
	}
	i := slices.IndexFunc(s.rules, func(r ruleCount) bool { return r.rule == f.Rule && r.dir == f.Dir })
	if i < 0 {
		i = len(s.rules)
		s.rules = append(s.rules, ruleCount{rule: strings.Clone(f.Rule), rfc: strings.Clone(f.RFC), text: strings.Clone(f.Text), severity: f.Severity, dir: f.Dir})
		v.countConnection(f, s)
	}
	r := &s.rules[i]
	r.n++
	if int64(len(r.places)) < limits.ReportPlaces {
		r.places = append(r.places, place(f))
	}
	t := slices.IndexFunc(v.total, func(t ruleTotal) bool { return t.rule == f.Rule })
	v.total[t].n++
}

// countConnection counts the connection of a section's first finding of a
// rule and direction.
func (v *Findings) countConnection(f *event.Finding, s *section) {
	t := slices.IndexFunc(v.total, func(t ruleTotal) bool { return t.rule == f.Rule })
	if t < 0 {
		t = len(v.total)
		v.total = append(v.total, ruleTotal{rule: strings.Clone(f.Rule), rfc: strings.Clone(f.RFC), severity: f.Severity})
	}
	same, broken := 0, 0
	for i := range s.rules {
		if s.rules[i].rule == f.Rule {
			same++
		}
		if s.rules[i].severity > event.Info {
			broken++
		}
	}
	if f.Conn == nil {
		return
	}
	if same == 1 {
		v.total[t].conns++
	}
	if broken == 1 && f.Severity > event.Info {
		v.broken++
	}
}

func place(f *event.Finding) string {
	switch {
	case f.Frame != 0:
		return "frame " + strconv.FormatUint(f.Frame, 10)
	case f.Conn == nil && f.Client.IsValid():
		return f.Client.String() + " → " + f.Server.String()
	case f.Packet != 0:
		return "packet " + strconv.FormatUint(f.Packet, 10)
	}
	return "the file"
}

// End prints the section of the connection.
func (v *Findings) End(e *event.End) { v.close(e.Conn.ID, e) }

// close prints a section, if it has findings, and forgets it.
func (v *Findings) close(id int, e *event.End) {
	s := v.conns[id]
	delete(v.conns, id)
	if s == nil || len(s.rules) == 0 {
		return
	}
	v.style(styleBold)
	v.put("#")
	v.uint(uint64(id))
	v.put(" ")
	v.words(s.title, colReport)
	v.style(styleNone)
	v.newline()
	v.rules(s.rules)
	if e != nil {
		for _, verdict := range e.Story.Verdict {
			if verdict != "" {
				v.to(colReport)
				v.words(verdict, colReport+2)
				v.newline()
			}
		}
	}
	v.newline()
}

// colReport is the column of the rules in a section.
const colReport = 4

func (v *Findings) rules(rules []ruleCount) {
	slices.SortStableFunc(rules, func(a, b ruleCount) int { return int(b.severity) - int(a.severity) })
	for i := range rules {
		r := &rules[i]
		v.mark(r.severity, r.rule)
		v.put(" ×")
		v.uint(r.n)
		switch r.dir {
		case event.ClientToServer:
			v.put(" by the client")
		case event.ServerToClient:
			v.put(" by the server")
		}
		if r.rfc != "" {
			v.put(", " + r.rfc)
		}
		v.newline()
		v.to(colReport + 2)
		v.words(r.text, colReport+2)
		v.newline()
		v.to(colReport + 2)
		at := "at " + strings.Join(r.places, ", ")
		if more := r.n - uint64(len(r.places)); more > 0 {
			at += " and " + strconv.FormatUint(more, 10) + " more"
		}
		v.style(styleDim)
		v.words(at, colReport+2)
		v.style(styleNone)
		v.newline()
	}
}

func (v *Findings) mark(s event.Severity, rule string) {
	m := severityMarks[s]
	v.to(colReport)
	v.style(m.style)
	v.put(m.mark)
	v.put(" ")
	wire(&v.pen, rule, v.left(0))
	v.style(styleNone)
}
