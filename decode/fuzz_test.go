package decode

import (
	"encoding/binary"
	"slices"
	"testing"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

// encode writes steps as the input of FuzzConn: a byte that says what the
// step is, two bytes of length, data.
func encode(whole bool, steps []step) []byte {
	out := []byte{0}
	if whole {
		out[0] = 1
	}
	for _, s := range steps {
		b := byte(s.side) | byte(s.kind)<<1 | byte(s.how)<<3
		n := len(s.data)
		if s.kind == isGap {
			n = int(s.gap)
		}
		out = binary.BigEndian.AppendUint16(append(out, b), uint16(n))
		out = append(out, s.data...)
	}
	return out
}

// decodeSteps reads what encode wrote, and takes anything else as steps too.
func decodeSteps(in []byte) (whole bool, steps []step) {
	if len(in) == 0 {
		return false, nil
	}
	whole, in = in[0]&1 != 0, in[1:]
	for len(in) >= 3 && len(steps) < 2000 {
		b, n := in[0], int(binary.BigEndian.Uint16(in[1:]))
		in = in[3:]
		s := step{side: event.Dir(b & 1), kind: kind(b >> 1 & 3), how: stream.End(b>>3&7) % 5}
		switch s.kind {
		case isGap:
			s.gap = int64(n)
			switch b >> 3 & 3 {
			case 1:
				s.gap = -1
			case 2:
				s.gap <<= 10
			}
			if s.gap == 0 {
				s.gap = 1
			}
		case isEnd:
		default:
			s.kind = isData
			n = min(n, len(in))
			if n == 0 {
				continue
			}
			s.data, in = in[:n], in[n:]
		}
		steps = append(steps, s)
	}
	return whole, steps
}

// FuzzConn decodes any two directions, cut anywhere, with gaps and ends. The
// tape checks every event; nothing may stay counted as waiting; and the same
// stream in single bytes shows the same frames, where nothing was guessed.
func FuzzConn(f *testing.F) {
	for seed := range uint64(6) {
		steps := conversation(seed)
		steps = steps[:min(len(steps), 7)]
		f.Add(encode(true, steps))
		f.Add(encode(false, steps[2:])) // joined late
		f.Add(encode(true, steps[1:]))  // the request lost
		f.Add(encode(true, append(append([]step{steps[0]}, step{side: 1, kind: isGap, gap: int64(len(steps[1].data))}), steps[2:]...)))
		mid := append([]step{}, steps[:3]...)
		mid = append(mid, step{side: 0, kind: isGap, gap: 7}, step{side: 1, kind: isGap, gap: 300})
		f.Add(encode(true, append(mid, steps[4:]...)))
	}
	f.Add(encode(true, []step{{data: []byte("CONNECT a:80 HTTP/1.1\r\n\r\n")}, {side: 1, data: []byte("HTTP/1.1 200 OK\r\n\r\n")}, {data: []byte(request)}, {side: 1, data: []byte(response)}, {data: []byte(client(0x81, "x"))}}))
	f.Add(encode(true, []step{{data: []byte("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n" + request)}, {side: 1, data: []byte("HTTP/1.1 404 No\r\nContent-Length: 3\r\n\r\nno!" + response + server(0x81, "hi"))}}))
	f.Add(encode(true, []step{{data: []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00")}}))
	f.Add(encode(true, []step{{data: []byte("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00")}}))
	f.Add(encode(true, []step{{data: []byte(request)}, {side: 1, data: []byte(response + "\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff")}, {side: 1, data: []byte("more")}}))
	f.Fuzz(func(t *testing.T, in []byte) {
		whole, steps := decodeSteps(in)
		p := newTape(t)
		sh := NewShared(p, Options{Payload: 1 << 16, InflateLimit: 1 << 20})
		feed(p, sh, whole, steps)
		if p.frames > len(in) || p.findings > 16*len(in)+16 {
			t.Fatalf("%d frames and %d findings out of %d bytes", p.frames, p.findings, len(in))
		}
		for _, guess := range []string{"inferred", "request-only", "response-only", "frame-sync-lost", "frame-length-msb", "data-without-handshake"} {
			if contains(p.lines, guess) {
				return // where a segment begins or ends matters there
			}
		}
		if !whole || slices.ContainsFunc(steps, func(s step) bool { return s.kind == isGap }) {
			return // HTTP is found again where a segment begins
		}
		if p.swapped {
			return // which side's frames come first is nobody's to say
		}
		if len(p.lines) == 0 || p.frames > 500 {
			return // nothing to compare, or too much
		}
		again := newTape(t)
		feed(again, NewShared(again, Options{Payload: 1 << 16, InflateLimit: 1 << 20}), whole, cutAnew(steps, func() int { return 1 }))
		same(t, "byte by byte", p.lines, again.lines)
	})
}

// TestLimitsOfWaiting holds the limits that bound a worker's waiting memory
// against each other.
func TestLimitsOfWaiting(t *testing.T) {
	if limits.Head+2*limits.Held > limits.WaitingTotal {
		t.Error("one connection can use up what all may")
	}
}
