// Package decode turns the two byte streams of a TCP connection into
// WebSocket events: it finds the handshake (RFC 6455 section 4) or recognises
// a connection joined late, follows the frames of both directions
// independently (section 5), joins and inflates messages (section 5.4,
// RFC 7692), and goes on behind gaps. It is a push-style state machine: no
// I/O, no clock but packet time, no goroutine.
package decode

import (
	"wsscope/decode/http2"
	"wsscope/decode/tls"
	"wsscope/event"
	"wsscope/limits"
)

// Output takes the events of all connections of one worker. Payload and
// header slices are views into the chunk being processed or into memory that
// is used again after the call.
type Output interface {
	Open(*event.Open)
	Frame(*event.Frame)
	Message(*event.Message)
	Finding(*event.Finding)
	End(*event.End)
}

// Options are the same for all connections.
type Options struct {
	Payload      int64 // most bytes of a payload that the views want; 0 none (control frames are kept all the same)
	Spans        bool  // fill Frame.Spans
	Keys         *tls.Keys
	LateKeys     bool  // keys may come after the end of a connection
	InflateLimit int64 // most bytes of one inflated message
}

// controlKept is how much of a control frame is kept even if the views want
// no payloads: pings and closes are matched by it.
const controlKept = 1 << 10

// Shared is what the connections of one worker share.
type Shared struct {
	Out       Output
	Opt       Options
	Stats     Stats
	waiting   int64 // bytes held by heads, held chunks and hunts
	h2Streams int64 // of all connections
	scratch   []byte
	// waitingTLS are connections with records that wait for their key.
	waitingTLS []*secure
	pool       [][]byte
}

// Stats are a worker's counters for the summary.
type Stats struct {
	HeadTooLong     uint64 // http-head
	WaitingTotal    uint64 // waiting-total
	HeldReleased    uint64 // held-bytes
	NotFollowed     uint64 // hunt-unknown
	HuntSkipped     uint64 // hunt-buffer
	InflateLimited  uint64 // inflated-message
	PayloadCut      uint64 // frame-payload
	PendingRequests uint64 // pending-requests
	HTTP2           http2.Stats
	H2Streams       uint64 // h2-streams
	H2StreamsTotal  uint64 // h2-streams-total
	Layers          uint64 // layers
	Encrypted       Encrypted
	Refused         uint64
	HTTPExchanges   uint64
}

// NewShared returns the state that a worker's connections share.
func NewShared(out Output, opt Options) *Shared {
	if opt.InflateLimit <= 0 {
		opt.InflateLimit = limits.InflatedMessage
	}
	if opt.Keys == nil {
		opt.Keys = tls.NewKeys()
	}
	opt.Payload = min(opt.Payload, limits.FramePayload)
	return &Shared{Out: out, Opt: opt}
}

// reserve asks for n more bytes of waiting memory.
func (s *Shared) reserve(n int) bool {
	if s.waiting+int64(n) > limits.WaitingTotal {
		s.Stats.WaitingTotal++
		return false
	}
	s.waiting += int64(n)
	return true
}

// charge counts n bytes that are kept whatever the limit says, because the
// caller lets go of them at once.
func (s *Shared) charge(n int) { s.waiting += int64(n) }

func (s *Shared) unreserve(n int) { s.waiting -= int64(n) }

// buffer takes a payload buffer from the pool, so that large ones are not
// kept by every connection that once needed one.
func (s *Shared) buffer() []byte {
	if n := len(s.pool); n > 0 {
		b := s.pool[n-1]
		s.pool = s.pool[:n-1]
		return b[:0]
	}
	return nil
}

// What the pool keeps: frames above a MiB are rare, and few grow at once.
const (
	pooledBytes   = 2 << 20
	pooledBuffers = 4
)

// recycle gives a buffer back.
func (s *Shared) recycle(b []byte) {
	if cap(b) > 0 && cap(b) <= pooledBytes && len(s.pool) < pooledBuffers {
		s.pool = append(s.pool, b)
	}
}
