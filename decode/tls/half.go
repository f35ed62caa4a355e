package tls

import (
	"sync"
	"unsafe"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// half is one direction of a connection.
type half struct {
	dir event.Dir

	// What was captured and not used yet: buf[off:], cut by marks.
	buf    []byte
	off    int
	pooled *[]byte // where buf was borrowed from, nil if it is small
	small  []byte  // the direction's own buffer
	marks  []mark  // in order; marks[at], if any, is that of buf[off]
	at     int

	short     bool   // the record in front is not whole
	stalled   bool   // the record in front cannot be opened yet …
	stalledAt uint64 // … as of these news
	charged   int64  // bytes counted in Keys.held
	reason    string // why records are not opened; empty if they are

	sync syncState
	skip int // skipping: bytes up to the next record
	hole hole

	records uint64 // used so far

	msgs   messages
	hs     *handshake // the latest that this side's hello belongs to
	ending bool       // End was called
	over   bool       // the next layer was or is to be told of the end …
	how    stream.End
	closed bool // … or was, by close_notify

	noHello bool // the hello is lost: it will not come

	// TLS 1.3
	epoch      epoch
	traffic    [3]*traffic
	begun      bool   // a protected record was met
	unreadable int    // records without a key before the first that has one
	probed     uint64 // generation of the keys, plus 1, that was tried last without a client random

	// TLS 1.2 and before
	protected  bool       // ChangeCipherSpec was sent
	keyed      *handshake // the handshake that made the keys
	protection protection // nil not derived yet
	seq        uint64
	nonce      uint64 // the explicit one of the last record that opened, where there is one

	missed   int  // records that may be lost since the last that opened
	passed   int  // bytes passed over since, in which there may be more
	tried    int  // bytes decrypted in vain since
	failures int  // records that did not open since
	late     bool // none was there to begin with, joined any time later
}

// syncState is how a direction stands to the borders of records.
type syncState uint8

const (
	inSync   syncState = iota
	skipping           // bytes are lost inside a record of known length
	scanning           // a record header is looked for
	dead               // nothing more can be opened
)

// epoch is a stage of the key schedule of TLS 1.3 (RFC 8446 section 7.1).
type epoch uint8

const (
	early epoch = iota
	handshaking
	application
)

// mark says where bytes of buf come from, or what stands between them.
type mark struct {
	pos             int // in buf
	kind            markKind
	how             stream.End  // endMark
	gap             int64       // gapMark
	origin, arrival event.Stamp // the packet that carried the bytes; the one that made them available
	last            uint64      // the packet that carried the last of them
	off             int64       // offset of the first of them in the TCP stream, -1 not known
}

type markKind uint8

const (
	dataMark markKind = iota
	gapMark
	endMark
)

func (h *half) waits() bool { return h.at < len(h.marks) }

// ready reports whether there is something to be taken that could not be
// taken before.
func (h *half) ready(news uint64) bool {
	return h.waits() && !h.short && !(h.stalled && h.stalledAt == news)
}

func (h *half) stall(news uint64) { h.stalled, h.stalledAt = true, news }

// wants is how many of n new bytes are to be held: those that complete the
// record in front, so that the rest need not be copied.
func (h *half) wants(n int) int {
	b := h.buf[h.off:]
	switch {
	case h.stalled || h.sync != inSync:
		return n
	case len(b) < headLen:
		return min(n, headLen-len(b))
	}
	return max(1, min(n, headLen+fragmentLen(b)-len(b)))
}

// smallBuffer is what a direction may keep for itself; more is borrowed.
const smallBuffer = 512

var buffers = sync.Pool{New: func() any {
	b := make([]byte, 0, headLen+maxFragment)
	return &b
}}

// hold keeps a copy of b.
func (h *half) hold(b []byte, m mark) {
	if need := len(h.buf) + len(b); h.pooled == nil && !h.stalled && need > max(smallBuffer, cap(h.buf)) {
		h.pooled, h.small = buffers.Get().(*[]byte), h.buf[:0]
		h.buf = append((*h.pooled)[:0], h.buf...)
	}
	// The bytes that complete a record need no mark: only its first one counts.
	last := len(h.marks) - 1
	if last < 0 || h.marks[last].kind != dataMark || (h.stalled || h.sync == scanning) && h.marks[last].origin != m.origin {
		m.pos = len(h.buf)
		h.marks = append(h.marks, m)
		last++
	}
	h.marks[last].last = m.origin.Packet
	h.buf = append(h.buf, b...)
	h.short = false
}

func (h *half) holdMark(m mark) {
	m.pos = len(h.buf)
	h.marks = append(h.marks, m)
	h.short = false
}

// front gives the bytes up to the next gap or end, and that, if there is one.
func (h *half) front() (b []byte, border *mark) {
	for i := h.at; i < len(h.marks); i++ {
		if m := &h.marks[i]; m.kind != dataMark {
			return h.buf[h.off:m.pos], m
		}
	}
	return h.buf[h.off:], nil
}

// advance takes n bytes in front away.
func (h *half) advance(n int) {
	h.off += n
	for h.waits() && h.marks[h.at].kind == dataMark {
		end := len(h.buf)
		if h.at+1 < len(h.marks) {
			end = h.marks[h.at+1].pos
		}
		if h.off < end {
			break
		}
		h.at++
	}
	h.tidy()
}

// dropMark takes the gap or end in front away.
func (h *half) dropMark() {
	h.at++
	h.tidy()
}

func (h *half) tidy() {
	switch {
	case !h.waits():
		if h.pooled != nil {
			if cap(h.buf) <= 4*maxFragment {
				*h.pooled = h.buf[:0]
				buffers.Put(h.pooled)
			}
			h.pooled, h.buf = nil, h.small
		} else if cap(h.buf) > smallBuffer {
			h.buf = h.small
		}
		if cap(h.marks) > 4 {
			h.marks = nil
		}
		h.buf, h.off, h.marks, h.at = h.buf[:0], 0, h.marks[:0], 0
	case h.off > maxFragment && h.off > len(h.buf)/2:
		h.buf = h.buf[:copy(h.buf, h.buf[h.off:])]
		h.marks = h.marks[:copy(h.marks, h.marks[h.at:])]
		h.at = 0
		for i := range h.marks {
			h.marks[i].pos -= h.off
		}
		h.off = 0
	}
}

// settle moves what will wait long out of a borrowed buffer, which has room
// for the largest record: of ten thousand connections without keys, each waits
// with some bytes.
func (h *half) settle() {
	if h.pooled == nil || !h.stalled || !h.waits() {
		return
	}
	own := append([]byte(nil), h.buf...)
	if cap(h.buf) <= 4*maxFragment {
		*h.pooled = h.buf[:0]
		buffers.Put(h.pooled)
	}
	h.pooled, h.buf = nil, own
}

// charge counts what waits against the limits, and gives the direction up
// where it is too much.
func (c *Conn) charge(h *half) {
	h.settle()
	var bytes, waits int64
	if h.stalled && h.waits() {
		bytes = int64(len(h.buf) - h.off)
		waits = bytes + int64(len(h.marks)-h.at)*int64(unsafe.Sizeof(mark{}))
	}
	if waits == h.charged {
		return
	}
	total := c.keys.held.Add(waits - h.charged)
	grows := waits > h.charged
	h.charged = waits
	if peer := &c.half[h.dir.Reverse()]; bytes > limits.TLSHelloAwaited && c.mayCome(h.hs, int(peer.dir)) {
		c.keys.hellos.Add(1)
		peer.noHello = true
		c.news++
		c.pump()
		c.charge(h)
		return
	}
	if grows && (waits > limits.TLSHeld || total > limits.TLSHeldTotal) {
		c.keys.heldStruck.Add(1)
		c.giveUp(h, h.reason+"; too much waited for a key (limit tls-held)")
		c.pump()
		c.charge(h)
	}
}
