package judge

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wsscope/decode/deflate"
	"wsscope/decode/extension"
	"wsscope/decode/http1"
	"wsscope/decode/text"
	"wsscope/event"
)

// A trace is the notation of the examples in docs/rules.md. It is read here
// by the plainest means, without the decoder, and played to the judges.

const (
	baseRequest = "GET /chat HTTP/1.1\nHost: server.example.com\nUpgrade: websocket\nConnection: Upgrade\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13\nOrigin: http://example.com"
	baseResponse = "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
)

// player plays one trace.
type player struct {
	t        testing.TB
	findings []*event.Finding
	cross    *Cross
	now      event.Stamp
	id       int

	request, response []string // head lines
	handshake         event.Handshake
	early             bool
	params            string // of permessage-deflate, agreed by "deflate"
	agreed            bool

	j    *Conn
	conn *event.Conn
	open bool
	dirs [2]sender
	n    uint64
	last *event.End
}

type sender struct {
	index  uint64
	joined []byte
	frames []uint64
	op     uint8
	rsv1   bool
	ctx    *deflate.Context
	ended  bool
}

// play runs a trace and gives the findings.
func play(t testing.TB, trace string) *player {
	t.Helper()
	p := &player{t: t, now: event.Stamp{Packet: 1, Time: 1e18}, request: strings.Split(baseRequest, "\n"), response: strings.Split(baseResponse, "\n")}
	p.cross = NewCross(p.take)
	for line := range strings.SplitSeq(trace, "\n") {
		p.line(line)
	}
	p.begin()
	p.end()
	return p
}

func (p *player) take(f *event.Finding) { p.findings = append(p.findings, f) }

// count says how often a rule was told.
func (p *player) count(rule string) (n int) {
	for _, f := range p.findings {
		if f.Rule == rule {
			n++
		}
	}
	return n
}

func (p *player) line(line string) {
	word, rest, _ := strings.Cut(line, " ")
	switch word {
	case "":
	case ">":
		edit(&p.request, rest)
	case "<":
		edit(&p.response, rest)
	case "deflate":
		p.agreed, p.params = true, rest
	case "early":
		p.early = true
	case "inferred":
		p.handshake = event.HandshakeInferred
	case "request", "response":
		p.handshake = map[string]event.Handshake{"request": event.HandshakeRequestOnly, "response": event.HandshakeResponseOnly}[word]
	case "later":
		p.begin()
		p.wait(rest)
	case "again":
		p.begin()
		if rest != "pending" {
			p.end()
			p.wait(strings.TrimPrefix(rest, "later "))
		} else {
			edit(&p.request, "Sec-WebSocket-Key: AQIDBAUGBwgJCgsMDQ4PEA==")
			edit(&p.response, "Sec-WebSocket-Accept: "+acceptOf("AQIDBAUGBwgJCgsMDQ4PEA=="))
			p.now.Time -= int64(5 * time.Millisecond) // its request came before the other's response
		}
		p.open = false
		p.begin()
	case "c2s", "s2c":
		p.begin()
		dir := event.ClientToServer
		if word == "s2c" {
			dir = event.ServerToClient
		}
		p.sent(dir, rest)
	default:
		p.t.Fatalf("trace line %q", line)
	}
}

func (p *player) wait(s string) {
	d, err := time.ParseDuration(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		p.t.Fatal(err)
	}
	p.now.Time += int64(d)
}

// step gives the next packet.
func (p *player) step() event.Stamp {
	p.now.Packet++
	p.now.Time += int64(100 * time.Microsecond)
	return p.now
}

// edit changes head lines: "no Name", "+ Name: v" adds, "Name: v" replaces or
// adds, a start line replaces the start line.
func edit(head *[]string, change string) {
	name, _, colon := strings.Cut(change, ":")
	switch {
	case strings.HasPrefix(change, "no "):
		*head = slices.DeleteFunc(*head, func(l string) bool { return strings.HasPrefix(l, change[3:]+":") })
	case strings.HasPrefix(change, "+ "):
		*head = append(*head, change[2:])
	case !colon && strings.Contains(change, "HTTP/") || strings.Contains(name, " HTTP/") || strings.Contains(name, "GET "):
		(*head)[0] = change
	default:
		i := slices.IndexFunc(*head, func(l string) bool { return strings.HasPrefix(l, name+":") })
		if i < 0 || !colon {
			*head = append(*head, change)
		} else {
			(*head)[i] = change
		}
	}
}

// begin opens the connection, once.
func (p *player) begin() {
	if p.open {
		return
	}
	p.open = true
	p.id++
	p.n, p.dirs = 0, [2]sender{}
	p.conn = &event.Conn{ID: p.id, Client: netip.MustParseAddrPort("192.0.2.1:" + strconv.Itoa(50000+p.id)), Server: netip.MustParseAddrPort("198.51.100.1:80")}
	if p.agreed {
		edit(&p.request, "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits, permessage-deflate; client_max_window_bits; server_no_context_takeover")
		edit(&p.response, strings.TrimSuffix("Sec-WebSocket-Extensions: permessage-deflate; "+p.params, "; "))
	}
	o := &event.Open{Conn: p.conn, Transport: "h1", Handshake: p.handshake, HandshakeTime: -1}
	if p.handshake != event.HandshakeResponseOnly && p.handshake != event.HandshakeInferred {
		o.RequestStamp = p.step()
		o.RequestRaw = []byte(strings.Join(p.request, "\r\n") + "\r\n\r\n")
		q := http1.ParseRequest(o.RequestRaw)
		o.Method, o.URI, o.RequestHeaders = q.Method, q.Target, q.Fields
		o.Key, _ = q.Get("Sec-WebSocket-Key")
		o.OfferedExtensions, _ = q.Get("Sec-WebSocket-Extensions")
	}
	o.Stamp = p.step()
	p.now.Time += int64(10 * time.Millisecond)
	o.Time = p.now.Time
	if p.handshake == event.HandshakeFull || p.handshake == event.HandshakeResponseOnly {
		o.ResponseRaw = []byte(strings.Join(p.response, "\r\n") + "\r\n\r\n")
		r := http1.ParseResponse(o.ResponseRaw)
		o.Status, o.ResponseHeaders = r.Status, r.Fields
		o.Extensions, _ = r.Get("Sec-WebSocket-Extensions")
		o.Deflate = extension.Agreed(o.Extensions)
	}
	o.Refused = o.Status != 0 && o.Status != 101
	if p.early {
		o.EarlyClientBytes = 1
	}
	for i := range p.dirs {
		bits, fresh := o.Deflate.ClientMaxWindowBits, o.Deflate.ClientNoContextTakeover
		if i == 1 {
			bits, fresh = o.Deflate.ServerMaxWindowBits, o.Deflate.ServerNoContextTakeover
		}
		p.dirs[i].ctx = deflate.New(deflate.Options{WindowBits: bits, NoContextTakeover: fresh})
	}
	p.j = New(p.conn, p.take)
	p.j.Open(o)
	p.cross.Open(o)
}

func (p *player) transport(dir event.Dir, kind event.TransportKind, n int64) {
	p.j.Transport(&event.Transport{Stamp: p.now, Conn: p.conn, Dir: dir, Kind: kind, Bytes: n})
}

// sent plays what one side sent: frames in hex, or FIN, RST, GAP n, SYNC
// LOST, SYNC FOUND, CONFLICT.
func (p *player) sent(dir event.Dir, what string) {
	at := p.step()
	word, rest, _ := strings.Cut(what, " ")
	switch word {
	case "FIN":
		p.transport(dir, event.TransportFIN, 0)
		p.dirs[dir].ended = true
	case "RST":
		p.transport(dir, event.TransportRST, 0)
		p.dirs[0].ended, p.dirs[1].ended = true, true
	case "GAP":
		n, _ := strconv.ParseInt(rest, 10, 64)
		p.transport(dir, event.TransportGap, n)
		p.dirs[dir].ctx.Lose()
	case "SYNC":
		kind := event.TransportSyncLost
		if rest == "FOUND" {
			kind = event.TransportSyncFound
		}
		p.transport(dir, kind, 0)
	case "CONFLICT":
		p.transport(dir, event.TransportConflict, 4)
	case "compressed:":
		p.compressed(dir, rest)
	default:
		if p.j.refused {
			p.j.AfterRefusal(dir, at, unhex(p.t, what))
			return
		}
		p.frames(dir, expand(p.t, what))
	}
}

// expand reads hex with "and 126 bytes" or "and 255 times more" behind it.
func expand(t testing.TB, s string) []byte {
	h, more, ok := strings.Cut(s, " and ")
	b := unhex(t, h)
	if !ok {
		return b
	}
	n, unit, _ := strings.Cut(more, " ")
	count, err := strconv.Atoi(n)
	if err != nil {
		t.Fatal(err)
	}
	if unit == "times more" {
		return bytes.Repeat(b, count+1)
	}
	return append(b, make([]byte, count)...)
}

func unhex(t testing.TB, s string) []byte {
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatalf("%q: %v", s, err)
	}
	return b
}

// frames takes the frames of b; the last one may be cut short.
func (p *player) frames(dir event.Dir, b []byte) {
	s := &p.dirs[dir]
	for len(b) > 0 {
		f := &event.Frame{Stamp: p.now, First: p.now, Conn: p.conn, Dir: dir, FIN: b[0]&0x80 != 0, RSV: b[0] >> 4 & 7, Opcode: b[0] & 15, Masked: b[1]&0x80 != 0, RTT: -1}
		i := 2
		switch f.Len = uint64(b[1] & 0x7f); f.Len {
		case 126:
			f.Len, i = uint64(binary.BigEndian.Uint16(b[2:])), 4
		case 127:
			f.Len, i = binary.BigEndian.Uint64(b[2:]), 10
		}
		if f.Masked {
			copy(f.Key[:], b[i:])
			i += 4
		}
		f.HeaderLen = i
		f.Payload = bytes.Clone(b[i : i+int(min(f.Len, uint64(len(b)-i)))])
		b = b[i+len(f.Payload):]
		for k := range f.Payload {
			f.Payload[k] ^= f.Key[k%4]
		}
		f.Captured = uint64(len(f.Payload))
		if f.Captured < f.Len {
			f.Ended = true
			f.Missing = []event.Range{{Off: f.Captured, Len: f.Len - f.Captured}}
		}
		if f.Opcode == event.OpClose && len(f.Payload) > 1 {
			f.HasClose, f.CloseCode, f.CloseReason = true, int(binary.BigEndian.Uint16(f.Payload)), f.Payload[2:]
		}
		p.n++
		s.index++
		f.N, f.Index = p.n, s.index
		p.j.Frame(f)
		p.cross.Frame(f)
		if f.Opcode <= event.OpBinary && !f.Ended {
			p.message(s, f)
		}
	}
}

// message joins frames, inflates and checks the text.
func (p *player) message(s *sender, f *event.Frame) {
	if f.Opcode != event.OpContinuation {
		s.op, s.rsv1, s.joined, s.frames = f.Opcode, f.RSV1(), nil, nil
	}
	s.joined = append(s.joined, f.Payload...)
	s.frames = append(s.frames, f.N)
	if !f.FIN {
		return
	}
	m := &event.Message{Stamp: f.Stamp, Conn: p.conn, Dir: f.Dir, Opcode: s.op, Frames: s.frames, WireLen: uint64(len(s.joined)), Len: uint64(len(s.joined)), Complete: true}
	plain := s.joined
	if s.rsv1 && p.j.deflate {
		s.ctx.Begin(64 << 20)
		plain = s.ctx.Write(nil, s.joined)
		plain, r := s.ctx.End(plain)
		_ = plain
		m.Compressed, m.Len = true, uint64(r.Len)
		m.Inflate = event.Inflate{Fault: r.Fault, Detail: r.Detail, MaxDistance: r.MaxDistance}
	}
	var v text.Validator
	if s.op == event.OpText && !m.Compressed && !(v.Write(plain) && v.Valid()) {
		m.InvalidUTF8At = f.N
	}
	p.j.Message(m)
}

// compressed sends one of the two messages that no line could hold.
func (p *player) compressed(dir event.Dir, what string) {
	var data []byte
	switch what {
	case "32 MiB of zeroes":
		data = make([]byte, 32<<20)
	case "300 different bytes, then the first ten again":
		for i := range 300 {
			data = append(data, byte(i*i>>3), byte(i))
		}
		data = data[:300]
		data = append(data, data[:10]...)
	default:
		p.t.Fatalf("compressed %q", what)
	}
	z := deflated(p.t, data)
	head := []byte{0xc2, 0xff, 0, 0, 0, 0, 0, 0, 0, 0}
	binary.BigEndian.PutUint64(head[2:], uint64(len(z)))
	if len(z) < 1<<16 {
		head = []byte{0xc2, 0xfe, byte(len(z) >> 8), byte(len(z))}
	}
	head = append(head, 1, 2, 3, 4)
	for i := range z {
		z[i] ^= byte(i%4 + 1)
	}
	p.frames(dir, append(head, z...))
}

// end ends the connection as the trace left it.
func (p *player) end() {
	if p.j.refused {
		return
	}
	e := &event.End{Stamp: p.step(), Conn: p.conn, Reason: event.EndEOF}
	closed := [2]bool{p.j.sides[0].close.n != 0, p.j.sides[1].close.n != 0}
	switch {
	case closed[0] && closed[1]:
		e.Reason = event.EndClose
	case closed[0] || closed[1]:
		e.Reason = event.EndHalfClose
	case p.j.sides[0].close.reset || p.j.sides[1].close.reset:
		e.Reason = event.EndRST
	case p.dirs[0].ended || p.dirs[1].ended:
		e.Reason = event.EndFIN
	}
	for d := range p.dirs {
		if !p.dirs[d].ended {
			p.transport(event.Dir(d), event.TransportEOF, 0)
		}
	}
	p.j.End(e)
	p.cross.End(e)
	p.last = e
}

func (p *player) String() string {
	var b strings.Builder
	for _, f := range p.findings {
		fmt.Fprintf(&b, "  %s %s dir=%s frame=%d %s\n", f.Severity, f.Rule, f.Dir, f.Frame, f.Text)
	}
	return b.String()
}
