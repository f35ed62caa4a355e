package decode

import (
	"wsscope/event"
	"wsscope/stream"
)

// acked is how far a direction was acknowledged, and by which packet.
type acked struct {
	to     int64 // offset in the TCP stream, as Chunk.Acked counts
	packet uint64
}

// early tells the judge of bytes that come behind the server's response in the
// capture, but in a packet whose sender did not have all of it: those before it
// the opening counts. An acknowledgement is that of the moment of sending.
func (s *Session) early(dir event.Dir, c *stream.Chunk) {
	if s.response.to == 0 || dir != event.ClientToServer || c.Acked < 0 {
		return
	}
	if c.Acked >= s.response.to {
		s.response = acked{}
	} else if c.Origin.Packet > s.response.packet {
		s.judge.Early(int64(len(c.Data)))
	}
}

// order notes where the capture is not in the order of the wire: a packet
// that acknowledges bytes stands before the one that brings them. The judge
// must know, since what one side sent "before" the other is then a guess.
func (s *Session) order(dir event.Dir, c *stream.Chunk) {
	if !s.direct {
		return
	}
	if a := &s.acked[dir]; c.Off >= 0 && c.Off < a.to && c.Origin.Packet > a.packet {
		s.judge.Disordered()
	}
	if a := &s.acked[dir.Reverse()]; c.Acked > a.to {
		*a = acked{c.Acked, c.Origin.Packet}
	}
}
