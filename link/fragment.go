package link

import "wsscope/limits"

// FragmentStats counts what became of IP fragments.
type FragmentStats struct {
	Seen       uint64 // fragments, copies included
	Whole      uint64 // datagrams made whole
	Impossible uint64 // fragments that contradict their datagram or the protocol, dropped
	Excess     uint64 // fragments dropped by limits.FragmentPieces
	Evicted    uint64 // incomplete datagrams given up by limits.FragmentDatagrams or FragmentBytes
	Expired    uint64 // incomplete datagrams given up by limits.FragmentTime
}

// datagramKey says which datagram a fragment belongs to: RFC 791 section
// 3.2 for IPv4; for IPv6 the protocol is not part of it (RFC 8200 section
// 4.5) and stays 0.
type datagramKey struct {
	src, dst [16]byte
	id       uint32
	protocol uint8
	ipv6     bool
}

// fragment is a fragment as it arrives.
type fragment struct {
	key      datagramKey
	part     part
	offset   int   // of its first byte in the datagram
	more     bool  // it is not the last one
	protocol uint8 // counts in the first fragment alone
	time     int64 // of its packet
}

// add takes a fragment in. If it makes its datagram whole, the datagram's
// bytes (memory of their own) and what they begin with are returned.
func (t *fragmentTable) add(f fragment) (part, header) {
	t.stats.Seen++
	t.expire(f.time)
	end := f.offset + f.part.wire
	if f.part.wire == 0 || end > 0xffff || f.more && f.part.wire%8 != 0 {
		t.stats.Impossible++
		return part{}, malformed
	}
	g := t.byKey[f.key]
	if g != nil && g.whole {
		if g.contains(f.offset, f.part) {
			return part{}, held
		}
		t.remove(g) // its identification is in use again
		g = nil
	}
	switch {
	case g == nil:
		g = t.begin(f.key, f.time)
	case !g.fits(end, f.more):
		t.stats.Impossible++
		return part{}, malformed
	case len(g.pieces) >= limits.FragmentPieces:
		t.stats.Excess++
		return part{}, held
	}

	t.bytes -= g.cost()
	if !f.more {
		g.total = end
	}
	if f.offset == 0 && (len(g.pieces) == 0 || g.pieces[0].offset > 0) {
		g.protocol = f.protocol
	}
	g.fill(f.offset, f.part)
	whole := g.have == g.total
	if whole {
		g.join()
		t.stats.Whole++
	}
	t.bytes += g.cost()
	for t.bytes > limits.FragmentBytes {
		t.evict()
	}
	switch {
	case !whole:
		return part{}, held
	case f.key.ipv6:
		return part{g.data, g.total}, ipv6Next(g.protocol)
	}
	return part{g.data, g.total}, ipProtocol(g.protocol)
}

// fragmentTable holds datagrams by key and in the order of their arrival.
type fragmentTable struct {
	byKey          map[datagramKey]*datagram
	oldest, newest *datagram
	bytes          int // sum of their costs
	stats          FragmentStats
}

func newFragmentTable() fragmentTable {
	return fragmentTable{byKey: make(map[datagramKey]*datagram)}
}

func (t *fragmentTable) begin(key datagramKey, now int64) *datagram {
	if len(t.byKey) >= limits.FragmentDatagrams {
		t.evict()
	}
	g := &datagram{key: key, time: now, total: -1, older: t.newest}
	if t.newest != nil {
		t.newest.newer = g
	} else {
		t.oldest = g
	}
	t.newest = g
	t.byKey[key] = g
	t.bytes += g.cost()
	return g
}

func (t *fragmentTable) remove(g *datagram) {
	if g.older != nil {
		g.older.newer = g.newer
	} else {
		t.oldest = g.newer
	}
	if g.newer != nil {
		g.newer.older = g.older
	} else {
		t.newest = g.older
	}
	delete(t.byKey, g.key)
	t.bytes -= g.cost()
}

func (t *fragmentTable) evict() {
	if !t.oldest.whole {
		t.stats.Evicted++
	}
	t.remove(t.oldest)
}

// expire gives up datagrams that began too long before now, or after it:
// one capture can follow a later one.
func (t *fragmentTable) expire(now int64) {
	for g := t.oldest; g != nil; g = t.oldest {
		if age := now - g.time; -limits.FragmentTime <= age && age <= limits.FragmentTime {
			return
		}
		if !g.whole {
			t.stats.Expired++
		}
		t.remove(g)
	}
}
