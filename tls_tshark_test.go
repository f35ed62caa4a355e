package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"wsscope/decode/frame"
	"wsscope/truth"
)

// TestTshark holds decryption against tshark's, over the captures with TLS and
// HTTP/2: the bytes of each WebSocket after decryption, and the frames that
// tshark takes them for. docs/tls.md lists the captures where the two differ,
// and what is on the wire; a capture that leaves or enters that list fails.
func TestTshark(t *testing.T) {
	if testing.Short() {
		t.Skip("skipped: runs tshark on every capture")
	}
	version, err := exec.Command("tshark", "--version").Output()
	if err != nil {
		t.Skip("skipped: tshark is not installed")
	}
	t.Setenv("SSLKEYLOGFILE", "")
	listed := tsharkDiffers(t)
	// The list is that of one version: others have other faults.
	holds := bytes.HasPrefix(version, []byte("TShark (Wireshark) 4.0."))
	if !holds {
		t.Logf("the list in docs/tls.md was made with tshark 4.0; differences are only shown with %.40q", version)
	}
	compared, same := 0, 0
	for _, group := range []string{"wss", "h2"} {
		cases, err := truth.Load(filepath.Join("testdata", "captures", group))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cases {
			t.Run(c.Name, func(t *testing.T) {
				ours, theirs := seenByWsscope(t, &c), seenByTshark(t, &c)
				var differs []string
				n := 0
				for _, conn := range ours {
					n += len(conn.wire[0]) + len(conn.wire[1])
					if theirs.has(conn) {
						continue
					}
					t.Logf("client port %s, stream %d: tshark has not these %d and %d bytes", conn.port, conn.stream, len(conn.wire[0]), len(conn.wire[1]))
					if len(differs) == 0 {
						differs = append(differs, "bytes")
					}
				}
				if what := theirs.sameFrames(ours); what != "" {
					differs = append(differs, "frames")
					t.Log(what)
				}
				compared += n
				if len(differs) == 0 {
					same += n
				}
				got := strings.Join(differs, ", ")
				switch want := listed[c.Name]; {
				case got == want:
				case holds:
					t.Errorf("tshark differs in %q; docs/tls.md says %q", got, want)
				default:
					t.Logf("tshark differs in %q; docs/tls.md says %q", got, want)
				}
				delete(listed, c.Name)
			})
		}
	}
	for name := range listed {
		t.Errorf("docs/tls.md lists %s, which is no capture", name)
	}
	if compared == 0 || same == 0 {
		t.Errorf("%d bytes compared, %d the same", compared, same)
	}
	t.Logf("%d bytes of WebSocket compared, %d in captures without a difference", compared, same)
}

// tsharkDiffers reads the list in docs/tls.md.
func tsharkDiffers(t *testing.T) map[string]string {
	doc, err := os.ReadFile(filepath.Join("docs", "tls.md"))
	if err != nil {
		t.Fatal(err)
	}
	list := map[string]string{}
	for _, m := range regexp.MustCompile(`(?m)^\| ([a-z0-9-]+) \| (bytes|frames|bytes, frames) \|`).FindAllSubmatch(doc, -1) {
		list[string(m[1])] = string(m[2])
	}
	if len(list) == 0 {
		t.Fatal("no list in docs/tls.md")
	}
	return list
}

// seenConn is one WebSocket as it was sent.
type seenConn struct {
	port   string // the client's
	stream uint32
	wire   [2][]byte   // by direction
	frames [2][]string // "opcode fin length"
}

// seenByWsscope puts the bytes on the wire together again from the frame
// lines.
func seenByWsscope(t *testing.T, c *truth.Case) []*seenConn {
	args := append([]string{"-o", "json"}, c.Meta.Args...)
	if c.KeyLog != "" {
		args = append(args, "--keylog", c.KeyLog)
	} else if c.RSAKey != "" {
		args = append(args, "--tls-key", c.RSAKey)
	}
	var stdout, stderr bytes.Buffer
	run(context.Background(), append(args, c.Capture), strings.NewReader(""), &stdout, &stderr)
	byID := map[int]*seenConn{}
	var all []*seenConn
	lines := bufio.NewScanner(&stdout)
	lines.Buffer(nil, 1<<30)
	for lines.Scan() {
		var l struct {
			Event, Client, Dir string
			Conn               int
			Stream             uint32
			FIN                bool `json:"fin"`
			RSV1               bool `json:"rsv1"`
			RSV2               bool `json:"rsv2"`
			RSV3               bool `json:"rsv3"`
			Opcode             uint8
			Masked             bool
			MaskKey            string `json:"mask_key"`
			HeaderLen          int    `json:"header_len"`
			Len                uint64
			Payload            []byte
		}
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		switch l.Event {
		case "open":
			_, port, _ := strings.Cut(l.Client[strings.LastIndex(l.Client, "]")+1:], ":")
			byID[l.Conn] = &seenConn{port: port, stream: l.Stream}
			all = append(all, byID[l.Conn])
		case "frame":
			d := 0
			if l.Dir == "s2c" {
				d = 1
			}
			b := []byte{l.Opcode}
			for i, bit := range []bool{l.FIN, l.RSV1, l.RSV2, l.RSV3} {
				if bit {
					b[0] |= 0x80 >> i
				}
			}
			mask := byte(0)
			head := l.HeaderLen
			if l.Masked {
				mask, head = 0x80, head-4
			}
			switch head {
			case 2:
				b = append(b, mask|byte(l.Len))
			case 4:
				b = binary.BigEndian.AppendUint16(append(b, mask|126), uint16(l.Len))
			default:
				b = binary.BigEndian.AppendUint64(append(b, mask|127), l.Len)
			}
			if l.Masked {
				var key [4]byte
				hex.Decode(key[:], []byte(l.MaskKey))
				b = append(b, key[:]...)
				frame.Mask(l.Payload, key, 0)
			}
			s := byID[l.Conn]
			s.wire[d] = append(append(s.wire[d], b...), l.Payload...)
			s.frames[d] = append(s.frames[d], fmt.Sprint(l.Opcode, l.FIN, l.Len))
		}
	}
	return all
}

// tsharkView is what tshark makes of a capture.
type tsharkView struct {
	streams []tsharkStream
	frames  map[string][]string // of all WebSockets, by source and destination port
}

// tsharkStream is a TCP connection after decryption, by side.
type tsharkStream struct{ side [2][]byte }

// tsharkStreams is how many TCP connections of a capture are compared; none
// has more.
const tsharkStreams = 24

func seenByTshark(t *testing.T, c *truth.Case) tsharkView {
	args := []string{"-r", c.Capture, "-o", "tcp.reassemble_out_of_order:TRUE", "-T", "fields", "-E", "separator=|", "-E", "aggregator=,",
		"-e", "tcp.srcport", "-e", "tcp.dstport", "-e", "websocket.opcode", "-e", "websocket.fin",
		"-e", "websocket.payload_length", "-e", "websocket.payload_length_ext_16", "-e", "websocket.payload_length_ext_64"}
	switch {
	case c.KeyLog != "":
		args = append(args, "-o", "tls.keylog_file:"+c.KeyLog)
	case c.RSAKey != "":
		args = append(args, "-o", `uat:rsa_keys:"`+c.RSAKey+`",""`)
	}
	for i := range tsharkStreams {
		args = append(args, "-z", fmt.Sprintf("follow,tls,raw,%d", i), "-z", fmt.Sprintf("follow,tcp,raw,%d", i))
	}
	out, err := exec.Command("tshark", args...).Output()
	if err != nil {
		t.Logf("tshark: %v", err) // what it printed counts
	}
	v := tsharkView{frames: map[string][]string{}}
	packets, follows, _ := strings.Cut(string(out), "\n====")
	for line := range strings.Lines(packets) {
		v.packet(strings.Split(strings.TrimRight(line, "\n"), "|"))
	}
	for _, block := range strings.Split(follows, "Follow: ")[1:] {
		var s tsharkStream
		for line := range strings.Lines(block) {
			text := strings.TrimRight(line, "\n")
			side := 0
			if strings.HasPrefix(text, "\t") {
				side, text = 1, text[1:]
			}
			if b, err := hex.DecodeString(text); err == nil {
				s.side[side] = append(s.side[side], b...)
			}
		}
		v.streams = append(v.streams, s)
	}
	return v
}

// packet takes the fields of a packet.
func (v *tsharkView) packet(f []string) {
	if len(f) < 7 || f[2] == "" {
		return
	}
	list := func(i int) []string {
		if f[i] == "" {
			return nil
		}
		return strings.Split(f[i], ",")
	}
	next := func(l *[]string) (s string) {
		if len(*l) > 0 {
			s, *l = (*l)[0], (*l)[1:]
		}
		return s
	}
	fin, short, medium, long := list(3), list(4), list(5), list(6)
	for _, opcode := range list(2) {
		n := next(&short)
		switch n {
		case "126":
			n = next(&medium)
		case "127":
			n = next(&long)
		}
		final, _ := strconv.ParseBool(next(&fin))
		port, _, _ := strings.Cut(f[0], ",")
		to, _, _ := strings.Cut(f[1], ",")
		v.frames[port+">"+to] = append(v.frames[port+">"+to], fmt.Sprint(opcode, " ", final, " ", n))
	}
}

// has reports whether one of the streams holds the bytes of a WebSocket.
func (v *tsharkView) has(c *seenConn) bool {
	for _, s := range v.streams {
		for client := range 2 {
			a, b := s.side[client], s.side[1-client]
			if c.stream != 0 {
				a, b = http2Data(a, c.stream), http2Data(b, c.stream)
				if bytes.Equal(a, c.wire[0]) && bytes.Equal(b, c.wire[1]) {
					return true
				}
			} else if bytes.HasSuffix(a, c.wire[0]) && bytes.HasSuffix(b, c.wire[1]) {
				return true
			}
		}
	}
	return len(c.wire[0])+len(c.wire[1]) == 0
}

// http2Data joins the DATA frames of a stream (RFC 9113 section 6.1).
func http2Data(b []byte, stream uint32) (data []byte) {
	b = bytes.TrimPrefix(b, []byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	for len(b) >= 9 {
		n := int(b[0])<<16 | int(b[1])<<8 | int(b[2])
		if len(b) < 9+n {
			break
		}
		payload := b[9 : 9+n]
		if b[3] == 0 && binary.BigEndian.Uint32(b[5:]) == stream {
			if b[4]&8 != 0 && n > 0 {
				payload = payload[1 : n-min(n-1, int(payload[0]))]
			}
			data = append(data, payload...)
		}
		b = b[9+n:]
	}
	return data
}

// sameFrames compares the frames of each direction of each client port, and
// says where they differ first.
func (v *tsharkView) sameFrames(ours []*seenConn) string {
	want, got := map[string][]string{}, map[string][]string{}
	clients := map[string]bool{}
	for _, c := range ours {
		clients[c.port] = true
		for d, list := range c.frames {
			key := c.port + [...]string{" c2s", " s2c"}[d]
			want[key] = append(want[key], list...)
		}
	}
	for ports, list := range v.frames {
		from, to, _ := strings.Cut(ports, ">")
		key := from + " c2s"
		if clients[to] && !clients[from] {
			key = to + " s2c"
		}
		got[key] = append(got[key], list...)
		if _, known := want[key]; !known {
			return fmt.Sprintf("tshark alone has %d frames of %s", len(list), key)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(want)) {
		a, b := want[key], got[key]
		if slices.Equal(a, b) {
			continue
		}
		i := 0
		for i < min(len(a), len(b)) && a[i] == b[i] {
			i++
		}
		return fmt.Sprintf("%s: %d frames, tshark has %d; behind the first %d: %q, tshark %q", key, len(a), len(b), i, a[i:min(i+3, len(a))], b[i:min(i+3, len(b))])
	}
	return ""
}
