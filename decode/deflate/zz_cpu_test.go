package deflate

import (
	"bytes"
	stdflate "compress/flate"
	"github.com/klauspost/compress/flate"
	"io"
	"os"
	"runtime"
	"testing"
	"time"
)

func TestZZ(t *testing.T) {
	if os.Getenv("ZZ") == "" {
		t.Skip()
	}
	runtime.LockOSThread()
	const contexts, messages = 512, 40
	payloads := make([][][]byte, contexts)
	lens := make([][]int, contexts)
	total := 0
	for i := range payloads {
		var tx [][]byte
		payloads[i], tx = feed(uint64(i), messages)
		for _, x := range tx {
			total += len(x)
			lens[i] = append(lens[i], len(x))
		}
	}
	var all []byte
	var off [messages][contexts]int
	for m := range messages {
		for i := range contexts {
			off[m][i] = len(all)
			all = append(all, payloads[i][m]...)
		}
	}
	pay := func(m, i int) []byte { o := off[m][i]; return all[o : o+len(payloads[i][m])] }
	const part = 128
	med := func(pre func(), f func(m, i int)) float64 {
		var best [messages * contexts / part]time.Duration
		for pass := range 15 {
			pre()
			for k := range best {
				s := time.Now()
				for j := k * part; j < (k+1)*part; j++ {
					f(j/contexts, j%contexts)
				}
				if d := time.Since(s); pass == 0 || d < best[k] {
					best[k] = d
				}
			}
		}
		var sum time.Duration
		for _, d := range best {
			sum += d
		}
		return float64(total) / 1e6 / sum.Seconds()
	}
	c := make([]*Context, contexts)
	for i := range c {
		c[i] = New(Options{})
	}
	dst := make([]byte, 0, 4096)
	cold := med(func() {}, func(m, i int) { c[i].Begin(1 << 30); dst = c[i].Write(dst[:0], pay(m, i)); dst, _ = c[i].End(dst) })
	one := New(Options{})
	hot := med(func() {}, func(m, i int) { one.Begin(1 << 30); dst = one.Write(dst[:0], pay(m, i)); dst, _ = one.End(dst) })
	t.Logf("own cold %.0f hot %.0f MB/s", cold, hot)
	if os.Getenv("ZZ") == "1" {
		return
	}
	bench := func(name string, open func(io.Reader) io.Reader) {
		in := make([]*bytes.Reader, contexts)
		r := make([]io.Reader, contexts)
		wire := make([][]byte, contexts)
		for i := range in {
			in[i] = bytes.NewReader(nil)
			r[i] = open(in[i])
			for _, m := range payloads[i] {
				wire[i] = append(append(wire[i], m...), 0, 0, 255, 255)
			}
		}
		d := make([]byte, 1<<20)
		t.Logf("own %s %.0f MB/s", name, med(func() {
			for i := range in {
				in[i].Reset(wire[i])
				r[i].(stdflate.Resetter).Reset(in[i], nil)
			}
		},
			func(m, i int) {
				if _, err := io.ReadFull(r[i], d[:lens[i][m]]); err != nil {
					t.Fatal(err)
				}
			}))
	}
	bench("klauspost", func(r io.Reader) io.Reader { return flate.NewReader(r) })
	bench("std", func(r io.Reader) io.Reader { return stdflate.NewReader(r) })
}
