package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"wsscope/capture"
	"wsscope/decode/tls"
	"wsscope/event"
	"wsscope/pipeline"
	"wsscope/truth"
)

// traced are captures whose frames are traced to the packet: each way to cut
// records, with padding, over HTTP/2, and in the clear.
var traced = map[string][]string{
	"plain": {"05-deflate-fragmented"},
	"wss":   {"tls13-aes128", "tls12-dhe-rsa-aes128gcm", "tls11-cbc", "records-split", "records-small", "records-small-mss", "records-reorder", "misc-dsb-end", "lib-node-gorilla"},
	"h2":    {"h2-tls-node", "h2-tls-framer-odd", "browser-h2-ws-nodeflate", "h2c-framer-odd", "h2c-node"},
}

// TestLayers follows each frame down to its packets: its spans cover it whole
// and in order, and the DATA frames, records and segments that they name are
// those that tshark finds under these numbers.
func TestLayers(t *testing.T) {
	for group, names := range traced {
		cases, err := truth.Load(filepath.Join("testdata", "captures", group))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, c := range cases {
			for _, name := range names {
				if c.Name != name {
					continue
				}
				found++
				t.Run(name, func(t *testing.T) { checkLayers(t, &c, group) })
			}
		}
		if found != len(names) {
			t.Errorf("%s: %d of %d captures are there", group, found, len(names))
		}
	}
}

func checkLayers(t *testing.T, c *truth.Case, group string) {
	var theirs *tsharkLayers
	var frames, data, records int
	sink := &frameSink{see: func(f *event.Frame) {
		if frames++; frames == 1 {
			theirs = layersOfTshark(t, c, f)
		}
		ports := fmt.Sprint(f.Conn.Client.Port(), ">", f.Conn.Server.Port())
		if f.Dir == event.ServerToClient {
			ports = fmt.Sprint(f.Conn.Server.Port(), ">", f.Conn.Client.Port())
		}
		var at uint64
		for _, s := range f.Spans {
			if s.Off != at {
				t.Fatalf("frame %d: a span begins at %d, the one before ended at %d", f.N, s.Off, at)
			}
			at += s.Len
			var v event.Via
			if s.Via > 0 {
				v = f.Vias[s.Via-1]
			}
			if over := f.Conn.Stream != 0; over != (v.Data.N != 0) {
				t.Fatalf("frame %d: the DATA frame is %+v", f.N, v.Data)
			}
			size, last := int64(s.Len), s.Packet
			if v.Record.N != 0 {
				records++
				size, last = int64(v.Record.Len)+5, v.Record.Last
			}
			if v.Data.N != 0 {
				data++
				if end := uint64(v.Data.At) + s.Len + uint64(v.Data.Pad); end > uint64(v.Data.Len) {
					t.Errorf("frame %d: %d bytes run out of the DATA frame %+v", f.N, s.Len, v.Data)
				}
			}
			if theirs != nil {
				theirs.check(t, ports, f, &v, s, size, last)
			}
		}
		if whole := uint64(f.HeaderLen) + f.Len; at != whole {
			t.Fatalf("frame %d: the spans cover %d of its %d bytes", f.N, at, whole)
		}
	}}
	keys := tls.NewKeys()
	if c.KeyLog != "" {
		log, err := os.ReadFile(c.KeyLog)
		if err != nil {
			t.Fatal(err)
		}
		keys.AddLog(log)
	}
	opt := pipeline.Options{}
	opt.Decode.Keys, opt.Decode.Spans = keys, true
	src := capture.Open(t.Context(), []string{c.Capture}, nil, capture.Options{})
	defer src.Close()
	if _, err := pipeline.New(sink, opt).Run(context.Background(), src); err != nil {
		t.Fatal(err)
	}
	if frames == 0 || group == "h2" && data == 0 || group == "wss" && records == 0 {
		t.Errorf("%d frames, %d runs in DATA frames, %d in records", frames, data, records)
	}
}

// frameSink looks at frames.
type frameSink struct{ see func(*event.Frame) }

func (*frameSink) Open(*event.Open)       {}
func (s *frameSink) Frame(f *event.Frame) { s.see(f) }
func (*frameSink) Message(*event.Message) {}
func (*frameSink) Finding(*event.Finding) {}
func (*frameSink) End(*event.End)         {}
func (*frameSink) Summary(*event.Summary) {}

// tsharkLayers is what tshark found, by ports of the direction.
type tsharkLayers struct {
	records map[string][]uint32 // lengths
	data    map[string][]tsharkData
	packets map[uint64][2]int64 // the range of the stream that a packet carried
}

type tsharkData struct{ stream, len uint32 }

func (l *tsharkLayers) check(t *testing.T, ports string, f *event.Frame, v *event.Via, s event.Span, size int64, last uint64) {
	t.Helper()
	if r := v.Record; r.N != 0 {
		all := l.records[ports]
		if r.N > uint64(len(all)) || all[r.N-1] != r.Len {
			t.Errorf("%s frame %d: record %d of %d bytes is not among the %d of tshark", ports, f.N, r.N, r.Len, len(all))
		}
	}
	if d := v.Data; d.N != 0 {
		all := l.data[ports]
		if d.N > uint64(len(all)) || all[d.N-1] != (tsharkData{d.Stream, d.Len}) {
			t.Errorf("%s frame %d: DATA frame %+v is not among the %d of tshark", ports, f.N, d, len(all))
		}
	}
	if first := l.packets[s.Packet]; s.TCP < first[0] || s.TCP >= first[1] {
		t.Errorf("%s frame %d: packet %d carries %d, not %d", ports, f.N, s.Packet, first, s.TCP)
	}
	if end, in := s.TCP+size-1, l.packets[last]; end < in[0] || end >= in[1] {
		t.Errorf("%s frame %d: packet %d carries %d, not %d", ports, f.N, last, in, end)
	}
}

// layersOfTshark asks tshark; nil where it is not there. It has to be told which
// port speaks HTTP/2 in the clear: that of f.
func layersOfTshark(t *testing.T, c *truth.Case, f *event.Frame) *tsharkLayers {
	if _, err := exec.LookPath("tshark"); err != nil || testing.Short() {
		return nil
	}
	args := []string{"-r", c.Capture, "-o", "tcp.reassemble_out_of_order:TRUE", "-T", "fields", "-E", "separator=|", "-E", "aggregator=,",
		"-e", "frame.number", "-e", "tcp.srcport", "-e", "tcp.dstport", "-e", "tcp.seq", "-e", "tcp.len",
		"-e", "tls.record.length", "-e", "http2.type", "-e", "http2.streamid", "-e", "http2.length"}
	if f.Conn.Stream != 0 && f.Vias[0].Record.N == 0 {
		args = append(args, "-d", fmt.Sprintf("tcp.port==%d,http2", f.Conn.Server.Port()))
	}
	if c.KeyLog != "" {
		args = append(args, "-o", "tls.keylog_file:"+c.KeyLog)
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil {
		t.Fatal(err)
	}
	l := &tsharkLayers{map[string][]uint32{}, map[string][]tsharkData{}, map[uint64][2]int64{}}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimRight(line, "\n"), "|")
		n := numbers(f[0])
		if len(f) != 9 || len(n) != 1 || f[1] == "" {
			continue
		}
		ports := f[1] + ">" + f[2]
		seq, size := numbers(f[3]), numbers(f[4])
		l.packets[uint64(n[0])] = [2]int64{seq[0] - 1, seq[0] - 1 + size[0]}
		for _, r := range numbers(f[5]) {
			l.records[ports] = append(l.records[ports], uint32(r))
		}
		types, streams, lengths := numbers(f[6]), numbers(f[7]), numbers(f[8])
		for i := range types {
			if types[i] == 0 && i < len(streams) && i < len(lengths) {
				l.data[ports] = append(l.data[ports], tsharkData{uint32(streams[i]), uint32(lengths[i])})
			}
		}
	}
	return l
}

func numbers(list string) (out []int64) {
	for s := range strings.SplitSeq(list, ",") {
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			out = append(out, n)
		}
	}
	return out
}
