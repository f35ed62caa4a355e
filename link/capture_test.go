package link

import (
	"bytes"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/gopacket/pcapgo"

	"wsscope/capture"
)

var update = flag.Bool("update", false, "have tshark write the .tshark files anew")

// TestCaptures holds what is decoded from real captures against what tshark
// says of them, one line a segment.
func TestCaptures(t *testing.T) {
	for _, file := range captures(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			golden := strings.TrimSuffix(file, ".pcap") + ".tshark"
			if *update {
				if err := os.WriteFile(golden, tshark(t, file), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			compareWithGolden(t, file, golden)
		})
	}
}

func compareWithGolden(t *testing.T, file, golden string) {
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	d := NewDecoder()
	for _, p := range readCapture(t, file) {
		var s Segment
		if d.Decode(&p, &s) == TCP {
			fmt.Fprintln(&got, p.Number, netip.AddrFrom16(s.Src).Unmap(), netip.AddrFrom16(s.Dst).Unmap(),
				s.SrcPort, s.DstPort, s.Seq, s.Ack, uint8(s.Flags), s.Window, s.Len, s.TTL, s.Checksum == ChecksumGood)
		}
	}
	gotLines, wantLines := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
	if len(wantLines) < 10 {
		t.Fatalf("only %d lines to compare with", len(wantLines))
	}
	for i := range max(len(gotLines), len(wantLines)) {
		if i >= len(gotLines) || i >= len(wantLines) {
			t.Fatalf("%d lines, want %d", len(gotLines), len(wantLines))
		}
		if gotLines[i] != wantLines[i] {
			t.Fatalf("\n got %s\nwant %s", gotLines[i], wantLines[i])
		}
	}
}

// tshark gives tshark's view in our columns: the innermost addresses, and
// only segments with a sound header. tshark decodes the headers that ICMP
// quotes as well.
func tshark(t *testing.T, file string) []byte {
	fields := []string{"frame.number", "frame.protocols", "ip.src", "ip.dst", "ip.ttl", "ipv6.src", "ipv6.dst", "ipv6.hlim",
		"tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.window_size_value", "tcp.len", "tcp.checksum.status"}
	arguments := []string{"-r", file, "-o", "tcp.check_checksum:TRUE", "-Y", "tcp.len && tcp.checksum.status && !icmp", "-T", "fields", "-E", "occurrence=l"}
	for _, f := range fields {
		arguments = append(arguments, "-e", f)
	}
	out, err := exec.Command("tshark", arguments...).Output()
	if err != nil {
		t.Fatal(err)
	}
	var lines bytes.Buffer
	for line := range strings.Lines(string(out)) {
		column := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		protocols := strings.Split(column[1], ":")
		address := column[2:5]
		for _, p := range protocols {
			switch p {
			case "ip":
				address = column[2:5]
			case "ipv6":
				address = column[5:8]
			}
		}
		flags, err := strconv.ParseUint(column[12], 0, 16)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&lines, column[0], address[0], address[1], column[8], column[9], column[10], column[11],
			uint8(flags), column[13], column[14], address[2], column[15] == "1")
	}
	return lines.Bytes()
}

// captures names the captures in testdata.
func captures(t testing.TB) []string {
	files, err := filepath.Glob("testdata/*.pcap")
	if err != nil || len(files) < 20 {
		t.Fatalf("%d captures in testdata: %v", len(files), err)
	}
	return files
}

func readCapture(t testing.TB, file string) []capture.Packet {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r, err := pcapgo.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	link := capture.LinkType(binary.LittleEndian.Uint32(data[20:])) // pcapgo keeps 8 bits of it
	var packets []capture.Packet
	for {
		data, info, err := r.ReadPacketData()
		if errors.Is(err, io.EOF) {
			return packets
		}
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, capture.Packet{
			Number: uint64(len(packets) + 1), Time: info.Timestamp.UnixNano(), Data: data, WireLen: info.Length, Link: link,
		})
	}
}
