package filter

import (
	"net/netip"

	"wsscope/event"
)

// Kinds says what a row is. A message that is simply its only frame is both,
// and so is any message that is shown with the fields of one of its frames.
type Kinds uint8

const (
	KindOpen Kinds = 1 << iota
	KindRefused
	KindFrame
	KindMessage
	KindFinding
	KindEnd
)

// kindData are the rows that carry frames or messages.
const kindData = KindFrame | KindMessage

// Conn is what the rows of one connection share.
type Conn struct {
	ID             uint64
	Client, Server netip.AddrPort
	Stream         uint32
	Start          int64 // time of the open event
	Open           *event.Open
}

// NewConn takes what filters ask of an opening.
func NewConn(o *event.Open) *Conn {
	return &Conn{uint64(o.Conn.ID), o.Conn.Client, o.Conn.Server, o.Conn.Stream, o.Time, o}
}

// Row is what a filter looks at: one event. It is filled by its owner, who
// may reuse it; fields that do not apply to its Kinds are not looked at.
type Row struct {
	Kinds  Kinds
	Conn   *Conn // nil for a finding about no connection
	Packet uint64
	Time   int64     // nanoseconds since 1970-01-01 UTC
	Dir    event.Dir // NoDir where there is none

	// Of frames and messages.
	Opcode uint8
	Len    uint64 // of a message, after inflating
	// Payload gives the payload: of a frame, unmasked; of a message, after
	// inflating. Nil where the program does not need it. The bytes are used
	// before Match returns.
	Payload func() []byte
	Missing uint64 // lost bytes

	// Of frames.
	N, Index  uint64
	FIN       bool
	RSV       uint8
	Masked    bool
	Key       [4]byte
	HeaderLen int
	FrameLen  uint64 // payload length on the wire; Len is that of the message where the row is both
	CloseCode int    // -1 where there is none
	RTT       int64  // nanoseconds; negative where there is none

	// Of messages.
	WireLen    uint64
	Fragments  uint64 // its frames
	Compressed bool
	Complete   bool
	UTF8       bool
	Inflate    event.InflateFault
	Error      string

	// Of findings, and of rows that findings are about.
	Rules    []string
	Severity event.Severity // the highest; valid if Rules is not empty or HasSeverity
	// HasSeverity says that Severity is valid though Rules was not filled.
	HasSeverity bool

	Reason event.EndReason // of an end

	masked []byte // scratch for the payload as it was sent
}

// payload gives the payload of frames and messages.
func (r *Row) payload() ([]byte, bool) {
	if r.Kinds&kindData == 0 || r.Payload == nil {
		return nil, false
	}
	return r.Payload(), true
}
