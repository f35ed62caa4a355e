package decode

import (
	"context"
	"errors"
	"io"
	"testing"

	"wsscope/capture"
	"wsscope/event"
	"wsscope/link"
	"wsscope/reassembly"
	"wsscope/stream"
)

// splitter is a reassembly.Sink that keeps the streams.
type splitter struct {
	n   int
	all map[int][]step
}

func (s *splitter) Open(c *reassembly.Conn, _ event.Stamp) {
	s.n++
	c.User = s.n
}

func (s *splitter) add(c *reassembly.Conn, x step) {
	n, _ := c.User.(int)
	s.all[n] = append(s.all[n], x)
}

func (s *splitter) Data(c *reassembly.Conn, side int, ch *stream.Chunk) {
	s.add(c, step{side: event.Dir(side), data: append([]byte(nil), ch.Data...), now: ch.Now})
}

func (s *splitter) Gap(c *reassembly.Conn, side int, n int64, now event.Stamp) {
	s.add(c, step{side: event.Dir(side), kind: isGap, gap: n, now: now})
}

func (s *splitter) End(c *reassembly.Conn, side int, how stream.End, now event.Stamp) {
	s.add(c, step{side: event.Dir(side), kind: isEnd, how: how, now: now})
}

func (*splitter) Conflict(*reassembly.Conn, int, int64, []byte, []byte, event.Stamp) {}
func (*splitter) Close(*reassembly.Conn, event.Stamp)                                {}

// streams gives the connections of a capture file.
func streams(t testing.TB, name string) [][]step {
	src := capture.Open(context.Background(), []string{name}, nil, capture.Options{})
	defer src.Close()
	sink := &splitter{all: map[int][]step{}}
	a := reassembly.New(sink)
	d := link.NewDecoder()
	var now event.Stamp
	for {
		b, err := src.Next()
		var problem *capture.Problem
		if errors.As(err, &problem) {
			continue
		}
		if err != nil {
			if err != io.EOF {
				t.Fatal(err)
			}
			break
		}
		for i := range b.Packets {
			p := &b.Packets[i]
			now = event.Stamp{Packet: p.Number, Time: p.Time}
			var seg link.Segment
			if d.Decode(p, &seg) == link.TCP {
				a.Segment(&seg, now)
			}
		}
		b.Release()
	}
	a.Close(now)
	return connections(sink.all)
}
