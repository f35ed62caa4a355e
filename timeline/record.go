package timeline

import "wsscope/event"

// Kind says what a row is about.
type Kind uint8

const (
	KindOpen Kind = iota
	KindFrame
	KindMessage // a message that is not simply its only frame
	KindFinding
	KindEnd
)

// record is the part of a row that never changes after it was published:
// 64 bytes without pointers, so that a block of them costs the collector
// nothing and can be written to the spill file as it lies in memory.
type record struct {
	Time   int64  // nanoseconds since 1970-01-01 UTC
	Len    uint64 // payload length on the wire of a frame, inflated of a message
	Packet uint64
	N      uint32 // frame number within the connection; of a message its last frame's; of a finding the frame it is about, or 0
	index  uint32 // of frames: from 1 within the direction
	conn   uint32 // 0: about no connection
	prev   uint32 // the row of the same connection before this one, plus 1; 0 none
	chunk  uint32 // where its bytes lie in the payload store
	off    uint32
	stored uint32  // payload bytes kept; the detail blob follows them
	Key    [4]byte // valid only if Masked
	code   uint16  // of Close frames: the status code, 0 where there is none
	flags  uint16
	first  uint8 // byte 0 of the frame header: FIN, RSV, opcode; of a finding its severity
	kind   uint8 // Kind in the low three bits, event.Dir in the next two
}

// Flags of a record. The low four bits hold the header length.
const (
	flagMasked     = 1 << (4 + iota)
	flagDetail     // a detail blob follows the payload
	flagTruncated  // the payload was cut by a limit
	flagMissing    // bytes were lost by the capture
	flagEnded      // the stream ended inside the frame
	flagCompressed // a message that was inflated
	flagIncomplete // a message that is not complete
	flagUTF8       // a message whose payload is valid UTF-8
	flagCode       // a Close frame with a status code
	flagRefused    // an open row of a refused handshake
)

const headerLenMask = 15

// The state word of a row changes after the row was published and is
// read and written atomically: what later events say about it.
const (
	stateSeverity = 3         // highest severity of its findings, plus 1; 0 none
	stateMessage  = 1 << 2    // the frame is a whole uncompressed message
	stateUTF8     = 1 << 3    // that message is valid UTF-8
	stateBroken   = 1 << 4    // that message is not complete
	stateNext     = 32        // shift: the next row of the same connection, plus 1
	stateLow      = 1<<32 - 1 // everything but the next row
)

// Row is one line of the timeline: a copy, valid for ever, but for what
// later events change (Severity, Next).
type Row struct {
	record
	Index uint32
	state uint64
}

func (r *Row) Kind() Kind                 { return Kind(r.kind & 7) }
func (r *Row) Dir() event.Dir             { return event.Dir(r.kind >> 3 & 3) }
func (r *Row) Conn() int                  { return int(r.conn) }
func (r *Row) FrameIndex() uint32         { return r.index }
func (r *Row) HasCloseCode() bool         { return r.flags&flagCode != 0 }
func (r *Row) CloseCode() int             { return int(r.code) }
func (r *Row) EndReason() event.EndReason { return event.EndReason(r.first) } // of KindEnd
func (r *Row) FIN() bool                  { return r.first&0x80 != 0 }
func (r *Row) RSV() uint8                 { return r.first >> 4 & 7 }
func (r *Row) Opcode() uint8              { return r.first & 15 }
func (r *Row) Masked() bool               { return r.flags&flagMasked != 0 }
func (r *Row) HeaderLen() int             { return int(r.flags & headerLenMask) }
func (r *Row) Stored() int                { return int(r.stored) }
func (r *Row) Truncated() bool            { return r.flags&flagTruncated != 0 }
func (r *Row) Missing() bool              { return r.flags&flagMissing != 0 }
func (r *Row) Ended() bool                { return r.flags&flagEnded != 0 }
func (r *Row) HasDetail() bool            { return r.flags&flagDetail != 0 }
func (r *Row) Compressed() bool           { return r.flags&flagCompressed != 0 }
func (r *Row) Refused() bool              { return r.flags&flagRefused != 0 }
func (r *Row) IsControl() bool            { return r.Kind() == KindFrame && event.IsControl(r.Opcode()) }
func (r *Row) WholeMessage() bool         { return r.state&stateMessage != 0 }
func (r *Row) MarkedMessage() bool        { return r.Kind() == KindMessage || r.WholeMessage() }

// Heartbeat reports the frames that keep a connection alive.
func (r *Row) Heartbeat() bool {
	return r.Kind() == KindFrame && (r.Opcode() == event.OpPing || r.Opcode() == event.OpPong)
}

// Complete is valid for messages.
func (r *Row) Complete() bool {
	if r.Kind() == KindMessage {
		return r.flags&flagIncomplete == 0
	}
	return r.state&stateBroken == 0
}

// UTF8 is valid for messages: the payload, whole, is valid UTF-8.
func (r *Row) UTF8() bool {
	if r.Kind() == KindMessage {
		return r.flags&flagUTF8 != 0
	}
	return r.state&stateUTF8 != 0
}

// Severity is the highest of the findings about the row; ok is false where
// there is none.
func (r *Row) Severity() (s event.Severity, ok bool) {
	if r.Kind() == KindFinding {
		return event.Severity(r.first), true
	}
	n := r.state & stateSeverity
	return event.Severity(n - 1), n > 0
}

// Next is the following row of the same connection.
func (r *Row) Next() (index uint32, ok bool) {
	n := uint32(r.state >> stateNext)
	return n - 1, n > 0
}

// Prev is the row of the same connection before this one.
func (r *Row) Prev() (index uint32, ok bool) { return r.prev - 1, r.prev > 0 }

// Header rebuilds the header of a frame as it stood on the wire: nothing of
// it is lost by the record.
func (r *Row) Header() []byte {
	h := make([]byte, 0, 14)
	second := byte(0)
	n := r.HeaderLen()
	if r.Masked() {
		second = 0x80
		n -= 4
	}
	h = append(h, r.first)
	switch n {
	case 4:
		h = append(h, second|126, byte(r.Len>>8), byte(r.Len))
	case 10:
		h = append(h, second|127)
		for shift := 56; shift >= 0; shift -= 8 {
			h = append(h, byte(r.Len>>shift))
		}
	default:
		h = append(h, second|byte(r.Len))
	}
	if r.Masked() {
		h = append(h, r.Key[:]...)
	}
	return h
}
