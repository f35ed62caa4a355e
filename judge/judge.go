package judge

import (
	"fmt"
	"time"

	"wsscope/event"
	"wsscope/limits"
)

// Conn judges one WebSocket connection, or one refused handshake. Its methods
// take events in the order of the output; none of them keeps what it is given
// beyond the call, except *event.Conn.
type Conn struct {
	conn  *event.Conn
	emit  func(*event.Finding)
	told  map[*Rule]int64 // findings of a rule so far; made with the first one
	count [2][3]uint64    // findings by side and severity, for the verdict

	sides     [2]side // by event.Dir of the sender
	handshake event.Handshake
	h2        bool // transport is HTTP/2: no TCP rules
	refused   bool
	deflate   bool // permessage-deflate was agreed
	extKnown  bool // the 101 was seen, and it holds no extension that this package does not know
	badAccept bool // the 101 breaks section 4.2.2 so that a client must fail
	early     int64
	earlyTold bool
	latest    int64 // time of the latest frame or end
	skewed    bool  // packet times went back: how long something took is not known
	disorder  bool  // the two directions are not in the capture in the order of the wire
	stats     history
}

// side is what is known of one sender. Most of it is touched by every frame.
type side struct {
	rules   frameRules
	message messageState
	masks   maskState
	pings   *pingState // made with the first Ping of the other side
	close   closeState
	trust   int32 // frames without fault still to come before framing is judged
	gap     bool  // bytes of this direction were lost at some place
	noted   bool  // capture-gap was told
	lost    bool  // the place in the framing is unknown

	gapSince   bool  // bytes were lost since the latest frame
	framesLost bool  // whole frames may have been lost
	losses     int   // how often
	conflicts  int   // copies of a range that differed
	blind      bool  // nothing more can be known: a length that cannot be was declared
	context    bool  // deflate-context-lost was told
	failAt     int64 // time of this side's first violation that must fail the connection
	failed     *Rule // that violation; nil: none
	goesOn     bool  // did-not-fail was told about this side
	seen       bool  // anything of this direction was captured
	joined     bool  // its beginning was not, and no frame was found yet
	seenStray  bool  // data-without-handshake was told
}

// New makes the judge of one WebSocket connection, or of a refused handshake.
// emit receives the findings, complete but for nothing: it owns each.
func New(conn *event.Conn, emit func(*event.Finding)) *Conn {
	return &Conn{conn: conn, emit: emit}
}

// Frame judges one frame.
func (j *Conn) Frame(f *event.Frame) {
	s, peer := &j.sides[f.Dir], &j.sides[f.Dir.Reverse()]
	s.seen, s.joined = true, false
	j.clock(f.Time)
	if j.early > 0 && f.Dir == event.ClientToServer {
		j.earlyFrame(f)
	} else if j.badAccept && f.Dir == event.ClientToServer {
		j.acceptedFrame(f)
	}
	if !s.blind {
		j.framing(s, f)
		if f.Masked && f.Dir == event.ClientToServer {
			j.maskingKey(s, f)
		}
		if f.Opcode >= event.OpClose || s.close.n != 0 {
			j.controlOrLate(s, peer, f)
		}
		if peer.failed != nil && !s.goesOn {
			j.afterFailure(s, peer, f)
		}
		if s.pings != nil && f.Opcode != event.OpPong {
			s.pings.wentOn(f)
		}
		if peer.pings != nil {
			peer.pings.pingerWent(f)
		}
	}
	s.gapSince = false
	j.stats.frame(f)
}

// Transport judges what happened below the frames.
func (j *Conn) Transport(t *event.Transport) {
	j.stats.transport(t)
	if t.Dir > event.ServerToClient {
		return
	}
	s, peer := &j.sides[t.Dir], &j.sides[t.Dir.Reverse()]
	switch t.Kind {
	case event.TransportGap, event.TransportSyncLost, event.TransportSyncFound, event.TransportConflict:
		j.captureNote(s, t)
		if t.Kind == event.TransportSyncLost || t.Kind == event.TransportSyncFound {
			forgetPings(s, peer)
		}
	case event.TransportFIN, event.TransportRST:
		s.seen = true
		j.clock(t.Time)
		j.sideEnded(s, peer, t)
	}
}

// clockSlack is how far packet times may go back without a meaning: a capture
// on several interfaces or processors mixes their clocks.
const clockSlack = int64(100 * time.Millisecond)

func (j *Conn) clock(now int64) {
	if now < j.latest-clockSlack {
		j.skewed = true
	}
	j.latest = max(j.latest, now)
}

// Disordered tells that the capture holds a packet of one direction before
// one of the other that it acknowledges: another interface, queue or clock
// captured each. What came first in such a capture is held against nobody.
func (j *Conn) Disordered() { j.disorder = true }

// End judges what only the end shows and fills e.Story. No call may follow.
func (j *Conn) End(e *event.End) {
	if !j.refused {
		j.endOfPings(e)
		j.endOfClosing(e)
		j.endOfCapture(e)
	}
	j.tellSuppressed(e.Stamp)
	j.story(e)
}

// tell makes a finding. dir is the sender whose fault it is, frame the N of a
// frame of that direction, or 0.
func (j *Conn) tell(r *Rule, at event.Stamp, dir event.Dir, frame uint64, format string, args ...any) {
	if j.told == nil {
		j.told = make(map[*Rule]int64)
	}
	if dir <= event.ServerToClient {
		j.count[dir][r.Severity]++
	}
	if j.told[r]++; j.told[r] > limits.FindingsPerRule {
		return
	}
	j.emit(&event.Finding{Stamp: at, Conn: j.conn, Dir: dir, Frame: frame,
		Rule: r.ID, Severity: r.Severity, RFC: r.RFC, Text: fmt.Sprintf(format, args...)})
}

// tellSuppressed says how many findings of each rule were not told.
func (j *Conn) tellSuppressed(at event.Stamp) {
	for _, r := range Table {
		if n := j.told[r] - limits.FindingsPerRule; n > 0 {
			j.emit(&event.Finding{Stamp: at, Conn: j.conn, Dir: event.NoDir, Rule: r.ID, Severity: r.Severity, RFC: r.RFC,
				Text: fmt.Sprintf("%d more findings of this rule on this connection were not told one by one", n)})
		}
	}
}

// violated tells a violation after which the receiver must fail the
// connection (RFC 6455 section 7.1.7).
func (j *Conn) violated(r *Rule, f *event.Frame, format string, args ...any) {
	j.tell(r, f.Stamp, f.Dir, f.N, format, args...)
	j.mustFail(r, f.Dir, f.Time)
}

func (j *Conn) mustFail(r *Rule, dir event.Dir, time int64) {
	if s := &j.sides[dir]; s.failed == nil {
		s.failed, s.failAt = r, time
	}
}

// name is how texts call the sender of a direction.
func name(d event.Dir) string {
	if d == event.ServerToClient {
		return "server"
	}
	return "client"
}
