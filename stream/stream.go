// Package stream is the arrow between the layers of one connection: bytes in
// order, gaps, and ends. TCP reassembly speaks it, TLS turns one pair of
// streams into another, HTTP and the frames end it.
package stream

import "wsscope/event"

// Chunk is a run of bytes that follows the bytes before it in its direction.
type Chunk struct {
	Data   []byte      // a view, valid until the call returns; the receiver may overwrite it
	Origin event.Stamp // the packet that carried the bytes
	Now    event.Stamp // the packet being read when they became available in order; never decreases
	// Acked is how many bytes of the opposite TCP stream (from its first
	// captured byte) the sender had acknowledged in this packet; -1 unknown.
	Acked int64
	Place
}

// Place is where the first byte of a run stood in the layers below.
type Place struct {
	// Off is the offset in what the TCP stream carries, from its first captured
	// byte; -1 where not known. Of what stood in a TLS record it is the offset
	// of the record's header.
	Off int64
	// Via is what carried the run in between, nil if nothing did or nobody asked
	// for it. It is valid until the call returns.
	Via *event.Via
}

// Nowhere is a place that is not known.
var Nowhere = Place{Off: -1}

// Skip gives the place n bytes on, in memory of its own.
func (p Place) Skip(n int) Place {
	if p.Off >= 0 && (p.Via == nil || p.Via.Record.N == 0) {
		p.Off += int64(n)
	}
	if p = p.Keep(); p.Via != nil {
		p.Via.Skip(n)
	}
	return p
}

// Keep gives the place in memory of its own.
func (p Place) Keep() Place {
	if p.Via != nil {
		own := *p.Via
		p.Via = &own
	}
	return p
}

// End is how a direction ended.
type End uint8

const (
	FIN       End = iota
	RST           // this direction's sender reset the connection
	PeerReset     // the other side reset the connection; this direction was open
	EOF           // the capture ended first
	Evicted       // a limit ended it
)

// Layer takes both directions of a connection, in the order in which they
// became available. Directions are independent: no layer may count on the
// order of one relative to the other, since captures reorder.
type Layer interface {
	Data(event.Dir, *Chunk)
	// Gap tells that n bytes are lost at this place; a negative n that
	// their number is unknown.
	Gap(dir event.Dir, n int64, now event.Stamp)
	// End is called once a direction; nothing follows in that direction.
	End(dir event.Dir, how End, now event.Stamp)
}
