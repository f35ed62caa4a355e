package deflate

import (
	"bytes"
	stdflate "compress/flate"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/flate"
)

// feed makes the messages of one market feed, about 1 KB of JSON each, as one
// context of Go's level 1 compresses them.
func feed(seed uint64, n int) (payloads, texts [][]byte) {
	symbols := strings.Fields("AAPL MSFT GOOG AMZN TSLA NVDA META INTC CSCO ORCL IBM NFLX ADBE PYPL QCOM TXN")
	r := rand.New(rand.NewPCG(seed, 7))
	var one, out bytes.Buffer
	z, _ := stdflate.NewWriter(&out, 1)
	for seq := range n {
		one.Reset()
		fmt.Fprintf(&one, `{"type":"update","seq":%d,"items":[`, seq)
		size := 200 + r.IntN(1800)
		for first := true; first || one.Len() < size-40; first = false {
			if !first {
				one.WriteByte(',')
			}
			fmt.Fprintf(&one, `{"symbol":"%s","bid":%d.%02d,"ask":%d.%02d,"size":%d}`, symbols[r.IntN(len(symbols))], r.IntN(900), r.IntN(100), r.IntN(900), r.IntN(100), r.IntN(10000))
		}
		one.WriteString(`]}`)
		out.Reset()
		z.Write(one.Bytes())
		z.Flush()
		texts = append(texts, bytes.Clone(one.Bytes()))
		payloads = append(payloads, bytes.Clone(out.Bytes()[:out.Len()-4]))
	}
	return payloads, texts
}

// BenchmarkFeed inflates the messages of many contexts in turn, so that no
// window stays in the first caches.
func BenchmarkFeed(b *testing.B) {
	const contexts, messages = 512, 40
	payloads := make([][][]byte, contexts)
	total := int64(0)
	for i := range payloads {
		var texts [][]byte
		payloads[i], texts = feed(uint64(i), messages)
		for _, t := range texts {
			total += int64(len(t))
		}
	}
	b.Run("own", func(b *testing.B) {
		b.SetBytes(total)
		b.ReportAllocs()
		c := make([]*Context, contexts)
		for i := range c {
			c[i] = New(Options{})
		}
		var dst []byte
		for b.Loop() {
			for m := range messages {
				for i := range c {
					c[i].Begin(1 << 30)
					dst = c[i].Write(dst[:0], payloads[i][m])
					var r Result
					if dst, r = c[i].End(dst); r.Fault != 0 {
						b.Fatal(r)
					}
				}
			}
		}
	})
	b.Run("klauspost", func(b *testing.B) {
		b.SetBytes(total)
		b.ReportAllocs()
		benchPersistent(b, payloads, func(r io.Reader) io.Reader { return flate.NewReader(r) })
	})
	b.Run("std", func(b *testing.B) {
		b.SetBytes(total)
		b.ReportAllocs()
		benchPersistent(b, payloads, func(r io.Reader) io.Reader { return stdflate.NewReader(r) })
	})
}

// benchPersistent inflates with one reader a context, which runs on over all
// messages. It is told the length of each, and so is spared the work of
// finding a message's end.
func benchPersistent(b *testing.B, payloads [][][]byte, open func(io.Reader) io.Reader) {
	type context struct {
		wire []byte
		in   *bytes.Reader
		r    io.Reader
		len  []int
	}
	c := make([]context, len(payloads))
	for i, p := range payloads {
		own := New(Options{})
		for _, m := range p {
			own.Begin(1 << 30)
			dst := own.Write(nil, m)
			dst, _ = own.End(dst)
			c[i].len = append(c[i].len, len(dst))
			c[i].wire = append(append(c[i].wire, m...), 0, 0, 0xff, 0xff)
		}
		c[i].in = bytes.NewReader(nil)
		c[i].r = open(c[i].in)
	}
	dst := make([]byte, 1<<20)
	for b.Loop() {
		for i := range c {
			c[i].in.Reset(c[i].wire)
			if err := c[i].r.(stdflate.Resetter).Reset(c[i].in, nil); err != nil {
				b.Fatal(err)
			}
		}
		for m := range payloads[0] {
			for i := range c {
				if _, err := io.ReadFull(c[i].r, dst[:c[i].len[m]]); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
}

// BenchmarkLarge inflates one message of 1 MiB.
func BenchmarkLarge(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	_, texts := feed(1, 400)
	for _, test := range []struct {
		name string
		text []byte
	}{
		{"feed", bytes.Join(texts, nil)},
		{"skewed bytes", func() []byte {
			t := make([]byte, 1<<20)
			for i := range t {
				t[i] = byte(r.ExpFloat64() * 16)
			}
			return t
		}()},
		{"zeros", make([]byte, 1<<20)},
	} {
		var out bytes.Buffer
		z, _ := stdflate.NewWriter(&out, 6)
		z.Write(test.text)
		z.Flush()
		p := out.Bytes()[:out.Len()-4]
		b.Run(test.name+"/own", func(b *testing.B) {
			b.SetBytes(int64(len(test.text)))
			c := New(Options{})
			var dst []byte
			for b.Loop() {
				c.Begin(plenty)
				dst = c.Write(dst[:0], p)
				dst, _ = c.End(dst)
			}
		})
		b.Run(test.name+"/klauspost", func(b *testing.B) {
			b.SetBytes(int64(len(test.text)))
			in := bytes.NewReader(p)
			k := flate.NewReader(in)
			dst := make([]byte, len(test.text))
			for b.Loop() {
				in.Reset(p)
				k.(flate.Resetter).Reset(in, nil)
				io.ReadFull(k, dst)
			}
		})
	}
}
