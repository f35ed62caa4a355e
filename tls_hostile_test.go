package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2/hpack"
)

// said is what a run of the text view and one of the summary gave.
type said struct {
	code         int
	text, stderr string
	summary      struct {
		Frames, Connections uint64
		Encrypted           uint64 `json:"encrypted_connections"`
		Limits              any
		Notes               []string
	}
}

// saidOf runs the program on a capture, with a key log if there is one.
func saidOf(t *testing.T, capture []byte, keys string) (s said) {
	t.Helper()
	t.Setenv("SSLKEYLOGFILE", "")
	dir := t.TempDir()
	name := filepath.Join(dir, "capture")
	args := []string{name}
	if err := os.WriteFile(name, capture, 0o666); err != nil {
		t.Fatal(err)
	}
	if keys != "" {
		log := filepath.Join(dir, "keys.log")
		if err := os.WriteFile(log, []byte(keys), 0o666); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--keylog", log)
	}
	var stdout, stderr bytes.Buffer
	s.code = run(context.Background(), append([]string{"-o", "text"}, args...), strings.NewReader(""), &stdout, &stderr)
	s.text, s.stderr = strings.Join(strings.Fields(stdout.String()), " "), stderr.String()
	stdout.Reset()
	if code := run(context.Background(), append([]string{"-o", "summary"}, args...), strings.NewReader(""), &stdout, &stderr); code != s.code {
		t.Errorf("exit code %d with -o summary, %d with -o text", code, s.code)
	}
	if err := json.Unmarshal(stdout.Bytes(), &s.summary); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestHostileTLS holds that damaged records, wrong keys and broken off
// handshakes end in words, exit code 0, and what could be read.
func TestHostileTLS(t *testing.T) {
	dir := filepath.Join("testdata", "captures", "wss", "tls13-aes128")
	capture, err := unpacked(filepath.Join(dir, "capture.pcapng.gz"))
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "keys.log"))
	if err != nil {
		t.Fatal(err)
	}
	keys := string(b)
	whole := saidOf(t, capture, keys)
	if whole.summary.Frames == 0 {
		t.Fatal("the capture has no frames")
	}
	halves := regexp.MustCompile(`(?m)^(\S+ \S+ [0-9a-f]{32})[0-9a-f]+$`).ReplaceAllString(keys, "$1")
	changed := regexp.MustCompile(`(?m)[0-9a-f]{4}$`).ReplaceAllString(keys, "0000")
	hello := clientHello(t, capture)
	alert := func(level, description byte) []byte { return []byte{21, 3, 3, 0, 2, level, description} }

	for _, c := range []struct {
		name      string
		capture   []byte
		keys      string
		frames    func(n uint64) bool
		encrypted uint64
		text      []string // in the text view, and so in the notes
		stderr    string
	}{
		{"no keys", capture, "", none, 1, []string{"1 encrypted connection", `1 TLS connection not decrypted: no keys were given: name a key log with --keylog`, `TLS 1.3 TLS_AES_128_GCM_SHA256 to "localhost": no keys were given`}, ""},
		{"secrets cut in half", capture, halves, none, 1, []string{"1 TLS connection not decrypted:"}, "lines of the key log are not of its format; they are ignored"},
		{"secrets that are wrong", capture, changed, none, 1, []string{"1 TLS connection not decrypted: records do not open with the key that the key log has for this connection"}, ""},
		{"a bit flipped in every eighth packet", flip(capture, 8), keys, some, 0, nil, ""},
		{"a bit flipped in every packet", flip(capture, 1), keys, none, 0, []string{"1 TLS connection decrypted in part: bytes lost here"}, ""},
		{"begins inside a record", cutFront(t, capture), changed, none, 1, []string{"1 TLS connection not decrypted: joined after the handshake: start the capture before the connection"}, ""},
		{"begins inside a record, keys at hand", cutFront(t, capture), keys, some, 0, nil, ""},
		{"refused version", tcpCapture(sent{0, hello}, sent{1, alert(2, 70)}), keys, none, 0, []string{`1 TLS connection not decrypted: the handshake failed: the server sent the alert fatal protocol_version`}, ""},
		{"bad certificate, in clear", tcpCapture(sent{0, hello}, sent{0, alert(2, 42)}), keys, none, 0, []string{"the client sent the alert fatal bad_certificate"}, ""},
		{"alerts without end", tcpCapture(sent{0, hello}, sent{1, bytes.Repeat(alert(1, 90), 5000)}), keys, none, 0, []string{"limit tls-alerts ×"}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := saidOf(t, c.capture, c.keys)
			if s.code != 0 {
				t.Errorf("exit code %d: %s", s.code, s.stderr)
			}
			if !c.frames(s.summary.Frames) || s.summary.Frames > whole.summary.Frames {
				t.Errorf("%d frames of %d", s.summary.Frames, whole.summary.Frames)
			}
			if s.summary.Encrypted != c.encrypted {
				t.Errorf("%d encrypted connections, want %d", s.summary.Encrypted, c.encrypted)
			}
			for _, want := range c.text {
				if !strings.Contains(s.text, want) {
					t.Errorf("not said: %s\n%s", want, s.text)
				}
			}
			if !strings.Contains(s.stderr, c.stderr) || c.stderr == "" && s.stderr != "" {
				t.Errorf("standard error is %q, want %q", s.stderr, c.stderr)
			}
		})
	}
}

func none(n uint64) bool { return n == 0 }
func some(n uint64) bool { return n > 0 }

// TestHostileHTTP2 holds that floods of HTTP/2 end in bounded time, with the
// limit named.
func TestHostileHTTP2(t *testing.T) {
	frame := func(n int, kind, flags byte, stream uint32, payload []byte) []byte {
		b := append([]byte{byte(n >> 16), byte(n >> 8), byte(n), kind, flags}, binary.BigEndian.AppendUint32(nil, stream)...)
		return append(b, payload...)
	}
	preface := append([]byte("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), frame(0, 4, 0, 0, nil)...)
	var block bytes.Buffer
	e := hpack.NewEncoder(&block)
	for _, f := range []string{":method=CONNECT", ":protocol=websocket", ":scheme=http", ":path=/", ":authority=a"} {
		name, value, _ := strings.Cut(f, "=")
		e.WriteField(hpack.HeaderField{Name: name, Value: value})
	}
	e.WriteField(hpack.HeaderField{Name: "x", Value: strings.Repeat("y", 3000)})
	// The dynamic table's newest entry (index 62), 10,000 times: 30 MB.
	bomb := append(bytes.Clone(block.Bytes()), bytes.Repeat([]byte{0x80 | 62}, 10_000)...)
	endless := append(bytes.Clone(preface), frame(block.Len(), 1, 0, 1, block.Bytes())...)
	for range 5000 {
		endless = append(endless, frame(100, 9, 0, 1, make([]byte, 100))...)
	}
	settings := append(bytes.Clone(preface), bytes.Repeat(frame(6, 4, 0, 0, []byte{0, 8, 0, 0, 0, 1}), 200_000)...)
	for _, c := range []struct {
		name   string
		client []byte
		want   string
	}{
		{"hpack bomb", append(bytes.Clone(preface), frame(len(bomb), 1, 4, 1, bomb)...), "limit h2-header-list ×1"},
		{"endless CONTINUATION", endless, "limit h2-header-block ×1"},
		{"settings flood", settings, "0 connections"},
	} {
		t.Run(c.name, func(t *testing.T) {
			begin := time.Now()
			s := saidOf(t, tcpCapture(sent{0, c.client}), "")
			if s.code != 0 || s.stderr != "" {
				t.Errorf("exit code %d: %s", s.code, s.stderr)
			}
			if !strings.Contains(s.text, c.want) {
				t.Errorf("not said: %s\n%s", c.want, s.text)
			}
			if took := time.Since(begin); took > time.Minute {
				t.Errorf("took %v", took)
			}
		})
	}
}

// packetsOf calls f with the data of each enhanced packet block of a pcapng in
// the byte order of this file's captures.
func packetsOf(capture []byte, f func(i int, data []byte)) {
	le, i := binary.LittleEndian, 0
	for at := 0; at+12 <= len(capture); {
		n := int(le.Uint32(capture[at+4:]))
		if le.Uint32(capture[at:]) == 6 {
			f(i, capture[at+28:at+28+int(le.Uint32(capture[at+20:]))])
			i++
		}
		at += n
	}
}

// tcpPayload gives what an Ethernet frame with IPv4 and TCP carries.
func tcpPayload(frame []byte) []byte {
	const eth = 14
	if len(frame) < eth+40 {
		return nil
	}
	head := eth + int(frame[eth]&15)*4
	if head += int(frame[head+12]>>4) * 4; head > len(frame) {
		return nil
	}
	return frame[head:]
}

// flip gives the capture with one bit flipped in the payload of every n-th
// packet that has one.
func flip(capture []byte, n int) []byte {
	capture = bytes.Clone(capture)
	carrying := 0
	packetsOf(capture, func(_ int, data []byte) {
		p := tcpPayload(data)
		if len(p) < 6 {
			return
		}
		if carrying++; carrying%n == 0 {
			p[5+(len(p)-5)/2] ^= 0x10
			checksum(data[14:])
		}
	})
	return capture
}

// checksum makes the TCP checksum of an IPv4 packet right again.
func checksum(ip []byte) {
	t := ip[int(ip[0]&15)*4:]
	t[16], t[17] = 0, 0
	b := slices.Concat(ip[12:20], []byte{0, 6, byte(len(t) >> 8), byte(len(t))}, t)
	if len(b)%2 == 1 {
		b = append(b, 0)
	}
	var sum uint32
	for i := 0; i < len(b); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	for sum>>16 != 0 {
		sum = sum&0xFFFF + sum>>16
	}
	binary.BigEndian.PutUint16(t[16:], ^uint16(sum))
}

// clientHello gives the first record of the capture.
func clientHello(t *testing.T, capture []byte) (hello []byte) {
	packetsOf(capture, func(_ int, data []byte) {
		if p := tcpPayload(data); hello == nil && len(p) > 5 && p[0] == 22 {
			hello = bytes.Clone(p[:5+int(binary.BigEndian.Uint16(p[3:]))])
		}
	})
	if hello == nil {
		t.Fatal("no ClientHello")
	}
	return hello
}

// cutFront gives the records of the capture's application data in a connection
// of their own, from the middle of one on.
func cutFront(t *testing.T, capture []byte) []byte {
	var late []sent
	port := uint16(0)
	packetsOf(capture, func(i int, data []byte) {
		p := tcpPayload(data)
		if len(p) == 0 {
			return
		}
		from := binary.BigEndian.Uint16(data[34:])
		if port == 0 {
			port = from // the client speaks first
		}
		side := 0
		if from != port {
			side = 1
		}
		if len(late) > 0 || p[0] == 23 && len(p) > 40 && side == 0 {
			late = append(late, sent{side, bytes.Clone(p)})
		}
	})
	if len(late) < 4 {
		t.Fatal("no application data")
	}
	late[0].data = late[0].data[20:]
	return tcpSegments(false, late...)
}

// sent is what one side sends: 0 is the client.
type sent struct {
	side int
	data []byte
}

// tcpCapture gives a capture of one connection from its SYN on.
func tcpCapture(all ...sent) []byte { return tcpSegments(true, all...) }

// tcpSegments gives a capture of one connection, raw IPv4 in a classic pcap.
func tcpSegments(whole bool, all ...sent) []byte {
	le, be := binary.LittleEndian, binary.BigEndian
	b := le.AppendUint32(nil, 0xA1B2C3D4)
	b = le.AppendUint32(b, 2|4<<16)
	b = le.AppendUint32(le.AppendUint64(b, 0), 1<<18)
	b = le.AppendUint32(b, 101) // LINKTYPE_RAW
	seq := [2]uint32{1000, 9000}
	when := uint32(1_700_000_000)
	packet := func(side int, flags byte, payload []byte) {
		when++
		ip := be.AppendUint16([]byte{0x45, 0}, uint16(40+len(payload)))
		ip = append(ip, 0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, byte(1+side), 10, 0, 0, byte(2-side))
		ip = be.AppendUint16(be.AppendUint16(ip, [2]uint16{40000, 8443}[side]), [2]uint16{8443, 40000}[side])
		ip = be.AppendUint32(be.AppendUint32(ip, seq[side]), seq[1-side])
		ip = append(append(ip, 0x50, flags, 255, 255, 0, 0, 0, 0), payload...)
		checksum(ip)
		b = le.AppendUint32(le.AppendUint32(b, when), 0)
		b = le.AppendUint32(le.AppendUint32(b, uint32(len(ip))), uint32(len(ip)))
		b = append(b, ip...)
		seq[side] += uint32(len(payload))
		if flags&3 != 0 {
			seq[side]++
		}
	}
	if whole {
		packet(0, 2, nil)
		packet(1, 0x12, nil)
		packet(0, 0x10, nil)
	}
	for _, s := range all {
		for part := range slices.Chunk(s.data, 1400) {
			packet(s.side, 0x18, part)
		}
	}
	for side := range 2 {
		packet(side, 0x11, nil)
	}
	return b
}
