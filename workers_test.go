package main

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"wsscope/capture"
	"wsscope/export"
	"wsscope/limits"
	"wsscope/pipeline"
)

// TestWorkers holds that the number of workers changes nothing in the output.
func TestWorkers(t *testing.T) {
	for _, name := range []string{"plain/14-many-conns", "plain/21-http-proxy", "h2/h2c-node", "hurt/hurt-drop-random-5", "bad/bad-hs-key-reused", "bad/bad-mask-seed-repeat"} {
		files, err := filepath.Glob(filepath.Join("testdata", "captures", filepath.FromSlash(name), "capture*"))
		if err != nil || len(files) != 1 {
			t.Fatal(name, files, err)
		}
		for _, packets := range []uint64{0, 500} { // all, or as many as leave connections open
			want := withWorkers(t, files, packets, 1)
			for _, n := range []int{2, 7} {
				if got := withWorkers(t, files, packets, n); !bytes.Equal(got, want) {
					t.Errorf("%s: %d workers tell another story than one, of %d packets (0: all)", name, n, packets)
				}
			}
		}
	}
}

func withWorkers(t *testing.T, files []string, packets uint64, workers int) []byte {
	src := capture.Open(t.Context(), files, nil, capture.Options{})
	defer src.Close()
	opt := pipeline.Options{Workers: workers, MaxPackets: packets}
	opt.Decode.Payload, opt.Decode.InflateLimit = limits.FramePayload, int64(limits.InflatedMessage)
	var out bytes.Buffer
	if _, err := pipeline.New(export.NewJSON(&out, export.Options{MaxPayload: -1}), opt).Run(context.Background(), src); err != nil {
		t.Fatal(err)
	}
	if out.Len() == 0 {
		t.Fatal("no output")
	}
	return out.Bytes()
}
