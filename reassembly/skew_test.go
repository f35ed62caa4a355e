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

// A sender may leave pauses that are longer than what the hole is waited for.
func TestPacedReordering(t *testing.T) {
	r := play(t, open3+`
		> A 100 ack=500 abc
		< A 500 ack=109
		wait 45ms
		> A 106 ack=500 ghi
		wait 45ms
		< A 500 ack=109 xyz
		wait 45ms
		> A 103 ack=503 def`)
	want := "open, > abc, < xyz, > def, > ghi, > EOF, < EOF, close"
	if got := strings.Join(r.log, ", "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A hole is told while the connection goes on, not at its end.
func TestHoleToldInTime(t *testing.T) {
	const front = "> A 100 ack=500 abc\n"
	const behind = "> A 106 ack=500 ghi\n"
	const ack = "< A 500 ack=109\n"
	acks := func(n int) string { return fmt.Sprintf("%d times %s", n, ack) }
	for _, c := range []struct{ name, script, want string }{
		{"after packets and time", front + behind + ack + "wait 101ms\n" + acks(patiencePackets), "> lost 3, > ghi"},
		{"not enough time", front + behind + ack + "wait 99ms\n" + acks(500), ""},
		{"not enough packets", front + behind + ack + "wait 900ms\n" + acks(patiencePackets-2), ""},
		{"quiet for long", front + behind + ack + "wait 1s\n" + ack, "> lost 3, > ghi"},
		{"many packets, and time goes on", front + behind + ack + "wait 1ms\n" + acks(2000), ""},
		{"late, and then in order", front + acks(500) + "> A 103 ack=500 def\n" + behind, "> def, > ghi"},
		{"nothing from behind it, its time over", front + ack + "wait 1s\n" + ack, "> lost 6"},
		{"nothing from behind it, the clock stands still", front + acks(patienceStopped+2), "> lost 6"},
		{"nothing from behind it, the clock goes back", front + ack + "wait -10s\n" + acks(patienceStopped), "> lost 6"},
		{"others came from behind it, the clock stands still", front + behind + acks(patienceStopped+2), "> lost 3, > ghi"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &recorder{t: t}
			w := newWire(r)
			for line := range strings.Lines(open3 + c.script) {
				w.step(t, strings.Fields(line))
			}
			want := "open, > abc"
			if c.want != "" {
				want += ", " + c.want
			}
			if got := strings.Join(r.log, ", "); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
}
