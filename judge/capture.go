package judge

import (
	"fmt"

	"wsscope/event"
	"wsscope/limits"
)

// captureNote takes what the capture lacks, and forgets what can no longer be
// known: nothing that is missing is held against a peer.
func (j *Conn) captureNote(s *side, t *event.Transport) {
	switch t.Kind {
	case event.TransportGap:
		s.gap, s.gapSince = true, true
		if !s.noted {
			s.noted = true
			j.tell(captureGap, t.Stamp, t.Dir, 0, "The capture lacks %s of the %s's stream; checks that need them stay silent.", amount(t.Bytes), name(t.Dir))
		}
	case event.TransportSyncLost:
		s.lost, s.framesLost = true, true
		s.losses++
		s.message = messageState{unknown: true}
		s.masks.n = 0
		j.tell(frameSyncLost, t.Stamp, t.Dir, 0, "The lost bytes hold a frame header (loss %d of the %s's): where frames begin is unknown until a plausible restart.", s.losses, name(t.Dir))
	case event.TransportSyncFound:
		s.lost = false
		s.trust = int32(limits.SyncTrust)
		s.message = messageState{unknown: true}
		s.masks.n = 0
	case event.TransportConflict:
		detail := t.Detail
		if detail != "" {
			detail = ": " + detail
		}
		s.conflicts++
		j.tell(tcpOverlapConflict, t.Stamp, t.Dir, 0, "Two copies of %s of the %s's stream differ (conflict %d); the first one counts%s.", amount(t.Bytes), name(t.Dir), s.conflicts, detail)
	}
}

func amount(n int64) string {
	switch {
	case n < 0:
		return "an unknown number of bytes"
	case n == 1:
		return "1 byte"
	}
	return fmt.Sprintf("%d bytes", n)
}

// late prepares for a connection that is not known from its beginning.
func (s *side) late() {
	s.message = messageState{unknown: true}
	s.trust = int32(limits.SyncTrust)
	s.joined = true
}

// endOfCapture tells which direction the capture lacks.
func (j *Conn) endOfCapture(e *event.End) {
	for d := range j.sides {
		if dir := event.Dir(d); !j.sides[d].seen {
			j.tell(directionMissing, e.Stamp, dir, 0, "Nothing that the %s sent is in the capture.", name(dir))
		}
	}
}
