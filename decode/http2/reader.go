package http2

import (
	"encoding/binary"

	"wsscope/event"
	"wsscope/stream"
)

// SettingEnableConnect is SETTINGS_ENABLE_CONNECT_PROTOCOL (RFC 8441 section 3).
const SettingEnableConnect = 8

// Stats count how often limits struck.
type Stats struct {
	HeaderBlock uint64 // h2-header-block
	HeaderList  uint64 // h2-header-list
	Hunt        uint64 // h2-hunt
}

// Reader follows the frames of one direction.
type Reader struct {
	dir   event.Dir
	out   Handler
	stats *Stats
	state place

	small  [headerLen]byte // bytes of a header, a prefix or a setting that is not whole
	n      int             // so many
	h      header          // the frame at hand
	prefix uint32          // bytes of its prefix; only in state inPrefix
	body   uint32          // bytes of its body still to come
	pad    uint32          // and of its padding
	cut    bool            // bytes of it are lost, or its lengths do not fit each other

	block   block
	decoder decoder
	hunt    Hunt
	buf     []byte // bytes in which frames are looked for
	bounds  []bound
	read    int64 // bytes of the direction, lost ones included; -1 not known
	chunk   stream.Chunk
	start   int64     // of the header at hand, in the bytes of the direction; -1 not known
	datas   uint64    // DATA frames so far
	via     event.Via // what carries chunk
}

// place is where in the framing a direction stands.
type place uint8

const (
	inHeader place = iota
	inPrefix
	inBody
	inPadding
	hunting
)

// bound is the place of a chunk in the buffer of a hunt.
type bound struct {
	at          int
	origin, now event.Stamp
	acked       int64
	place       stream.Place
}

// NewReader makes the reader of a direction. whole says that its beginning
// was captured. A client's direction begins with the Preface.
func NewReader(dir event.Dir, out Handler, stats *Stats, whole bool) *Reader {
	r := &Reader{dir: dir, out: out, stats: stats, decoder: newDecoder(whole)}
	if !whole || dir == event.ClientToServer {
		r.state, r.hunt = hunting, NewHunt(InSync)
	}
	return r
}

// Held is the number of bytes that wait in the reader.
func (r *Reader) Held() int { return len(r.buf) + len(r.block.buf) }

// Read is the number of bytes of the direction so far, -1 if not known.
func (r *Reader) Read() int64 { return r.read }

// Discard gives up what waits in the reader.
func (r *Reader) Discard() {
	r.buf, r.bounds, r.hunt = nil, nil, NewHunt(InSync)
	r.block.buf, r.block.lost = nil, true
}

// Data takes the next bytes.
func (r *Reader) Data(c *stream.Chunk) {
	if r.state != hunting {
		r.take(c)
		return
	}
	r.seek(c)
}

// take follows frames.
func (r *Reader) take(c *stream.Chunk) {
	for b := c.Data; len(b) > 0; {
		n := len(b)
		switch r.state {
		case inHeader:
			if r.n == 0 {
				r.start = r.read
			}
			if n = r.gather(b, headerLen); r.n == headerLen {
				r.n = 0
				r.begin(parseHeader(r.small[:]), c.Now)
			}
		case inPrefix:
			if n = r.gather(b, int(r.prefix)); r.n == int(r.prefix) {
				r.n = 0
				r.prefixed()
			}
		case inBody:
			n = min(n, int(r.body))
			r.body -= uint32(n)
			r.carry(b[:n:n], c, len(c.Data)-len(b))
		case inPadding:
			n = min(n, int(r.pad))
			r.pad -= uint32(n)
		}
		r.pass(int64(n))
		b = b[n:]
		r.advance(c.Origin, c.Now)
	}
}

// pass counts bytes of the direction.
func (r *Reader) pass(n int64) {
	if r.read >= 0 {
		r.read += n
	}
}

// gather fills r.small up to need bytes and gives how many of b it took.
func (r *Reader) gather(b []byte, need int) int {
	n := copy(r.small[r.n:need], b)
	r.n += n
	return n
}

// begin starts a frame.
func (r *Reader) begin(h header, now event.Stamp) {
	if r.block.open && (h.typ != typeContinuation || h.stream != r.block.stream) {
		r.abandon(now) // RFC 9113 section 6.2 allows nothing else in between
	}
	r.h, r.cut = h, false
	r.prefix, r.body, r.pad = h.prefix(), 0, 0
	if r.prefix > h.length {
		r.cut, r.prefix, r.pad = true, 0, h.length
	} else {
		r.body = h.length - r.prefix
	}
	switch h.typ {
	case typeData:
		r.datas++
		r.via = event.Via{Data: event.DataFrame{N: r.datas, Stream: h.stream, Off: r.start, Len: h.length}}
	case typeHeaders, typePushPromise:
		r.block = block{open: true, stream: h.stream, push: h.typ == typePushPromise, end: h.has(flagEndStream), lost: r.cut, buf: r.block.buf[:0]}
	case typeContinuation:
		if !r.block.open { // the beginning of its block was lost
			r.decoder.forget()
		}
	}
	r.state = inPrefix
}

// prefixed takes the whole prefix of the frame at hand.
func (r *Reader) prefixed() {
	r.prefix = 0
	if r.h.typ > typePushPromise || !r.h.has(flagPadded) {
		return
	}
	r.pad = uint32(r.small[0])
	if r.pad > r.body { // RFC 9113 section 6.1
		r.pad = r.body
		r.cut, r.block.lost = true, true
	}
	r.body -= r.pad
	r.via.Data.Pad = r.pad
}

// advance goes on to the next state where the one at hand is done.
func (r *Reader) advance(origin, now event.Stamp) {
	if r.state == inPrefix && r.prefix == 0 {
		r.state = inBody
	}
	if r.state == inBody && r.body == 0 {
		r.state = inPadding
	}
	if r.state == inPadding && r.pad == 0 {
		r.state = inHeader
		r.n = 0
		r.finish(origin, now)
	}
}

// carry takes bytes of the body of the frame at hand, which begin at place at
// of the chunk c.
func (r *Reader) carry(b []byte, c *stream.Chunk, at int) {
	switch r.h.typ {
	case typeData:
		r.chunk = stream.Chunk{Data: b, Origin: c.Origin, Now: c.Now, Acked: c.Acked, Place: stream.Place{Off: c.Off, Via: &r.via}}
		if r.via.Record = (event.Record{}); c.Via != nil && c.Via.Record.N != 0 {
			r.via.Record = c.Via.Record
			r.via.Record.At += uint32(at)
		} else if c.Off >= 0 {
			r.chunk.Off += int64(at)
		}
		r.out.StreamData(r.dir, r.h.stream, &r.chunk)
		r.via.Data.At += uint32(len(b))
	case typeHeaders, typePushPromise, typeContinuation:
		r.fragment(b)
	case typeSettings:
		r.settings(b, c.Now)
	}
}

// settings takes bytes of a SETTINGS frame (RFC 9113 section 6.5.1).
func (r *Reader) settings(b []byte, now event.Stamp) {
	const size = 6
	for len(b) > 0 && !r.cut {
		b = b[r.gather(b, size):]
		if r.n == size {
			r.n = 0
			r.out.Setting(r.dir, binary.BigEndian.Uint16(r.small[:]), binary.BigEndian.Uint32(r.small[2:]), now)
		}
	}
}

// finish ends the frame at hand.
func (r *Reader) finish(origin, now event.Stamp) {
	h := &r.h
	switch h.typ {
	case typeData:
		if h.has(flagEndStream) {
			r.out.StreamEnd(r.dir, h.stream, now)
		}
	case typeHeaders, typePushPromise, typeContinuation:
		if r.block.open && h.has(flagEndHeaders) {
			r.endBlock(origin, now)
		}
	case typeReset:
		r.out.StreamReset(r.dir, h.stream, now)
	}
}
