package pipeline

import (
	"io"
	"testing"

	"wsscope/capture"
)

// TestJoinedOutOfOrder holds that a connection whose SYN was not captured begins
// with its first bytes where packets were exchanged: the request and the first
// frame behind it, and the response and the frame behind that.
func TestJoinedOutOfOrder(t *testing.T) {
	s := &coming{now: 1_700_000_000e9, batch: capture.NewBatch(nil), buf: make([]byte, 0, 64<<10)}
	s.connection(6)
	p := s.batch.Packets[3:] // behind the handshake of TCP
	p[0].Data, p[2].Data = p[2].Data, p[0].Data
	p[1].Data, p[3].Data = p[3].Data, p[1].Data
	s.batch.Packets = p
	var sink last
	if _, err := New(&sink, Options{}).Run(t.Context(), &script{[]*capture.Batch{s.batch}, io.EOF}); err != nil {
		t.Fatal(err)
	}
	if n := sink.summary.Messages; n != 6 {
		t.Errorf("%d messages of 6", n)
	}
}
