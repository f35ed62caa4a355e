package capture

import (
	"sync"

	"wsscope/limits"
)

// pool hands out batches: as many as are asked for, so that a consumer that
// holds some never blocks the reader, and keeps limits.BatchesKept of those
// that come back.
type pool struct {
	mu   sync.Mutex
	free []*Batch
}

func (p *pool) get() *Batch {
	p.mu.Lock()
	defer p.mu.Unlock()
	if n := len(p.free); n > 0 {
		b := p.free[n-1]
		p.free = p.free[:n-1]
		return b
	}
	return &Batch{buf: make([]byte, limits.BatchBytes), release: p.put}
}

func (p *pool) put(b *Batch) {
	b.Packets, b.Secrets, b.Dropped = b.Packets[:0], nil, 0
	p.mu.Lock()
	defer p.mu.Unlock()
	// A buffer that grew for one record goes, or such records would
	// make every buffer a large one.
	if len(p.free) < limits.BatchesKept && len(b.buf) == limits.BatchBytes {
		p.free = append(p.free, b)
	}
}
