package timeline

import (
	"io"
	"sync/atomic"
)

const (
	// chunkSize is large enough that a seek into the spill file is rare and
	// small enough that the memory limit is met closely.
	chunkSize = 4 << 20
	// A larger payload gets a chunk of its own, so that at most an eighth
	// of a chunk stays unused.
	chunkOwn = chunkSize / 8
)

// chunk is a run of payload bytes and detail blobs. It starts in memory;
// later it moves to the spill file or is dropped.
type chunk struct {
	mem  atomic.Pointer[[]byte] // nil once it left the memory
	file int64                  // offset in the spill file, or -1 where it was dropped; valid once mem is nil
	size int                    // bytes in use once it left the memory
}

// payloads is an append-only store of bytes: written by one goroutine, read
// by any. A reader may look at bytes whose row was published.
type payloads struct {
	chunks   atomic.Pointer[[]*chunk]
	tail     []byte // the last chunk's bytes in use, its capacity is the room left
	oldest   int    // index of the first chunk still in memory
	resident int64  // bytes of chunks in memory
}

// alloc reserves n bytes for the next append and gives the place where they
// start; they must be appended to p.tail before the next alloc.
func (p *payloads) alloc(n int) (index, off uint32) {
	if cap(p.tail)-len(p.tail) < n {
		size := chunkSize
		if n > chunkOwn {
			size = n
		}
		p.add(make([]byte, size))
	}
	return uint32(len(*p.chunks.Load()) - 1), uint32(len(p.tail))
}

func (p *payloads) add(mem []byte) {
	c := &chunk{}
	c.mem.Store(&mem)
	var list []*chunk
	if old := p.chunks.Load(); old != nil {
		p.seal()
		list = *old
	}
	list = append(list, c)
	p.chunks.Store(&list)
	p.tail = mem[:0]
	p.resident += int64(len(mem))
}

// seal notes how much of the last chunk is in use.
func (p *payloads) seal() {
	list := *p.chunks.Load()
	list[len(list)-1].size = len(p.tail)
}

// evict takes the oldest chunk out of memory: into the spill file, or, where
// that has no room or drop is set, away. lost tells the bytes that are gone.
// The last chunk stays.
func (p *payloads) evict(spill *spillFile, drop bool) (lost int64, ok bool) {
	all := p.chunks.Load()
	if all == nil || p.oldest >= len(*all)-1 {
		return 0, false
	}
	c := (*all)[p.oldest]
	p.oldest++
	mem := *c.mem.Load()
	p.resident -= int64(len(mem))
	c.file = -1
	if !drop {
		if at, err := spill.append(mem[:c.size]); err == nil {
			c.file = at
		}
	}
	if c.file < 0 {
		lost = int64(c.size)
	}
	c.mem.Store(nil)
	return lost, true
}

// window keeps the chunk of the spill file that was read last.
type window struct {
	index uint32
	bytes []byte
	valid bool
}

// view gives the bytes of one chunk from off on: those in memory as they lie
// there, others through w, whose content is valid until its next use. It
// gives nil for bytes that were dropped.
func (p *payloads) view(index, off uint32, spill *spillFile, w *window) ([]byte, error) {
	c := (*p.chunks.Load())[index]
	if mem := c.mem.Load(); mem != nil {
		return (*mem)[off:], nil
	}
	if c.file < 0 {
		return nil, nil
	}
	if !w.valid || w.index != index {
		w.valid = false
		if cap(w.bytes) < c.size {
			w.bytes = make([]byte, c.size)
		}
		w.bytes = w.bytes[:c.size]
		if _, err := spill.ReadAt(w.bytes, c.file); err != nil && err != io.EOF {
			return nil, err
		}
		w.index, w.valid = index, true
	}
	return w.bytes[off:], nil
}
