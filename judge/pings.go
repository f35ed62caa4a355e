package judge

import (
	"hash/maphash"
	"slices"
	"time"

	"wsscope/event"
	"wsscope/limits"
)

// pingState follows the Pings that one side has received and what it answers
// (RFC 6455 sections 5.5.2 and 5.5.3). It belongs to the pinged side.
type pingState struct {
	open   []openPing // unanswered, in order; at most limits.JudgedPings
	unsure bool       // Pings may have been lost by the capture
	// Pongs that answered nothing, in order, at most limits.JudgedPings: the
	// Pings that they answer may come after them in the capture, whose two
	// directions need not be in order.
	strays []strayPong

	// What the pinged side did since the oldest open Ping.
	sent     int   // its frames, other than Pongs
	turns    int   // its frames that follow a frame of the pinger that followed one of its own
	ball     bool  // the pinger sent a frame since the pinged side's last one
	lastSent int64 // time of its latest frame
	over     bool  // a Close was received: no Pong is owed any more
}

type openPing struct {
	frame uint64 // N
	data  uint64 // hash of its payload
	time  int64
}

// strayPong is a Pong that answers none of the open Pings. Where some are
// open it may be a heartbeat sent before they arrived: only if no answer
// follows it was meant to be one.
type strayPong struct {
	at    event.Stamp
	frame uint64 // N
	data  uint64 // hash of its payload
	ping  uint64 // N of the latest open Ping; 0: none was open, or it is no question any more
}

// early is how long before its Ping a Pong may stand in the capture.
const early = int64(time.Second)

var seed = maphash.MakeSeed()

// hash gives what identifies a Ping's data.
func hash(f *event.Frame) uint64 { return maphash.Bytes(seed, f.Payload) }

// readable reports whether the payload of a control frame is all there.
func readable(f *event.Frame) bool {
	return uint64(len(f.Payload)) == f.Len && f.Captured == f.Len
}

// pinged gives the state of s, whom the sender of a direction pings. Pings
// that came before the capture, or in a part that it lost, are not known.
func (j *Conn) pinged(s *side, pinger event.Dir) *pingState {
	if s.pings == nil {
		s.pings = &pingState{unsure: j.handshake != event.HandshakeFull || j.sides[pinger].framesLost}
	}
	return s.pings
}

// ping takes a Ping that s, the other side than its sender's, has to answer.
func (j *Conn) ping(s *side, f *event.Frame) {
	p := j.pinged(s, f.Dir)
	data := hash(f)
	if !readable(f) {
		p.unsure = true
		return
	}
	if i := p.answeredBefore(data, f.Time); i >= 0 {
		// The Pong answers the earlier Pings too, and those before it were
		// no answers to what comes now.
		j.disorder = true
		p.strays = append(p.strays[:0], p.strays[i+1:]...)
		for k := range p.strays {
			p.strays[k].ping = 0
		}
		p.open = p.open[:0]
		return
	}
	if j.sides[f.Dir].close.n != 0 {
		return // who has closed need not be answered
	}
	if len(p.open) == 0 {
		p.sent, p.turns, p.ball = 0, 0, false
	}
	if len(p.open) == int(limits.JudgedPings) {
		p.open = append(p.open[:0], p.open[1:]...)
	}
	p.open = append(p.open, openPing{f.N, data, f.Time})
}

// answeredBefore finds the Pong that answers a Ping and stands before it in
// the capture, -1 if there is none.
func (p *pingState) answeredBefore(data uint64, now int64) int {
	return slices.IndexFunc(p.strays, func(o strayPong) bool { return o.data == data && now-o.at.Time < early })
}

// pong takes a Pong that s sent. A Pong answers its Ping and all before it.
func (j *Conn) pong(s *side, f *event.Frame) {
	p := j.pinged(s, f.Dir.Reverse())
	if !readable(f) {
		p.open, p.unsure = p.open[:0], true
		return
	}
	data := hash(f)
	for i := len(p.open) - 1; i >= 0; i-- {
		if p.open[i].data == data {
			p.open = append(p.open[:0], p.open[i+1:]...)
			p.unsure = false
			p.strays = p.strays[:0]
			p.sent, p.turns, p.ball = 0, 0, false
			return
		}
	}
	o := strayPong{at: f.Stamp, frame: f.N, data: data}
	switch {
	case p.unsure:
	case len(p.open) > 0:
		o.ping = p.open[len(p.open)-1].frame
		if k := slices.IndexFunc(p.strays, func(o strayPong) bool { return o.ping != 0 }); k >= 0 && f.Time-p.strays[k].at.Time > limits.PingPatience {
			j.tellOdd(p, f.Dir, f.Stamp)
		}
	default:
		j.tell(pongUnsolicited, f.Stamp, f.Dir, f.N, "A Pong while no Ping waits for an answer: allowed, a heartbeat in one direction.")
	}
	if len(p.strays) == int(limits.JudgedPings) {
		j.tellOdd(p, f.Dir, f.Stamp) // who sends so many is not waiting for anything
		p.strays = append(p.strays[:0], p.strays[1:]...)
	}
	p.strays = append(p.strays, o)
}

// tellOdd tells the Pongs that no answer followed.
func (j *Conn) tellOdd(p *pingState, dir event.Dir, now event.Stamp) {
	for i := range p.strays {
		o := &p.strays[i]
		if o.ping != 0 {
			j.tell(pongMismatch, now, dir, o.frame, "The Pong's data are not those of the Ping that waited (frame %d), and no better answer followed; an answer holds the same data.", o.ping)
			o.ping = 0
		}
	}
}

// wentOn notes a frame of the pinged side that is no Pong.
func (p *pingState) wentOn(f *event.Frame) {
	if len(p.open) == 0 || p.over {
		return
	}
	p.sent++
	if p.ball {
		p.turns++
		p.ball = false
	}
	p.lastSent = f.Time
}

// pingerWent notes a frame of the pinger.
func (p *pingState) pingerWent(f *event.Frame) {
	if len(p.open) == 0 {
		return
	}
	if p.sent > 0 {
		p.ball = true
	}
	if f.Opcode == event.OpClose {
		p.over = true
	}
}

// forgetPings is called when frames of s were lost: Pongs that answer the
// peer's Pings, and Pings to the peer, may be among them.
func forgetPings(s, peer *side) {
	if s.pings != nil {
		s.pings.open, s.pings.strays, s.pings.unsure = nil, nil, true
	}
	if peer.pings != nil {
		peer.pings.unsure = true
	}
}

// endOfPings tells of Pings that a side never answered although it went on.
func (j *Conn) endOfPings(e *event.End) {
	for d := range j.sides {
		s := &j.sides[d]
		p := s.pings
		if p == nil || len(p.open) == 0 || p.unsure || s.blind {
			continue
		}
		j.tellOdd(p, event.Dir(d), e.Stamp)
		patience := limits.PingPatience
		if e.Reason == event.EndEOF || e.Reason == event.EndEvicted {
			patience = limits.PingPatienceCut
		}
		since := p.lastSent - p.open[0].time
		// Twice it spoke after frames that came after the Ping, as far as the
		// order of the capture is that of the wire; or it spoke when the Ping
		// must long have been there.
		if p.turns > 1 && !j.disorder && patience == limits.PingPatience || p.sent > 0 && !j.skewed && since >= patience {
			dir := event.Dir(d)
			j.tell(pingUnanswered, e.Stamp, dir, 0, "The %s never answered %s of the %s (the first is frame %d) although it went on sending for %s.",
				name(dir), plural(len(p.open), "Ping"), name(dir.Reverse()), p.open[0].frame, span(since))
		}
	}
}
