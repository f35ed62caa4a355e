package export

import (
	"strconv"
	"strings"

	"wsscope/event"
)

// folds counts the findings of a connection that say the same again. It is
// bounded: rules are the judge's own words, about 120 of them.
type folds struct {
	list []fold
}

type fold struct {
	rule     string
	dir      event.Dir
	severity event.Severity
	n        uint64
	shown    uint64 // the count that the last line about it gave
}

func (f *folds) find(x *event.Finding) *fold {
	for i := range f.list {
		if f.list[i].rule == x.Rule && f.list[i].dir == x.Dir {
			return &f.list[i]
		}
	}
	f.list = append(f.list, fold{rule: strings.Clone(x.Rule), dir: x.Dir, severity: x.Severity})
	return &f.list[len(f.list)-1]
}

var severityMarks = [...]struct {
	mark  string
	style style
}{event.Info: {"ℹ", styleBlue}, event.Warning: {"⚠", styleYellow}, event.Error: {"✖", styleRed}}

// Finding shows the first finding of a rule in a connection and direction in
// full; after that a line at each power of ten, and the total at the end.
func (t *Text) Finding(x *event.Finding) {
	list, conn := &t.rest, 0
	if x.Conn != nil {
		conn = x.Conn.ID
		if c := t.conns[conn]; c != nil {
			list = &c.folds
		} else {
			list = nil // refused: each rule comes once
		}
	}
	n := uint64(1)
	if list != nil {
		f := list.find(x)
		f.n++
		n = f.n
		if !powerOfTen(n) {
			return
		}
		f.shown = n
	}
	if conn == 0 || uint64(conn) != t.lastConn {
		t.head(x.Stamp, conn)
	} else {
		t.to(colDir)
	}
	m := severityMarks[x.Severity]
	t.styled(m.style, m.mark)
	t.to(colType)
	t.styled(m.style, x.Rule)
	if n > 1 {
		t.put(" ×")
		t.uint(n)
		t.put(" so far")
		t.newline()
		return
	}
	t.put(":")
	said := " " + x.Text
	if x.Frame != 0 && (uint64(conn) != t.lastConn || x.Frame != t.lastFrame) {
		said = " frame " + strconv.FormatUint(x.Frame, 10) + " " + x.Dir.String() + ":" + said
	}
	if x.Conn == nil && x.Client.IsValid() {
		said = " " + x.Client.String() + " → " + x.Server.String() + ":" + said
	}
	if x.RFC != "" {
		said = strings.TrimSuffix(said, ".") + " (" + x.RFC + ")"
	}
	t.put(" ")
	t.words(said, colWrap)
	t.newline()
}

func powerOfTen(n uint64) bool {
	for n >= 10 && n%10 == 0 {
		n /= 10
	}
	return n == 1
}

// totals ends the folded runs of a connection.
func (t *Text) totals(conn int, list *folds) {
	for i := range list.list {
		f := &list.list[i]
		if f.n == f.shown {
			continue
		}
		t.to(colConn)
		if conn > 0 {
			t.styled(styleDim, "#")
			t.uint(uint64(conn))
		}
		t.to(colDir)
		m := severityMarks[f.severity]
		t.styled(m.style, m.mark)
		t.to(colType)
		t.styled(m.style, f.rule)
		t.put(" ×")
		t.uint(f.n)
		t.put(" in all")
		t.newline()
	}
	list.list = nil
}
