// Package link takes a captured packet apart down to its TCP segment:
// link-layer header, tags, labels and tunnels, IP and its fragments, TCP.
// It copies nothing but fragments.
package link

import "wsscope/capture"

// Decoder decodes packets. It keeps the fragments of IP datagrams between
// packets and is not safe for concurrent use.
type Decoder struct {
	stats Stats
}

// Stats counts what a Decoder saw.
type Stats struct {
	FragmentsHeld    uint64                      // fragments kept for a datagram
	Reassembled      uint64                      // datagrams made whole from fragments
	FragmentsDropped uint64                      // fragments given up by a limit, or impossible
	DatagramsEvicted uint64                      // incomplete datagrams given up by a limit
	DatagramsExpired uint64                      // incomplete datagrams given up by time
	TooDeep          uint64                      // packets with more headers inside each other than limits.LinkDepth
	Snapped          uint64                      // packets of which less was captured than was on the wire
	UnknownLinks     map[capture.LinkType]uint64 // packets of link types not known here, by type
}

// NewDecoder returns a Decoder.
func NewDecoder() *Decoder { return &Decoder{} }

// Decode takes p apart. It fills in s if and only if it returns TCP.
func (d *Decoder) Decode(p *capture.Packet, s *Segment) Result { return Other }

// Stats returns a copy of the counters.
func (d *Decoder) Stats() Stats { return d.stats }
