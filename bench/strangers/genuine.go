package main

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"wsscope/decode/frame"
	"wsscope/event"
)

// speaker sends WebSocket frames.
type speaker struct {
	r       *rand.Rand
	deflate bool
	comp    [2]*flate.Writer
	out     [2]bytes.Buffer
}

func (s *speaker) frame(t *turn, b0 byte, payload []byte) {
	bit := byte(0)
	if t.dir == event.ClientToServer {
		bit = 0x80
	}
	b := []byte{b0}
	switch n := len(payload); {
	case n < 126:
		b = append(b, bit|byte(n))
	case n < 1<<16:
		b = append(append(b, bit|126), be16(n)...)
	default:
		b = append(append(b, bit|127), be64(n)...)
	}
	payload = bytes.Clone(payload)
	if bit != 0 {
		var key [4]byte
		binary.LittleEndian.PutUint32(key[:], s.r.Uint32())
		b = append(b, key[:]...)
		frame.Mask(payload, key, 0)
	}
	t.data = append(append(t.data, b...), payload...)
	t.ends = append(t.ends, len(t.data))
}

// data sends one message of an application.
func (s *speaker) data(t *turn, op byte, payload []byte) {
	if s.deflate {
		if s.comp[t.dir] == nil {
			s.comp[t.dir], _ = flate.NewWriter(&s.out[t.dir], 6)
		}
		s.out[t.dir].Reset()
		s.comp[t.dir].Write(payload)
		s.comp[t.dir].Flush()
		payload = s.out[t.dir].Bytes()[:s.out[t.dir].Len()-4]
		op |= 0x40
	}
	s.frame(t, 0x80|op, payload)
}

func update(r *rand.Rand) []byte {
	b := fmt.Appendf(nil, `{"type":"update","seq":%d,"items":[`, r.IntN(100000))
	for range r.IntN(6) {
		b = fmt.Appendf(b, `{"symbol":"%c%c","bid":%d.%02d},`, 'A'+r.IntN(26), 'A'+r.IntN(26), r.IntN(900), r.IntN(100))
	}
	return append(b, "null]}"...)
}

// chat makes conversations; client and server say how many of ten turns are
// whose.
func chat(client, server int, op byte, deflate bool, payload func(*rand.Rand) []byte) func(*rand.Rand) []turn {
	return func(r *rand.Rand) []turn {
		s := &speaker{r: r, deflate: deflate}
		var turns []turn
		for len(turns) < 120 {
			t := turn{dir: event.ClientToServer}
			if r.IntN(client+server) >= client {
				t.dir = event.ServerToClient
			}
			for range 1 + r.IntN(2) {
				if r.IntN(25) == 0 {
					s.frame(&t, 0x89, random(r, 4))
				} else {
					s.data(&t, op, payload(r))
				}
			}
			turns = append(turns, t)
		}
		return turns
	}
}

func noiseOf(n int) func(*rand.Rand) []byte {
	return func(r *rand.Rand) []byte { return random(r, r.IntN(n)) }
}

var genuine = []kind{
	{"JSON, both ways", chat(5, 5, event.OpText, false, update)},
	{"JSON, mostly the server", chat(1, 30, event.OpText, false, update)},
	{"JSON, the server alone", chat(0, 10, event.OpText, false, update)},
	{"JSON, the client alone", chat(10, 0, event.OpText, false, update)},
	{"JSON, compressed", chat(5, 5, event.OpText, true, update)},
	{"JSON, compressed, server alone", chat(0, 10, event.OpText, true, update)},
	{"binary, both ways", chat(5, 5, event.OpBinary, false, noiseOf(400))},
	{"binary, the server alone", chat(0, 10, event.OpBinary, false, noiseOf(400))},
	{"binary, 20 KB messages", chat(3, 7, event.OpBinary, false, noiseOf(40_000))},
}
