package judge

import (
	"encoding/binary"
	"math/bits"

	"wsscope/event"
)

// maskState remembers a client's latest masking keys (RFC 6455 section 5.3).
type maskState struct {
	recent  [8]uint32 // the latest keys, in a ring
	n       uint32    // keys so far
	anchor  uint32    // the first key
	repeats uint32    // how often the anchor came again
	step    uint32    // difference of the last two keys, big endian
	stepLE  uint32    // the same, little endian
	told    bool      // mask-key-predictable was told
}

// maskingKey holds one masking key against those before it. A key that comes
// again within eight frames is chance once in 2^29 frames; one that equals the
// first key twice is so once in 2^64.
func (j *Conn) maskingKey(s *side, f *event.Frame) {
	m := &s.masks
	key := binary.BigEndian.Uint32(f.Key[:])
	if key == 0 {
		if f.Len > 0 { // without payload nothing is laid open, and some libraries do not mask nothing
			j.tell(maskKeyZero, f.Stamp, f.Dir, f.N, "The masking key is 00000000, which leaves the payload readable.")
		}
		m.n = 0
		return
	}
	switch ago := m.ago(key); {
	case ago > 0:
		j.tell(maskKeyReused, f.Stamp, f.Dir, f.N, "The masking key %08x was used %s before; every frame needs a fresh key.", key, frames(ago))
	case m.n > 0 && key == m.anchor:
		if m.repeats++; m.repeats > 1 {
			j.tell(maskKeyReused, f.Stamp, f.Dir, f.N, "The masking key %08x comes again for the %dth time; keys repeat in a cycle.", key, m.repeats)
		}
	}
	if m.n > 0 {
		j.steps(m, key, f)
	} else {
		m.anchor, m.repeats = key, 0
	}
	m.recent[m.n%8] = key
	m.n++
}

// ago says how many frames ago a key was used; 0 if it is not among the latest.
func (m *maskState) ago(key uint32) int {
	for i := range min(m.n, 8) {
		if m.recent[(m.n-1-i)%8] == key {
			return int(i) + 1
		}
	}
	return 0
}

func frames(n int) string {
	if n == 1 {
		return "one frame"
	}
	return [...]string{"", "", "two", "three", "four", "five", "six", "seven", "eight"}[n] + " frames"
}

// steps looks for a counter: three keys with the same difference occur by
// chance once in 2^32 frames.
func (j *Conn) steps(m *maskState, key uint32, f *event.Frame) {
	last := m.recent[(m.n-1)%8]
	step, stepLE := key-last, bits.ReverseBytes32(key)-bits.ReverseBytes32(last)
	if m.n > 1 && step != 0 && !m.told && (step == m.step || stepLE == m.stepLE) {
		m.told = true
		d := int32(step)
		if step != m.step {
			d = int32(stepLE)
		}
		j.tell(maskKeyPredictable, f.Stamp, f.Dir, f.N, "The last three masking keys grow by the same number (%d); the next one can be predicted.", d)
	}
	m.step, m.stepLE = step, stepLE
}
