package reassembly

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// Two taps, one for each direction, do not deliver at the same pace: what one
// side acknowledges can be captured long before it, all the time.
func TestSkew(t *testing.T) {
	const segments, behind, lost = 3000, 40, 1500 // one a millisecond
	for name, loses := range map[string]bool{"nothing lost": false, "one segment lost": true} {
		t.Run(name, func(t *testing.T) {
			var s strings.Builder
			s.WriteString(open3)
			var sent bytes.Buffer
			for i := range segments + behind {
				s.WriteString("wait 1ms\n")
				if i < segments {
					fmt.Fprintf(&s, "< A 500 ack=%d\n", 100+8*(i+1))
				}
				if k := i - behind; k >= 0 && !(loses && k == lost) {
					fmt.Fprintf(&s, "> A %d ack=500 %08d\n", 100+8*k, k)
				}
			}
			for k := range segments {
				if loses && k == lost {
					sent.WriteString("????????")
				} else {
					fmt.Fprintf(&sent, "%08d", k)
				}
			}
			r := play(t, s.String())
			if got := r.conns[0].stream[0]; !bytes.Equal(got, sent.Bytes()) {
				t.Errorf("%d of %d bytes came, %d lost", len(got), sent.Len(), r.conns[0].lost[0])
			}
		})
	}
}

// A hole is told while the connection goes on, not at its end.
func TestHoleToldInTime(t *testing.T) {
	for _, c := range []struct {
		name, wait string
		packets    int
	}{
		{"once its time is over", "wait 101ms", 1},
		{"the clock stands still", "", patiencePackets},
		{"the clock goes back", "wait -10s", patiencePackets},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &recorder{t: t}
			w := newWire(r)
			for line := range strings.Lines(open3 + "> A 100 ack=500 abc\n> A 106 ack=500 ghi\n< A 500 ack=109\n" + c.wait +
				fmt.Sprintf("\n%d times < A 500 ack=109", c.packets)) {
				w.step(t, strings.Fields(line))
			}
			if got := strings.Join(r.log, ", "); got != "open, > abc, > lost 3, > ghi" {
				t.Error(got)
			}
		})
	}
}
