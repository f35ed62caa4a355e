package judge

import "wsscope/event"

// Open judges the opening handshake, accepted or refused. It comes first.
func (j *Conn) Open(o *event.Open) {
	j.handshake, j.refused, j.h2 = o.Handshake, o.Refused, o.Transport == "h2" || o.Transport == "h3"
	j.stats.open(o)
	c, s := &j.sides[event.ClientToServer], &j.sides[event.ServerToClient]
	requestSeen := o.Handshake == event.HandshakeFull || o.Handshake == event.HandshakeRequestOnly
	responseSeen := o.Handshake == event.HandshakeFull || o.Handshake == event.HandshakeResponseOnly
	c.seen, s.seen = requestSeen, responseSeen
	if !requestSeen {
		c.late()
	}
	if !responseSeen {
		s.late()
	}
	switch {
	case !requestSeen && !responseSeen:
		j.tell(handshakeMissing, o.Stamp, event.NoDir, 0, "The capture begins after the opening handshake: subprotocol and extensions are unknown, roles are inferred.")
	case !requestSeen:
		j.tell(handshakeRequestMissing, o.Stamp, event.ClientToServer, 0, "The request of the opening handshake is not in the capture.")
	case !responseSeen:
		j.tell(handshakeResponseMissing, o.Stamp, event.ServerToClient, 0, "The response of the opening handshake is not in the capture: subprotocol and extensions are unknown.")
	}
	if o.Handshake == event.HandshakeFull && !j.h2 && o.RequestStamp.Packet == o.Packet {
		j.disorder = true // the request is what this packet completed: its response stands before it
	}
	var r *requestJudge
	if requestSeen {
		r = &requestJudge{j: j, o: o, head: headFields(o.RequestHeaders, o.RequestRaw, o.RequestPartial)}
		r.judge()
		if !o.Refused {
			j.early = o.EarlyClientBytes
		}
	}
	if responseSeen {
		j.response(o, r)
	}
}

// Early tells that the client sent the next n bytes before it had the response.
func (j *Conn) Early(n int64) { j.early += n }

// earlyFrame takes a frame that the client sent before it had the response.
func (j *Conn) earlyFrame(f *event.Frame) {
	if !j.earlyTold {
		j.earlyTold = true
		j.tell(reqDataBeforeResponse, f.Stamp, f.Dir, f.N, "The client sent this frame before it had the server's response; it must wait.")
	}
	// Saturating: a frame's length is whatever its sender wrote.
	if n := uint64(f.HeaderLen) + f.Captured; n < uint64(j.early) {
		j.early -= int64(n)
	} else {
		j.early = 0
	}
}

// acceptedFrame takes the client's first frame after a 101 that it must not
// have accepted. A Close may be how it fails the connection.
func (j *Conn) acceptedFrame(f *event.Frame) {
	j.badAccept = false
	if f.Opcode != event.OpClose {
		j.tell(clientAcceptedBadResponse, f.Stamp, f.Dir, f.N, "The client sends frames although the 101 does not hold what it must; it must fail the connection.")
	}
}

// AfterRefusal judges bytes that follow a refused handshake in one direction;
// head is their beginning. HTTP is text: no request or response begins like a
// frame, whose first or second byte has its top bit set.
func (j *Conn) AfterRefusal(dir event.Dir, at event.Stamp, head []byte) {
	if !j.refused || j.sides[dir].seenStray || !frameLike(dir, head) {
		return
	}
	j.sides[dir].seenStray = true
	j.tell(dataWithoutHandshake, at, dir, 0, "The %s sends what looks like a frame (% x) after the handshake was refused; there is no WebSocket connection.", name(dir), head[:min(len(head), 14)])
}

// frameLike reports whether bytes begin like a legal frame of a direction.
func frameLike(dir event.Dir, b []byte) bool {
	if len(b) < 2 || b[0]&0x70 != 0 || !ordinaryOpcode[b[0]&15] {
		return false
	}
	masked := b[1]&0x80 != 0
	return masked == (dir == event.ClientToServer) && (masked || b[0]&0x80 != 0)
}
