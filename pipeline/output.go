package pipeline

import (
	"cmp"
	"slices"
	"unsafe"

	"wsscope/event"
)

// output holds the events that one worker made of one job, in order. It
// copies what will not last: payloads that are views of the job's own packets
// last as long as the job.
type output struct {
	entries  []entry
	opens    []*event.Open
	frames   []event.Frame
	messages []event.Message
	findings []event.Finding
	ends     []event.End
	closed   []event.Encrypted
	bytes    []byte
	numbers  []uint64
	ranges   []event.Range
	spans    []event.Span
	vias     []event.Via
	sum      totals // over all jobs

	// The payload of the last frame, and where it was copied to: the message
	// that the frame ends may have the same.
	payload, copied []byte

	lean    bool   // the sink wants no frames and messages
	current []byte // the packet memory being processed
	order   uint32 // of the item being processed
	large   int64  // bytes of payloads too large for the common memory
}

// entry is one event.
type entry struct {
	kind   entryKind
	index  int32
	packet uint64
	order  uint32 // of the item that it was made of
}

// before reports whether e is told before o, of another worker. A packet may
// end several connections: those that it makes room for, or all, as the last.
func (e *entry) before(o *entry) bool {
	return e.packet < o.packet || e.packet == o.packet && e.order < o.order
}

type entryKind uint8

const (
	entryOpen entryKind = iota
	entryFrame
	entryMessage
	entryFinding
	entryEnd
	entryEncrypted
)

// totals are the counts of the summary.
type totals struct {
	connections, refused uint64
	frames, messages     uint64
	payload, lost        uint64
	byOpcode             [16]uint64
}

func (t *totals) add(o *totals) {
	t.connections += o.connections
	t.refused += o.refused
	t.frames += o.frames
	t.messages += o.messages
	t.payload += o.payload
	t.lost += o.lost
	for i := range t.byOpcode {
		t.byOpcode[i] += o.byOpcode[i]
	}
}

// reset takes the memory of an earlier job's output over.
func (o *output) reset(old *output) {
	if old == nil {
		old = &output{}
	}
	*o = output{
		entries: old.entries[:0], opens: old.opens[:0], frames: old.frames[:0], messages: old.messages[:0],
		findings: old.findings[:0], ends: old.ends[:0], closed: old.closed[:0], bytes: old.bytes[:0], numbers: old.numbers[:0],
		ranges: old.ranges[:0], spans: old.spans[:0], vias: old.vias[:0], sum: o.sum, lean: o.lean,
	}
	if cap(o.bytes) > arenaKept {
		o.bytes = nil
	}
}

// arenaKept bounds the payload memory that a job's output keeps for the next.
const arenaKept = 4 << 20

// give hands the output out.
func (o *output) give() *output {
	// Frames understood only later carry the packet that completed them.
	byPacket := func(a, b entry) int { return cmp.Compare(a.packet, b.packet) }
	if !slices.IsSortedFunc(o.entries, byPacket) {
		slices.SortStableFunc(o.entries, byPacket)
	}
	out := *o
	return &out
}

func (o *output) enter(kind entryKind, index int, at event.Stamp) {
	o.entries = append(o.entries, entry{kind, int32(index), at.Packet, o.order})
}

// Open implements decode.Output.
func (o *output) Open(e *event.Open) {
	if e.Refused {
		o.sum.refused++
	} else {
		o.sum.connections++
	}
	o.enter(entryOpen, len(o.opens), e.Stamp)
	o.opens = append(o.opens, e)
}

// leanFrames is how many frames of a connection are handed on even if the
// sink wants none: the judge compares masking keys between connections.
const leanFrames = 64

// Frame implements decode.Output.
func (o *output) Frame(f *event.Frame) {
	o.sum.frames++
	o.sum.byOpcode[f.Opcode&15]++
	if event.IsControl(f.Opcode) {
		o.sum.payload += f.Captured
	}
	if o.lean && (f.Index > leanFrames || f.Dir != event.ClientToServer) {
		return
	}
	o.enter(entryFrame, len(o.frames), f.Stamp)
	o.frames = append(o.frames, *f)
	c := &o.frames[len(o.frames)-1]
	c.Payload = o.last(f.Payload)
	o.payload, o.copied = f.Payload, c.Payload
	if f.HasClose {
		c.CloseReason = c.Payload[2:]
	}
	c.Missing = o.copyRanges(f.Missing)
	c.Spans, c.Vias = nil, nil
	if len(f.Spans) > 0 {
		n := len(o.spans)
		o.spans = append(o.spans, f.Spans...)
		c.Spans = o.spans[n:len(o.spans):len(o.spans)]
		n = len(o.vias)
		o.vias = append(o.vias, f.Vias...)
		c.Vias = o.vias[n:len(o.vias):len(o.vias)]
	}
}

// Message implements decode.Output.
func (o *output) Message(m *event.Message) {
	o.sum.messages++
	if m.Complete {
		o.sum.payload += m.Len
	}
	if o.lean {
		return
	}
	o.enter(entryMessage, len(o.messages), m.Stamp)
	o.messages = append(o.messages, *m)
	c := &o.messages[len(o.messages)-1]
	if same(m.Payload, o.payload) {
		c.Payload = o.copied
	} else {
		c.Payload = o.last(m.Payload)
	}
	o.payload, o.copied = nil, nil
	n := len(o.numbers)
	o.numbers = append(o.numbers, m.Frames...)
	c.Frames = o.numbers[n:len(o.numbers):len(o.numbers)]
	c.Missing = o.copyRanges(m.Missing)
}

// Finding implements decode.Output.
func (o *output) Finding(f *event.Finding) {
	o.enter(entryFinding, len(o.findings), f.Stamp)
	o.findings = append(o.findings, *f)
}

// End implements decode.Output.
func (o *output) End(e *event.End) {
	for _, c := range e.Count {
		o.sum.lost += c.LostBytes
	}
	o.enter(entryEnd, len(o.ends), e.Stamp)
	o.ends = append(o.ends, *e)
}

// Encrypted implements event.EncryptedSink.
func (o *output) Encrypted(e *event.Encrypted) {
	o.enter(entryEncrypted, len(o.closed), e.Stamp)
	o.closed = append(o.closed, *e)
}

// last gives b in memory that lasts as long as the job.
func (o *output) last(b []byte) []byte {
	if len(b) == 0 || within(b, o.current) {
		return b
	}
	if len(b) > arenaPiece {
		o.large += int64(len(b))
		return append([]byte(nil), b...)
	}
	n := len(o.bytes)
	o.bytes = append(o.bytes, b...)
	return o.bytes[n:len(o.bytes):len(o.bytes)]
}

// arenaPiece is the largest payload that goes into the job's common memory.
const arenaPiece = 64 << 10

// same reports whether two slices are one.
func same(a, b []byte) bool {
	return len(a) > 0 && len(a) == len(b) && unsafe.SliceData(a) == unsafe.SliceData(b)
}

func (o *output) copyRanges(r []event.Range) []event.Range {
	if len(r) == 0 {
		return nil
	}
	n := len(o.ranges)
	o.ranges = append(o.ranges, r...)
	return o.ranges[n:len(o.ranges):len(o.ranges)]
}
