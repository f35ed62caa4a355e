package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// FuzzRun is the whole program: the bytes of a capture in, JSON lines out.
func FuzzRun(f *testing.F) {
	files, err := filepath.Glob(filepath.Join("testdata", "captures", "*", "*", "capture*"))
	if err != nil || len(files) == 0 {
		f.Fatal("no captures", err)
	}
	for i, name := range files {
		if info, err := os.Stat(name); err != nil || info.Size() > 20<<10 || i%4 != 0 {
			continue
		}
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Setenv("SSLKEYLOGFILE", "")
	f.Fuzz(func(t *testing.T, in []byte) {
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), []string{"-o", "json", "--max-inflate", "1M", "-"}, bytes.NewReader(in), &stdout, &stderr)
		if code > exitInput || code == exitInput && stderr.Len() == 0 {
			t.Fatalf("exit code %d: %s", code, stderr.String())
		}
		checkLines(t, stdout.Bytes())
	})
}

// checkLines holds JSON lines against what the contract says about their
// numbers: packets never go back, frames of a connection are counted, the
// ends and the summary say what was told.
func checkLines(t *testing.T, out []byte) {
	type counts struct{ C2S, S2C uint64 }
	type conn struct {
		frames, messages counts
		ended            bool
	}
	conns := map[int]*conn{}
	var packet, frames, messages uint64
	opened, summaries := 0, 0
	for line := range bytes.Lines(out) {
		var l struct {
			Event       string
			Conn        int
			Packet      uint64
			Dir         string
			N, Index    uint64
			Frames      json.RawMessage
			Messages    json.RawMessage
			Connections int
		}
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatalf("%v: %.200s", err, line)
		}
		if summaries > 0 {
			t.Fatal("a line behind the summary")
		}
		if l.Event != "summary" && l.Packet < packet {
			t.Fatalf("packet %d after %d", l.Packet, packet)
		}
		packet = max(packet, l.Packet)
		c := conns[l.Conn]
		if l.Conn != 0 && l.Event != "open" && l.Event != "refused" && (c == nil || c.ended) {
			if l.Event != "finding" || c == nil {
				t.Fatalf("connection %d is not open: %.200s", l.Conn, line)
			}
		}
		count := func(of *counts) *uint64 {
			if l.Dir == "c2s" {
				return &of.C2S
			}
			return &of.S2C
		}
		switch l.Event {
		case "open", "refused":
			if c != nil {
				t.Fatalf("connection %d twice", l.Conn)
			}
			conns[l.Conn] = &conn{}
			if l.Event == "open" {
				opened++
			}
		case "frame":
			n := count(&c.frames)
			*n++
			frames++
			if l.N != c.frames.C2S+c.frames.S2C || l.Index != *n {
				t.Fatalf("frame %d, %d of its direction, is told as number %d, %d", l.N, l.Index, c.frames.C2S+c.frames.S2C, *n)
			}
		case "message":
			*count(&c.messages)++
			messages++
		case "end":
			c.ended = true
			var f, m counts
			if json.Unmarshal(l.Frames, &f) != nil || json.Unmarshal(l.Messages, &m) != nil || f != c.frames || m != c.messages {
				t.Fatalf("%.200s does not say %+v", line, c)
			}
		case "summary":
			summaries++
			var f, m uint64
			if json.Unmarshal(l.Frames, &f) != nil || json.Unmarshal(l.Messages, &m) != nil || f != frames || m != messages || l.Connections != opened {
				t.Fatalf("%.300s does not say %d, %d, %d", line, opened, frames, messages)
			}
		}
	}
	if summaries != 1 && len(out) > 0 {
		t.Fatal("no summary")
	}
}
