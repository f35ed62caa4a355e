package link

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFormatsTshark asks tshark, where there is one, whether the packets of
// the other tests are what their names say.
func TestFormatsTshark(t *testing.T) {
	if _, err := exec.LookPath("tshark"); err != nil {
		t.Skip("no tshark")
	}
	// Formats that tshark does not read, or not without being told.
	exceptions := []string{
		"PPP of pppd, sent", "PPP of pppd, received", "MPLS alone", // link types it does not know
		"NFLOG, big endian",                                // a preference
		"VXLAN of old Linux",                               // a preference
		"MPLS pseudowire", "MPLS pseudowire, control word", // guessed otherwise
		"ERSPAN III, subheader, IP", // Ethernet only
	}
	file := filepath.Join(t.TempDir(), "formats.pcapng")
	if err := os.WriteFile(file, formatsFile(), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("tshark", "-r", file, "-o", "tcp.check_checksum:TRUE",
		"-T", "fields", "-E", "occurrence=l", "-e", "tcp.payload", "-e", "tcp.checksum.status", "-e", "frame.protocols").Output()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(out), "\n")
	for i, f := range formats() {
		if !slices.Contains(exceptions, f.name) && !strings.HasPrefix(lines[i], "7061796c6f6164\t1\t") {
			t.Errorf("%s: tshark has %q", f.name, lines[i])
		}
	}
}

// formatsFile is a pcapng file with an interface and a packet for each of
// formats.
func formatsFile() []byte {
	var file bytes.Buffer
	block := func(typ uint32, body []byte) {
		for len(body)%4 != 0 {
			body = append(body, 0)
		}
		length := uint32(12 + len(body))
		for _, field := range []any{typ, length, body, length} {
			if err := binary.Write(&file, binary.LittleEndian, field); err != nil {
				panic(err)
			}
		}
	}
	u32 := binary.LittleEndian.AppendUint32
	block(0x0a0d0d0a, h("4d3c2b1a 0100 0000 ffffffffffffffff", nil))
	for _, f := range formats() {
		block(1, u32(u32(nil, uint32(f.link)), 0))
	}
	for i, f := range formats() {
		n := uint32(len(f.data))
		packet := u32(u32(u32(u32(u32(nil, uint32(i)), 0), 0), n), n)
		block(6, append(append(packet, f.data...), 0)[:len(packet)+len(f.data)])
	}
	return file.Bytes()
}
