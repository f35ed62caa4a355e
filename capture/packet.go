// Package capture brings captured packets into the program, from files,
// from standard input and from interfaces, in batches.
package capture

import "fmt"

// LinkType is a link-layer header type (LINKTYPE_ of tcpdump.org), 16 bits.
type LinkType uint16

// LinkUnknown stands for a packet whose interface the capture never
// described, or which is of a kind without a link type. It is no assigned one.
const LinkUnknown LinkType = 0xFFFF

// Packet is one captured packet.
type Packet struct {
	Number    uint64 // from 1 over all inputs, counting packet blocks and records only
	Time      int64  // nanoseconds since 1970-01-01 UTC
	Data      []byte // captured bytes: a view into its Batch, valid until the batch is released
	WireLen   int    // bytes on the wire; more than len(Data) where a snap length cut
	Link      LinkType
	Interface int // index of the interface within its input, 0 where there is one
}

// Batch is a run of consecutive packets and the memory that they lie in.
// It is owned by whoever received it, until Release.
type Batch struct {
	Packets []Packet
	// Secrets holds key log text (SSLKEYLOGFILE lines) found in the input
	// before or among these packets; independent copies, kept freely.
	Secrets [][]byte
	// Dropped counts packets that the kernel says it dropped since the
	// batch before (live capture only).
	Dropped uint64

	buf     []byte
	release func(*Batch)
}

// NewBatch makes an empty batch for a source outside of this package; release,
// if there is one, is called when its owner gives it back.
func NewBatch(release func(*Batch)) *Batch { return &Batch{release: release} }

// Release gives the batch back, once; its packets are not to be used
// afterwards. It may be called from any goroutine.
func (b *Batch) Release() {
	if b.release != nil {
		b.release(b)
	}
}

// Source delivers batches.
type Source interface {
	// Next gives the next batch. io.EOF is the end of all inputs. A *Problem
	// tells what is wrong with an input; what was read before it has been
	// delivered, and Next may be called again, until io.EOF.
	Next() (*Batch, error)
	Close() error
}

// Problem is something wrong with an input, at a place.
type Problem struct {
	Rule   string // "file-truncated", "file-corrupt", "file-empty", "file-unrecognized"; empty where it is none of these
	File   string
	Offset int64  // bytes from the start of the (uncompressed) input; -1 unknown
	Packet uint64 // last packet read before it; 0 none
	What   string // what is wrong, one clause
	Hint   string // what to do about it, one clause; may be empty
	Fatal  bool   // the input could not be read to its end: exit code 1
}

func (p *Problem) Error() string {
	s := p.File + ": " + p.What
	if p.Offset >= 0 {
		s += fmt.Sprintf(" at offset %d", p.Offset)
		if p.Packet > 0 {
			s += fmt.Sprintf(", after packet %d", p.Packet)
		}
	}
	if p.Hint != "" {
		s += "; " + p.Hint
	}
	return s
}
