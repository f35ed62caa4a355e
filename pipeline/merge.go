package pipeline

import (
	"wsscope/event"
	"wsscope/judge"
)

// merge hands the events of a job to the sink, in the order of the packets.
func (p *Pipeline) merge(j *job) {
	at := make([]int, len(j.out))
	for {
		best := -1
		for w, o := range j.out {
			if at[w] < len(o.entries) && (best < 0 || o.entries[at[w]].before(&j.out[best].entries[at[best]])) {
				best = w
			}
		}
		if best < 0 {
			break
		}
		// What was made of one item comes together.
		o := j.out[best]
		for first := o.entries[at[best]]; at[best] < len(o.entries) && o.entries[at[best]].packet == first.packet && o.entries[at[best]].order == first.order; at[best]++ {
			p.tell(o, o.entries[at[best]])
		}
	}
	for i := range j.notes {
		p.finding(&j.notes[i])
	}
	if j.problem != nil {
		p.tellProblem(j)
	}
	if j.last {
		if p.opt.SaveWebSocket {
			p.front.chooser.drain(true)
		}
		p.summary()
	}
}

// tell hands one event on. An event of the past is told as of now, since
// packet numbers never decrease.
func (p *Pipeline) tell(o *output, e entry) {
	switch e.kind {
	case entryOpen:
		open := o.opens[e.index]
		p.nextID++
		open.Conn.ID = p.nextID
		p.clamp(&open.Stamp)
		p.sink.Open(open)
		p.cross.Open(open)
	case entryFrame:
		f := &o.frames[e.index]
		p.clamp(&f.Stamp)
		p.sink.Frame(f)
		p.cross.Frame(f)
	case entryMessage:
		m := &o.messages[e.index]
		p.clamp(&m.Stamp)
		p.sink.Message(m)
	case entryFinding:
		p.finding(&o.findings[e.index])
	case entryEnd:
		end := &o.ends[e.index]
		p.clamp(&end.Stamp)
		p.cross.End(end)
		p.sink.End(end)
	case entryEncrypted:
		if to, ok := p.sink.(event.EncryptedSink); ok {
			to.Encrypted(&o.closed[e.index])
		}
	}
}

func (p *Pipeline) clamp(s *event.Stamp) {
	if s.Packet < p.now.Packet {
		*s = p.now
	}
	p.now = *s
}

func (p *Pipeline) finding(f *event.Finding) {
	p.clamp(&f.Stamp)
	p.total.Findings[f.Severity]++
	p.sink.Finding(f)
}

// tellProblem makes a finding of what is wrong with an input.
func (p *Pipeline) tellProblem(j *job) {
	p.problem = append(p.problem, j.problem)
	if j.problem.Rule == "" {
		return
	}
	f := judge.Note(j.problem.Rule, j.problem.Error())
	f.Stamp, f.Dir = j.stamp, event.NoDir
	p.finding(f)
}
