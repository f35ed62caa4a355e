package timeline

import "context"

// Run fills the view until ctx ends.
func (v *View) Run(ctx context.Context) {
	const slice = 1 << 14 // about a millisecond: how long a cancelled filter goes on
	for {
		for v.Step(slice) {
			if ctx.Err() != nil {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-v.kick:
		}
	}
}

// Step looks at up to n further rows and reports whether there are more.
func (v *View) Step(n int) bool {
	v.retouch()
	v.toggleFolds()
	end := v.s.Len()
	first := v.s.First()
	pos := max(v.pos, first)
	v.batch = v.batch[:0]
	var row Row
	if v.o.Conn > 0 {
		pos = v.stepConn(n)
	} else {
		for stop := uint32(min(uint64(pos)+uint64(n), uint64(end))); pos < stop; pos++ {
			if v.reader.Row(pos, &row) && v.match(&row) {
				v.take(&row)
			}
		}
	}
	v.mu.Lock()
	v.index.append(v.batch)
	for head, more := range v.newFolds {
		v.folds[head] = max(v.folds[head], 1) + more
	}
	clear(v.newFolds)
	v.pos = pos
	if dropped := v.index.dropBelow(first); dropped > 0 {
		v.changes++
		for row := range v.folds {
			if row < first {
				delete(v.folds, row)
				delete(v.open, row)
			}
		}
	}
	v.mu.Unlock()
	return pos < end
}

// stepConn follows the rows of one connection, and gives the row up to which
// all are known.
func (v *View) stepConn(n int) (pos uint32) {
	end := v.s.Len() // before the chain is read: what comes later is looked at later
	c, ok := v.s.Conn(v.o.Conn)
	if !ok || c.first == 0 {
		return end
	}
	last := c.last - 1
	var row Row
	for range n {
		var next uint32
		if v.chain == 0 {
			next = c.first - 1
		} else {
			word := v.s.rows.state(v.chain - 1)
			if word == nil { // dropped: go on at the first row there is
				next = v.skipDropped(&row)
			} else if link := uint32(word.Load() >> stateNext); link > 0 {
				next = link - 1
			} else {
				return end
			}
		}
		if next >= end || next > last {
			return end
		}
		if !v.reader.Row(next, &row) {
			next = v.skipDropped(&row)
			if next >= end {
				return end
			}
		}
		v.chain = next + 1
		if row.Conn() == v.o.Conn && v.match(&row) {
			v.take(&row)
		}
	}
	return max(v.pos, v.chain)
}

// skipDropped finds the first row of the connection that was not dropped.
func (v *View) skipDropped(row *Row) uint32 {
	i := v.s.First()
	for ; i < v.s.Len(); i++ {
		if v.reader.Row(i, row) && row.Conn() == v.o.Conn {
			break
		}
	}
	return i
}

// match applies mode, heartbeats and filter.
func (v *View) match(row *Row) bool {
	switch row.Kind() {
	case KindFrame:
		switch v.o.Mode {
		case Messages:
			// A data frame is shown by its message, unless it has a
			// reserved opcode: such a frame makes none.
			if !row.WholeMessage() && row.Opcode() <= 2 {
				return false
			}
		case Findings:
			return false
		}
		if v.o.Heartbeats == HideHeartbeats && row.Heartbeat() && v.quiet(row) {
			return false
		}
	case KindMessage:
		if v.o.Mode != Messages {
			return false
		}
	case KindFinding:
		// What is about no frame stands in the timeline itself.
		if v.o.Mode != Findings && row.N != 0 {
			return false
		}
	default:
		if v.o.Mode == Findings {
			return false
		}
	}
	return v.o.Match == nil || v.o.Match(v.reader, row)
}

// quiet reports a row that nobody needs to look at.
func (v *View) quiet(row *Row) bool { _, bad := row.Severity(); return !bad }

// take adds a row to the batch, or to the fold before it, or both where that
// is open.
func (v *View) take(row *Row) {
	beat := v.folding(row)
	if beat && v.beat {
		v.newFolds[v.beatHead]++
		if v.open[v.beatHead] {
			v.batch = append(v.batch, row.Index)
		}
		return
	}
	v.beat, v.beatHead = beat, row.Index
	v.batch = append(v.batch, row.Index)
}

// retouch looks again at the rows that changed after they were looked at.
func (v *View) retouch() {
	v.s.mu.Lock()
	rows, now, ok := v.s.touched.since(v.touchedAt, v.touchBuf[:0])
	v.s.mu.Unlock()
	v.touchBuf, v.touchedAt = rows, now
	if !ok {
		v.restart(0)
		return
	}
	var row Row
	for _, i := range rows {
		if i >= v.pos || !v.reader.Row(i, &row) || v.o.Conn > 0 && row.Conn() != v.o.Conn {
			continue
		}
		if v.o.Heartbeats == FoldHeartbeats && row.Heartbeat() {
			// It no longer folds: build anew from its fold on.
			v.restart(v.foldHead(i))
			continue
		}
		match := v.match(&row)
		v.mu.Lock()
		var changed bool
		if match {
			changed = v.index.insert(i)
		} else {
			changed = v.index.remove(i)
		}
		if changed {
			v.changes++
		}
		v.mu.Unlock()
	}
}

// restart forgets the entries from row on, to look at them again.
func (v *View) restart(row uint32) {
	var r Row
	v.chain = 0
	if v.o.Conn > 0 && v.reader.Row(row, &r) && r.Conn() == v.o.Conn {
		v.chain = r.prev
	}
	v.beat = false
	v.mu.Lock()
	defer v.mu.Unlock()
	v.index.truncate(row)
	for i := range v.folds {
		if i >= row {
			delete(v.folds, i)
		}
	}
	v.pos = min(v.pos, row)
	v.changes++
}
