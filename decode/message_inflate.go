package decode

import (
	"wsscope/decode/deflate"
	"wsscope/event"
)

// inflateOptions are what the handshake agreed for a direction.
func (s *Session) inflateOptions(dir event.Dir) deflate.Options {
	o := deflate.Options{UnknownHistory: s.inferred || s.dirs[dir].late || s.dirs[dir].count.LostBytes > 0}
	if dir == event.ClientToServer {
		o.WindowBits, o.NoContextTakeover = s.deflate.ClientMaxWindowBits, s.deflate.ClientNoContextTakeover
	} else {
		o.WindowBits, o.NoContextTakeover = s.deflate.ServerMaxWindowBits, s.deflate.ServerNoContextTakeover
	}
	return o
}

// endInflate ends the compressed message and says what it showed.
func (a *assembly) endInflate(d *direction) {
	m := &a.m
	if !a.begun {
		return
	}
	a.begun = false
	sh := d.s.sh
	out, r := a.ctx.End(sh.scratch[:0])
	if !a.lost {
		a.inflated(d, out)
	}
	sh.scratch = out[:0]
	m.Inflate = event.Inflate{Fault: r.Fault, Also: event.InflateSet(r.Faults), Detail: r.Detail, MaxDistance: r.MaxDistance}
	m.Len = uint64(r.Len)
	switch r.Fault {
	case event.InflateOK, event.InflateWindow, event.InflateTakeover, event.InflateTailKept, event.InflatePadding:
	case event.InflateContextLost:
		m.Complete = false
		m.InvalidUTF8At = 0
		if m.Error == "" && len(m.Missing) == 0 {
			m.Error = "deflate-context-lost: " + r.Detail
		}
	default:
		m.Complete = false
		m.InvalidUTF8At = 0
		if r.Fault == event.InflateLimit {
			sh.Stats.InflateLimited++
		}
		if m.Error == "" {
			m.Error = r.Detail
		}
	}
	if a.lost || m.Unfinished {
		m.Complete = false
		m.InvalidUTF8At = 0
	}
	if !m.Complete && m.Error == "" && len(m.Missing) == 0 {
		m.Error = "it does not inflate"
	}
}

// forget drops the inflater's history: messages were lost.
func (a *assembly) forget() {
	if a.ctx != nil {
		a.ctx.Lose()
	}
}
