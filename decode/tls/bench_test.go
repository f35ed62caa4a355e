package tls

import (
	"fmt"
	"runtime"
	"testing"

	"wsscope/event"
	"wsscope/stream"
)

// count is a next layer that counts.
type count struct{ bytes, chunks int }

func (c *count) Data(_ event.Dir, ch *stream.Chunk)     { c.bytes += len(ch.Data); c.chunks++ }
func (c *count) Gap(event.Dir, int64, event.Stamp)      {}
func (c *count) End(event.Dir, stream.End, event.Stamp) {}

func feed(c *Conn, pieces []piece) {
	ch := &stream.Chunk{}
	for _, p := range pieces {
		ch.Data = p.data
		c.Data(p.dir, ch)
	}
}

// steady makes a connection in its steady state and the bytes of n records of
// size bytes that follow.
func steady(n, size int) (*script, []piece, []byte) {
	s := newScript()
	s.logAll()
	s.begin()
	begin := s.pieces
	s.pieces = nil
	for range n {
		s.seal(0, application, applicationData, make([]byte, size), 0)
	}
	var all []byte
	for _, p := range s.pieces {
		all = append(all, p.data...)
	}
	return s, begin, all
}

// segments cuts b into pieces of size bytes.
func segments(b []byte, size int) (out []piece) {
	for len(b) > 0 {
		n := min(size, len(b))
		out = append(out, piece{0, b[:n]})
		b = b[n:]
	}
	return out
}

// TestNoAllocation opens records without an allocation, whole ones and such
// that span segments.
func TestNoAllocation(t *testing.T) {
	if raceDetector {
		t.Skip("measured without the race detector")
	}
	for _, size := range []int{350, 5000, 16000} {
		s, begin, all := steady(4000, size)
		next := &count{}
		c := New(s.keys, next, nil)
		feed(c, begin)
		pieces := segments(all, 1448)
		warm := len(pieces) / 10
		feed(c, pieces[:warm])
		pieces = pieces[warm:]
		const runs = 20
		step := len(pieces) / (runs + 1)
		ch := &stream.Chunk{}
		allocs := testing.AllocsPerRun(runs, func() {
			for _, p := range pieces[:step] {
				ch.Data = p.data
				c.Data(0, ch)
			}
			pieces = pieces[step:]
		})
		if allocs > 1 { // the pools may be emptied by the garbage collector
			t.Errorf("records of %d bytes: %v allocations in %d segments", size, allocs, step)
		}
		if next.bytes == 0 {
			t.Error("nothing came out")
		}
	}
}

// TestIdleMemory keeps an idle connection small.
func TestIdleMemory(t *testing.T) {
	if raceDetector {
		t.Skip("measured without the race detector")
	}
	s, begin, all := steady(3, 350)
	s.say(1, "x")
	pieces := append(begin, s.pieces[len(s.pieces)-1])
	pieces = append(pieces, segments(all, 300)...)
	const n = 500
	conns := make([]*Conn, n)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for i := range conns {
		conns[i] = New(s.keys, &count{}, nil)
		feed(conns[i], pieces)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	each := int(after.HeapAlloc-before.HeapAlloc) / n
	t.Logf("%d bytes a connection, the state of two AES-GCM keys included", each)
	if each > 6000 {
		t.Errorf("%d bytes a connection", each)
	}
	runtime.KeepAlive(conns)
}

func BenchmarkRecords(b *testing.B) {
	for _, size := range []int{30, 350, 4000, 16000} {
		for _, segment := range []int{1448, 65000} {
			b.Run(fmt.Sprintf("record=%d/segment=%d", size, segment), func(b *testing.B) {
				s, begin, all := steady(4<<20/size, size)
				pieces := segments(all, segment)
				b.SetBytes(int64(len(all)))
				b.ReportAllocs()
				for b.Loop() {
					next := &count{}
					c := New(s.keys, next, nil)
					feed(c, begin)
					feed(c, pieces)
					if next.bytes != 4<<20/size*size {
						b.Fatal(next.bytes)
					}
				}
			})
		}
	}
}

func BenchmarkHandshake(b *testing.B) {
	s, begin, _ := steady(0, 0)
	b.ReportAllocs()
	for b.Loop() {
		c := New(s.keys, &count{}, nil)
		feed(c, begin)
	}
}

// BenchmarkNoKey is what an encrypted connection costs of which no key is
// there.
func BenchmarkNoKey(b *testing.B) {
	s, begin, all := steady(4<<20/350, 350)
	s.keys = NewKeys()
	s.keys.Complete()
	pieces := segments(all, 1448)
	b.SetBytes(int64(len(all)))
	b.ReportAllocs()
	for b.Loop() {
		c := New(s.keys, &count{}, nil)
		feed(c, begin)
		feed(c, pieces)
	}
}
