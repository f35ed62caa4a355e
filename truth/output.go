package truth

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/netip"
	"unicode/utf8"
)

// Line is one JSON line of the program.
type Line struct {
	Event        string
	Conn         int
	Time         string
	Packet       uint64
	Client       string
	Server       string
	Stream       *uint32
	Transport    string
	TLS          string `json:"tls"`
	Cipher       string
	Handshake    string
	URI          string `json:"uri"`
	Subprotocol  string
	Extensions   string
	Status       int
	Dir          string
	N            uint64
	Index        uint64
	FIN          bool `json:"fin"`
	RSV1         bool `json:"rsv1"`
	RSV2         bool `json:"rsv2"`
	RSV3         bool `json:"rsv3"`
	Opcode       uint8
	Name         string
	Masked       bool
	MaskKey      string `json:"mask_key"`
	HeaderLen    int    `json:"header_len"`
	Len          uint64
	Captured     uint64
	Missing      [][2]uint64
	Payload      string
	Frames       json.RawMessage
	Messages     json.RawMessage
	WireLen      uint64 `json:"wire_len"`
	Compressed   bool
	Complete     bool
	Error        string
	Text         *string
	Base64       *string
	Frame        uint64
	Rule         string
	Severity     string
	RFC          string `json:"rfc"`
	Reason       string
	Packets      uint64
	Connections  int
	Findings     map[string]int
	ByOpcode     map[string]int `json:"by_opcode"`
	sha          string
	port, nth    int
	frameIndex   uint64
	frameNumbers []uint64
}

// connection is what the output says of one connection.
type connection struct {
	open     *Line
	nth      int
	frames   map[string][]*Line
	messages map[string][]*Line
	byN      map[uint64]*Line
	used     map[uint64]bool
	ended    bool
}

// output is the program's lines, taken apart; faults says where they break
// the contract by themselves.
type output struct {
	conns    map[int]*connection
	order    []*connection
	refused  []*Line
	findings []*Line
	faults   []string
	packet   uint64
	total    *Line
	count    map[string]int
	said     map[string]bool
}

func parseOutput(text []byte) *output {
	o := &output{conns: map[int]*connection{}, count: map[string]int{}, said: map[string]bool{}}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, 1<<28)
	for i := 1; lines.Scan(); i++ {
		l := &Line{}
		if err := json.Unmarshal(lines.Bytes(), l); err != nil {
			o.fault(i, "%v", err)
			continue
		}
		if !utf8.Valid(lines.Bytes()) {
			o.fault(i, "not UTF-8")
		}
		o.take(i, l)
	}
	if o.total == nil {
		o.faults = append(o.faults, "no summary")
	}
	for n, c := range o.conns {
		if !c.ended {
			o.faults = append(o.faults, fmt.Sprintf("connection %d has no end line", n))
		}
	}
	return o
}

func (o *output) fault(line int, format string, args ...any) {
	o.faults = append(o.faults, fmt.Sprintf("line %d: %s", line, fmt.Sprintf(format, args...)))
}

func (o *output) take(i int, l *Line) {
	if o.total != nil {
		o.fault(i, "a line after the summary")
	}
	if l.Event != "finding" && l.Event != "summary" {
		if l.Packet < o.packet || l.Packet == 0 {
			o.fault(i, "packet %d after %d", l.Packet, o.packet)
		}
		o.packet = l.Packet
	}
	o.count[l.Event]++
	c := o.conns[l.Conn]
	switch l.Event {
	case "open":
		o.takeOpen(i, l)
		return
	case "refused":
		l.port = portOf(l.Client)
		o.refused = append(o.refused, l)
		return
	case "finding":
		o.takeFinding(i, l)
		return
	case "summary":
		o.takeSummary(i, l)
		return
	}
	if c == nil || c.ended {
		o.fault(i, "%s of connection %d, which is not open", l.Event, l.Conn)
		return
	}
	switch l.Event {
	case "frame":
		o.takeFrame(i, c, l)
	case "message":
		o.takeMessage(i, c, l)
	case "end":
		c.ended = true
		for _, d := range [2]string{"c2s", "s2c"} {
			var frames, messages map[string]int
			if json.Unmarshal(l.Frames, &frames) != nil || json.Unmarshal(l.Messages, &messages) != nil ||
				frames[d] != len(c.frames[d]) || messages[d] != len(c.messages[d]) {
				o.fault(i, "the end does not count the lines before it")
			}
		}
	default:
		o.fault(i, "unknown event %q", l.Event)
	}
}

func (o *output) takeOpen(i int, l *Line) {
	if o.conns[l.Conn] != nil {
		o.fault(i, "connection %d is opened twice", l.Conn)
		return
	}
	l.port = portOf(l.Client)
	c := &connection{open: l, frames: map[string][]*Line{}, messages: map[string][]*Line{}, byN: map[uint64]*Line{}, used: map[uint64]bool{}}
	for _, other := range o.order {
		if other.open.port == l.port && stream(other.open) == stream(l) {
			c.nth++
		}
	}
	o.conns[l.Conn] = c
	o.order = append(o.order, c)
}

func stream(l *Line) uint32 {
	if l.Stream == nil {
		return 0
	}
	return *l.Stream
}

func portOf(address string) int {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return -1
	}
	return int(a.Port())
}

func (o *output) takeFrame(i int, c *connection, l *Line) {
	if l.N != uint64(len(c.byN)+1) || l.Index != uint64(len(c.frames[l.Dir])+1) {
		o.fault(i, "n %d or index %d is out of turn", l.N, l.Index)
	}
	c.byN[l.N] = l
	c.frames[l.Dir] = append(c.frames[l.Dir], l)
	body, err := base64.StdEncoding.DecodeString(l.Payload)
	if err != nil {
		o.fault(i, "%v", err)
		return
	}
	for k := len(l.Missing) - 1; k >= 0; k-- {
		from := min(l.Missing[k][0], uint64(len(body)))
		to := from + min(l.Missing[k][1], uint64(len(body))-from)
		if len(bytes.Trim(body[from:to], "\x00")) > 0 {
			o.fault(i, "lost bytes that do not read zero")
		}
		body = append(body[:from:from], body[to:]...)
	}
	if uint64(len(body)) != l.Captured {
		o.fault(i, "the payload holds %d bytes, captured is %d", len(body), l.Captured)
	}
	l.sha = sum(body)
}

func (o *output) takeMessage(i int, c *connection, l *Line) {
	c.messages[l.Dir] = append(c.messages[l.Dir], l)
	if err := json.Unmarshal(l.Frames, &l.frameNumbers); err != nil || len(l.frameNumbers) == 0 {
		o.fault(i, "frames %s", l.Frames)
		return
	}
	var wire uint64
	for _, n := range l.frameNumbers {
		f := c.byN[n]
		if f == nil || f.Dir != l.Dir || c.used[n] {
			o.fault(i, "frame %d is not free", n)
			return
		}
		c.used[n] = true
		wire += f.Len
	}
	if l.WireLen != wire {
		o.fault(i, "wire_len %d, its frames have %d", l.WireLen, wire)
	}
	if !l.Complete && len(l.Missing) == 0 && l.Error == "" {
		o.fault(i, "incomplete without a reason")
	}
	var body []byte
	switch {
	case l.Text != nil && l.Base64 == nil:
		body = []byte(*l.Text)
	case l.Base64 != nil && l.Text == nil:
		var err error
		if body, err = base64.StdEncoding.DecodeString(*l.Base64); err != nil {
			o.fault(i, "%v", err)
		}
	default:
		o.fault(i, "text and base64")
	}
	if (l.Text != nil) != (l.Opcode == 1 && utf8.Valid(body)) {
		o.fault(i, "text where it should be base64, or the opposite")
	}
	if l.Complete && uint64(len(body)) != l.Len {
		o.fault(i, "len %d, but %d bytes", l.Len, len(body))
	}
	l.sha = sum(body)
}

func (o *output) takeFinding(i int, l *Line) {
	l.port, l.nth = portOf(l.Client), -1
	if c := o.conns[l.Conn]; c != nil {
		l.port, l.nth = c.open.port, c.nth
		if l.Frame != 0 {
			f := c.byN[l.Frame]
			if f == nil || f.Dir != l.Dir {
				o.fault(i, "frame %d is not %s", l.Frame, l.Dir)
			} else {
				l.frameIndex = f.Index
			}
		}
	} else {
		for _, r := range o.refused {
			if r.Conn == l.Conn && l.Conn != 0 {
				l.port = r.port
			}
		}
	}
	key := fmt.Sprint(l.Conn, l.Dir, l.Frame, l.Rule, l.RFC, l.Client, l.Server, l.Packet)
	if o.said[key] && l.Conn != 0 {
		o.fault(i, "%s is said twice", l.Rule)
	}
	o.said[key] = true
	o.findings = append(o.findings, l)
}

func (o *output) takeSummary(i int, l *Line) {
	o.total = l
	var frames, messages int
	if json.Unmarshal(l.Frames, &frames) != nil || json.Unmarshal(l.Messages, &messages) != nil ||
		l.Connections != o.count["open"] || frames != o.count["frame"] || messages != o.count["message"] {
		o.fault(i, "the summary does not count the lines before it")
	}
	said := map[string]int{}
	for _, f := range o.findings {
		said[f.Severity]++
	}
	for _, s := range [3]string{"error", "warning", "info"} {
		if said[s] != l.Findings[s] {
			o.fault(i, "the summary counts %d findings of severity %s, there are %d", l.Findings[s], s, said[s])
		}
	}
}

func sum(b []byte) string {
	h := sha256.Sum256(b)
	return hex.EncodeToString(h[:])
}
