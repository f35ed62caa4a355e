package judge

import (
	"hash/maphash"
	"testing"
)

// TestRecent holds that just the latest entries are known, whatever came
// before them.
func TestRecent(t *testing.T) {
	const most = 64
	seed := maphash.MakeSeed()
	for name, hash := range map[string]func(int) uint64{
		"spread":      func(i int) uint64 { return maphash.Comparable(seed, i) },
		"in one list": func(i int) uint64 { return uint64(i) * most },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRecent[int](most)
			for i := range 10 * most {
				if r.get(hash(i)) != nil {
					t.Fatalf("%d is known before it came", i)
				}
				r.put(hash(i), -1)
				r.put(hash(i), i)
				for j := range i + 1 {
					v := r.get(hash(j))
					if known := v != nil; known != (j > i-most) {
						t.Fatalf("%d known after %d: %v", j, i, known)
					}
					if v != nil && *v != j {
						t.Fatalf("%d has become %d", j, *v)
					}
				}
			}
		})
	}
}
