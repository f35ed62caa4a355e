package judge

import (
	"unicode/utf8"

	"wsscope/event"
	"wsscope/limits"
)

// closeState is how one side ended its half (RFC 6455 section 7).
type closeState struct {
	n     uint64 // N of its first Close; 0: none
	at    int64  // time of that Close
	code  int    // its status code; 0: none
	end   int64  // time of its FIN or RST; 0: none
	first bool   // it ended TCP before the other side
	reset bool   // by RST
}

// controlOrLate judges a control frame, or a frame after its sender's Close.
func (j *Conn) controlOrLate(s, peer *side, f *event.Frame) {
	if s.close.n != 0 && s.trust == 0 {
		switch {
		case f.Opcode <= event.OpBinary:
			j.tell(dataAfterClose, f.Stamp, f.Dir, f.N, "The %s sent a %s frame after its Close (frame %d); no data may follow a Close.", name(f.Dir), event.OpcodeName(f.Opcode), s.close.n)
		case f.Opcode == event.OpClose:
			j.tell(closeDuplicate, f.Stamp, f.Dir, f.N, "The %s had sent a Close before (frame %d); the first one counts.", name(f.Dir), s.close.n)
		case f.Opcode == event.OpPing || f.Opcode == event.OpPong:
			j.tell(controlAfterClose, f.Stamp, f.Dir, f.N, "A %s after the own Close (frame %d): section 5.5.2 allows it, section 1.4 does not.", event.OpcodeName(f.Opcode), s.close.n)
		}
	}
	switch f.Opcode {
	case event.OpClose:
		if s.close.n == 0 {
			s.close.n, s.close.at, s.close.code = f.N, f.Time, f.CloseCode
			j.stats.closed(f)
		}
		if f.RSV == 0 {
			j.closeBody(f)
		}
	case event.OpPing:
		j.ping(peer, f)
	case event.OpPong:
		j.pong(s, f)
	}
}

// closeBody judges status code and reason (RFC 6455 sections 5.5.1 and 7.4).
func (j *Conn) closeBody(f *event.Frame) {
	if f.Len == 1 {
		j.violated(closeBodyTooShort, f, "The Close has a body of one byte; a body begins with a status code of two.")
	}
	if !f.HasClose {
		return
	}
	if why := badCode(f.CloseCode); why != "" {
		j.violated(closeCodeInvalid, f, "The Close carries status code %d, %s.", f.CloseCode, why)
	}
	if f.CloseCode == 1010 && f.Dir == event.ServerToClient {
		j.tell(closeCodeWrongSide, f.Stamp, f.Dir, f.N, "The server closes with 1010 (mandatory extension missing), which is for clients; a server fails the handshake instead.")
	}
	if f.Captured == f.Len && uint64(len(f.CloseReason))+2 == f.Len && !utf8.Valid(f.CloseReason) {
		j.violated(closeReasonInvalidUTF8, f, "The Close's reason %s is not valid UTF-8.", quote(string(f.CloseReason)))
	}
}

// badCode says what is wrong with a status code on the wire; empty: nothing.
// 1012 to 1014 are from the IANA registry.
func badCode(code int) string {
	switch {
	case code == 1004:
		return "which is reserved"
	case code == 1005, code == 1006, code == 1015:
		return "which stands for the lack of one and must not be sent"
	case code < 1000:
		return "which is not used"
	case code > 1015 && code < 3000:
		return "which is not assigned"
	case code > 4999:
		return "which no range defines"
	}
	return ""
}

// afterFailure looks at what a side sends after the other one broke a rule
// for which it must fail the connection. peer is the one who broke it.
func (j *Conn) afterFailure(s, peer *side, f *event.Frame) {
	if f.Opcode == event.OpClose || s.close.n != 0 || j.skewed || f.Time-peer.failAt < limits.GoesOn {
		return
	}
	s.goesOn = true
	j.tell(didNotFail, f.Stamp, f.Dir, f.N, "The %s still sends frames %s after the %s broke %s; it must fail the connection.",
		name(f.Dir), span(f.Time-peer.failAt), name(f.Dir.Reverse()), peer.failed.ID)
}

// sideEnded takes the end of one direction.
func (j *Conn) sideEnded(s, peer *side, t *event.Transport) {
	if s.close.end != 0 {
		return
	}
	j.truncated(s, peer, t)
	m := &s.message
	if m.open != 0 && !m.unknown && m.open != s.rules.cut && peer.close.n == 0 && peer.close.end == 0 && !j.disorder && j.follows(s) {
		j.tell(messageUnfinished, t.Stamp, t.Dir, m.open, "The %s %s before it finished the message that this frame begins.", name(t.Dir), j.ended(t.Kind == event.TransportRST))
	}
	s.close.end = t.Time
	s.close.reset = t.Kind == event.TransportRST
	s.close.first = peer.close.end == 0
}

// follows reports whether the frame boundaries of a side are certain.
func (j *Conn) follows(s *side) bool { return !s.lost && !s.blind && s.trust == 0 }

// whole reports whether no frame of a side can have been missed.
func (s *side) whole() bool { return s.seen && !s.joined && !s.lost && !s.blind && !s.framesLost }

// endOfClosing judges how the connection ended. Only now is it known what the
// two sides sent, whose order in the capture is not always that of the wire.
func (j *Conn) endOfClosing(e *event.End) {
	for d := range j.sides {
		s, peer, dir := &j.sides[d], &j.sides[d^1], event.Dir(d)
		switch {
		case s.close.n == 0 && peer.close.n == 0:
			j.withoutClose(s, peer, dir, e)
		case s.close.n == 0:
			j.unanswered(s, peer, dir, e)
		}
	}
	if c, s := &j.sides[event.ClientToServer].close, &j.sides[event.ServerToClient].close; c.n != 0 && s.n != 0 && !j.h2 {
		j.afterBoth(c, s, e)
	}
}

// endedFirst reports whether a side ended TCP before the other one did, as
// far as the order of the capture can tell.
func (j *Conn) endedFirst(s, peer *side) bool {
	return s.close.first && !(j.disorder && peer.close.end != 0 && peer.close.end-s.close.end < clockSlack)
}

// withoutClose judges the side that ended a connection in which nobody sent
// a Close (RFC 6455 section 7.1.1 and 7.3).
func (j *Conn) withoutClose(s, peer *side, dir event.Dir, e *event.End) {
	if !j.endedFirst(s, peer) || !s.whole() || !peer.whole() || peer.gap {
		return
	}
	if dir == event.ClientToServer && j.badAccept {
		return // it failed the connection after a wrong 101, before there was one to close
	}
	j.tell(tcpClosedWithoutClose, e.Stamp, dir, 0, "The %s %s and no Close frame was sent; the other side sees close code 1006.", name(dir), j.ended(s.close.reset))
	if s.close.reset && !j.h2 {
		j.tell(tcpReset, e.Stamp, dir, 0, "The %s reset the open connection; TCP should be closed cleanly.", name(dir))
	}
}

// unanswered judges a side that sent no Close although the other one did.
func (j *Conn) unanswered(s, peer *side, dir event.Dir, e *event.End) {
	if !s.whole() {
		return
	}
	waited := peer.close.end - peer.close.at
	switch {
	case j.endedFirst(s, peer) && !peer.gap && (peer.close.end != 0 || s.close.reset || s.close.end <= peer.close.at):
		// What waits for lost bytes is told late, an end too; and where the
		// peer's end was not captured it may have been the first.
		j.tell(closeUnanswered, e.Stamp, dir, 0, "The %s %s and never answered the %s's Close (frame %d).", name(dir), j.ended(s.close.reset), name(dir.Reverse()), peer.close.n)
	case peer.close.first && !j.skewed && waited >= limits.CloseAnswer && (s.close.end != 0 || peer.close.reset):
		j.tell(closeUnanswered, e.Stamp, dir, 0, "The %s did not answer the %s's Close (frame %d); the %s gave up after %s.", name(dir), name(dir.Reverse()), peer.close.n, name(dir.Reverse()), span(waited))
	}
}

// afterBoth judges the end of TCP after both Close frames.
func (j *Conn) afterBoth(client, server *closeState, e *event.End) {
	both := max(client.at, server.at)
	end := server.end
	if end == 0 && client.reset {
		end = client.end // the client lost patience
	}
	if late := end - both; end != 0 && !j.skewed && late >= limits.LateTCPClose && !j.sides[event.ServerToClient].gap {
		j.tell(serverLateTCPClose, e.Stamp, event.ServerToClient, 0, "The server left TCP open for %s after both Close frames; it must close it immediately.", span(late))
	}
	if j.endedFirst(&j.sides[event.ClientToServer], &j.sides[event.ServerToClient]) && !client.reset && client.end >= both && !j.sides[event.ServerToClient].gap {
		j.tell(clientClosedTCPFirst, e.Stamp, event.ClientToServer, 0, "The client ended TCP before the server did; in normal cases the server is the first.")
	}
}
