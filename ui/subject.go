package ui

import "wsscope/timeline"

// subject is the row that the details are about, and what belongs to it.
type subject struct {
	row     timeline.Row
	ok      bool
	detail  timeline.Detail
	payload []byte // a view, valid until reader is used again
	err     error
	dropped bool
	conn    timeline.Conn
	hasConn bool
	frames  []timeline.Row // of a message: its frames, as far as they are found
}

// connRow gives the opening of the connection under the cursor of the
// connections pane: while the user walks there, the details are about it.
func (a *app) connRow(row timeline.Row, ok bool) (timeline.Row, bool) {
	id := a.conns.connAt(a.conns.list.cur)
	c, found := a.store.Conn(id)
	if id == 0 || !found {
		return row, ok
	}
	if first, has := c.FirstRow(); has {
		var open timeline.Row
		if a.reader.Row(first, &open) {
			return open, true
		}
	}
	return row, ok
}

// loadSubject reads what belongs to the row.
func (a *app) loadSubject(row timeline.Row, ok bool) {
	d := &a.details
	s := subject{row: row, ok: ok}
	if ok {
		s.detail, s.err = d.reader.Detail(&row)
		if row.Kind() == timeline.KindMessage {
			s.frames = a.framesOf(&row, &s.detail)
		}
		if row.Conn() > 0 {
			s.conn, s.hasConn = a.store.Conn(row.Conn())
		}
		s.dropped = d.reader.Dropped(&row)
		var err error
		if s.payload, err = d.reader.Payload(&row); err != nil {
			s.err = err
		}
	}
	d.subject = s
}

// framesOf finds the frames of a message: they stand before it.
func (a *app) framesOf(message *timeline.Row, detail *timeline.Detail) []timeline.Row {
	if len(detail.Frames) == 0 {
		return nil
	}
	var found []timeline.Row
	want := len(detail.Frames) - 1
	a.reader.Walk(message, false, func(r *timeline.Row) bool {
		if r.Kind() != timeline.KindFrame {
			return true
		}
		if uint64(r.N) == detail.Frames[want] {
			found = append(found, *r)
			want--
		}
		return want >= 0 && uint64(r.N) > detail.Frames[0]
	})
	for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
		found[i], found[j] = found[j], found[i]
	}
	return found
}

// findingLines are the findings about the row, in words.
func (a *app) findingLines(s *subject, width int) lines {
	if _, has := s.row.Severity(); !has {
		return nil
	}
	var out lines
	show := func(r *timeline.Row) {
		sev, _ := r.Severity()
		detail, err := a.reader.Detail(r)
		if err != nil {
			return
		}
		letter, role := severityMark(sev)
		out = append(out, line{{letter + " " + detail.Rule, role}, {"  " + detail.RFC, dim}})
		for _, l := range wrap(detail.Text, width-4) {
			out = append(out, line{{"    " + l, normal}})
		}
	}
	if s.row.Kind() == timeline.KindFinding {
		show(&s.row)
		return append(out, line{})
	}
	about := map[uint32]bool{s.row.N: true}
	for i := range s.frames {
		about[s.frames[i].N] = true
	}
	if s.row.Kind() == timeline.KindOpen {
		about = map[uint32]bool{0: true}
	}
	const most = 20
	start := s.row
	if len(s.frames) > 0 {
		start = s.frames[0]
	}
	a.reader.Walk(&start, true, func(r *timeline.Row) bool {
		if r.Kind() == timeline.KindFinding && about[r.N] {
			show(r)
		}
		return len(out) < most*2
	})
	return append(out, line{})
}

// subjectOf gives what the details know of a row, also while they show
// another one.
func (d *detailsPane) subjectOf(a *app, row timeline.Row) *subject {
	if d.subject.ok && d.subject.row.Index == row.Index {
		return &d.subject
	}
	s := &subject{row: row, ok: true}
	s.detail, _ = a.reader.Detail(&row)
	if row.Kind() == timeline.KindMessage {
		s.frames = a.framesOf(&row, &s.detail)
	}
	return s
}
