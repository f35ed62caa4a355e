package reassembly

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"wsscope/link"
)

// cut gives the segments of a stream that begins at sequence number seq:
// random lengths, some of them overlapping, all telling the truth.
func cut(r *rand.Rand, side int, seq, ack uint32, b []byte) []sent {
	var out []sent
	for at := 0; at < len(b); {
		n := min(len(b)-at, 1+r.IntN(40))
		if r.IntN(8) == 0 {
			n = min(len(b)-at, 1+r.IntN(3000))
		}
		from := max(0, at-r.IntN(10)*r.IntN(2))
		out = append(out, sent{side: side, s: link.Segment{Flags: link.ACK, Seq: seq + uint32(from), Ack: ack, Payload: b[from : at+n]}})
		at += n
	}
	return out
}

type sent struct {
	side  int
	s     link.Segment
	place int
}

// shuffle moves each segment by less than far places.
func shuffle(r *rand.Rand, all []sent, far int) {
	for i := range all {
		all[i].place = i + r.IntN(far)
	}
	slices.SortStableFunc(all, func(a, b sent) int { return a.place - b.place })
}

func randomBytes(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + r.IntN(26))
	}
	return b
}

// TestShuffled reassembles streams that were cut, repeated and shuffled:
// what comes out is what was sent.
func TestShuffled(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 1))
		want := [2][]byte{randomBytes(r, r.IntN(20_000)), randomBytes(r, r.IntN(20_000))}
		seq := [2]uint32{r.Uint32(), r.Uint32()}
		if seed%3 == 0 {
			seq[0] = -uint32(r.IntN(20_000)) // comes round
		}
		var all []sent
		for side := range want {
			all = append(all, cut(r, side, seq[side], seq[1-side], want[side])...)
		}
		for _, s := range slices.Clone(all) {
			if r.IntN(10) == 0 {
				all = append(all, s)
			}
		}
		if seed%2 == 0 {
			r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		} else {
			shuffle(r, all, 30)
		}
		rec := &recorder{t: t, quiet: true}
		w := newWire(rec)
		w.segment(0, link.Segment{Flags: link.SYN, Seq: seq[0] - 1})
		w.segment(1, link.Segment{Flags: link.SYN | link.ACK, Seq: seq[1] - 1, Ack: seq[0]})
		for _, s := range all {
			w.segment(s.side, s.s)
		}
		w.a.Close(w.now)
		checkClosed(t, w.a)
		if len(rec.conns) != 1 {
			t.Fatalf("seed %d: %d connections", seed, len(rec.conns))
		}
		for side := range want {
			if !bytes.Equal(rec.conns[0].stream[side], want[side]) {
				t.Fatalf("seed %d: side %d: the stream differs", seed, side)
			}
		}
	}
}

// TestDropped loses segments of which the peer acknowledges all: every byte
// that was captured comes out at its place, and the gaps are what lies
// between.
func TestDropped(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 2))
		want := randomBytes(r, 1+r.IntN(20_000))
		const seq, ack = 4_294_960_000, 1
		all := cut(r, 0, seq, ack, want)
		shuffle(r, all, 5)
		captured := make([]bool, len(want))
		rec := &recorder{t: t, quiet: true}
		w := newWire(rec)
		w.segment(0, link.Segment{Flags: link.SYN, Seq: seq - 1})
		w.segment(1, link.Segment{Flags: link.SYN | link.ACK, Seq: ack - 1, Ack: seq})
		for i, s := range all {
			if r.IntN(4) == 0 {
				continue
			}
			w.segment(0, s.s)
			from := int(s.s.Seq - seq)
			for k := range s.s.Payload {
				captured[from+k] = true
			}
			if i%16 == 0 && seed%2 == 0 { // the peer has all, but for what is still under way
				if have := from - 20_000/40; have > 0 {
					w.segment(1, link.Segment{Flags: link.ACK, Seq: ack, Ack: seq + uint32(have)})
				}
			}
		}
		w.segment(0, link.Segment{Flags: link.FIN | link.ACK, Seq: seq + uint32(len(want)), Ack: ack})
		w.a.Close(w.now)
		checkClosed(t, w.a)
		got := rec.conns[0].stream[0]
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d bytes of %d", seed, len(got), len(want))
		}
		for i, c := range got {
			if c != want[i] && c != '?' || c == '?' && captured[i] && seed%2 == 1 {
				t.Fatalf("seed %d: byte %d is %q, %q was sent, captured: %v", seed, i, c, want[i], captured[i])
			}
		}
	}
}

// TestJoined takes up a connection in its middle, in any order of the first
// segments: what comes out is a tail of the stream.
func TestJoined(t *testing.T) {
	for seed := range uint64(100) {
		r := rand.New(rand.NewPCG(seed, 3))
		want := randomBytes(r, 5_000)
		all := cut(r, 0, 77, 1, want)
		shuffle(r, all, 4)
		rec := &recorder{t: t, quiet: true}
		w := newWire(rec)
		for _, s := range all {
			w.segment(0, s.s)
		}
		w.a.Close(w.now)
		if got := rec.conns[0].stream[0]; !bytes.HasSuffix(want, got) || len(got) < 1_000 {
			t.Fatalf("seed %d: %d bytes that are no tail", seed, len(got))
		}
	}
}

func ExampleConn_Addr() {
	rec := &recorder{quiet: true}
	w := newWire(rec)
	w.segment(0, link.Segment{Flags: link.SYN, Seq: 1})
	fmt.Println(rec.conns[0].c.Addr(0), rec.conns[0].c.Addr(1))
	// Output: 10.0.0.1:1000 10.0.0.2:80
}
