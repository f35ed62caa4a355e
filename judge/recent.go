package judge

// recent is a map that forgets its oldest entries. Its keys are hashes; its
// memory is taken with the first entry and is the same from then on.
type recent[V any] struct {
	most  int // a power of two
	slots []slot[V]
	first []int32 // by hash: the first slot of a chain, counted from 1; 0: none
	next  int     // the slot that is taken next
}

type slot[V any] struct {
	hash  uint64
	chain int32 // the next slot of the chain, as in first
	used  bool
	value V
}

// apart is how far from each other slots are taken one after the other: odd,
// so that all are taken before one is again, and more than a page, so that
// memory is in use soon and does not creep up for hours.
const apart = 257

func newRecent[V any](most int64) recent[V] { return recent[V]{most: int(most)} }

// get gives the entry of a key, nil if there is none. It is valid until put.
func (r *recent[V]) get(hash uint64) *V {
	if r.slots == nil {
		return nil
	}
	for i := r.first[r.bucket(hash)]; i != 0; i = r.slots[i-1].chain {
		if s := &r.slots[i-1]; s.hash == hash {
			return &s.value
		}
	}
	return nil
}

// put makes a new entry, or overwrites the one that the key has.
func (r *recent[V]) put(hash uint64, v V) {
	if known := r.get(hash); known != nil {
		*known = v
		return
	}
	if r.slots == nil {
		r.slots, r.first = make([]slot[V], r.most), make([]int32, r.most)
	}
	s := &r.slots[r.next]
	self := int32(r.next) + 1
	if s.used {
		at := &r.first[r.bucket(s.hash)]
		for *at != self {
			at = &r.slots[*at-1].chain
		}
		*at = s.chain
	}
	b := r.bucket(hash)
	*s = slot[V]{hash: hash, chain: r.first[b], used: true, value: v}
	r.first[b] = self
	r.next = (r.next + apart) % r.most
}

func (r *recent[V]) bucket(hash uint64) uint64 { return hash % uint64(r.most) }
