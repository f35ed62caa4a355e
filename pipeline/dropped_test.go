package pipeline

import (
	"errors"
	"io"
	"slices"
	"testing"
	"time"

	"wsscope/capture"
	"wsscope/event"
)

// script is a source that gives batches, then an error.
type script struct {
	batches []*capture.Batch
	end     error
}

func (s *script) Next() (*capture.Batch, error) {
	if len(s.batches) == 0 {
		return nil, s.end
	}
	b := s.batches[0]
	s.batches = s.batches[1:]
	return b, nil
}

func (s *script) Close() error { return nil }

// last is a sink that keeps the summary.
type last struct{ summary event.Summary }

func (*last) Open(*event.Open)           {}
func (*last) Frame(*event.Frame)         {}
func (*last) Message(*event.Message)     {}
func (*last) Finding(*event.Finding)     {}
func (*last) End(*event.End)             {}
func (l *last) Summary(s *event.Summary) { l.summary = *s }

// TestDroppedByQuietBatch holds that the kernel's drops count, too, where
// they are told by a batch without packets.
func TestDroppedByQuietBatch(t *testing.T) {
	full, quiet := capture.NewBatch(nil), capture.NewBatch(nil)
	full.Packets = []capture.Packet{{Number: 1, Time: 1, Data: make([]byte, 60), WireLen: 60, Link: 1}}
	full.Dropped, quiet.Dropped = 1, 2
	var sink last
	p := New(&sink, Options{Live: true, Clock: time.Now})
	if _, err := p.Run(t.Context(), &script{[]*capture.Batch{full, quiet}, io.EOF}); err != nil {
		t.Fatal(err)
	}
	if want := "3 packets were dropped by the kernel: their bytes are lost"; !slices.Contains(sink.summary.Notes, want) {
		t.Errorf("the notes are %q, not %q", sink.summary.Notes, want)
	}
}

// TestSourceFails holds that the error that ends a source comes out.
func TestSourceFails(t *testing.T) {
	broken := errors.New("broken")
	for range 20 {
		if _, err := New(&last{}, Options{}).Run(t.Context(), &script{end: broken}); !errors.Is(err, broken) {
			t.Fatal(err)
		}
	}
}
