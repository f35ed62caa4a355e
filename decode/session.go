package decode

import (
	"fmt"
	"time"

	"wsscope/event"
	"wsscope/judge"
	"wsscope/limits"
	"wsscope/stream"
)

// Session is one open WebSocket connection: the frames of both directions,
// their messages, the judge's remarks on them. It is fed with the bytes that
// follow the handshake.
type Session struct {
	sh       *Shared
	conn     *event.Conn
	opened   event.Stamp
	emitted  event.Stamp // of the last event
	judge    *judge.Conn
	deflate  event.Deflate
	anyRSV1  bool // extensions unknown: RSV1 may mean compression
	inferred bool // permessage-deflate was not seen agreed, but its history is unknown anyway
	dirs     [2]direction
	frames   uint64
	latest   int64 // the latest packet time
	// backwards: packet times were seen to go back, and that was said.
	backwards bool
	direct    bool     // the frames stand in TCP as they are: no TLS, no HTTP/2
	acked     [2]acked // by the direction that was acknowledged
	response  acked    // the end of the server's response; zero where that is not known, or once the client had it
	rst       bool
	reset     int64 // time of the reset, valid if rst was sent by one of both
	fin       bool
	evicted   bool
	over      [2]bool // directions that have ended
}

// OpenSession tells of the handshake and follows the connection that it opened.
func OpenSession(sh *Shared, o *event.Open) *Session {
	s := &Session{sh: sh, conn: o.Conn, opened: o.Stamp, emitted: o.Stamp, deflate: o.Deflate}
	s.anyRSV1 = o.Handshake == event.HandshakeInferred || o.Handshake == event.HandshakeRequestOnly || o.ResponsePartial && !o.Deflate.Agreed
	s.inferred = s.anyRSV1
	s.direct = o.Transport == "h1" && o.TLS == ""
	for i := range s.dirs {
		s.dirs[i] = direction{s: s, dir: event.Dir(i), from: stream.Nowhere}
	}
	s.judge = judge.New(o.Conn, sh.Out.Finding)
	sh.Out.Open(o)
	s.judge.Open(o)
	return s
}

// Refuse tells of a handshake that the server refused. The judge that it
// gives wants to know of frames that follow all the same.
func Refuse(sh *Shared, o *event.Open) *judge.Conn {
	sh.Stats.Refused++
	sh.Out.Open(o)
	j := judge.New(o.Conn, sh.Out.Finding)
	j.Open(o)
	return j
}

// JoinLate makes both directions look for frame boundaries first.
func (s *Session) JoinLate(dir event.Dir) {
	d := &s.dirs[dir]
	d.hunt = s.newHunt(dir)
	d.state = hunting
	d.late = true
}

func (s *Session) newHunt(dir event.Dir) *hunter {
	masked := event.Yes
	if dir == event.ServerToClient {
		masked = event.No
	}
	h := newHunter(masked, s.deflate.Agreed || s.anyRSV1)
	s.dirs[dir].learn(h)
	return h
}

// emit gives the stamp of an event that was complete at now. Bytes that were
// understood only later give events of the past: none is put before one that
// was told already.
func (s *Session) emit(now event.Stamp) event.Stamp {
	s.emitted = s.later(now)
	return s.emitted
}

func (s *Session) later(now event.Stamp) event.Stamp {
	if now.Packet < s.emitted.Packet {
		return s.emitted
	}
	return now
}

// Data implements stream.Layer.
func (s *Session) Data(dir event.Dir, c *stream.Chunk) {
	if c.Now.Time < s.latest && !s.backwards {
		s.backwards = true
		f := judge.Note("timestamps-not-monotonic", fmt.Sprintf("The time of packet %d is %v before that of an earlier packet of this connection: durations may be wrong. Captures on several interfaces or processors, and a clock that was set, look like this.", c.Now.Packet, time.Duration(s.latest-c.Now.Time)))
		f.Stamp, f.Conn, f.Dir = s.later(c.Now), s.conn, event.NoDir
		s.sh.Out.Finding(f)
	}
	s.latest = max(s.latest, c.Now.Time)
	s.order(dir, c)
	s.early(dir, c)
	s.dirs[dir].data(c)
}

// Gap implements stream.Layer.
func (s *Session) Gap(dir event.Dir, n int64, now event.Stamp) {
	s.dirs[dir].gap(n, now)
}

// End implements stream.Layer.
func (s *Session) End(dir event.Dir, how stream.End, now event.Stamp) {
	if s.over[dir] {
		return
	}
	s.over[dir] = true
	d := &s.dirs[dir]
	d.end(how, now)
	kind := event.TransportEOF
	switch how {
	case stream.FIN:
		kind, s.fin = event.TransportFIN, true
	case stream.RST:
		kind, s.rst, s.reset = event.TransportRST, true, now.Time
	case stream.PeerReset:
		s.rst = true
	case stream.Evicted:
		kind, s.evicted = event.TransportEvicted, true
	}
	if how != stream.PeerReset {
		s.judge.Transport(&event.Transport{Stamp: now, Conn: s.conn, Dir: dir, Kind: kind, Bytes: int64(d.leftover)})
	}
	if s.over[dir.Reverse()] {
		s.close(now, how)
	}
}

// Conflict tells that a retransmission held other bytes than the original.
func (s *Session) Conflict(dir event.Dir, detail string, n int64, now event.Stamp) {
	s.dirs[dir].msg.disputed = true
	s.judge.Transport(&event.Transport{Stamp: now, Conn: s.conn, Dir: dir, Kind: event.TransportConflict, Bytes: n, Detail: detail})
}

// close tells the end, the last of both directions having ended somehow.
func (s *Session) close(now event.Stamp, last stream.End) {
	now = s.emit(now)
	e := event.End{Stamp: now, Conn: s.conn, Reason: s.reason()}
	if last == stream.PeerReset && s.reset != 0 {
		e.Watched = time.Duration(max(now.Time-s.reset, 0))
	}
	e.Duration = time.Duration(e.Over() - s.opened.Time)
	for i := range s.dirs {
		e.Count[i] = s.dirs[i].count
	}
	s.judge.End(&e)
	s.sh.Out.End(&e)
}

func (s *Session) reason() event.EndReason {
	switch a, b := s.dirs[0].closed, s.dirs[1].closed; {
	case a && b:
		return event.EndClose
	case a || b:
		return event.EndHalfClose
	case s.rst:
		return event.EndRST
	case s.fin:
		return event.EndFIN
	case s.evicted:
		return event.EndEvicted
	}
	return event.EndEOF
}

// ping is an unanswered ping, for round-trip times (RFC 6455 section 5.5.2).
type ping struct {
	payload string
	sent    int64
}

// answered looks for the ping that a pong answers; earlier ones are answered
// with it (section 5.5.3).
func (d *direction) answered(payload []byte, now int64) time.Duration {
	pings := &d.s.dirs[d.dir.Reverse()].pings
	for i := len(*pings) - 1; i >= 0; i-- {
		if (*pings)[i].payload == string(payload) {
			rtt := now - (*pings)[i].sent
			*pings = append((*pings)[:0], (*pings)[i+1:]...)
			return time.Duration(max(rtt, 0))
		}
	}
	return -1
}

func (d *direction) pinged(payload []byte, now int64) {
	if len(d.pings) >= int(limits.OutstandingPings) {
		d.pings = append(d.pings[:0], d.pings[1:]...)
	}
	d.pings = append(d.pings, ping{string(payload), now})
}
