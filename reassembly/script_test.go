package reassembly

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"wsscope/event"
	"wsscope/link"
	"wsscope/stream"
)

// recorder is a Sink that writes down what it is told, a short line each,
// and checks what holds for every sequence of calls.
type recorder struct {
	t     testing.TB
	log   []string // nil where only the streams are wanted
	quiet bool
	conns []*record
}

// record is what was told of one connection.
type record struct {
	c       *Conn
	stream  [2][]byte // data; lost bytes read '?', as long as they are few
	off     [2]int64
	lost    [2]int64
	ended   [2]bool
	closed  bool
	jumped  [2]bool
	packets [2]uint64 // of the last event
}

func (r *recorder) of(c *Conn) *record {
	s, _ := c.User.(*record)
	if s == nil || s.c != c {
		r.t.Fatal("an event of a connection that was not opened, or was closed")
	}
	return s
}

func (r *recorder) say(side int, format string, args ...any) {
	if !r.quiet {
		r.log = append(r.log, "><"[side:side+1]+" "+fmt.Sprintf(format, args...))
	}
}

func (r *recorder) Open(c *Conn, now event.Stamp) {
	s := &record{c: c}
	c.User = s
	r.conns = append(r.conns, s)
	if !r.quiet {
		r.log = append(r.log, "open")
	}
}

// moved checks that the offsets of a direction tile.
func (r *recorder) moved(s *record, side int, now event.Stamp) {
	if s.ended[side] {
		r.t.Fatal("bytes behind the end of a direction")
	}
	if at := s.c.Delivered(side); at != s.off[side] {
		r.t.Fatalf("side %d: %d bytes were told, offset %d", side, s.off[side], at)
	}
	if now.Packet < s.packets[side] {
		r.t.Fatal("packet numbers go back")
	}
	s.packets[side] = now.Packet
}

func (r *recorder) Data(c *Conn, side int, ch *stream.Chunk) {
	s := r.of(c)
	if len(ch.Data) == 0 || ch.Origin.Packet > ch.Now.Packet {
		r.t.Fatalf("chunk of %d bytes, from packet %d, told at %d", len(ch.Data), ch.Origin.Packet, ch.Now.Packet)
	}
	s.stream[side] = append(s.stream[side], ch.Data...)
	s.off[side] += int64(len(ch.Data))
	r.moved(s, side, ch.Now)
	r.say(side, "%s", ch.Data)
}

func (r *recorder) Gap(c *Conn, side int, n int64, now event.Stamp) {
	s := r.of(c)
	switch {
	case n == 0:
		r.t.Fatal("a gap of nothing")
	case n < 0:
		s.jumped[side] = true
		r.say(side, "jump")
	default:
		r.say(side, "lost %d", n)
		s.lost[side] += n
		s.off[side] += n
		s.stream[side] = append(s.stream[side], bytes.Repeat([]byte("?"), int(min(n, 1<<16)))...)
	}
	r.moved(s, side, now)
}

func (r *recorder) End(c *Conn, side int, how stream.End, now event.Stamp) {
	s := r.of(c)
	if s.ended[side] {
		r.t.Fatal("a direction ends twice")
	}
	s.ended[side] = true
	r.say(side, "%s", [...]string{"FIN", "RST", "reset", "EOF", "evicted"}[how])
}

func (r *recorder) Conflict(c *Conn, side int, off int64, first, again []byte, now event.Stamp) {
	s := r.of(c)
	if len(first) != len(again) || len(first) == 0 || string(first) == string(again) {
		r.t.Fatalf("no conflict: %q, %q", first, again)
	}
	if s.ended[side] {
		r.t.Fatal("a conflict behind the end")
	}
	r.say(side, "conflict %d %s/%s", off, first, again)
}

func (r *recorder) Close(c *Conn, now event.Stamp) {
	s := r.of(c)
	if !s.ended[0] || !s.ended[1] || s.closed {
		r.t.Fatal("closed before its ends, or twice")
	}
	s.closed = true
	if !r.quiet {
		r.log = append(r.log, "close")
	}
}

// wire makes segments: from 10.0.0.1:1000 (side 0) to 10.0.0.2:80 and back.
type wire struct {
	a     *Assembler
	now   event.Stamp
	port  uint16
	bytes int
	rest  []string // the script's next lines
}

func newWire(sink Sink) *wire { return &wire{a: New(sink), port: 1000} }

func (w *wire) segment(side int, s link.Segment) {
	w.address(side, &s)
	w.now.Packet++
	w.bytes += len(s.Payload)
	w.a.Segment(&s, w.now)
}

func (w *wire) address(side int, s *link.Segment) {
	client, server := [16]byte{10: 0xff, 11: 0xff, 12: 10, 15: 1}, [16]byte{10: 0xff, 11: 0xff, 12: 10, 15: 2}
	s.Src, s.Dst, s.SrcPort, s.DstPort = client, server, w.port, 80
	if side == 1 {
		s.Src, s.Dst, s.SrcPort, s.DstPort = server, client, 80, w.port
	}
	if s.Len == 0 {
		s.Len = len(s.Payload)
	}
}

// play runs a script, a step a line:
//
//	> SA 100 ack=7 abc len=5 bad    a segment of side 0: flags, sequence number, acknowledgement, payload,
//	                                length on the wire if more was sent, verdict on the checksum
//	wait 2s, tick 2s                time passes; with a Tick of it
//	port 1001                       the following segments are of another connection
//	12 times > A 100                the same again and again
//
// Sequence numbers are those of the wire. The capture ends with the script.
func play(t testing.TB, script string) *recorder {
	r := &recorder{t: t}
	w := newWire(r)
	w.rest = strings.Split(script, "\n")
	w.a.Ahead = func(yield func(*link.Segment) bool) {
		for _, line := range w.rest {
			word := strings.Fields(line)
			if len(word) == 0 || word[0] == "wait" {
				continue
			}
			if word[0] != ">" && word[0] != "<" {
				return
			}
			side, s := parse(t, word)
			w.address(side, &s)
			if !yield(&s) {
				return
			}
		}
	}
	for len(w.rest) > 0 {
		line := w.rest[0]
		w.rest = w.rest[1:]
		w.step(t, strings.Fields(line))
	}
	w.a.Close(w.now)
	checkClosed(t, w.a)
	return r
}

// checkClosed holds an Assembler after Close: nothing waits any more.
func checkClosed(t testing.TB, a *Assembler) {
	t.Helper()
	if a.queued != 0 || a.alive.head != nil || a.linger.head != nil {
		t.Fatalf("after the end %d bytes are queued", a.queued)
	}
	for _, c := range a.conns {
		for side := range c.half {
			if h := &c.half[side]; !h.q.empty() || h.q.bytes != 0 || h.doubtful != nil || !h.ended {
				t.Fatal("a closed connection holds segments")
			}
		}
	}
}

func (w *wire) step(t testing.TB, word []string) {
	if len(word) == 0 {
		return
	}
	switch word[0] {
	case "wait", "tick":
		d, err := time.ParseDuration(word[1])
		if err != nil {
			t.Fatal(err)
		}
		if word[0] == "tick" {
			w.a.Tick(w.now.Time + int64(d))
		} else {
			w.now.Time += int64(d)
		}
		return
	case "port":
		n, _ := strconv.Atoi(word[1])
		w.port = uint16(n)
		return
	case ">", "<":
	default:
		n, err := strconv.Atoi(word[0])
		if err != nil {
			t.Fatalf("unknown step %q", word)
		}
		for range n {
			w.step(t, word[2:])
		}
		return
	}
	w.segment(parse(t, word))
}

// parse makes the segment of a line.
func parse(t testing.TB, word []string) (side int, s link.Segment) {
	for _, c := range word[1] {
		s.Flags |= map[rune]link.Flags{'S': link.SYN, 'A': link.ACK, 'F': link.FIN, 'R': link.RST, '.': 0}[c]
	}
	seq, err := strconv.ParseUint(word[2], 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	s.Seq = uint32(seq)
	for _, arg := range word[3:] {
		name, value, has := strings.Cut(arg, "=")
		n, _ := strconv.ParseUint(value, 10, 32)
		switch {
		case has && name == "ack":
			s.Ack = uint32(n)
		case has && name == "len":
			s.Len = int(n)
		case arg == "bad":
			s.Checksum = link.ChecksumBad
		case arg == "good":
			s.Checksum = link.ChecksumGood
		default:
			s.Payload = []byte(arg)
		}
	}
	if word[0] == "<" {
		side = 1
	}
	return side, s
}
