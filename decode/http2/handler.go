package http2

import (
	"wsscope/event"
	"wsscope/stream"
)

// Handler is told what a Reader saw. Everything it is given is valid until
// the call returns.
type Handler interface {
	// Headers gives a header block: a request, a response, or trailers.
	Headers(dir event.Dir, id uint32, b *Block)
	// StreamData gives bytes that a stream carries. They may be overwritten.
	StreamData(dir event.Dir, id uint32, c *stream.Chunk)
	// StreamGap tells that n bytes of what a stream carries are lost, or an
	// unknown number if n is negative.
	StreamGap(dir event.Dir, id uint32, n int64, now event.Stamp)
	// StreamEnd tells that a sender ended its half of a stream (RFC 9113
	// section 5.1).
	StreamEnd(dir event.Dir, id uint32, now event.Stamp)
	// StreamReset tells that a sender reset a stream (RFC 9113 section 6.4).
	StreamReset(dir event.Dir, id uint32, now event.Stamp)
	// Setting gives one setting of a sender (RFC 9113 section 6.5).
	Setting(dir event.Dir, id uint16, value uint32, now event.Stamp)
	// FramesLost tells that frames of unknown number, of any stream, are lost.
	FramesLost(dir event.Dir, now event.Stamp)
}
