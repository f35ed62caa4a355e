package timeline

import "wsscope/limits"

// touched remembers the rows that changed after they were published, so that
// views may look at them again. Only the newest are kept.
type touched struct {
	ring []uint32
	n    uint64 // how many there have been
}

func (t *touched) add(i uint32) {
	if len(t.ring) < int(limits.TimelineTouched) {
		t.ring = append(t.ring, i)
	} else {
		t.ring[t.n%uint64(len(t.ring))] = i
	}
	t.n++
}

// since appends the rows touched after the first n to dst; ok is false where
// some of them are forgotten.
func (t *touched) since(n uint64, dst []uint32) (_ []uint32, now uint64, ok bool) {
	if t.n-n > uint64(len(t.ring)) {
		return dst, t.n, false
	}
	for ; n < t.n; n++ {
		dst = append(dst, t.ring[n%uint64(len(t.ring))])
	}
	return dst, t.n, true
}
