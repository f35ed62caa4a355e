package decode

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/stream"
)

// TestHTTP2ScriptCuts feeds the scenarios in other pieces; not those with
// losses, where it is evidence where segments begin.
func TestHTTP2ScriptCuts(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for _, c := range h2Cases {
		moves := h2Moves(t, c.script)
		want := strings.Join(h2Play(t, true, moves).lines, "\n")
		for _, most := range []int{1, 5, 30} {
			if got := strings.Join(h2Play(t, true, h2Recut(rng, moves, most)).lines, "\n"); got != want {
				t.Errorf("%s, in pieces of at most %d: got\n%s\nwant\n%s", c.name, most, got, want)
			}
		}
	}
}

// FuzzHTTP2 plays two streams against each other, in random pieces and turns,
// with bytes lost. Nothing may break, everything opened must end, and all
// memory that was accounted for must be given back (h2Play looks).
func FuzzHTTP2(f *testing.F) {
	for i, c := range slices.Concat(h2Cases, h2LossCases) {
		var side [2][]byte
		for _, m := range h2Moves(f, c.script) {
			side[m.dir] = append(side[m.dir], m.data...)
		}
		f.Add(side[0], side[1], uint64(i))
	}
	f.Fuzz(func(t *testing.T, client, server []byte, seed uint64) {
		if len(client)+len(server) > 1<<15 {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 1))
		losses := rng.IntN(3)
		side := [2][]byte{client, server}
		var moves []h2Move
		for packet := uint64(1); len(side[0])+len(side[1]) > 0; packet++ {
			now := event.Stamp{Packet: packet, Time: int64(packet) * 1e6}
			m := h2Move{dir: event.Dir(rng.IntN(2)), now: now, origin: now}
			n := min(len(side[m.dir]), 1+rng.IntN(200))
			if n == 0 {
				continue
			}
			m.data, side[m.dir] = side[m.dir][:n], side[m.dir][n:]
			if losses > 0 && rng.IntN(5) == 0 {
				m.gap, m.data = int64(n), nil
				if rng.IntN(2) == 0 {
					m.gap = -1
				}
			}
			moves = append(moves, m)
		}
		last := event.Stamp{Packet: uint64(len(moves)) + 1, Time: 1e12}
		for d := range event.NoDir {
			moves = append(moves, h2Move{dir: d, now: last, ends: true, how: stream.End(rng.IntN(5))})
		}
		h2Play(t, losses < 2, moves)
	})
}
