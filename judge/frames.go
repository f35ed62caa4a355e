package judge

import (
	"wsscope/event"
	"wsscope/limits"
)

// frameRules remembers the frame in which a direction ended.
type frameRules struct {
	cut       uint64 // N of the frame in which the stream ended
	cutWants  uint64 // payload bytes that it declared
	cutHas    uint64
	cutFaulty bool // bytes in the middle of it are missing, or a length that cannot be
}

// framing holds one header against RFC 6455 section 5.2 and its kin.
func (j *Conn) framing(s *side, f *event.Frame) {
	form := f.HeaderLen
	if f.Masked {
		form -= 4
	}
	// An ordinary frame leaves here: no reserved bit or opcode, the shortest
	// length form, masked as its side has to, whole, in its place.
	ordinary := f.RSV == 0 && ordinaryOpcode[f.Opcode&15] && !f.Ended && f.Masked == (f.Dir == event.ClientToServer) &&
		(form == 2 && f.Len < 126 || form == 4 && f.Len >= 126 && f.Len < 1<<16 || form == 10 && f.Len >= 1<<16 && f.Len < uint64(limits.HugeFrame)) &&
		(f.Opcode < event.OpClose || f.FIN && f.Len <= 125)
	trusted := s.trust == 0
	if !trusted {
		if ordinary {
			s.trust--
		} else {
			s.trust = int32(limits.SyncTrust)
		}
	}
	if !ordinary {
		if trusted {
			j.header(f, form)
		}
		if form == 10 && f.Len >= 1<<63 {
			s.blind = true
		}
		if f.Ended {
			s.rules = frameRules{f.N, f.Len, f.Captured, !trusted || s.blind || s.gapSince || lostInside(f)}
		}
	}
	j.sequence(s, f, trusted)
}

var ordinaryOpcode = [16]bool{event.OpContinuation: true, event.OpText: true, event.OpBinary: true,
	event.OpClose: true, event.OpPing: true, event.OpPong: true}

// lostInside reports whether other bytes than the frame's tail are missing.
func lostInside(f *event.Frame) bool {
	return len(f.Missing) > 1 || len(f.Missing) == 1 && f.Missing[0].Off+f.Missing[0].Len < f.Len
}

// header tells every rule that a header breaks. form is its length without
// the masking key.
func (j *Conn) header(f *event.Frame, form int) {
	op, control := event.OpcodeName(f.Opcode), event.IsControl(f.Opcode)
	if j.handshake != event.HandshakeInferred {
		if f.Dir == event.ClientToServer && !f.Masked {
			j.violated(frameClientUnmasked, f, "The client's %s frame is not masked; a client must mask every frame.", op)
		}
		if f.Dir == event.ServerToClient && f.Masked {
			j.violated(frameServerMasked, f, "The server's %s frame is masked; a server must not mask.", op)
		}
	}
	if j.extKnown || j.handshake == event.HandshakeInferred || j.handshake == event.HandshakeRequestOnly {
		switch {
		case ordinaryOpcode[f.Opcode&15]:
		case control:
			j.violated(frameOpcodeReservedControl, f, "Opcode 0x%X is a reserved control opcode, and no extension defines it.", f.Opcode)
		default:
			j.violated(frameOpcodeReservedData, f, "Opcode 0x%X is a reserved data opcode, and no extension defines it.", f.Opcode)
		}
	}
	j.reserved(f, op, control)
	switch {
	case form == 10 && f.Len >= 1<<63:
		j.violated(frameLengthMSB, f, "The 64-bit length is 0x%016x, its top bit must be 0; the %s's frames cannot be followed after it.", f.Len, name(f.Dir))
	case form == 10 && f.Len < 1<<16:
		j.violated(frameLengthNotMinimal, f, "The length %d is written in 64 bits; it must be written in %s.", f.Len, shortest(f.Len))
	case form == 4 && f.Len < 126:
		j.violated(frameLengthNotMinimal, f, "The length %d is written in 16 bits; it must be written in 7.", f.Len)
	case f.Len >= uint64(limits.HugeFrame):
		j.tell(frameHugeLength, f.Stamp, f.Dir, f.N, "The %s frame declares %d bytes; no receiver should set aside so much.", op, f.Len)
	}
	if control && !f.FIN {
		j.violated(controlFragmented, f, "The %s frame has FIN 0; control frames must not be fragmented.", op)
	}
	if control && f.Len > 125 && f.Len < 1<<63 {
		j.violated(controlTooLong, f, "The %s frame holds %d bytes; control frames hold at most 125.", op, f.Len)
	}
}

func shortest(n uint64) string {
	if n < 126 {
		return "7"
	}
	return "16"
}

// reserved holds RSV1 to RSV3 against the extensions of the 101
// (RFC 6455 section 5.2, RFC 7692 section 6).
func (j *Conn) reserved(f *event.Frame, op string, control bool) {
	if f.RSV == 0 || !j.extKnown {
		return
	}
	rsv := f.RSV
	if j.deflate && f.RSV1() {
		rsv &^= 4
		switch {
		case control:
			j.violated(frameRSV1Control, f, "RSV1 is set on a %s frame; control frames are never compressed.", op)
		case f.Opcode == event.OpContinuation:
			j.violated(frameRSV1Continuation, f, "RSV1 is set on a continuation; only the first frame of a compressed message has it.")
		}
	}
	if rsv != 0 {
		agreed := "no extension was agreed"
		if j.deflate {
			agreed = "permessage-deflate defines RSV1 alone"
		}
		j.violated(frameRSVUnnegotiated, f, "%s set on a %s frame, but %s.", rsvWords(rsv), op, agreed)
	}
}

func rsvWords(rsv uint8) string {
	return [...]string{"", "RSV3 is", "RSV2 is", "RSV2 and RSV3 are", "RSV1 is", "RSV1 and RSV3 are", "RSV1 and RSV2 are", "RSV1, RSV2 and RSV3 are"}[rsv&7]
}

// truncated tells that a sender ended its stream inside a frame. A side whose
// peer had ended the connection before is not to blame (nor is one, where the
// order of the capture does not tell), and neither is one whose frame
// boundaries are not certain.
func (j *Conn) truncated(s, peer *side, t *event.Transport) {
	if peer.close.n != 0 || peer.close.end != 0 || j.disorder || s.blind || s.lost || s.trust != 0 {
		return
	}
	how := j.ended(t.Kind == event.TransportRST)
	switch {
	case s.rules.cut != 0 && !s.rules.cutFaulty:
		j.tell(frameTruncated, t.Stamp, t.Dir, s.rules.cut, "The %s %s after %d of the %d payload bytes that the frame declares.", name(t.Dir), how, s.rules.cutHas, s.rules.cutWants)
	case s.rules.cut == 0 && t.Bytes > 0 && !s.gapSince:
		j.tell(frameTruncated, t.Stamp, t.Dir, 0, "The %s %s after %d bytes of a frame header.", name(t.Dir), how, t.Bytes)
	}
}
