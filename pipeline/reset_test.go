package pipeline

import (
	"io"
	"slices"
	"testing"

	"wsscope/capture"
	"wsscope/event"
	"wsscope/link"
)

// rules is a sink that keeps the rules that were broken.
type rules struct {
	last
	broken []string
}

func (r *rules) Finding(f *event.Finding) { r.broken = append(r.broken, f.Rule) }

// TestEndBehindLostBytes holds that nobody is blamed for a missing Close where
// the end of TCP shows that the capture lost what came before it.
func TestEndBehindLostBytes(t *testing.T) {
	for name, c := range map[string]struct {
		lost  uint32
		flags link.Flags
		blame bool
	}{
		"reset":                   {0, link.RST | link.ACK, true},
		"reset behind lost bytes": {8, link.RST | link.ACK, false},
		"FIN":                     {0, link.FIN | link.ACK, true},
		"FIN behind lost bytes":   {8, link.FIN | link.ACK, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := &coming{now: 1_700_000_000e9, batch: capture.NewBatch(nil), buf: make([]byte, 0, 64<<10)}
			f := s.connection(6)
			f.frame(0, 0x81, []byte("hi"), 0x12345678)
			f.frame(1, 0x81, []byte("hi"), 0)
			f.seq[0] += c.lost
			f.segment(0, c.flags, nil)
			var sink rules
			if _, err := New(&sink, Options{}).Run(t.Context(), &script{[]*capture.Batch{s.batch}, io.EOF}); err != nil {
				t.Fatal(err)
			}
			if blamed := slices.Contains(sink.broken, "tcp-closed-without-close"); blamed != c.blame {
				t.Errorf("the broken rules are %q", sink.broken)
			}
		})
	}
}
