package http2

import (
	"math/rand/v2"
	"slices"
	"testing"

	"wsscope/limits"
)

// FuzzReader feeds frames whole, in pieces, and with lost bytes.
func FuzzReader(f *testing.F) {
	for i, c := range readerCases {
		f.Add(c.data, uint64(i), c.dir == c2s)
	}
	f.Fuzz(func(t *testing.T, data []byte, seed uint64, client bool) {
		if len(data) > 1<<16 {
			return
		}
		rng := rand.New(rand.NewPCG(seed, 0))
		dir := s2c
		if client {
			dir = c2s
			data = append([]byte(Preface), data...)
		}
		want, _, _ := read(dir, true, piece{data: data})
		for _, most := range []int{1, 40} {
			if got, _, _ := read(dir, true, cuts(rng, data, most)...); !slices.Equal(got.lines, want.lines) {
				t.Fatalf("in pieces of at most %d: got\n%q\nwant\n%q", most, got.lines, want.lines)
			}
		}
		// With bytes lost, nothing may break.
		pieces := cuts(rng, data, 60)
		for i := range pieces {
			switch rng.IntN(6) {
			case 0:
				pieces[i] = piece{gap: int64(len(pieces[i].data))}
			case 1:
				pieces[i] = piece{gap: -1}
			}
		}
		_, _, in := read(dir, rng.IntN(2) == 0, pieces...)
		if int64(in.Held()) > limits.H2Hunt+limits.H2HeaderBlock {
			t.Fatalf("%d bytes held", in.Held())
		}
		if in.decoder.size > int(limits.H2Table) {
			t.Fatalf("a table of %d bytes", in.decoder.size)
		}
	})
}

// FuzzRole looks at frames of which only some are there.
func FuzzRole(f *testing.F) {
	f.Add(frame(typeHeaders, flagEndHeaders, 1, connect...))
	f.Add(frame(typeHeaders, flagEndHeaders|flagPadded|flagPriority, 1, padded(3, append(make([]byte, 5), ok200...)...)...))
	f.Add(frame(typeHeaders, flagEndHeaders, 1, 0x3f, 0xe1, 0xff, 0xff, 0xff))
	f.Fuzz(func(t *testing.T, b []byte) { Role(b) })
}
