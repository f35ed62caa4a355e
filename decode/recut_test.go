package decode

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"wsscope/event"
)

// TestRecut cuts conversations anew: the events are the same however the
// stream is cut.
func TestRecut(t *testing.T) {
	for seed := range uint64(60) {
		steps := conversation(seed)
		want := decoded(t, true, cutAnew(steps, func() int { return 1 << 20 }))
		if !contains(want, "message") || !contains(want, "end close") || contains(want, "inflate {Fault:1") {
			t.Fatalf("seed %d is no conversation:\n%s", seed, want)
		}
		r := rand.New(rand.NewPCG(seed, 10))
		for name, size := range map[string]func() int{
			"byte by byte":  func() int { return 1 },
			"random pieces": func() int { return 1 + r.IntN(7)*r.IntN(40) },
			"segments":      func() int { return 1448 },
		} {
			same(t, fmt.Sprintf("seed %d, %s", seed, name), want, decoded(t, true, cutAnew(steps, size)))
		}
	}
}

// TestRecutCaptures does the same with what third-party clients and servers
// sent.
func TestRecutCaptures(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("..", "testdata", "captures", "*", "*", "capture*"))
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for i, name := range files {
		if info, err := os.Stat(name); err != nil || info.Size() > 300<<10 || testing.Short() && i%8 != 0 {
			continue
		}
		for _, steps := range streams(t, name) {
			want := decoded(t, true, cutAnew(steps, func() int { return 1 << 20 }))
			if contains(want, "inferred") || contains(want, "frame-sync-lost") || !contains(want, "open") {
				continue // where segments begin is evidence there
			}
			if contains(want, "frame-length-msb") {
				continue // such a frame is cut where its segment ends
			}
			same(t, name, want, decoded(t, true, cutAnew(steps, func() int { return 1 })))
			r := rand.New(rand.NewPCG(1, 11))
			same(t, name, want, decoded(t, true, cutAnew(steps, func() int { return 1 + r.IntN(3000) })))
			tried++
		}
	}
	if tried < 40 {
		t.Fatalf("only %d connections were cut anew", tried)
	}
}

// TestOrder puts the halves of a conversation in other orders: no direction
// waits for the other's place in the capture.
func TestOrder(t *testing.T) {
	for seed := range uint64(30) {
		steps := conversation(seed)
		var byDir [2][]step
		for _, s := range steps {
			byDir[s.side] = append(byDir[s.side], s)
		}
		count := func(lines []string) (n [3]int) {
			for _, l := range lines {
				for i, dir := range []event.Dir{0, 1} {
					var k, op int
					if _, err := fmt.Sscanf(l, "frame %d "+dir.String()+" %d", &k, &op); err == nil {
						n[i]++
					}
				}
				if len(l) > 4 && l[:4] == "open" {
					n[2]++
				}
			}
			return n
		}
		want := count(decoded(t, true, steps))
		for i, order := range [][]step{
			append(append([]step{}, byDir[0]...), byDir[1]...),
			append(append([]step{}, byDir[1]...), byDir[0]...),
		} {
			if got := count(decoded(t, true, order)); got != want {
				t.Errorf("seed %d, order %d: %v frames and opens, want %v", seed, i, got, want)
			}
		}
	}
}
