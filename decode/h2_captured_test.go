package decode

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"wsscope/event"
)

// h2Lacking gives the messages of want that got lacks, and those of got that
// want does not have.
func h2Lacking(want, got []string) (lacking, invented []string) {
	left := map[string]int{}
	for _, m := range got {
		left[m]++
	}
	for _, m := range want {
		if left[m]--; left[m] < 0 {
			left[m] = 0
			lacking = append(lacking, m)
		}
	}
	for m, n := range left {
		for range n {
			invented = append(invented, m)
		}
	}
	return lacking, invented
}

// TestHTTP2Captured holds the decoder against the logs of the endpoints.
func TestHTTP2Captured(t *testing.T) {
	for _, f := range h2Flows(t) {
		t.Run(f.name, func(t *testing.T) {
			r := h2Play(t, true, f.moves)
			if lacking, invented := h2Lacking(f.messages, r.messages); len(lacking)+len(invented) > 0 {
				t.Errorf("lacking %q\ninvented %q", lacking, invented)
			}
			opens := 0
			for _, l := range r.lines {
				var s, uri string
				if n, _ := fmt.Sscanf(l, "open %s h2 full %s 200", &s, &uri); n == 2 {
					opens++
					if !slices.ContainsFunc(f.opens, func(o string) bool { return len(o) > len(s)+len(uri) && o[:len(s)+1+len(uri)] == s+" "+uri }) {
						t.Errorf("%s was not logged", l)
					}
				}
			}
			if opens != len(f.opens) {
				t.Errorf("%d of %d opened", opens, len(f.opens))
			}
		})
	}
}

// h2Recut gives the same bytes in pieces of other sizes. Packets stay.
func h2Recut(rng *rand.Rand, moves []h2Move, most int) (out []h2Move) {
	for _, m := range moves {
		for len(m.data) > most || len(m.data) > 1 && rng.IntN(2) == 0 {
			part := m
			part.data = m.data[:1+rng.IntN(min(most, len(m.data)-1))]
			out = append(out, part)
			m.data = m.data[len(part.data):]
		}
		out = append(out, m)
	}
	return out
}

// TestHTTP2Cuts feeds the same bytes in other pieces: the same is told.
func TestHTTP2Cuts(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, f := range h2Flows(t) {
		t.Run(f.name, func(t *testing.T) {
			want := h2Play(t, true, f.moves)
			for _, most := range []int{1, 50} {
				got := h2Play(t, true, h2Recut(rng, f.moves, most))
				if !slices.Equal(got.lines, want.lines) {
					for i := range got.lines {
						if i >= len(want.lines) || got.lines[i] != want.lines[i] {
							t.Fatalf("in pieces of %d, line %d: %q, want %q", most, i, got.lines[i], want.lines[min(i, len(want.lines)-1)])
						}
					}
					t.Fatalf("in pieces of %d: %d lines, want %d", most, len(got.lines), len(want.lines))
				}
			}
		})
	}
}

// TestHTTP2OneDirectionFirst feeds all of one direction before the other:
// captures reorder, and no direction may wait for the other's place.
func TestHTTP2OneDirectionFirst(t *testing.T) {
	for _, f := range h2Flows(t) {
		for first := range event.NoDir {
			moves := slices.Clone(f.moves)
			slices.SortStableFunc(moves, func(a, b h2Move) int { return int(a.dir^first) - int(b.dir^first) })
			r := h2Play(t, true, moves)
			if lacking, invented := h2Lacking(f.messages, r.messages); len(lacking)+len(invented) > 0 {
				t.Errorf("%s, %v first: lacking %q\ninvented %q\n%q", f.name, first, lacking, invented, r.lines)
			}
		}
	}
}

// TestHTTP2Losses loses chunks at random, their length known or not. Nothing
// may be invented, and most of the rest must be found.
func TestHTTP2Losses(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for _, f := range h2Flows(t) {
		t.Run(f.name, func(t *testing.T) {
			found, all := 0, 0
			for range 15 {
				moves := slices.Clone(f.moves)
				for range 1 + rng.IntN(2) {
					m := &moves[rng.IntN(len(moves))]
					if len(m.data) > 0 {
						m.gap = int64(len(m.data))
						if rng.IntN(3) == 0 {
							m.gap = -1
						}
						m.data = nil
					}
				}
				r := h2Play(t, true, moves)
				if _, invented := h2Lacking(f.messages, r.messages); len(invented) > 0 {
					t.Fatalf("invented %q\n%q", invented, r.lines)
				}
				found, all = found+r.complete, all+len(f.messages)
			}
			if found*5 < all*4 {
				t.Errorf("only %d of %d messages found", found, all)
			}
		})
	}
}

// TestHTTP2Late begins at random places.
func TestHTTP2Late(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for _, f := range h2Flows(t) {
		t.Run(f.name, func(t *testing.T) {
			found, all := 0, 0
			for range 10 {
				skip := 3 + rng.IntN(len(f.moves)/2)
				moves := f.moves[skip:]
				r := h2Play(t, false, moves)
				if _, invented := h2Lacking(f.messages, r.messages); len(invented) > 0 {
					t.Fatalf("from move %d: invented %q\n%q", skip, invented, r.lines)
				}
				found += r.complete
				all += len(f.messages) * len(moves) / len(f.moves)
			}
			if found*4 < all*3 { // compressed ones need what came before
				t.Errorf("only %d of about %d messages found", found, all)
			}
		})
	}
}
