package judge

import (
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
	"wsscope/event"
)

// A trace is the notation of the examples in docs/rules.md. It is read here
// by the plainest means, without the decoder, and played to the judges.

const (
	baseRequest = "GET /chat HTTP/1.1\nHost: server.example.com\nUpgrade: websocket\nConnection: Upgrade\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\nSec-WebSocket-Version: 13\nOrigin: http://example.com"
	baseResponse = "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
	// Over HTTP/2 (RFC 8441) the fields are these.
	http2Request = ":method: CONNECT\n:protocol: websocket\n:scheme: http\n:path: /chat\n:authority: server.example.com\n" +
		"sec-websocket-version: 13\norigin: http://example.com"
	http2Response = ":status: 200"
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
	h2, unset         bool   // over HTTP/2; without SETTINGS_ENABLE_CONNECT_PROTOCOL
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
	case "h2":
		p.h2 = true
		p.request, p.response = strings.Split(http2Request, "\n"), strings.Split(http2Response, "\n")
	case "settings":
		p.unset = true
	case "early":
		p.early = true
	case "disordered":
		p.begin()
		p.j.Disordered()
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
	pseudo := change[:len(change)-len(strings.TrimPrefix(change, ":"))]
	name, _, colon := strings.Cut(change[len(pseudo):], ":")
	name = pseudo + name
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
	if p.h2 {
		p.openHTTP2(o)
	} else if p.handshake != event.HandshakeResponseOnly && p.handshake != event.HandshakeInferred {
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
	if !p.h2 && (p.handshake == event.HandshakeFull || p.handshake == event.HandshakeResponseOnly) {
		o.ResponseRaw = []byte(strings.Join(p.response, "\r\n") + "\r\n\r\n")
		r := http1.ParseResponse(o.ResponseRaw)
		o.Status, o.ResponseHeaders = r.Status, r.Fields
		o.Extensions, _ = r.Get("Sec-WebSocket-Extensions")
		o.Deflate = extension.Agreed(o.Extensions)
	}
	o.Refused = o.Status != 0 && o.Status != 101 && !(p.h2 && o.Status/100 == 2)
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

// openHTTP2 fills in a handshake of RFC 8441.
func (p *player) openHTTP2(o *event.Open) {
	fields := func(lines []string) (list []event.Header, value map[string]string) {
		value = map[string]string{}
		for _, l := range lines {
			i := strings.Index(l, ": ")
			list = append(list, event.Header{Name: l[:i], Value: l[i+2:]})
			value[l[:i]] = l[i+2:]
		}
		return list, value
	}
	o.Transport, p.conn.Stream = "h2", 1
	o.RequestStamp = p.step()
	list, value := fields(p.request)
	o.RequestHeaders, o.Method, o.URI = list, value[":method"], value[":path"]
	list, value = fields(p.response)
	o.ResponseHeaders = list
	o.Status, _ = strconv.Atoi(value[":status"])
	if o.ConnectEnabled = event.Yes; p.unset {
		o.ConnectEnabled = event.No
	}
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
