package timeline

import (
	"net/netip"

	"wsscope/event"
)

// Conn is what is known of a connection at one moment: a copy, but for Open
// and End, which do not change.
type Conn struct {
	ID             int
	Client, Server netip.AddrPort
	Stream         uint32
	Open           *event.Open // its headers are empty where HeadDropped
	End            *event.End  // nil while it lasts
	HeadDropped    bool
	Frames         [2]uint64 // by event.Dir
	Messages       [2]uint64
	Bytes          [2]uint64 // payload lengths of its frames
	Findings       [3]uint64 // by event.Severity
	CloseCode      [2]int    // what each side's Close frame said; 0 none, -1 a Close without a code
	FirstTime      int64
	LastTime       int64
	Unanswered     [2]int // pings since the last pong that answered, by the ping's direction

	first, last uint32 // its rows, plus 1; 0 none
}

// FirstRow is the first row of the connection, which may have been dropped.
func (c *Conn) FirstRow() (uint32, bool) { return c.first - 1, c.first > 0 }

// LastRow is the newest row of the connection.
func (c *Conn) LastRow() (uint32, bool) { return c.last - 1, c.last > 0 }

type conn struct {
	Conn
	head int64 // bytes that its handshake keeps
}

// headBudget bounds the handshakes kept. Those of the oldest connections
// that have ended go first.
type headBudget struct {
	limit, kept int64
	oldest      int // connections before this index have no head any more, or are still open
}

// headSize is about what an Open keeps in memory.
func headSize(o *event.Open) int64 {
	n := 512 + len(o.URI) + len(o.Extensions) + len(o.OfferedExtensions) + len(o.RequestRaw) + len(o.ResponseRaw)
	for _, list := range [][]event.Header{o.RequestHeaders, o.ResponseHeaders} {
		for _, h := range list {
			n += 32 + len(h.Name) + len(h.Value)
		}
	}
	return int64(n)
}

// conn finds or makes the connection of an event. The caller holds s.mu.
func (s *Store) conn(c *event.Conn, at event.Stamp) *conn {
	if c == nil || c.ID < 1 {
		return nil
	}
	for len(s.conns) < c.ID {
		s.conns = append(s.conns, nil)
	}
	e := s.conns[c.ID-1]
	if e == nil {
		e = &conn{Conn: Conn{ID: c.ID, Client: c.Client, Server: c.Server, Stream: c.Stream, FirstTime: at.Time}}
		s.conns[c.ID-1] = e
	}
	e.LastTime = at.Time
	return e
}

// boundHeads drops the handshakes of the oldest connections that are over,
// and, of those that keep nothing else, the entry. The caller holds s.mu.
func (s *Store) boundHeads() {
	for s.heads.kept > s.heads.limit && s.heads.oldest < len(s.conns)-1 {
		c := s.conns[s.heads.oldest]
		s.heads.oldest++
		if c == nil || c.Open == nil || c.End == nil && !c.Open.Refused {
			continue
		}
		s.heads.kept -= c.head
		s.stats.DroppedHeads++
		c.head = 0
		short := *c.Open
		short.RequestHeaders, short.ResponseHeaders, short.RequestRaw, short.ResponseRaw = nil, nil, nil, nil
		short.Extensions, short.OfferedExtensions, short.OfferedSubprotocols = "", "", nil
		if len(short.URI) > 80 {
			short.URI = short.URI[:80]
		}
		c.Open, c.HeadDropped = &short, true
	}
}

// Connections is the number of connections seen: their IDs go from 1 to it.
func (s *Store) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.conns)
}

// Conn gives a connection as it stands.
func (s *Store) Conn(id int) (Conn, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if id < 1 || id > len(s.conns) || s.conns[id-1] == nil {
		return Conn{}, false
	}
	return s.conns[id-1].Conn, true
}

// AppendConns appends the connections with IDs from to from+n-1 to dst,
// those that exist.
func (s *Store) AppendConns(dst []Conn, from, n int) []Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := max(from, 1); id < from+n && id <= len(s.conns); id++ {
		if c := s.conns[id-1]; c != nil {
			dst = append(dst, c.Conn)
		}
	}
	return dst
}
