package tls

import (
	"bufio"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/stream"
)

// captured is a file of testdata: the streams of real connections, and what
// is in them. testdata/README.md describes the format.
type captured struct {
	keys, pem []byte
	conns     []capturedConn
}

type capturedConn struct {
	moves []move
	info  string
	want  [2]string
}

// move is a call of a stream.Layer.
type move struct {
	dir         event.Dir
	now, origin uint64
	data        []byte // or …
	gap         int64
	ends        bool
	how         stream.End
}

func (m move) on(c *Conn) {
	now := event.Stamp{Packet: m.now}
	switch {
	case m.data != nil:
		c.Data(m.dir, &stream.Chunk{Data: m.data, Origin: event.Stamp{Packet: m.origin}, Now: now})
	case m.ends:
		c.End(m.dir, m.how, now)
	default:
		c.Gap(m.dir, m.gap, now)
	}
}

func readCaptured(t testing.TB, file string) *captured {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := &captured{}
	s := bufio.NewScanner(f)
	s.Buffer(nil, 1<<20)
	for s.Scan() {
		kind, rest, _ := strings.Cut(s.Text(), " ")
		last := len(c.conns) - 1
		switch kind {
		case "key":
			c.keys = append(c.keys, rest+"\n"...)
		case "pem":
			c.pem, err = base64.StdEncoding.DecodeString(rest)
		case "conn":
			c.conns = append(c.conns, capturedConn{})
		case "info":
			c.conns[last].info = rest
		case "want":
			c.conns[last].want[strings.IndexByte("cs", rest[0])] = rest[2:]
		default:
			m := move{dir: event.Dir(strings.Index("cs", kind))}
			var text string
			f := strings.Fields(rest)
			if text = f[2]; f[1] == "gap" || f[1] == "end" {
				m.ends = f[1] == "end"
				_, err = fmt.Sscan(f[0]+" "+text, &m.now, &m.gap)
				m.how = stream.End(m.gap)
			} else {
				_, err = fmt.Sscan(f[0]+" "+f[1], &m.now, &m.origin)
				if err == nil {
					m.data, err = base64.StdEncoding.DecodeString(text)
				}
			}
			c.conns[last].moves = append(c.conns[last].moves, m)
		}
		if err != nil {
			t.Fatalf("%s: %v in %.80q", file, err, s.Text())
		}
	}
	return c
}

func capturedFiles(t testing.TB) []string {
	files, _ := filepath.Glob("testdata/*.flow")
	if len(files) < 50 {
		t.Fatalf("only %d captured flows", len(files))
	}
	return files
}

func (c *captured) addTo(t testing.TB, k *Keys) {
	k.AddLog(c.keys)
	if c.pem != nil {
		if err := k.AddRSA(c.pem); err != nil {
			t.Fatal(err)
		}
	}
}

func infoLine(i *Info) string {
	return fmt.Sprintf("version %q cipher %q sni %q alpn %q decrypted %v resumed %v early %v reason %q", i.Version, i.Cipher, i.SNI, i.ALPN, i.Decrypted, i.Resumed, i.EarlyData, i.Reason)
}

func wantLine(s *sink, d event.Dir) string {
	return fmt.Sprintf("%d %x %.24q gaps %v ends %v", len(s.data[d]), sha256.Sum256(s.data[d]), s.data[d], s.gaps[d], s.ends[d])
}

// check compares what came out with what the file says. Where the ends were
// not played, they are not compared.
func (c *capturedConn) check(t *testing.T, p *player) {
	t.Helper()
	if got := infoLine(&p.last); got != c.info {
		t.Errorf("info\n got %s\nwant %s", got, c.info)
	}
	for d := range c.want {
		if got := wantLine(p.sink, event.Dir(d)); got != c.want[d] {
			t.Errorf("%v\n got %s\nwant %s", event.Dir(d), got, c.want[d])
		}
	}
}

func TestCaptured(t *testing.T) {
	for _, file := range capturedFiles(t) {
		c := readCaptured(t, file)
		t.Run(filepath.Base(file), func(t *testing.T) {
			keys := NewKeys()
			c.addTo(t, keys)
			for i := range c.conns {
				p := newPlayer(t, keys)
				for _, m := range c.conns[i].moves {
					m.on(p.Conn)
				}
				c.conns[i].check(t, p)
			}
		})
	}
}

func TestCapturedInPieces(t *testing.T) {
	r := mathrand.New(mathrand.NewPCG(3, 4))
	for _, file := range capturedFiles(t) {
		c := readCaptured(t, file)
		t.Run(filepath.Base(file), func(t *testing.T) {
			for _, most := range []int{1, 40} {
				keys := NewKeys()
				c.addTo(t, keys)
				for i := range c.conns {
					p := newPlayer(t, keys)
					for _, m := range c.conns[i].moves {
						for rest := m.data; len(rest) > 0; {
							n := 1 + r.IntN(min(most, len(rest)))
							m.data, rest = rest[:n], rest[n:]
							m.on(p.Conn)
						}
						if m.data == nil {
							m.on(p.Conn)
						}
					}
					c.conns[i].check(t, p)
				}
			}
		})
	}
}

// TestCapturedOneDirectionFirst plays the whole stream of one side before the
// other's: captures reorder, so no direction may count on the other's place.
func TestCapturedOneDirectionFirst(t *testing.T) {
	for _, file := range capturedFiles(t) {
		c := readCaptured(t, file)
		for first := range event.NoDir {
			t.Run(fmt.Sprintf("%s %v", filepath.Base(file), first), func(t *testing.T) {
				keys := NewKeys()
				c.addTo(t, keys)
				for i := range c.conns {
					p := newPlayer(t, keys)
					var now uint64
					for _, d := range []event.Dir{first, first.Reverse()} {
						for _, m := range c.conns[i].moves {
							if m.dir == d {
								now++
								m.now, m.origin = now, now
								m.on(p.Conn)
							}
						}
					}
					c.conns[i].check(t, p)
				}
			})
		}
	}
}

// TestCapturedLateKeys gives the keys when all connections have ended, and
// when all but the last packet of each has passed.
func TestCapturedLateKeys(t *testing.T) {
	for _, file := range capturedFiles(t) {
		c := readCaptured(t, file)
		t.Run(filepath.Base(file), func(t *testing.T) {
			keys := NewKeys()
			var players []*player
			for i := range c.conns {
				p := newPlayer(t, keys)
				p.Linger = true
				for _, m := range c.conns[i].moves {
					m.on(p.Conn)
				}
				players = append(players, p)
			}
			c.addTo(t, keys)
			late := event.Stamp{Packet: 1 << 30}
			for i, p := range players {
				p.Retry(late)
				p.GiveUp(late)
				c.conns[i].check(t, p)
				if p.Waiting() {
					t.Error("still waiting")
				}
			}
			if n := keys.held.Load(); n != 0 {
				t.Errorf("%d bytes still count as held", n)
			}
		})
	}
}
