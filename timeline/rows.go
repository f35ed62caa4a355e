package timeline

import (
	"io"
	"sync/atomic"
	"unsafe"
)

// blockRows is how many rows move together: 256 KiB of records.
const blockRows = 4096

type (
	records [blockRows]record
	states  [blockRows]atomic.Uint64
)

const (
	recordBytes = int64(unsafe.Sizeof(records{}))
	stateBytes  = int64(unsafe.Sizeof(states{}))
)

type block struct {
	records atomic.Pointer[records] // nil once they left the memory
	states  atomic.Pointer[states]  // nil once the rows were dropped
	file    int64                   // offset of the records in the spill file; valid once records is nil and states is not
}

// rows is the append-only table: written by one goroutine, read by any.
// Only published rows may be read.
type rows struct {
	blocks    atomic.Pointer[[]*block]
	published atomic.Uint64 // rows that may be read
	first     atomic.Uint64 // rows before it were dropped
	next      uint64        // rows written
	oldest    int           // first block whose records are in memory
	resident  int64
}

// add writes a row and gives its index. It is not published yet.
func (t *rows) add(r *record) uint32 {
	i := t.next
	if i%blockRows == 0 {
		b := &block{}
		b.records.Store(new(records))
		b.states.Store(new(states))
		var list []*block
		if old := t.blocks.Load(); old != nil {
			list = *old
		}
		list = append(list, b)
		t.blocks.Store(&list)
		t.resident += recordBytes + stateBytes
	}
	t.block(i).records.Load()[i%blockRows] = *r
	t.next++
	return uint32(i)
}

func (t *rows) publish() { t.published.Store(t.next) }

func (t *rows) block(i uint64) *block { return (*t.blocks.Load())[i/blockRows] }

// state gives the mutable word of a row, or nil where the row was dropped.
func (t *rows) state(i uint32) *atomic.Uint64 {
	s := t.block(uint64(i)).states.Load()
	if s == nil {
		return nil
	}
	return &s[i%blockRows]
}

// evict takes the oldest block of records out of memory. The last block stays.
func (t *rows) evict(spill *spillFile) bool {
	all := t.blocks.Load()
	if all == nil || t.oldest >= len(*all)-1 {
		return false
	}
	b := (*all)[t.oldest]
	if r := b.records.Load(); r != nil {
		at, err := spill.append(recordsAsBytes(r))
		if err != nil {
			return false
		}
		b.file = at
		b.records.Store(nil)
		t.resident -= recordBytes
	}
	t.oldest++
	return true
}

// dropFirst forgets the oldest block of rows and says how many rows it held.
// The last block stays.
func (t *rows) dropFirst() int {
	all := *t.blocks.Load()
	i := int(t.first.Load() / blockRows)
	if i >= len(all)-1 {
		return 0
	}
	b := all[i]
	t.first.Store(uint64(i+1) * blockRows)
	b.states.Store(nil) // before the records: a reader that finds none looks here again
	t.resident -= stateBytes
	if b.records.Load() != nil {
		t.resident -= recordBytes
		b.records.Store(nil)
	}
	t.oldest = max(t.oldest, i+1)
	return blockRows
}

// recordsAsBytes gives the memory of r: the spill file is read back by this
// process alone, so byte order and layout are its own.
func recordsAsBytes(r *records) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(r)), unsafe.Sizeof(*r))
}

// rowWindow keeps the block of the spill file that was read last.
type rowWindow struct {
	index   uint64
	records *records
	valid   bool
}

// read copies row i; ok is false where it was dropped or its block cannot be
// read back.
func (t *rows) read(i uint32, row *Row, spill *spillFile, w *rowWindow) bool {
	b := t.block(uint64(i))
	states := b.states.Load()
	if states == nil {
		return false
	}
	recs := b.records.Load()
	if recs == nil {
		if b.states.Load() == nil {
			return false // dropped between the two looks
		}
		index := uint64(i) / blockRows
		if !w.valid || w.index != index {
			if w.records == nil {
				w.records = new(records)
			}
			w.valid = false
			if _, err := spill.ReadAt(recordsAsBytes(w.records), b.file); err != nil && err != io.EOF {
				return false
			}
			w.index, w.valid = index, true
		}
		recs = w.records
	}
	row.record = recs[i%blockRows]
	row.Index = i
	row.state = states[i%blockRows].Load()
	return true
}
