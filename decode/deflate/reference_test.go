package deflate

import (
	"bytes"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	kflate "github.com/klauspost/compress/flate"

	"wsscope/event"
)

// reference inflates p with compress/flate behind the given history. Each
// final block ends a reader, and the next one goes on after it. The error is
// nil only if p ends with a final block.
func reference(history, p []byte) ([]byte, error) {
	src := bytes.NewReader(p)
	all := bytes.Clone(history)
	for {
		r := flate.NewReaderDict(src, all[max(0, len(all)-windowSize):])
		out, err := io.ReadAll(io.LimitReader(r, plenty))
		all = append(all, out...)
		if err != nil || src.Len() == 0 {
			return all[len(history):], err
		}
	}
}

// stored is text as stored blocks, and the header of an empty one.
func stored(text []byte) []byte {
	var p []byte
	for len(text) > 0 {
		n := min(len(text), 65535)
		p = append(p, 0, byte(n), byte(n>>8), ^byte(n), ^byte(n>>8))
		p = append(p, text[:n]...)
		text = text[n:]
	}
	return append(p, 0)
}

// pieces cuts p at places that r chooses; some pieces are empty.
func pieces(r *rand.Rand, p []byte) [][]byte {
	var cut [][]byte
	for len(p) > 0 {
		n := 1
		switch r.IntN(4) {
		case 0:
			n = r.IntN(4)
		case 1:
			n = r.IntN(40)
		case 2:
			n = r.IntN(4000)
		}
		n = min(n, len(p))
		cut = append(cut, p[:n:n])
		p = p[n:]
	}
	return cut
}

// against holds the inflating of p behind history against compress/flate, and
// that in pieces against that of the whole.
func against(t *testing.T, history, p []byte, seed uint64) ([]byte, Result) {
	t.Helper()
	c := New(Options{})
	if _, r := inflate(c, stored(history)); r.Fault != 0 {
		t.Fatalf("history: %+v", r)
	}
	got, r := inflate(c, p)

	cut := New(Options{})
	inflate(cut, stored(history))
	got2, r2 := inflate(cut, pieces(rand.New(rand.NewPCG(seed, 1)), p)...)
	if !bytes.Equal(got, got2) || !reflect.DeepEqual(r, r2) {
		t.Fatalf("in pieces %d bytes %+v, whole %d bytes %+v", len(got2), r2, len(got), r)
	}
	if int64(len(got)) != r.Len {
		t.Fatalf("%d bytes of output: %+v", len(got), r)
	}
	if r.Faults.Has(event.InflatePadding) {
		return got, r // the reference does not look for more than a message's text
	}

	want, err := reference(history, p)
	if r.Fault == event.InflateInvalid && errors.Is(err, io.ErrUnexpectedEOF) {
		// compress/flate asks for as many bits as the code for the end of the
		// block has before it looks at a shorter one.
		want, err = reference(history, append(bytes.Clone(p), 0, 0, 0, 0))
	}
	var corrupt flate.CorruptInputError
	switch isCorrupt := errors.As(err, &corrupt); {
	case strings.HasPrefix(r.Detail, "no code for the end"), strings.HasPrefix(r.Detail, "the code length code"):
		// compress/flate reads on where there is no code for the end of the
		// block, or only one code for the code lengths. Neither can end well,
		// and zlib too rejects both at once.
		if err == nil || !bytes.HasPrefix(want, got) {
			t.Fatalf("%+v, want %v", r, err)
		}
		return got, r
	case r.Fault == event.InflateEndsInBlock:
		// The same again, and compress/flate names some mistakes before their
		// last bits.
		if err == nil || !bytes.HasPrefix(got, want) || len(got) > len(want)+16 {
			t.Fatalf("%d bytes %+v, want %d, %v", len(got), r, len(want), err)
		}
	case !bytes.Equal(got, want):
		t.Fatalf("output of %d bytes, want %d, %+v, %v", len(got), len(want), r, err)
	case isCorrupt != (r.Fault == event.InflateInvalid):
		t.Fatalf("%+v, want %v", r, err)
	}
	// As section 7.2.2 has it, with a last block that shows where it began.
	for _, last := range [][]byte{{1, 0, 0, 0xff, 0xff}, {1, 1, 0, 0xfe, 0xff, 'X'}} {
		whole := append(append(bytes.Clone(p), 0, 0, 0xff, 0xff), last...)
		out, err := reference(history, whole)
		valid := err == nil && bytes.Equal(out, append(bytes.Clone(got), last[5:]...))
		if r.Fault == 0 && !valid {
			t.Fatalf("no fault, but %v", err)
		}
	}
	return got, r
}

type compressor interface {
	io.Writer
	Flush() error
}

// compressors are all that a sender may be.
var compressors = func() (all []func(w io.Writer) compressor) {
	for level := flate.HuffmanOnly; level <= 9; level++ {
		all = append(all,
			func(w io.Writer) compressor { z, _ := flate.NewWriter(w, level); return z },
			func(w io.Writer) compressor { z, _ := kflate.NewWriter(w, level); return z })
	}
	for window := kflate.MinCustomWindowSize; window <= kflate.MaxCustomWindowSize; window *= 4 {
		all = append(all, func(w io.Writer) compressor { z, _ := kflate.NewWriterWindow(w, window); return z })
	}
	return all
}()

// text makes n bytes of one of several kinds.
func text(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	kind := r.IntN(6)
	for i := range b {
		switch kind {
		case 0:
			b[i] = byte(r.Uint32())
		case 1:
			b[i] = 'a'
		case 2:
			b[i] = "etaoin shrdlu"[r.IntN(13)]
		case 3:
			b[i] = byte(r.ExpFloat64() * 8)
		case 4:
			b[i] = byte(i % 1000 * 7)
		case 5:
			if i > 40 && r.IntN(20) > 0 {
				b[i] = b[i-1-r.IntN(40)]
			} else {
				b[i] = byte(r.IntN(256))
			}
		}
	}
	return b
}

// A running context inflates what every compressor makes.
func TestCompressors(t *testing.T) {
	for i, open := range compressors {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			var wire bytes.Buffer
			z := open(&wire)
			c := New(Options{})
			for i := range 60 {
				n := r.IntN(300)
				if i%10 == 9 {
					n = r.IntN(200_000)
				}
				want := text(r, n)
				wire.Reset()
				z.Write(want)
				z.Flush()
				p, ok := bytes.CutSuffix(wire.Bytes(), []byte{0, 0, 0xff, 0xff})
				if !ok {
					t.Fatal("no tail")
				}
				got, res := inflate(c, pieces(r, p)...)
				if !bytes.Equal(got, want) || res.Fault != 0 || res.Len != int64(n) || !res.History {
					t.Fatalf("message %d: %d of %d bytes, %+v", i, len(got), n, res)
				}
			}
		})
	}
}

// FuzzInflate feeds anything at all.
func FuzzInflate(f *testing.F) {
	payloads, _ := feed(1, 3)
	for i, p := range payloads {
		f.Add([]byte(nil), p, uint64(i))
		f.Add(bytes.Repeat([]byte(`{"symbol":"AAPL",`), 100), p, uint64(i))
	}
	f.Add([]byte("Hello"), []byte("\xf2\x00\x11\x00\x00"), uint64(0))
	f.Add([]byte(nil), []byte("\xf3\x48\xcd\xc9\xc9\x07\x00\x00"), uint64(0))
	f.Add([]byte(nil), []byte("d\x04\x00\x04\x00\x00\x00\x00\x00"), uint64(0)) // one code for the code lengths
	f.Add([]byte("t\x93Kk\x1b1\x10\xc7"), []byte("t\x93Kk\x1b1\x10ǿ˜\x97A\xf3\x90f\xb477/B\x89c0%}ЃC\xf6`\xd2&,u\x0f\x8e\xf1w/IW\xf2*\xb4\x1f\xe0\x00\x00\x00\xa7"), uint64(16))
	f.Add([]byte(nil), []byte("tXBq80000000000000000000000"), uint64(20)) // too many code lengths
	f.Add([]byte(nil), []byte("\x05\xe0\x81\x00\x00\x00\x00\x00\x10\xff\xd5\x08"), uint64(1))
	f.Fuzz(func(t *testing.T, history, p []byte, seed uint64) {
		if len(p) > 4000 || len(history) > 100_000 {
			t.Skip("the reference is slow")
		}
		against(t, history, p, seed)
	})
}

// FuzzMutated feeds the streams of real compressors with some bits changed,
// so that the mistakes come late and in every part of a block.
func FuzzMutated(f *testing.F) {
	for seed := range uint64(8) {
		f.Add(seed, uint16(500), uint8(seed))
	}
	f.Fuzz(func(t *testing.T, seed uint64, size uint16, flips uint8) {
		r := rand.New(rand.NewPCG(seed, 3))
		var wire bytes.Buffer
		z := compressors[r.IntN(len(compressors))](&wire)
		history := text(r, r.IntN(70_000))
		z.Write(history)
		z.Flush()
		wire.Reset()
		want := append(text(r, int(size)), history[:min(len(history), int(size))]...)
		z.Write(want)
		z.Flush()
		p := bytes.Clone(wire.Bytes()[:wire.Len()-4])
		for range flips % 8 {
			at := r.IntN(len(p))
			if r.IntN(2) == 0 {
				at = r.IntN(min(len(p), 100))
			}
			p[at] ^= 1 << r.IntN(8)
		}
		got, res := against(t, history, p, seed)
		if flips%8 == 0 && (res.Fault != 0 || !bytes.Equal(got, want)) {
			t.Fatalf("%+v", res)
		}
	})
}
