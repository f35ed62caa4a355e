package timeline

import (
	"net/netip"
	"strings"

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

// connBytes is about what a connection costs without its handshake.
const connBytes = 1024

// headBudget bounds what connections and their handshakes keep. The
// handshakes of the oldest connections that have ended go first, then these
// connections themselves.
type headBudget struct {
	limit, kept int64
	headless    int // IDs up to this one were looked at for a handshake to drop
	forgotten   int // and these for a connection to forget
}

// headSize is about what an Open keeps in memory.
func headSize(o *event.Open) int64 {
	n := len(o.URI) + len(o.Extensions) + len(o.OfferedExtensions) + len(o.RequestRaw) + len(o.ResponseRaw)
	for _, list := range [][]event.Header{o.RequestHeaders, o.ResponseHeaders} {
		for _, h := range list {
			n += 32 + len(h.Name) + len(h.Value)
		}
	}
	return int64(n)
}

// conn finds or makes the connection of an event; nil where the event is
// about none, or about one that was forgotten. The caller holds s.mu.
func (s *Store) conn(c *event.Conn, at event.Stamp) *conn {
	if c == nil || c.ID < 1 {
		return nil
	}
	if e := s.recent; e != nil && e.ID == c.ID {
		e.LastTime = at.Time
		return e
	}
	e := s.conns[c.ID]
	if e == nil {
		if c.ID <= s.heads.forgotten {
			return nil
		}
		e = &conn{Conn: Conn{ID: c.ID, Client: c.Client, Server: c.Server, Stream: c.Stream, FirstTime: at.Time}}
		s.conns[c.ID] = e
		s.lastConn = max(s.lastConn, c.ID)
		s.heads.kept += connBytes
	}
	e.LastTime = at.Time
	s.recent = e
	return e
}

// over reports a connection that has no more events but late findings.
func (c *conn) over() bool { return c.End != nil || c.Open != nil && c.Open.Refused }

// boundHeads brings connections and handshakes back under their limit. The
// caller holds s.mu.
func (s *Store) boundHeads() {
	h := &s.heads
	for h.kept > h.limit && h.headless < s.lastConn-1 {
		h.headless++
		if c := s.conns[h.headless]; c != nil && c.over() {
			h.kept -= c.head
			c.dropHead()
			s.stats.DroppedHeads++
		}
	}
	for h.kept > h.limit && h.forgotten < h.headless {
		h.forgotten++
		if c := s.conns[h.forgotten]; c != nil && c.over() {
			h.kept -= connBytes + c.head
			delete(s.conns, h.forgotten)
			if s.recent == c {
				s.recent = nil
			}
			s.stats.ForgottenConns++
		}
	}
}

// dropHead keeps of the opening what a line of a list shows.
func (c *conn) dropHead() {
	c.head = 0
	if c.Open == nil {
		return
	}
	o := c.Open
	c.HeadDropped = true
	c.Open = &event.Open{
		Stamp: o.Stamp, Conn: o.Conn, Refused: o.Refused, Transport: strings.Clone(o.Transport), TLS: strings.Clone(o.TLS), Handshake: o.Handshake,
		URI: strings.Clone(o.URI[:min(len(o.URI), 80)]), Subprotocol: strings.Clone(o.Subprotocol[:min(len(o.Subprotocol), 40)]),
		Status: o.Status, HandshakeTime: o.HandshakeTime, Deflate: o.Deflate,
	}
}

// Connections is the number of connections seen: their IDs go from 1 to it.
func (s *Store) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lastConn
}

// Conn gives a connection as it stands; ok is false where it was forgotten.
func (s *Store) Conn(id int) (c Conn, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.conns[id]
	if e == nil {
		return Conn{}, false
	}
	return e.Conn, true
}

// AppendConns appends the connections with IDs from to from+n-1 to dst,
// those that are there.
func (s *Store) AppendConns(dst []Conn, from, n int) []Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := max(from, 1); id < from+n && id <= s.lastConn; id++ {
		if c := s.conns[id]; c != nil {
			dst = append(dst, c.Conn)
		}
	}
	return dst
}
