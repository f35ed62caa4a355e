package deflate

import (
	"bytes"
	"compress/flate"
	"fmt"
	"reflect"
	"testing"

	"wsscope/event"
	"wsscope/limits"
)

// bitWriter writes fixed blocks by hand.
type bitWriter struct {
	p []byte
	n int
}

// put writes the n low bits of v, the lowest first.
func (w *bitWriter) put(v, n int) {
	for i := range n {
		if w.n%8 == 0 {
			w.p = append(w.p, 0)
		}
		w.p[w.n/8] |= byte(v>>i&1) << (w.n % 8)
		w.n++
	}
}

// code writes a code, which has its first bit highest.
func (w *bitWriter) code(v, n int) {
	for i := n - 1; i >= 0; i-- {
		w.put(v>>i&1, 1)
	}
}

// matches is a message of one fixed block with matches of length 3.
func matches(distances ...int) []byte {
	var w bitWriter
	w.put(2, 3)
	for _, d := range distances {
		w.code(1, 7)
		code := 29
		for int(distInfo[code]>>16) > d {
			code--
		}
		w.code(code, 5)
		w.put(d-int(distInfo[code]>>16), int(distInfo[code]&15))
	}
	w.code(0, 7)
	w.put(0, 3)
	return w.p
}

func TestWindow(t *testing.T) {
	for bits := 8; bits <= 15; bits++ {
		size := 1 << bits
		for _, test := range []struct {
			distance int
			fault    event.InflateFault
		}{{1, 0}, {size - 1, 0}, {size, 0}, {size + 1, event.InflateWindow}, {32768, event.InflateWindow}} {
			if bits == 15 && test.distance >= size {
				test.distance, test.fault = size, 0
			}
			t.Run(fmt.Sprintf("%d of %d", test.distance, size), func(t *testing.T) {
				history := bytes.Repeat([]byte("0123456"), 6000)
				c := New(Options{WindowBits: bits})
				inflate(c, stored(history))
				out, r := inflate(c, matches(test.distance))
				at := len(history) - test.distance
				want := append(history, history[at:]...)[at:][:min(3, test.distance)]
				if r.Fault != test.fault || r.MaxDistance != test.distance || !bytes.HasPrefix(out, want) || len(out) != 3 {
					t.Errorf("%q, %+v, want %q", out, r, want)
				}
				if r.Fault != 0 && r.Detail != fmt.Sprintf("a distance of %d, the agreed window is %d", test.distance, size) {
					t.Error(r.Detail)
				}
			})
		}
	}
}

// A message that breaks two agreements at once shows both, the graver first.
func TestSeveralFaults(t *testing.T) {
	c := New(Options{WindowBits: 8, NoContextTakeover: true, UnknownHistory: true})
	inflate(c, stored(make([]byte, 500)))
	p := matches(300)
	_, r := inflate(c, p, []byte{0, 0, 0xff, 0xff})
	if r.Fault != event.InflateTakeover || r.Faults != 1<<event.InflateTakeover|1<<event.InflateWindow|1<<event.InflateTailKept {
		t.Errorf("%+v", r)
	}
	if _, r = inflate(c, matches(3, 32768)); r.Fault != event.InflateContextLost || !r.Faults.Has(event.InflateTakeover) {
		t.Errorf("%+v", r)
	}
}

func TestLimit(t *testing.T) {
	var wire bytes.Buffer
	z, _ := flate.NewWriter(&wire, 6)
	compress := func(text []byte) []byte {
		wire.Reset()
		z.Write(text)
		z.Flush()
		return bytes.Clone(wire.Bytes()[:wire.Len()-4])
	}
	const limit = 100_000
	for _, test := range []struct {
		n       int
		fault   event.InflateFault
		len     int64
		history bool
	}{
		{limit - 1, 0, limit - 1, true},
		{limit, 0, limit, true},
		{limit + 1, event.InflateLimit, limit + 1, true},
		{limit * limits.InflateFollow, event.InflateLimit, limit * limits.InflateFollow, true},
		{limit*limits.InflateFollow + 1, event.InflateLimit, limit * limits.InflateFollow, false},
		{limit * 100, event.InflateLimit, limit * limits.InflateFollow, false},
	} {
		t.Run(fmt.Sprint(test.n), func(t *testing.T) {
			z.Reset(&wire)
			text := append(bytes.Repeat([]byte("a bomb "), test.n/7), make([]byte, test.n%7)...)
			bomb, next := compress(text), compress([]byte("a bomb a bomb, "))
			for _, size := range []int{len(bomb), 1} {
				c := New(Options{})
				c.Begin(limit)
				var out []byte
				for p := bomb; len(p) > 0; p = p[size:] {
					out = c.Write(out, p[:size])
				}
				out, r := c.End(out)
				if r.Fault != test.fault || r.Len != test.len || r.History != test.history || !bytes.Equal(out, text[:min(test.n, limit)]) {
					t.Errorf("%d bytes, %+v", len(out), r)
				}
				_, r = inflate(c, next)
				if want := map[bool]event.InflateFault{true: event.InflateOK, false: event.InflateContextLost}[test.history]; r.Fault != want {
					t.Errorf("the next message: %+v", r)
				}
			}
		})
	}
}

func TestCallsOutOfOrder(t *testing.T) {
	c := New(Options{})
	if out := c.Write([]byte("x"), []byte{2, 0}); string(out) != "x" {
		t.Errorf("%q", out)
	}
	if out, r := c.End([]byte("x")); string(out) != "x" || r.Fault != 0 {
		t.Errorf("%q %+v", out, r)
	}
	if text, r := message(t, c, "f2 48 cd c9 c9 07 00"); text != "Hello" || r.Fault != 0 {
		t.Errorf("%q %+v", text, r)
	}
}

// poolDrops is true in tests with the race detector.
var poolDrops bool

// A context that has seen its 64 KiB allocates nothing more.
func TestAllocs(t *testing.T) {
	if poolDrops {
		t.Skip("sync.Pool drops what it is given")
	}
	payloads, _ := feed(1, 200)
	c := New(Options{})
	dst := make([]byte, 0, 4096)
	all := func() {
		for _, p := range payloads {
			c.Begin(plenty)
			dst = c.Write(dst[:0], p[:50])
			dst = c.Write(dst, p[50:])
			dst, _ = c.End(dst)
		}
	}
	all()
	if n := testing.AllocsPerRun(10, all); n > 0 {
		t.Errorf("%v allocations in 200 messages", n)
	}
}

// FuzzContext calls a Context in any order, with any payloads. In pieces of
// one byte it must do as with the payloads whole.
func FuzzContext(f *testing.F) {
	f.Add([]byte("\x00\x00\x07\xf2\x48\xcd\xc9\xc9\x07\x00\x02\x00\x05\xf2\x00\x11\x00\x00\x02\x01"))
	f.Add([]byte("\x03\x01\x0f\x05\xf2\x00\x11\x00\x00\x02\x03\x00\x05\xf2\x00\x11\x00\x00\x02\x00"))
	f.Add([]byte("\x04\x00\x0a\xfa\x00\x00\x00\x00\xff\xff\x02\x02\x00\x01"))
	f.Fuzz(func(t *testing.T, script []byte) {
		if len(script) > 4000 {
			t.Skip("it repeats itself")
		}
		run := func(size int) (log []any) {
			s := script
			next := func(n int) []byte {
				n = min(n, len(s))
				b := s[:n]
				s = s[n:]
				return b
			}
			number := func() int { return int(append(bytes.Clone(next(1)), 0)[0]) }
			o := number()
			c := New(Options{WindowBits: 8 + o&7, NoContextTakeover: o&8 != 0, UnknownHistory: o&16 != 0})
			var out []byte
			total := 0
			for len(s) > 0 {
				switch number() % 5 {
				case 0:
					c.Begin(int64(number()) * 1000)
				case 1:
					p := next(number())
					for len(p) > size {
						out = c.Write(out, p[:size])
						p = p[size:]
					}
					out = c.Write(out, p)
				case 2:
					var r Result
					out, r = c.End(out)
					log = append(log, r, bytes.Clone(out))
					total += len(out)
					out = out[:0]
				case 3:
					c.Lose()
				case 4:
					out, _ = inflate(c, stored(bytes.Repeat([]byte("history "), 5*number())))
					log = append(log, bytes.Clone(out))
					out = out[:0]
				}
			}
			if len(c.buf) > maxBuffer || total > 11_000*len(script) {
				t.Fatalf("%d bytes out of %d, a buffer of %d", total, len(script), len(c.buf))
			}
			return log
		}
		if whole, cut := run(1<<20), run(1); !reflect.DeepEqual(whole, cut) {
			t.Fatalf("whole %v\nin pieces %v", whole, cut)
		}
	})
}
