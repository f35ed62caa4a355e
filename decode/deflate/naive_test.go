package deflate

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"wsscope/event"
)

// op is a literal, or a match if length is above 0.
type op struct {
	literal          byte
	length, distance int
}

// operations reads a valid payload, with its tail, bit by bit.
func operations(p []byte) (ops []op) {
	p = append(bytes.Clone(p), 0, 0, 0xff, 0xff)
	at := 0
	get := func(n int) (v int) {
		for i := range n {
			v |= int(p[at/8]>>(at%8)&1) << i
			at++
		}
		return v
	}
	// code reads one symbol of a canonical code (RFC 1951 section 3.2.2).
	code := func(lens []int) int {
		var count, first [16]int
		for _, n := range lens {
			count[n]++
		}
		count[0] = 0
		for n := 1; n < 16; n++ {
			first[n] = (first[n-1] + count[n-1]) << 1
		}
		v := 0
		for n := 1; n < 16; n++ {
			v = v<<1 | get(1)
			if k := v - first[n]; k < count[n] {
				for s, l := range lens {
					if l == n {
						if k == 0 {
							return s
						}
						k--
					}
				}
			}
		}
		panic("no such code")
	}
	for at < 8*len(p) {
		get(1)
		lit, dist := make([]int, 288), make([]int, 32)
		switch get(2) {
		case 0:
			at = (at + 7) / 8 * 8
			n := get(16)
			get(16)
			for range n {
				ops = append(ops, op{literal: byte(get(8))})
			}
			continue
		case 1:
			for s := range lit {
				lit[s] = 8
				if s >= 144 && s < 256 {
					lit[s] = 9
				} else if s >= 256 && s < 280 {
					lit[s] = 7
				}
			}
			for s := range dist {
				dist[s] = 5
			}
		case 2:
			nlit, ndist, ncode := get(5)+257, get(5)+1, get(4)+4
			codes := make([]int, 19)
			for i := range ncode {
				codes[[]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}[i]] = get(3)
			}
			var all []int
			for len(all) < nlit+ndist {
				s, v, n := code(codes), 0, 1
				switch s {
				case 16:
					v, n = all[len(all)-1], 3+get(2)
				case 17:
					n = 3 + get(3)
				case 18:
					n = 11 + get(7)
				default:
					v = s
				}
				for range n {
					all = append(all, v)
				}
			}
			lit, dist = all[:nlit], all[nlit:]
		}
		for {
			s := code(lit)
			if s < 256 {
				ops = append(ops, op{literal: byte(s)})
				continue
			}
			if s == 256 {
				break
			}
			length, base := 258, 3
			for k := 257; k <= s && s < 285; k++ {
				extra := max(0, (k-261)/4)
				if k == s {
					length = base + get(extra)
				}
				base += 1 << extra
			}
			s = code(dist)
			distance := 0
			base = 1
			for k := 0; k <= s; k++ {
				extra := max(0, (k-2)/2)
				if k == s {
					distance = base + get(extra)
				}
				base += 1 << extra
			}
			ops = append(ops, op{length: length, distance: distance})
		}
	}
	return ops
}

// naive keeps all output since the last loss, with -1 for what is unknown.
type naive struct {
	opt Options
	all []int16
}

// message gives the output and the faults of a valid message.
func (v *naive) message(ops []op) (out []byte, faults Faults, unknown, maxDistance int) {
	start := len(v.all)
	for _, o := range ops {
		if o.length == 0 {
			v.all = append(v.all, int16(o.literal))
			continue
		}
		maxDistance = max(maxDistance, o.distance)
		if v.opt.NoContextTakeover && o.distance > len(v.all)-start {
			faults |= 1 << event.InflateTakeover
		}
		for range o.length {
			b := int16(-1)
			if from := len(v.all) - o.distance; from >= 0 {
				b = v.all[from]
			}
			v.all = append(v.all, b)
		}
	}
	for _, b := range v.all[start:] {
		if b < 0 {
			unknown++
			b = '?'
		}
		out = append(out, byte(b))
	}
	if maxDistance > 1<<v.opt.WindowBits {
		faults |= 1 << event.InflateWindow
	}
	if unknown > 0 {
		faults |= 1 << event.InflateContextLost
	}
	return out, faults, unknown, maxDistance
}

// wire is the messages of a running compressor, with their texts.
func wire(r *rand.Rand, open func(io.Writer) compressor, n int) (payloads, texts [][]byte) {
	var out bytes.Buffer
	z := open(&out)
	var all []byte
	for range n {
		t := text(r, r.IntN(50))
		for range r.IntN(8) {
			if len(all) > 0 {
				from := max(0, len(all)-1-r.IntN(40_000))
				t = append(t, all[from:min(len(all), from+r.IntN(300))]...)
			}
			t = append(t, text(r, r.IntN(20))...)
		}
		if r.IntN(20) == 0 {
			t = append(t, text(r, r.IntN(50_000))...)
		}
		all = append(all, t...)
		out.Reset()
		z.Write(t)
		z.Flush()
		payloads = append(payloads, bytes.Clone(out.Bytes()[:out.Len()-4]))
		texts = append(texts, t)
	}
	return payloads, texts
}

// histories runs a connection with lost messages, lost pieces and messages
// that are not ended, and holds each result against the naive twin.
func histories(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 5))
	payloads, texts := wire(r, compressors[r.IntN(len(compressors))], 120)
	opt := Options{WindowBits: 8 + r.IntN(8), NoContextTakeover: r.IntN(3) == 0, UnknownHistory: r.IntN(2) == 0}
	first := 0
	if opt.UnknownHistory {
		first = r.IntN(30)
	}
	c := New(opt)
	v := naive{opt: opt}
	lossy := r.IntN(60)
	for i := first; i < len(payloads); i++ {
		if r.IntN(100) < lossy/10 {
			switch r.IntN(3) {
			case 0: // lost as a whole
				c.Lose()
			case 1: // lost in part
				c.Begin(plenty)
				c.Write(nil, payloads[i][:r.IntN(len(payloads[i]))])
				c.Lose()
				c.Write(nil, payloads[i])
				if _, res := c.End(nil); res.Fault != event.InflateContextLost || res.History {
					t.Fatalf("message %d with a gap: %+v", i, res)
				}
			case 2: // begun, and cut off by the next
				c.Begin(plenty)
				c.Write(nil, payloads[i][:r.IntN(len(payloads[i]))])
			}
			v.all = nil
			continue
		}
		want, faults, unknown, maxDistance := v.message(operations(payloads[i]))
		got, res := inflate(c, pieces(r, payloads[i])...)
		if !bytes.Equal(got, want) || res.Faults != faults || res.Unknown != int64(unknown) || res.MaxDistance != maxDistance || !res.History {
			t.Fatalf("message %d: %d bytes %+v, want %d, faults %b, %d unknown, distance %d", i, len(got), res, len(want), faults, unknown, maxDistance)
		}
		if res.Unknown == 0 && !bytes.Equal(got, texts[i]) {
			t.Fatalf("message %d is wrong and not said to be", i)
		}
	}
	if len(c.buf) > maxBuffer {
		t.Fatalf("a buffer of %d bytes", len(c.buf))
	}
}

func TestHistories(t *testing.T) {
	for seed := range uint64(25) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { histories(t, seed) })
	}
}

func FuzzHistories(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(seed)
	}
	f.Fuzz(histories)
}
