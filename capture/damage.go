package capture

import (
	"fmt"

	"wsscope/limits"
)

// judge decides what becomes of an input that is damaged: it is read on
// where its decoder says so, salvaged where that was asked for and can be,
// and closed otherwise. A *Problem says so, now or, when it is known how much
// was lost, later.
func (f *Files) judge(dmg *damage) {
	p := &Problem{Rule: dmg.rule, File: f.in.name, Offset: f.offset + int64(dmg.at), Packet: f.number, What: dmg.what, Hint: dmg.hint, Fatal: true}
	switch {
	case dmg.goesOn:
	case f.opt.Salvage && dmg.rule == "file-corrupt" && !dmg.final:
		f.damages++
		f.lost, f.skipped = p, 0
		return
	default:
		if dmg.rule == "file-empty" || dmg.rule == "file-unrecognized" {
			p.Offset = -1 // all of it
		}
		if p.Hint == "" {
			p.Hint = f.advice(dmg)
		}
		f.closeInput()
	}
	f.problem = p
}

// advice is what can be done about an input that is not read further.
func (f *Files) advice(dmg *damage) string {
	left := f.in.size - f.offset
	switch {
	case dmg.rule == "file-corrupt" && left > 0 && !dmg.final:
		return fmt.Sprintf("the last %d bytes were not read; --salvage looks for packets in them", left)
	case dmg.rule == "file-corrupt" && left > 0:
		return fmt.Sprintf("the last %d bytes were not read", left)
	case f.in.streaming: // there is no file that could be read again
	case dmg.rule == "file-truncated":
		return "copy it again, or wait for the rest with -F if it is still being written"
	case dmg.rule == "file-empty":
		return "it may have been stopped before anything was written; -F waits for packets"
	}
	return ""
}

// resume looks for a place to go on. When it is found, or there is none, the
// problem can be told whole. It is true when the batch is to be delivered.
func (f *Files) resume(data []byte) bool {
	used, skipped, found := f.dec.resume(f.batch, data, f.eof != nil)
	f.use(used)
	f.skipped += int64(skipped)
	tooMany := f.damages > limits.Damages && used > 0
	if found || f.eof != nil || tooMany {
		f.problem, f.lost = f.lost, nil
		f.problem.Packet = f.number
		f.problem.Hint = fmt.Sprintf("%d bytes were skipped", f.skipped)
		switch {
		case tooMany:
			f.problem.Hint = "too much is damaged, the rest was not read"
			f.closeInput()
		case f.skipped == 0:
			f.problem.Hint = "the next record was found inside the one before"
		}
		return f.filled()
	}
	if f.filled() && f.end == len(f.batch.buf) {
		return true
	}
	f.fill()
	return false
}
