package judge

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"strconv"
	"strings"
	"testing"

	"wsscope/decode/text"
	"wsscope/event"
)

func (p *player) transport(dir event.Dir, kind event.TransportKind, n int64) {
	p.j.Transport(&event.Transport{Stamp: p.now, Conn: p.conn, Dir: dir, Kind: kind, Bytes: n})
}

// sent plays what one side sent: frames in hex, or FIN, RST, GAP n, SYNC
// LOST, SYNC FOUND, CONFLICT.
func (p *player) sent(dir event.Dir, what string) {
	at := p.step()
	word, rest, _ := strings.Cut(what, " ")
	switch word {
	case "FIN":
		p.transport(dir, event.TransportFIN, 0)
		p.dirs[dir].ended = true
	case "RST":
		p.transport(dir, event.TransportRST, 0)
		p.dirs[0].ended, p.dirs[1].ended = true, true
	case "GAP":
		n, _ := strconv.ParseInt(rest, 10, 64)
		p.transport(dir, event.TransportGap, n)
		p.dirs[dir].ctx.Lose()
	case "SYNC":
		kind := event.TransportSyncLost
		if rest == "FOUND" {
			kind = event.TransportSyncFound
		}
		p.transport(dir, kind, 0)
	case "CONFLICT":
		p.transport(dir, event.TransportConflict, 4)
	case "compressed:":
		p.compressed(dir, rest)
	default:
		if p.j.refused {
			p.j.AfterRefusal(dir, at, unhex(p.t, what))
			return
		}
		p.frames(dir, expand(p.t, what))
	}
}

// expand reads hex with "and 126 bytes" or "and 255 times more" behind it.
func expand(t testing.TB, s string) []byte {
	h, more, ok := strings.Cut(s, " and ")
	b := unhex(t, h)
	if !ok {
		return b
	}
	n, unit, _ := strings.Cut(more, " ")
	count, err := strconv.Atoi(n)
	if err != nil {
		t.Fatal(err)
	}
	if unit == "times more" {
		return bytes.Repeat(b, count+1)
	}
	return append(b, make([]byte, count)...)
}

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return b
}

// frames takes the frames of b; the last one may be cut short.
func (p *player) frames(dir event.Dir, b []byte) {
	s := &p.dirs[dir]
	for len(b) > 0 {
		f := &event.Frame{Stamp: p.now, First: p.now, Conn: p.conn, Dir: dir, FIN: b[0]&0x80 != 0, RSV: b[0] >> 4 & 7, Opcode: b[0] & 15, Masked: b[1]&0x80 != 0, RTT: -1}
		i := 2
		switch f.Len = uint64(b[1] & 0x7f); f.Len {
		case 126:
			f.Len, i = uint64(binary.BigEndian.Uint16(b[2:])), 4
		case 127:
			f.Len, i = binary.BigEndian.Uint64(b[2:]), 10
		}
		if f.Masked {
			copy(f.Key[:], b[i:])
			i += 4
		}
		f.HeaderLen = i
		f.Payload = bytes.Clone(b[i : i+int(min(f.Len, uint64(len(b)-i)))])
		b = b[i+len(f.Payload):]
		for k := range f.Payload {
			f.Payload[k] ^= f.Key[k%4]
		}
		f.Captured = uint64(len(f.Payload))
		if f.Captured < f.Len {
			f.Ended = true
			f.Missing = []event.Range{{Off: f.Captured, Len: f.Len - f.Captured}}
		}
		if f.Opcode == event.OpClose && len(f.Payload) > 1 {
			f.HasClose, f.CloseCode, f.CloseReason = true, int(binary.BigEndian.Uint16(f.Payload)), f.Payload[2:]
		}
		p.n++
		s.index++
		f.N, f.Index = p.n, s.index
		p.j.Frame(f)
		p.cross.Frame(f)
		if f.Opcode <= event.OpBinary && !f.Ended {
			p.message(s, f)
		}
	}
}

// message joins frames, inflates and checks the text.
func (p *player) message(s *sender, f *event.Frame) {
	if f.Opcode != event.OpContinuation {
		s.op, s.rsv1, s.joined, s.frames = f.Opcode, f.RSV1(), nil, nil
	}
	s.joined = append(s.joined, f.Payload...)
	s.frames = append(s.frames, f.N)
	if !f.FIN {
		return
	}
	m := &event.Message{Stamp: f.Stamp, Conn: p.conn, Dir: f.Dir, Opcode: s.op, Frames: s.frames, WireLen: uint64(len(s.joined)), Len: uint64(len(s.joined)), Complete: true}
	plain := s.joined
	if s.rsv1 && p.j.deflate {
		s.ctx.Begin(64 << 20)
		plain = s.ctx.Write(nil, s.joined)
		plain, r := s.ctx.End(plain)
		_ = plain
		m.Compressed, m.Len = true, uint64(r.Len)
		m.Inflate = event.Inflate{Fault: r.Fault, Detail: r.Detail, MaxDistance: r.MaxDistance}
	}
	var v text.Validator
	if s.op == event.OpText && !m.Compressed && !(v.Write(plain) && v.Valid()) {
		m.InvalidUTF8At = f.N
	}
	p.j.Message(m)
}

// compressed sends one of the two messages that no line could hold.
func (p *player) compressed(dir event.Dir, what string) {
	var data []byte
	switch what {
	case "10 MiB of zeroes":
		data = make([]byte, 10<<20)
	case "300 different bytes, then the first ten again":
		for i := range 300 {
			data = append(data, byte(i*i>>3), byte(i))
		}
		data = data[:300]
		data = append(data, data[:10]...)
	default:
		p.t.Fatalf("compressed %q", what)
	}
	z := deflated(p.t, data)
	head := []byte{0xc2, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint64(head[2:], uint64(len(z)))
	if len(z) < 1<<16 {
		head = []byte{0xc2, 0xfe, byte(len(z) >> 8), byte(len(z))}
	}
	head = append(head, 1, 2, 3, 4)
	for i := range z {
		z[i] ^= byte(i%4 + 1)
	}
	p.frames(dir, append(head, z...))
}
