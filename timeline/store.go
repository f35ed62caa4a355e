// Package timeline keeps the events of a capture so compactly that millions
// of frames can be scrolled, filtered and searched: 72 bytes a row, payloads
// in an append-only store, and both bounded in memory.
//
// One goroutine writes (the Store is an event.Sink); any number read, each
// through a Reader of its own, while the writing goes on.
package timeline

import (
	"sync"
	"sync/atomic"

	"wsscope/event"
	"wsscope/limits"
)

// Options of a Store.
type Options struct {
	Memory  int64  // resident bytes of the whole program; 0: limits.TimelineMemory
	Live    bool   // the oldest payloads are dropped where a file would spill them
	TempDir string // of the spill file; empty: the system's
}

// Store holds the rows, payloads and connections of one capture.
type Store struct {
	live    bool
	memory  int64 // Options.Memory
	budget  int64 // bytes for rows and payloads
	maxRows uint64
	rows    rows
	data    payloads
	spill   spillFile
	version atomic.Uint64 // grows with every event

	// Of the writing goroutine alone.
	blob    []byte // scratch for detail blobs
	detail  Detail // scratch
	pending bool   // the last row waits for the message that it may be

	mu       sync.Mutex // guards what follows
	conns    map[int]*conn
	recent   *conn // of the last event: most often that of the next
	lastConn int   // the highest ID
	heads    headBudget
	touched  touched
	// encrypted are connections of TLS that cannot be read.
	encrypted []event.Encrypted
	stats     Stats
	summary   *event.Summary
}

// Stats is what the status line tells of the store.
type Stats struct {
	Rows, FirstRow      uint64 // rows published, and how many of them were dropped
	Connections         int
	Refused             int
	Frames, Messages    uint64
	Findings            [3]uint64
	Resident            int64 // bytes in memory
	Spilled             int64 // bytes in the temporary file
	DroppedBytes        int64 // payload bytes dropped for want of room
	DroppedRows         uint64
	DroppedHeads        uint64 // connections whose handshake was dropped
	ForgottenConns      uint64
	EncryptedUnlisted   uint64 // connections beyond limits.TimelineEncrypted
	SpillError          error  // why nothing is spilled any more
	LastTime, FirstTime int64
	LastPacket          uint64
}

// New makes an empty store. Close it to remove its temporary file.
func New(o Options) *Store {
	if o.Memory <= 0 {
		o.Memory = limits.TimelineMemory
	}
	s := &Store{
		live:    o.Live,
		conns:   map[int]*conn{},
		memory:  o.Memory,
		budget:  o.Memory - min(limits.TimelineReserve, o.Memory*27/100),
		maxRows: max(uint64(o.Memory/limits.TimelineRowShare), 4*blockRows),
	}
	s.spill.dir = o.TempDir
	s.spill.limit = limits.TimelineSpill
	s.heads.limit = o.Memory / limits.TimelineHeadShare
	return s
}

// Close removes the temporary file. No method may be called afterwards.
func (s *Store) Close() error { return s.spill.close() }

// HeapLimit is what the collector may let the heap grow to so that the
// program stays within Options.Memory: without a limit it would let as much
// garbage gather as there are payloads. The rest is for what is no heap.
func (s *Store) HeapLimit() int64 { return s.memory - s.memory/14 }

// Len is how many rows were published, dropped ones included: row numbers
// go from First to Len-1.
func (s *Store) Len() uint32 { return uint32(s.rows.published.Load()) }

// First is the number of the first row that is still there.
func (s *Store) First() uint32 { return uint32(s.rows.first.Load()) }

// Version changes whenever the store does.
func (s *Store) Version() uint64 { return s.version.Load() }

// Stats may be called at any time.
func (s *Store) Stats() Stats {
	s.mu.Lock()
	st := s.stats
	s.mu.Unlock()
	st.Rows, st.FirstRow = s.rows.published.Load(), s.rows.first.Load()
	st.Spilled = s.spill.size.Load()
	st.SpillError = s.spill.Err()
	return st
}

// Totals gives the Summary event, or nil before it came. It is not to be
// changed.
func (s *Store) Totals() *event.Summary {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.summary
}

// put stores a row with its bytes and links it to its connection. c is nil
// for a row about no connection. The row is not published. The caller holds
// s.mu.
func (s *Store) put(r *record, c *conn, payload []byte, d *Detail, at event.Stamp) uint32 {
	r.Time, r.Packet = at.Time, at.Packet
	s.blob = s.blob[:0]
	if d != nil {
		r.flags |= flagDetail
		s.blob = appendDetail(s.blob, d, at)
	}
	if n := len(payload) + len(s.blob); n > 0 {
		r.chunk, r.off = s.data.alloc(n)
		s.data.tail = append(append(s.data.tail, payload...), s.blob...)
		r.stored = uint32(len(payload))
	}
	if c != nil {
		r.conn, r.prev = uint32(c.ID), c.last
	}
	i := s.rows.add(r)
	if c != nil {
		if c.last != 0 {
			if word := s.rows.state(c.last - 1); word != nil {
				word.Store(word.Load()&stateLow | uint64(i+1)<<stateNext)
			}
		} else {
			c.first = i + 1
		}
		c.last = i + 1
	}
	if i%blockRows == 0 || len(s.data.tail) == len(payload)+len(s.blob) {
		s.bound()
	}
	s.stats.LastTime, s.stats.LastPacket = at.Time, at.Packet
	if s.stats.FirstTime == 0 {
		s.stats.FirstTime = at.Time
	}
	return i
}

// bound brings the memory back under the limit: the oldest payloads leave
// first, then the oldest records. It runs when a chunk or a block was added.
func (s *Store) bound() {
	for s.rows.next-s.rows.first.Load() > s.maxRows {
		n := s.rows.dropFirst()
		if n == 0 {
			break
		}
		s.stats.DroppedRows += uint64(n)
	}
	for s.data.resident+s.rows.resident+s.heads.kept > s.budget {
		if lost, ok := s.data.evict(&s.spill, s.live); ok {
			s.stats.DroppedBytes += lost
			continue
		}
		if !s.live && s.rows.evict(&s.spill) {
			continue
		}
		n := s.rows.dropFirst()
		if n == 0 {
			break
		}
		s.stats.DroppedRows += uint64(n)
	}
	s.stats.Resident = s.data.resident + s.rows.resident + s.heads.kept
}

// settle publishes the row that waits for its message: there is none.
func (s *Store) settle() {
	if s.pending {
		s.publish()
	}
}

// publish shows all rows written so far to the readers.
func (s *Store) publish() {
	s.pending = false
	s.rows.publish()
	s.version.Add(1)
}
