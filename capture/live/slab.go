package live

import (
	"sync"

	"wsscope/capture"
	"wsscope/limits"
)

// slab is a batch with the memory that its packets lie in.
type slab struct {
	*capture.Batch
	memory []byte
}

// slabs hands out as many as are asked for, and keeps limits.LiveBatches of
// those that come back.
type slabs struct {
	size int
	mu   sync.Mutex
	free []*slab
}

func (s *slabs) get() *slab {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := len(s.free); n > 0 {
		b := s.free[n-1]
		s.free = s.free[:n-1]
		return b
	}
	b := &slab{memory: make([]byte, s.size)}
	b.Batch = capture.NewBatch(func(*capture.Batch) { s.put(b) })
	return b
}

func (s *slabs) put(b *slab) {
	b.Packets, b.Secrets, b.Dropped = b.Packets[:0], nil, 0
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) < limits.LiveBatches {
		s.free = append(s.free, b)
	}
}
