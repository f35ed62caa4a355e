package decode

import (
	"wsscope/decode/frame"
	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// direction follows the frames that one side sends (RFC 6455 section 5).
type direction struct {
	s     *Session
	dir   event.Dir
	state place

	head  [frame.MaxHeader]byte
	headN int
	f     event.Frame // the frame at hand; valid in state inPayload
	pos   uint64      // payload bytes passed, lost ones included
	keep  int64       // payload bytes of it that are kept
	buf   []byte      // payload kept of a frame that came in pieces; from the pool
	whole bool        // f.Payload is a view of the one chunk that holds it

	index    uint64
	msg      assembly
	count    event.Count
	adrift   bool   // it was told that frame boundaries are not known …
	adriftAt uint64 // … at this packet
	late     bool   // frames were not seen: those before the first one, or later ones
	closed   bool   // a Close frame was seen
	pings    []ping
	hunt     *hunter
	heard    event.Stamp // when the last captured byte was there
	leftover int         // bytes of a header that was not whole when the stream ended

	segments int // so many were followed …
	starts   int // … and so many of them begin with a frame

	from stream.Place // of the chunk at hand …
	past int          // … of which so many bytes were passed
}

// place is where in the framing a direction stands.
type place uint8

const (
	inHeader place = iota
	inPayload
	hunting // frame boundaries are unknown
	ended   // by its sender, or by a length that cannot be
)

func (d *direction) data(c *stream.Chunk) {
	if d.state == hunting {
		d.from = stream.Nowhere // the hunt's buffer is not one chunk
		d.seek(c)
		return
	}
	d.from, d.past = c.Place, 0
	d.follow(c.Data, c.Origin, c.Now)
}

// follow takes bytes whose place in the framing is known.
func (d *direction) follow(b []byte, origin, now event.Stamp) {
	d.count.WireBytes += uint64(len(b))
	d.heard = now
	d.segments++
	if d.state == inHeader && d.headN == 0 {
		d.starts++
	}
	for len(b) > 0 {
		if d.state == ended {
			d.count.LostBytes += uint64(len(b))
			return
		}
		if d.state == inHeader {
			b = d.header(b, origin, now)
			continue
		}
		n := len(b)
		if left := d.f.Len - d.pos; uint64(n) > left {
			n = int(left)
		}
		d.payload(b[:n:n], origin)
		b = b[n:]
		if d.pos == d.f.Len {
			d.finish(now)
		}
	}
	if d.state == inPayload && d.f.Len >= 1<<63 {
		// The top bit of the length must be 0 (RFC 6455 section 5.2): where
		// the next frame begins is not defined.
		d.lose(d.f.Len - d.pos)
		d.finish(now)
		d.msg.cut(d, now, "its length cannot be")
		d.state = ended
	}
}

// header takes the bytes of a header and gives the rest.
func (d *direction) header(b []byte, origin, now event.Stamp) []byte {
	if d.headN == 0 {
		d.f.First = origin
		d.f.Spans, d.f.Vias = d.f.Spans[:0], d.f.Vias[:0]
	}
	before := d.headN
	var h frame.Header
	ok := false
	if before == 0 {
		if h, ok = frame.Parse(b); ok {
			copy(d.head[:], b[:h.Size])
			b = b[h.Size:]
		}
	}
	if !ok {
		need := 2
		for {
			if d.headN >= 2 {
				need = frame.Size(d.head[:])
			}
			n := copy(d.head[d.headN:need], b)
			d.headN += n
			b = b[n:]
			if d.headN < need {
				d.span(uint64(before), d.headN-before, origin)
				return b
			}
			if d.headN >= 2 && need == frame.Size(d.head[:]) {
				break
			}
		}
		h, _ = frame.Parse(d.head[:d.headN])
	}
	d.headN = 0
	d.begin(&h, now)
	d.span(uint64(before), h.Size-before, origin)
	if h.Len == 0 {
		d.finish(now)
	}
	return b
}

// begin starts the frame whose header is h.
func (d *direction) begin(h *frame.Header, now event.Stamp) {
	f := &d.f
	first, spans, vias := f.First, f.Spans, f.Vias
	*f = event.Frame{Conn: d.s.conn, Dir: d.dir, First: first, Spans: spans, Vias: vias, FIN: h.FIN, RSV: h.RSV, Opcode: h.Opcode,
		Masked: h.Masked, Key: h.Key, Header: d.head, HeaderLen: h.Size, Len: h.Len, RTT: -1}
	d.pos = 0
	d.whole = false
	d.keep = d.s.sh.Opt.Payload
	if event.IsControl(h.Opcode) {
		d.keep = max(d.keep, controlKept)
	} else {
		d.msg.frame(d, now)
	}
	d.state = inPayload
}

// finish completes the frame at hand and tells of it.
func (d *direction) finish(now event.Stamp) {
	s, f := d.s, &d.f
	s.frames++
	d.index++
	now = s.emit(now)
	f.Stamp, f.N, f.Index = now, s.frames, d.index
	if !d.whole {
		f.Payload = d.buf
	}
	f.Truncated = s.sh.Opt.Payload > 0 && f.Captured > 0 && uint64(len(f.Payload)) < d.held()
	if f.Truncated && s.sh.Opt.Payload == limits.FramePayload {
		s.sh.Stats.PayloadCut++
	}
	d.count.Frames++
	if event.IsControl(f.Opcode) {
		d.control(now)
	}
	s.sh.Out.Frame(f)
	var m *event.Message
	if !event.IsControl(f.Opcode) {
		m = d.msg.endFrame(d, now)
	}
	s.judge.Frame(f)
	if m != nil {
		s.judge.Message(m)
		d.msg.recycle(d)
	}
	if d.buf != nil {
		s.sh.recycle(d.buf)
		d.buf = nil
	}
	d.state = inHeader
	d.pos = 0
	f.Len, f.Payload = 0, nil // else a quiet connection would keep a batch of packets
}

// held is the number of payload bytes up to the last captured one.
func (d *direction) held() uint64 {
	if k := len(d.f.Missing); k > 0 && d.f.Missing[k-1].Off+d.f.Missing[k-1].Len == d.f.Len {
		return d.f.Missing[k-1].Off
	}
	return d.f.Len
}

// control reads the control frames of RFC 6455 section 5.5.
func (d *direction) control(now event.Stamp) {
	f := &d.f
	d.count.PayloadBytes += f.Captured
	intact := len(f.Missing) == 0
	switch f.Opcode {
	case event.OpClose:
		d.closed = true
		if f.Len >= 2 && len(f.Payload) >= 2 && (intact || f.Missing[0].Off >= 2) {
			f.HasClose = true
			f.CloseCode = int(f.Payload[0])<<8 | int(f.Payload[1])
			f.CloseReason = f.Payload[2:]
		}
	case event.OpPing:
		if intact {
			d.pinged(f.Payload, now.Time)
		}
	case event.OpPong:
		if intact {
			f.RTT = d.answered(f.Payload, now.Time)
		}
	}
}

// end tells of what the direction's end leaves unfinished.
func (d *direction) end(how stream.End, now event.Stamp) {
	if d.state == hunting {
		if at, _ := d.hunt.search(true); at >= 0 {
			d.found(at, now)
		} else {
			d.abandonHunt(now)
		}
	}
	// What the end cuts short is told at the packet of its last byte.
	if d.state == inPayload {
		d.f.Ended = true
		d.lose(d.f.Len - d.pos)
		d.finish(d.heard)
	}
	d.leftover = d.headN
	d.msg.cut(d, d.heard, endWords(how))
	d.state = ended
	d.msg.release()
}

func endWords(how stream.End) string {
	switch how {
	case stream.FIN:
		return "the sender closed TCP before the message ended"
	case stream.RST, stream.PeerReset:
		return "the connection was reset before the message ended"
	case stream.Evicted:
		return "the connection was given up before the message ended"
	}
	return "the capture ended before the message did"
}
