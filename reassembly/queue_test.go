package reassembly

import (
	"iter"
	"math/rand/v2"
	"slices"
	"testing"
)

// all gives the pieces in order.
func (q *queue) all() iter.Seq[*piece] {
	return func(yield func(*piece) bool) {
		var walk func(*piece) bool
		walk = func(p *piece) bool {
			return p == nil || walk(p.left) && yield(p) && walk(p.right)
		}
		walk(q.root)
	}
}

// TestQueue holds the treap against a sorted slice.
func TestQueue(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var q queue
	var naive []int64
	find := func(p *piece) int64 {
		if p == nil {
			return -1
		}
		return p.off
	}
	for step := range 20_000 {
		off := r.Int64N(5000)
		if i, has := slices.BinarySearch(naive, off); !has && step%3 != 0 {
			naive = slices.Insert(naive, i, off)
			q.insert(&piece{off: off, data: make([]byte, 1)})
		} else if step%30 == 0 && len(naive) > 0 {
			if got := q.pop().off; got != naive[0] {
				t.Fatalf("popped %d, the first is %d", got, naive[0])
			}
			naive = naive[1:]
		}
		i, has := slices.BinarySearch(naive, off)
		floor, ceil, first := int64(-1), int64(-1), int64(-1)
		if has {
			floor, ceil = off, off
		} else {
			if i > 0 {
				floor = naive[i-1]
			}
			if i < len(naive) {
				ceil = naive[i]
			}
		}
		if len(naive) > 0 {
			first = naive[0]
		}
		if find(q.floor(off)) != floor || find(q.ceil(off)) != ceil || find(q.first()) != first || q.n != len(naive) || q.empty() != (len(naive) == 0) {
			t.Fatalf("step %d, at %d: %d, %d, first %d, %d pieces; want %d, %d, %d, %d", step, off,
				find(q.floor(off)), find(q.ceil(off)), find(q.first()), q.n, floor, ceil, first, len(naive))
		}
	}
	for range naive {
		q.pop()
	}
	if q.pop() != nil || q.bytes != 0 {
		t.Errorf("empty, but for %d bytes", q.bytes)
	}
}
