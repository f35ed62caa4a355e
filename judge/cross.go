package judge

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"net/netip"
	"slices"

	"wsscope/event"
	"wsscope/limits"
)

// Cross judges what shows only in several connections: keys that come again,
// handshakes side by side, reconnects without delay. It sees all connections
// of a capture in the order of the output, each event after the judge of its
// connection saw it. Its memory is bounded by limits.KnownKeys and
// limits.KnownPeers, and by the open connections; of what peers sent it keeps
// hashes only.
//
// The two legs of a proxy show the same handshake keys and the same masking
// keys. Connections that overlap in time and carry the same bytes are taken
// for such copies.
type Cross struct {
	emit   func(*event.Finding)
	seed   maphash.Seed
	conns  map[*event.Conn]*lifetime // those without an end yet
	keys   recent[use]
	starts recent[use]
	peers  recent[*peer]
}

// lifetime is when a connection was there. Hashes are 0 where there is nothing.
type lifetime struct {
	conn           *event.Conn
	opened, closed int64 // time of the request, of the first Close or the end; closed is 0 before
	ended          bool
	parallel       bool   // req-connecting-parallel was told
	hasKey         bool   // firstKey is valid
	firstKey       uint32 // masking key of the client's first frame
	key            uint64 // hash of Sec-WebSocket-Key
	start          uint64 // hash of the client's first two masking keys
	peer           *peer  // nil where the request was not captured
}

// use is what is remembered of a connection that used a key.
type use struct {
	conn   uint32 // its ID
	hosts  uint32 // hash of the client's address and the server's endpoint
	tcp    uint64 // hash of its endpoints and HTTP/2 stream
	closed int64  // as in lifetime
}

// copies reports whether own, a connection that begins at a time, may be
// another leg of this one: it begins before this one closed. Other hosts may
// have been captured by another clock; a client that comes back to the same
// server comes through the same one.
func (u *use) copies(own use, begins int64) bool {
	if u.hosts != own.hosts {
		begins -= clockSlack
	}
	return u.closed == 0 || u.closed > begins
}

// pair is a client, a server and a request target: a hash of it tells
// endpoints apart.
type pair struct {
	client netip.Addr
	server netip.AddrPort
	path   string
}

// peer is what is known of one client address and one server.
type peer struct {
	latest  *lifetime // whose handshake ended last
	pending int64     // when it ended
	dropped int64     // when the server last dropped a connection; 0: never, or already made good for
	quick   int       // reconnects in a row without delay
	// The latest mostBack connections without an end, in order: one by a reset
	// is told later than it happened, when the client may be back already.
	back []*lifetime
}

// mostBack is how many connections of one client to one server are looked at
// for one that followed a reset.
const mostBack = 16

// NewCross makes the judge of a whole capture. emit owns the findings.
func NewCross(emit func(*event.Finding)) *Cross {
	return &Cross{
		emit:   emit,
		seed:   maphash.MakeSeed(),
		conns:  map[*event.Conn]*lifetime{},
		keys:   newRecent[use](limits.KnownKeys),
		starts: newRecent[use](limits.KnownKeys),
		peers:  newRecent[*peer](limits.KnownPeers),
	}
}

// Open takes a handshake, accepted or refused.
func (x *Cross) Open(o *event.Open) {
	l := &lifetime{conn: o.Conn, opened: o.Time}
	requestSeen := o.RequestStamp.Packet != 0 && (o.Handshake == event.HandshakeFull || o.Handshake == event.HandshakeRequestOnly)
	if requestSeen {
		l.opened = o.RequestStamp.Time
		if o.Key != "" {
			l.key = maphash.String(x.seed, o.Key)
		}
	}
	if o.Refused {
		l.closed, l.ended = o.Time, true
	} else {
		x.conns[o.Conn] = l
	}
	if !requestSeen {
		return
	}
	x.handshakeKey(l, o)
	p := maphash.Comparable(x.seed, pair{o.Conn.Client.Addr(), o.Conn.Server, o.URI})
	if known := x.peers.get(p); known != nil {
		l.peer = *known
	} else {
		l.peer = &peer{}
		x.peers.put(p, l.peer)
	}
	if o.Transport == "h1" { // streams of one HTTP/2 connection need no connecting
		x.parallel(l.peer, l, o)
	}
	x.reconnect(l.peer, l, o)
}

// use is what to remember of a connection as a user of a key.
func (x *Cross) use(l *lifetime) use {
	tcp := event.Conn{Client: l.conn.Client, Server: l.conn.Server, Stream: l.conn.Stream}
	hosts := pair{client: l.conn.Client.Addr(), server: l.conn.Server}
	return use{uint32(l.conn.ID), uint32(maphash.Comparable(x.seed, hosts)), maphash.Comparable(x.seed, tcp), l.closed}
}

// handshakeKey looks for the key in earlier connections (RFC 6455 section 4.1).
func (x *Cross) handshakeKey(l *lifetime, o *event.Open) {
	if badKey(o.Key) != "" {
		return
	}
	own := x.use(l)
	before := x.keys.get(l.key)
	// A second handshake on the same TCP connection is one after a refusal.
	if before != nil && before.tcp != own.tcp && !before.copies(own, l.opened) {
		x.tell(reqKeyReused, o.Stamp, l, "Sec-WebSocket-Key %s was used by connection %d before; it must be random for each connection.", quote(o.Key), before.conn)
	}
	x.keys.put(l.key, own)
}

// close notes when a connection ended, also where its keys are remembered.
func (x *Cross) close(l *lifetime, at int64) {
	if l.closed != 0 {
		return
	}
	l.closed = at
	for _, u := range [2]*use{x.keys.get(l.key), x.starts.get(l.start)} {
		if u != nil && u.conn == uint32(l.conn.ID) {
			u.closed = at
		}
	}
}

// parallel looks for another handshake that was pending at the same time.
func (x *Cross) parallel(known *peer, l *lifetime, o *event.Open) {
	other := known.latest
	if other != nil && l.opened < known.pending && other.opened < o.Time && (l.key == 0 || l.key != other.key) {
		late, early := l, other
		if other.opened > l.opened && !other.ended {
			late, early = other, l
		}
		if late.parallel {
			return
		}
		late.parallel = true
		x.tell(reqConnectingParallel, o.Stamp, late, "The handshake of connection %d from the same address to the same server was still pending.", early.conn.ID)
	}
	if o.Time >= known.pending {
		known.latest, known.pending = l, o.Time
	}
}

// reconnect looks for a client that comes back at once, again and again
// (RFC 6455 section 7.2.3).
func (x *Cross) reconnect(known *peer, l *lifetime, o *event.Open) {
	if known.dropped != 0 {
		x.cameBack(known, l, o.Stamp)
	}
	if !l.ended {
		if len(known.back) == mostBack {
			known.back = slices.Delete(known.back, 0, 1)
		}
		known.back = append(known.back, l)
	}
}

// cameBack judges a connection that follows one that the server dropped.
func (x *Cross) cameBack(known *peer, l *lifetime, now event.Stamp) {
	wait := l.opened - known.dropped
	known.dropped = 0
	if wait < 0 || wait >= limits.QuickReconnect {
		known.quick = 0
		return
	}
	if known.quick++; known.quick > 1 {
		x.tell(reconnectWithoutBackoff, now, l, "The client is back %s after the server dropped the connection, for the %d. time in a row; it should wait, and longer each time.", span(wait), known.quick)
	}
}

// Frame takes one frame. All but the first two and the last of a connection
// pass by.
func (x *Cross) Frame(f *event.Frame) {
	if f.Opcode != event.OpClose && (f.Index > 2 || !f.Masked || f.Dir != event.ClientToServer) {
		return
	}
	l := x.conns[f.Conn]
	if l == nil {
		return
	}
	if f.Opcode == event.OpClose {
		x.close(l, f.Time)
	}
	if !f.Masked || f.Dir != event.ClientToServer || f.Index > 2 {
		return
	}
	key := binary.BigEndian.Uint32(f.Key[:])
	if f.Index == 1 {
		if f.First.Packet != 0 { // the open may be told late, where half of the handshake lacks
			l.opened = min(l.opened, f.First.Time)
		}
		l.firstKey, l.hasKey = key, true
		return
	}
	if !l.hasKey || key == l.firstKey {
		return // one key for all: mask-key-reused
	}
	l.start = maphash.Comparable(x.seed, [2]uint32{l.firstKey, key})
	own := x.use(l)
	if before := x.starts.get(l.start); before != nil && before.conn != own.conn && !before.copies(own, l.opened) {
		x.tell(maskKeyPredictable, f.Stamp, l, "The masking keys begin as those of connection %d did (%08x, %08x): a generator that starts from the same seed.", before.conn, l.firstKey, key)
	}
	x.starts.put(l.start, own)
}

// End takes the end of a connection, its story filled in.
func (x *Cross) End(e *event.End) {
	l := x.conns[e.Conn]
	if l == nil {
		return
	}
	delete(x.conns, e.Conn)
	l.ended = true
	x.close(l, e.Over())
	if l.peer == nil {
		return
	}
	if i := slices.Index(l.peer.back, l); i >= 0 {
		l.peer.back = slices.Delete(l.peer.back, i, i+1)
	}
	if !e.Story.ServerDropped {
		return
	}
	l.peer.dropped = e.Over()
	if i := slices.IndexFunc(l.peer.back, func(next *lifetime) bool { return next.opened >= e.Over() }); i >= 0 {
		x.cameBack(l.peer, l.peer.back[i], e.Stamp)
	}
}

func (x *Cross) tell(r *Rule, at event.Stamp, l *lifetime, format string, args ...any) {
	x.emit(&event.Finding{Stamp: at, Conn: l.conn, Dir: event.ClientToServer, Rule: r.ID, Severity: r.Severity, RFC: r.RFC, Text: fmt.Sprintf(format, args...)})
}
