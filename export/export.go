// Package export turns events into lines: JSON for programs (json*.go), a
// timeline for people (text*.go), a report of findings (report*.go), and the
// summary alone.
//
// Every view is an event.Sink. It gathers lines in one buffer and writes when
// the buffer is full, on Flush, and after the summary. The first error of the
// writer is kept, later events are dropped, and Err returns it: the caller
// ends the program then, silently where it is EPIPE.
package export

import "io"

// Options of the views. Each view takes those that its constructor names.
type Options struct {
	// MaxPayload cuts payload, text and base64 of the JSON lines to this
	// many bytes of payload; negative: no cut.
	MaxPayload int
	// Color allows the colours of a terminal.
	Color bool
	// Width is the number of terminal columns a line may take; 0 means
	// defaultWidth, negative no cut.
	Width int
}

// bufferSize is how much is gathered before it is written: large enough that
// the system calls do not show, small enough to stay in the second level
// cache.
const bufferSize = 64 << 10

// piece is how much of a payload is encoded at once, so that one large frame
// passes through the buffer instead of growing it. A multiple of 3, so that
// base64 pieces join.
const piece = 3 << 12

// out is the buffer that all views share.
type out struct {
	w   io.Writer
	b   []byte
	err error
}

func newOut(w io.Writer) out { return out{w: w, b: make([]byte, 0, bufferSize+bufferSize/4)} }

// Err is the first error of the writer.
func (o *out) Err() error { return o.err }

// Flush writes what is pending. A live capture calls it after each batch.
func (o *out) Flush() error {
	o.b = o.write(o.b)
	return o.err
}

// write hands b to the writer and gives the emptied buffer back.
func (o *out) write(b []byte) []byte {
	if o.err == nil && len(b) > 0 {
		_, o.err = o.w.Write(b)
	}
	return b[:0]
}

// spill writes b if it has reached the size of the buffer.
func (o *out) spill(b []byte) []byte {
	if len(b) < bufferSize {
		return b
	}
	return o.write(b)
}
