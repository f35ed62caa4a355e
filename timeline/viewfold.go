package timeline

// ToggleFold shows the heartbeats that are folded into a row one by one, or
// folds them again. The filling goroutine does it; until it has, Progress
// tells of rows to look at.
func (v *View) ToggleFold(row uint32) {
	v.mu.Lock()
	v.toggles = append(v.toggles, row)
	v.mu.Unlock()
	v.Kick()
}

// Opened gives how many heartbeats stand one by one from a row on that would
// be folded into it; 0 where it heads none.
func (v *View) Opened(row uint32) int {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if !v.open[row] {
		return 0
	}
	return v.folds[row]
}

// toggleFolds does what ToggleFold asked for.
func (v *View) toggleFolds() {
	v.mu.Lock()
	heads := v.toggles
	v.mu.Unlock()
	for _, head := range heads {
		v.toggleFold(head)
	}
	if len(heads) > 0 {
		v.mu.Lock()
		v.toggles = v.toggles[len(heads):]
		v.mu.Unlock()
	}
}

// toggleFold brings the rows of a fold into the view, or takes them out. They
// stand between its first row and the next one that is no heartbeat.
func (v *View) toggleFold(head uint32) {
	n := v.folds[head] // only this goroutine writes
	if n < 2 {
		return
	}
	opens := !v.open[head]
	v.mu.Lock()
	if opens {
		v.open[head] = true
	} else {
		delete(v.open, head)
	}
	v.mu.Unlock()
	var row Row
	for i := head + 1; i < v.pos && n > 1; i++ {
		if !v.reader.Row(i, &row) || v.o.Conn > 0 && row.Conn() != v.o.Conn || !v.folding(&row) || !v.match(&row) {
			continue
		}
		n--
		v.mu.Lock()
		if opens {
			v.index.insert(i)
		} else {
			v.index.remove(i)
		}
		v.changes++
		v.mu.Unlock()
	}
}

// folding reports a row that folds with its neighbours.
func (v *View) folding(row *Row) bool {
	return v.o.Heartbeats == FoldHeartbeats && row.Heartbeat() && v.quiet(row)
}

// foldHead gives the first row of the fold that a row is in, or the row.
func (v *View) foldHead(row uint32) uint32 {
	at := v.Find(row)
	if !v.Holds(row) && at > 0 {
		head, _, _ := v.At(at - 1)
		return head
	}
	for head := range v.open { // few: a person opened them
		if head < row && at-v.Find(head) < v.folds[head] {
			return head
		}
	}
	return row
}
