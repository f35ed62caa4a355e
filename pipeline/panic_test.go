package pipeline

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"wsscope/capture"
	"wsscope/event"
)

// breaking is a source that panics behind its batches.
type breaking struct{ script }

func (b *breaking) Next() (*capture.Batch, error) {
	if len(b.batches) == 0 {
		panic("boom")
	}
	return b.script.Next()
}

// TestPanics: whichever stage panics, it is the caller of Run that does in
// the end, and knows where it was.
func TestPanics(t *testing.T) {
	for name, c := range map[string]struct {
		make  func(p *Pipeline)
		src   func(script) capture.Source
		where string
	}{
		"reader": {src: func(s script) capture.Source { return &breaking{s} }, where: "(*breaking).Next"},
		"front":  {make: func(p *Pipeline) { p.front.keep = func(*capture.Packet) bool { panic("boom") } }, where: "(*front)"},
		"worker": {make: func(p *Pipeline) {
			for _, w := range p.workers {
				w.shared = nil
			}
		}, where: "(*worker)"},
	} {
		t.Run(name, func(t *testing.T) {
			s := &coming{now: 1_700_000_000e9, batch: capture.NewBatch(nil), buf: make([]byte, 0, 64<<10)}
			f := s.connection(6)
			f.frame(0, 0x81, []byte("hi"), 0x12345678)
			p := New(&rules{}, Options{Workers: 2})
			if c.make != nil {
				c.make(p)
			}
			batches := script{[]*capture.Batch{s.batch}, io.EOF}
			var src capture.Source = &batches
			if c.src != nil {
				src = c.src(batches)
			}
			got := make(chan any, 1)
			go func() {
				defer func() { got <- recover() }()
				p.Run(t.Context(), src)
			}()
			select {
			case v := <-got:
				var told *Panicked
				if err, _ := v.(error); !errors.As(err, &told) || !strings.Contains(string(told.Stack), c.where) {
					t.Errorf("Run ended with %v", v)
				}
			case <-time.After(time.Minute):
				t.Fatal("Run does not end")
			}
		})
	}
}

// lingering is a source that takes its time to end behind its batches.
type lingering struct {
	script
	ctx  context.Context
	left bool
}

func (l *lingering) Next() (*capture.Batch, error) {
	if len(l.batches) > 0 {
		return l.script.Next()
	}
	<-l.ctx.Done()
	time.Sleep(20 * time.Millisecond)
	l.left = true
	return nil, io.EOF
}

// fragile is a sink that panics.
type fragile struct{ rules }

func (*fragile) Open(*event.Open) { panic("boom") }

// TestWaitBehindPanic: after Wait nobody reads the source any more.
func TestWaitBehindPanic(t *testing.T) {
	s := &coming{now: 1_700_000_000e9, batch: capture.NewBatch(nil), buf: make([]byte, 0, 64<<10)}
	s.connection(6).frame(0, 0x81, []byte("hi"), 0x12345678)
	ctx, cancel := context.WithCancel(t.Context())
	src := &lingering{script: script{batches: []*capture.Batch{s.batch}}, ctx: ctx}
	p := New(&fragile{}, Options{Workers: 2})
	func() {
		defer func() {
			if v := recover(); v != "boom" {
				t.Errorf("Run ended with %v", v)
			}
		}()
		p.Run(ctx, src)
	}()
	cancel()
	p.Wait()
	if !src.left {
		t.Error("the source is still being read")
	}
}
