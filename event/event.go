// Package event holds what the decoder tells the views: the arrow between
// decode and everything that shows, stores or judges.
//
// The values handed to a Sink, and every slice and string view inside them,
// belong to the caller and are valid only until the method returns; whoever
// keeps one copies it. *Conn and *Open are the exception: they are allocated
// once a connection and stay valid and unchanged.
package event

import (
	"net/netip"
	"time"
)

// Dir is the direction of travel, relative to the WebSocket roles.
type Dir uint8

const (
	ClientToServer Dir = iota // "c2s"
	ServerToClient            // "s2c"
	NoDir                     // neither: the fact is about the connection or the capture
)

// Reverse gives the other direction.
func (d Dir) Reverse() Dir { return d ^ 1 }

func (d Dir) String() string {
	switch d {
	case ClientToServer:
		return "c2s"
	case ServerToClient:
		return "s2c"
	}
	return ""
}

// Stamp is a place in the capture: the packet being read when something
// became certain, and that packet's time.
type Stamp struct {
	Packet uint64 // from 1, as tcpdump and Wireshark count
	Time   int64  // nanoseconds since 1970-01-01 UTC
}

// Sink takes the events in the order of the output contract. Calls are
// sequential, never concurrent.
type Sink interface {
	Open(*Open) // accepted and refused handshakes, and connections joined late
	Frame(*Frame)
	Message(*Message)
	Finding(*Finding)
	End(*End)
	Summary(*Summary) // once, last
}

// Conn is the identity of one WebSocket connection, shared by its events.
type Conn struct {
	ID             int // from 1 in the order of the open lines; set before a Sink sees the first event
	Client, Server netip.AddrPort
	Stream         uint32 // HTTP/2 stream, 0 in HTTP/1.1
}

// Handshake says which halves of the opening handshake were captured.
type Handshake uint8

const (
	HandshakeFull Handshake = iota
	HandshakeRequestOnly
	HandshakeResponseOnly
	HandshakeInferred // joined late: neither half was captured
)

func (h Handshake) String() string {
	return [...]string{"full", "request-only", "response-only", "inferred"}[h]
}

// Header is one field line as it stood on the wire, white space around the
// value removed. A line without a colon has the whole line as Name.
type Header struct{ Name, Value string }

// Tri is a yes, a no, or not known.
type Tri uint8

const (
	Unknown Tri = iota
	Yes
	No
)

// Open says that a WebSocket connection was opened (or refused, or found
// open). Strings are raw wire bytes; they need not be valid UTF-8.
type Open struct {
	Stamp
	Conn      *Conn
	Refused   bool   // a final status other than 101; such a connection has no other events but findings
	Transport string // "h1", "h2"
	TLS       string // "1.3"; empty when not decrypted
	Cipher    string // "TLS_AES_128_GCM_SHA256"; empty when not decrypted
	Handshake Handshake

	Method, URI, Host, Origin, Version string
	Status                             int
	Key, Accept                        string
	AcceptValid                        Tri
	OfferedSubprotocols                []string
	Subprotocol                        string
	OfferedExtensions, Extensions      string
	HandshakeTime                      time.Duration // request's last byte to response's last byte; negative when unknown
	RequestHeaders, ResponseHeaders    []Header
	RequestRaw, ResponseRaw            []byte // HTTP/1.1 heads with their final blank line, as captured (up to limits.HeadKept)
	RequestStamp                       Stamp  // packet and time of the request's last byte; zero if not captured
	RequestPartial, ResponsePartial    bool   // HTTP/2: some fields of the head are not known: the dynamic table was not seen from its beginning, or a limit struck
	ConnectEnabled                     Tri    // HTTP/2: the server's SETTINGS before the response allowed Extended CONNECT (RFC 8441 section 3)
	EarlyClientBytes                   int64  // client bytes past the request head that did not acknowledge, and were captured before, the response

	Deflate Deflate
}

// Deflate is what RFC 7692 section 7.1 lets both sides agree on.
type Deflate struct {
	Agreed                  bool // permessage-deflate is in the response
	ServerNoContextTakeover bool
	ClientNoContextTakeover bool
	ServerMaxWindowBits     int // 8..15; 15 where nothing was said
	ClientMaxWindowBits     int
}

// Range is a run of bytes.
type Range struct{ Off, Len uint64 }

// Span says where a run of a frame's bytes stood: in which packet, at which
// place of the TCP stream, and in what in between.
type Span struct {
	Off    uint64 // from the first byte of the frame's header
	Len    uint64
	Packet uint64 // that carried it; inside TLS, the first byte of the record
	// TCP is the offset in what the sender's TCP stream carries, from its first
	// captured byte; -1 where not known. Inside TLS it is that of the record's
	// header.
	TCP int64
	Via int32 // its place in the frame's Vias, plus 1; 0 where the run stood in TCP as it is
}

// Frame is one frame of RFC 6455 section 5.2.
type Frame struct {
	Stamp       // the packet that completed it
	Conn        *Conn
	N           uint64 // from 1 within the connection
	Index       uint64 // from 1 within the direction
	First       Stamp  // the packet that carried its first byte
	Dir         Dir
	FIN         bool
	RSV         uint8 // RSV1<<2 | RSV2<<1 | RSV3
	Opcode      uint8
	Masked      bool
	Key         [4]byte // valid only if Masked
	Header      [14]byte
	HeaderLen   int // 2..14 bytes of Header in use
	Len         uint64
	Captured    uint64  // payload bytes that the capture holds
	Payload     []byte  // unmasked, before decompression, up to the last captured byte; lost bytes read zero; empty where the view did not ask for payloads
	Truncated   bool    // Payload was cut at limits.FramePayload or at the view's own limit
	Missing     []Range // lost ranges of the payload, merged, in order, the cut-off tail too
	Ended       bool    // the stream ended (FIN, RST, end of capture) inside this frame
	CloseCode   int     // valid if HasClose
	HasClose    bool    // a Close frame with at least two captured payload bytes
	CloseReason []byte
	RTT         time.Duration // on a Pong that answers a Ping; negative otherwise
	Spans       []Span        // only where the view asked for them
	Vias        []Via         // what carried the Spans
}

// RSV1 reports the bit that RFC 7692 uses for compressed messages.
func (f *Frame) RSV1() bool { return f.RSV&4 != 0 }

// Opcodes of RFC 6455 section 5.2.
const (
	OpContinuation = 0x0
	OpText         = 0x1
	OpBinary       = 0x2
	OpClose        = 0x8
	OpPing         = 0x9
	OpPong         = 0xA
)

var opcodeNames = [16]string{
	"continuation", "text", "binary", "reserved-3", "reserved-4", "reserved-5", "reserved-6", "reserved-7",
	"close", "ping", "pong", "reserved-11", "reserved-12", "reserved-13", "reserved-14", "reserved-15",
}

// OpcodeName gives the RFC's name, or "reserved-N".
func OpcodeName(op uint8) string { return opcodeNames[op&15] }

// IsControl reports the opcodes of RFC 6455 section 5.5, reserved ones included.
func IsControl(op uint8) bool { return op&8 != 0 }

// InflateFault says what is wrong with a compressed message.
type InflateFault uint8

const (
	InflateOK           InflateFault = iota
	InflateInvalid                   // not a DEFLATE stream (RFC 1951)
	InflateEndsInBlock               // the payload ends inside a block
	InflateEmptyPayload              // RSV1 with no byte at all
	InflateTailKept                  // 00 00 ff ff was left on (inflates)
	InflatePadding                   // padding after a final block is not minimal or not zero (inflates)
	InflateWindow                    // a distance larger than the agreed window (inflates)
	InflateTakeover                  // a distance before the message although no_context_takeover was agreed (inflates)
	InflateContextLost               // needs history that the capture does not hold
	InflateLimit                     // larger than the limit on one inflated message
)

// InflateSet is a set of faults: bit n stands for fault n.
type InflateSet uint16

// Has reports whether f is in the set.
func (s InflateSet) Has(f InflateFault) bool { return s>>f&1 != 0 }

// Inflate is what inflating a message showed; valid only if Compressed.
type Inflate struct {
	Fault       InflateFault // the gravest
	Also        InflateSet   // all of them
	Detail      string       // a plain clause: what was seen, where
	MaxDistance int          // largest match distance used
}

// Message is a data message of RFC 6455 section 5.4.
type Message struct {
	Stamp
	Conn       *Conn
	Dir        Dir
	First      Stamp
	Opcode     uint8    // 0 where it had no beginning
	Frames     []uint64 // N of its frames, in order
	WireLen    uint64   // sum of its frames' lengths
	Len        uint64   // application payload, after inflating
	Compressed bool
	Complete   bool
	Payload    []byte // application payload; up to the limits; empty where the view did not ask for payloads
	Truncated  bool
	UTF8       bool    // Payload, whole, is valid UTF-8
	Missing    []Range // in wire bytes of the joined frames
	Error      string  // why it is not complete, where Missing does not say it
	// InvalidUTF8At is the N of the first frame after which a text message
	// cannot become valid UTF-8 any more (the last where it ends inside a
	// character); 0 where that is not so or cannot be known.
	InvalidUTF8At uint64
	Inflate       Inflate
	Unfinished    bool // cut by another message, a Close or the end of the stream
}

// Severity of a finding.
type Severity uint8

const (
	Info Severity = iota
	Warning
	Error
)

func (s Severity) String() string { return [...]string{"info", "warning", "error"}[s] }

// Finding is one broken rule, or one note about the capture.
type Finding struct {
	Stamp
	Conn           *Conn          // nil: about a TCP connection, or the file
	Client, Server netip.AddrPort // valid if Conn is nil and the finding is about a TCP connection
	Dir            Dir            // NoDir where it is about the connection
	Frame          uint64         // N, 0 where it is about no frame
	Rule           string
	Severity       Severity
	RFC            string // "RFC 6455 section 5.1"; empty for notes
	Text           string
}

// TransportKind names what happened below the frames.
type TransportKind uint8

const (
	TransportFIN       TransportKind = iota // the direction's orderly end, at its place in the stream
	TransportRST                            // the direction's sender reset the connection
	TransportGap                            // Bytes were lost by the capture (negative: an unknown number)
	TransportSyncLost                       // the gap swallowed a frame header
	TransportSyncFound                      // frames are followed again, Bytes were skipped
	TransportConflict                       // two copies of the same range differ; Detail has both
	TransportEOF                            // the capture ended first
	TransportEvicted                        // a limit ended the connection
)

// Transport is a fact below the frames, for the judge and the life story.
type Transport struct {
	Stamp
	Conn   *Conn
	Dir    Dir
	Kind   TransportKind
	Bytes  int64
	Detail string
}

// EndReason is why a connection has no more events.
type EndReason uint8

const (
	EndClose EndReason = iota // both Close frames were seen
	EndHalfClose
	EndFIN
	EndRST
	EndEOF
	EndEvicted
)

func (r EndReason) String() string {
	return [...]string{"close", "half-close", "fin", "rst", "eof", "evicted"}[r]
}

// Count is what travelled in one direction.
type Count struct {
	Frames, Messages uint64
	PayloadBytes     uint64 // application payload of complete messages and of control frames
	WireBytes        uint64 // WebSocket bytes, headers included
	LostBytes        uint64
}

// End closes a connection.
type End struct {
	Stamp
	Conn     *Conn
	Reason   EndReason
	Count    [2]Count      // by Dir
	Duration time.Duration // without Watched
	Watched  time.Duration // since the reset that ended it: what was under way may still come; 0 for other ends
	Story    Story
}

// Over is the time at which the connection ended.
func (e *End) Over() int64 { return e.Time - int64(e.Watched) }

// Story is the life of a connection in words, a line each.
type Story struct {
	Lines   []string  // "client closed with 1001 (going away) after 40.0 s of silence", …
	Verdict [2]string // by Dir of the sender: "client: 2 errors", "server: conforms as far as seen"
	// ServerDropped says that the server ended TCP first and nobody sent a Close.
	ServerDropped bool
}

// Summary is the last event.
type Summary struct {
	Packets, Bytes       uint64
	TCPConnections       uint64
	Connections, Refused uint64
	Frames, Messages     uint64
	PayloadBytes         uint64
	Findings             [3]uint64 // by Severity
	ByOpcode             [16]uint64
	LostBytes            uint64
	EncryptedConnections uint64
	TruncatedPackets     uint64 // cut by a snap length
	UndecodablePackets   uint64
	Duration             time.Duration
	Limits               []Struck // limits that struck, by name
	Notes                []string // further facts for people, a line each
}

// Struck counts how often a limit struck.
type Struck struct {
	Limit string // its name in limits and docs/limits.md
	Count uint64
	Text  string
}
