package decode

import (
	"unicode/utf8"

	"wsscope/decode/deflate"
	"wsscope/decode/text"
	"wsscope/event"
	"wsscope/limits"
)

// assembly joins the frames of one direction to messages (RFC 6455 section
// 5.4), inflates them (RFC 7692 section 7.2.2) and checks their text
// (section 8.1).
type assembly struct {
	open    bool
	taking  bool // the frame at hand belongs to the message
	m       event.Message
	frames  []uint64
	buf     []byte // payload of a message that is not one plain frame; from the pool
	keep    int64
	text    text.Validator
	badHere bool // the text went wrong in the frame at hand
	lost    bool
	// disputed: two copies of bytes of this direction differ, and the first
	// counts. What the receiver took is not known, so what is wrong with the
	// message at hand is nobody's fault.
	disputed bool
	zeros    uint64 // lost bytes that stand before the next kept one
	ctx      *deflate.Context
	begun    bool // ctx is inside a message
}

// frame takes the header of a data frame (d.f).
func (a *assembly) frame(d *direction, now event.Stamp) {
	f := &d.f
	a.taking = true
	switch {
	case f.Opcode > event.OpBinary: // reserved: no message
		a.taking = false
		return
	case f.Opcode != event.OpContinuation:
		a.cut(d, now, "another message began before this one ended")
		a.start(d, f.Opcode)
	case !a.open:
		a.start(d, event.OpContinuation)
	}
	a.badHere = false
}

func (a *assembly) start(d *direction, opcode uint8) {
	s, f := d.s, &d.f
	a.open = true
	a.m = event.Message{Conn: s.conn, Dir: d.dir, First: f.First, Opcode: opcode}
	a.frames = a.frames[:0]
	a.keep = s.sh.Opt.Payload
	a.text.Reset()
	a.lost = false
	a.zeros = 0
	if f.RSV&4 != 0 && opcode != event.OpContinuation && (s.deflate.Agreed || s.anyRSV1) {
		a.m.Compressed = true
		if a.ctx == nil {
			a.ctx = deflate.New(s.inflateOptions(d.dir))
		}
		a.ctx.Begin(s.sh.Opt.InflateLimit)
		a.begun = true
	}
}

// piece takes captured payload bytes of the frame at hand, unmasked.
func (a *assembly) piece(d *direction, b []byte) {
	if !a.taking || a.m.Opcode == event.OpContinuation {
		return
	}
	if !a.m.Compressed {
		if a.m.Opcode == event.OpText && !a.lost {
			a.check(b)
		}
		if a.keep > 0 && !a.single(d) {
			a.store(d, b)
		}
		return
	}
	if a.lost || !a.begun {
		return
	}
	sh := d.s.sh
	out := a.ctx.Write(sh.scratch[:0], b)
	a.inflated(d, out)
	sh.scratch = out[:0]
}

// single reports whether the frame at hand is the whole message, as it is:
// then its payload is kept once, by the frame.
func (a *assembly) single(d *direction) bool {
	return d.f.FIN && len(a.frames) == 0 && !a.m.Compressed
}

func (a *assembly) inflated(d *direction, out []byte) {
	if a.m.Opcode == event.OpText {
		a.check(out)
	}
	if a.keep > 0 {
		a.store(d, out)
	}
}

func (a *assembly) check(b []byte) {
	if !a.text.Bad() && !a.text.Write(b) {
		a.badHere = true
	}
}

func (a *assembly) store(d *direction, b []byte) {
	if a.buf == nil {
		a.buf = d.s.sh.buffer()
	}
	for ; a.zeros > 0 && int64(len(a.buf)) < a.keep; a.zeros-- {
		a.buf = append(a.buf, 0)
	}
	if room := a.keep - int64(len(a.buf)); int64(len(b)) > room {
		b = b[:max(room, 0)]
	}
	a.buf = append(a.buf, b...)
}

// lose notes that n bytes of the frame at hand are lost.
func (a *assembly) lose(d *direction, n uint64) {
	if !a.taking {
		return
	}
	a.m.Missing = addRange(a.m.Missing, a.m.WireLen+d.pos, n)
	a.lost = true
	if a.m.Compressed {
		if a.begun {
			a.ctx.Lose()
		}
		return
	}
	a.zeros += n
}

// endFrame counts the frame at hand in; it gives the message that it ends.
// The message is valid until recycle.
func (a *assembly) endFrame(d *direction, now event.Stamp) *event.Message {
	if !a.taking {
		return nil
	}
	f := &d.f
	if a.single(d) {
		if f.Ended { // told later than the frame
			a.zeros = 0 // they stand in the frame's payload
			a.store(d, f.Payload)
		} else {
			a.m.Payload = f.Payload
		}
	}
	if len(a.frames) < int(limits.MessageFrames) {
		a.frames = append(a.frames, f.N)
	}
	a.m.WireLen += f.Len
	if a.badHere {
		a.m.InvalidUTF8At = f.N
	}
	a.taking = false
	if !f.FIN || f.Ended {
		return nil
	}
	a.m.Complete = !a.lost
	a.tell(d, now)
	return &a.m
}

// cut ends the message at hand, if there is one, before its time, between two
// of its frames: the first one has been told.
func (a *assembly) cut(d *direction, now event.Stamp, why string) {
	if !a.open {
		return
	}
	a.m.Unfinished = true
	a.m.Error = why
	if a.begun {
		a.ctx.Lose()
	}
	a.tell(d, now)
	d.s.judge.Message(&a.m)
	a.recycle(d)
}

// tell finishes the message and emits it.
func (a *assembly) tell(d *direction, now event.Stamp) {
	m := &a.m
	s := d.s
	disputed := a.disputed
	a.disputed = false
	m.Stamp = s.emit(now)
	m.Frames = a.frames
	a.open = false
	switch {
	case m.Opcode == event.OpContinuation:
		m.Complete = false
		if m.Error == "" && len(m.Missing) == 0 {
			m.Error = "its beginning is not there"
		}
	case m.Compressed:
		a.endInflate(d)
	default:
		m.Len = m.WireLen
	}
	if m.Payload == nil {
		m.Payload = a.buf
	}
	if m.Complete && m.Opcode == event.OpText {
		m.UTF8 = a.text.Valid()
		if !m.UTF8 && m.InvalidUTF8At == 0 {
			m.InvalidUTF8At = a.frames[len(a.frames)-1]
		}
	}
	if disputed {
		m.InvalidUTF8At = 0
		if f := m.Inflate.Fault; f == event.InflateInvalid || f == event.InflateEndsInBlock {
			m.Inflate.Fault = event.InflateContextLost
		}
	}
	if !m.Complete {
		m.UTF8 = utf8.Valid(m.Payload)
	}
	if s.sh.Opt.Payload > 0 && m.Complete && uint64(len(m.Payload)) < m.Len {
		m.Truncated = true
	}
	d.count.Messages++
	if m.Complete {
		d.count.PayloadBytes += m.Len
	}
	s.sh.Out.Message(m)
}

// recycle gives the message's memory back after it was told.
func (a *assembly) recycle(d *direction) {
	if a.buf != nil {
		d.s.sh.recycle(a.buf)
		a.buf = nil
	}
	a.m.Payload = nil
	a.m.Missing = nil
}

// release frees what a direction that has ended does not need.
func (a *assembly) release() {
	a.ctx = nil
	a.frames = nil
}
