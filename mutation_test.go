package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var mutations = flag.Int("mutations", 2, "how often TestMutations damages each capture")

// mutationTime is how long one damaged capture may take. All are small: only
// a loop that does not end takes so long.
const mutationTime = 2 * time.Minute

// TestMutations damages every classic pcap of testdata at random. Nothing may
// crash or hang, and what the capture lacks may never become an error of a
// peer: with records lost, cut off or reordered there is no error that the
// undamaged capture does not show.
func TestMutations(t *testing.T) {
	t.Setenv("SSLKEYLOGFILE", "")
	files, err := filepath.Glob(filepath.Join("testdata", "captures", "*", "*", "capture*"))
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, name := range files {
		raw := readCapture(t, name)
		records := split(raw)
		if len(records) < 5 || len(raw) > 2<<20 {
			continue // no classic pcap, or too large to do often
		}
		if strings.Contains(name, "14-many-conns") {
			continue
		}
		dir := filepath.Base(filepath.Dir(name))
		t.Run(dir, func(t *testing.T) {
			clean := errorsOf(t, raw, true)
			for seed := range *mutations {
				r := rand.New(rand.NewPCG(uint64(seed), 1))
				damaged, lossOnly, what := mutate(r, raw, records)
				got := errorsOf(t, damaged, lossOnly)
				if !lossOnly {
					continue
				}
				for rule := range got {
					if !clean[rule] {
						t.Errorf("seed %d (%s): an error that the undamaged capture does not show: %s", seed, what, rule)
						if dump := os.Getenv("MUTATION_DUMP"); dump != "" {
							os.WriteFile(filepath.Join(dump, fmt.Sprintf("%s-%d.pcap", dir, seed)), damaged, 0o666)
						}
					}
				}
			}
		})
		tried++
	}
	if tried < 50 {
		t.Fatalf("only %d captures were damaged", tried)
	}
}

func readCapture(t *testing.T, name string) []byte {
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if z, err := gzip.NewReader(bytes.NewReader(b)); err == nil {
		if b, err = io.ReadAll(z); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// split gives the records of a little-endian classic pcap, headers included;
// nil for anything else.
func split(b []byte) (records [][]byte) {
	if len(b) < 24 || binary.LittleEndian.Uint32(b) != 0xa1b2c3d4 && binary.LittleEndian.Uint32(b) != 0xa1b23c4d {
		return nil
	}
	for at := 24; at+16 <= len(b); {
		n := 16 + int(binary.LittleEndian.Uint32(b[at+8:]))
		if n < 16 || at+n > len(b) {
			return nil
		}
		records = append(records, b[at:at+n])
		at += n
	}
	return records
}

// mutate damages a capture. lossOnly says that no byte was changed: all that
// stands there was sent like that.
func mutate(r *rand.Rand, raw []byte, records [][]byte) (out []byte, lossOnly bool, what string) {
	join := func(list [][]byte) []byte {
		return bytes.Join(append([][]byte{raw[:24]}, list...), nil)
	}
	switch r.IntN(6) {
	case 0: // bytes flipped anywhere
		out = bytes.Clone(raw)
		for range 1 + r.IntN(20) {
			out[r.IntN(len(out))] ^= byte(1 + r.IntN(255))
		}
		return out, false, "flip"
	case 1: // bytes flipped inside packets
		out = bytes.Clone(raw)
		for range 1 + r.IntN(50) {
			out[24+r.IntN(len(out)-24)] ^= 1 << r.IntN(8)
		}
		return out, false, "flip bits"
	case 2: // packets lost one by one
		var keep [][]byte
		share := r.Float64() * 0.3
		for _, p := range records {
			if r.Float64() >= share {
				keep = append(keep, p)
			}
		}
		return join(keep), true, "lose"
	case 3: // a run of packets lost
		from := r.IntN(len(records))
		to := min(len(records), from+1+r.IntN(20))
		return join(append(append([][]byte{}, records[:from]...), records[to:]...)), true, "lose a run"
	case 4: // cut at both ends
		from := r.IntN(len(records) / 2)
		to := from + 1 + r.IntN(len(records)-from)
		return join(records[from:to]), true, "cut"
	}
	// Packets a few places from where they were captured.
	mixed := append([][]byte{}, records...)
	for i := range mixed {
		if j := min(len(mixed)-1, i+r.IntN(3)); r.IntN(4) == 0 {
			mixed[i], mixed[j] = mixed[j], mixed[i]
		}
	}
	return join(mixed), true, "reorder"
}

// errorsOf runs the program and gives the rules of its findings of severity
// error.
func errorsOf(t *testing.T, capture []byte, parse bool) map[string]bool {
	var stdout, stderr bytes.Buffer
	ended := time.AfterFunc(mutationTime, func() { panic(t.Name() + ": a damaged capture took too long") })
	code := run(context.Background(), []string{"-o", "json", "-"}, bytes.NewReader(capture), &stdout, &stderr)
	ended.Stop()
	if code > 1 || code == 1 && stderr.Len() == 0 {
		t.Errorf("exit code %d: %s", code, stderr.String())
	}
	rules := map[string]bool{}
	if !parse {
		return rules
	}
	for line := range bytes.Lines(stdout.Bytes()) {
		if !bytes.HasPrefix(line, []byte(`{"event":"finding"`)) {
			continue
		}
		var f struct{ Rule, Severity string }
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatal(err)
		}
		if f.Severity == "error" {
			rules[f.Rule] = true
		}
	}
	return rules
}
