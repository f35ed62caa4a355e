package decode

import (
	"bufio"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/stream"
)

// h2Record writes down what the decoder tells, a line each.
type h2Record struct {
	t        testing.TB
	lines    []string
	open     map[*event.Conn]bool
	messages []string // as the truth of the flows has them, of any stream
	complete int
}

func newH2Record(t testing.TB) *h2Record {
	return &h2Record{t: t, open: map[*event.Conn]bool{}}
}

func (r *h2Record) say(format string, args ...any) {
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

func (r *h2Record) Open(o *event.Open) {
	kind := "open"
	if o.Refused {
		kind = "refused"
	} else {
		r.open[o.Conn] = true
	}
	s := fmt.Sprintf("%s %d %s %s %s", kind, o.Conn.Stream, o.Transport, o.Handshake, o.URI)
	if o.Status != 0 {
		s += fmt.Sprint(" ", o.Status)
	}
	if o.Subprotocol != "" {
		s += " subprotocol " + o.Subprotocol
	}
	if o.EarlyClientBytes != 0 {
		s += fmt.Sprint(" early ", o.EarlyClientBytes)
	}
	if o.RequestPartial || o.ResponsePartial {
		s += " partial"
	}
	r.say("%s", s)
}

func (r *h2Record) Frame(f *event.Frame) {
	if !r.open[f.Conn] {
		r.t.Fatalf("a frame of %v, which is not open", f.Conn)
	}
	if event.IsControl(f.Opcode) {
		r.messages = append(r.messages, h2Message(f.Conn, f.Dir, f.Opcode, f.Len, f.Payload))
		if len(f.Missing) == 0 {
			r.complete++
		}
		r.say("%d %v %s", f.Conn.Stream, f.Dir, event.OpcodeName(f.Opcode))
	}
}

func h2Message(c *event.Conn, dir event.Dir, opcode uint8, n uint64, payload []byte) string {
	return fmt.Sprintf("%d %v %d %d %x", c.Stream, dir, opcode, n, sha256.Sum256(payload))
}

func (r *h2Record) Message(m *event.Message) {
	what := fmt.Sprintf("%q", m.Payload)
	if len(m.Payload) > 30 {
		what = fmt.Sprintf("%x", sha256.Sum256(m.Payload))[:16]
	}
	if !m.Complete {
		what += " incomplete"
		if len(m.Missing) > 0 {
			what += fmt.Sprint(" ", m.Missing)
		}
	} else {
		r.complete++
		r.messages = append(r.messages, h2Message(m.Conn, m.Dir, m.Opcode, m.Len, m.Payload))
	}
	r.say("%d %v %s %s", m.Conn.Stream, m.Dir, event.OpcodeName(m.Opcode), what)
}

func (r *h2Record) Finding(f *event.Finding) {
	id := "-"
	if f.Conn != nil {
		id = fmt.Sprint(f.Conn.Stream)
	}
	r.say("%s finding %s", id, f.Rule)
}

func (r *h2Record) End(e *event.End) {
	if !r.open[e.Conn] {
		r.t.Fatalf("%v ends twice, or was never open", e.Conn)
	}
	delete(r.open, e.Conn)
	r.say("end %d %v", e.Conn.Stream, e.Reason)
}

// h2Move is a call of a stream.Layer.
type h2Move struct {
	dir         event.Dir
	now, origin event.Stamp
	data        []byte // or …
	gap         int64
	ends        bool
	how         stream.End
}

// h2Play runs moves through a connection. It holds the accounts: what was
// opened ends, and what was kept is given up.
func h2Play(t testing.TB, whole bool, moves []h2Move) *h2Record {
	t.Helper()
	r := newH2Record(t)
	sh := NewShared(r, Options{Payload: 1 << 30})
	c := NewConn(sh, netip.MustParseAddrPort("192.0.2.1:50000"), netip.MustParseAddrPort("198.51.100.1:80"), whole)
	for _, m := range moves {
		switch {
		case m.ends:
			c.End(m.dir, m.how, m.now)
		case m.gap != 0:
			c.Gap(m.dir, m.gap, m.now)
		default:
			c.Data(m.dir, &stream.Chunk{Data: slices.Clone(m.data), Origin: m.origin, Now: m.now, Acked: -1})
		}
	}
	if len(r.open) > 0 {
		t.Fatalf("%d connections have no end", len(r.open))
	}
	if sh.waiting != 0 || sh.h2Streams != 0 {
		t.Fatalf("%d bytes and %d streams are still accounted for", sh.waiting, sh.h2Streams)
	}
	return r
}

// h2Flow is the plaintext of a captured connection, and what its endpoints
// logged; testdata/http2/README.md describes the format.
type h2Flow struct {
	name     string
	moves    []h2Move
	opens    []string
	messages []string
}

// h2Flows reads testdata.
func h2Flows(t testing.TB) (flows []h2Flow) {
	files, _ := filepath.Glob("testdata/http2/*.flow.gz")
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		z, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		s := bufio.NewScanner(z)
		s.Buffer(nil, 1<<20)
		for s.Scan() {
			if strings.HasPrefix(s.Text(), "conn ") {
				flows = append(flows, h2Flow{name: fmt.Sprint(strings.TrimSuffix(filepath.Base(file), ".flow.gz"), "-", len(flows))})
				continue
			}
			if err := flows[len(flows)-1].line(s.Text()); err != nil {
				t.Fatalf("%s: %v in %.80q", file, err, s.Text())
			}
		}
		f.Close()
	}
	if len(flows) == 0 {
		t.Fatal("no flows")
	}
	return flows
}

func (f *h2Flow) line(line string) error {
	kind, rest, _ := strings.Cut(line, " ")
	var err error
	switch kind {
	case "open":
		f.opens = append(f.opens, rest)
	case "message":
		var stream, opcode, n int
		var side, sum string
		_, err = fmt.Sscan(rest, &stream, &side, &opcode, &n, &sum)
		f.messages = append(f.messages, fmt.Sprintf("%d %v %d %d %s", stream, event.Dir(strings.Index("cs", side)), opcode, n, sum))
	default:
		m := h2Move{dir: event.Dir(strings.Index("cs", kind))}
		var text string
		if strings.Contains(rest, " end ") {
			m.ends = true
			_, err = fmt.Sscanf(rest, "%d end %d %d", &m.now.Packet, &m.how, &m.now.Time)
		} else {
			_, err = fmt.Sscan(rest, &m.now.Packet, &m.origin.Packet, &m.now.Time, &text)
			m.origin.Time = m.now.Time
			if err == nil {
				m.data, err = base64.StdEncoding.DecodeString(text)
			}
		}
		f.moves = append(f.moves, m)
	}
	return err
}
