package deflate

import "testing"

func BenchmarkHot(b *testing.B) {
	p, x := feed(3, 2000)
	t := 0
	for i := range x {
		t += len(x[i])
	}
	b.SetBytes(int64(t))
	c := New(Options{})
	var dst []byte
	for b.Loop() {
		for i := range p {
			c.Begin(1 << 30)
			dst = c.Write(dst[:0], p[i])
			dst, _ = c.End(dst)
		}
	}
}
