package tls

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"

	"wsscope/event"
	"wsscope/stream"
)

// fuzzFlows are captured flows of different kinds.
var fuzzFlows = []string{"tls13-aes128", "tls13-0rtt", "tls13-hrr", "tls12-renegotiation", "tls12-resumption-sessionid-firstkey", "tls12-rsakx-privkey", "tls10-cbc", "tls12-ecdhe-rsa-aes256cbc-sha1-etm", "tls12-ecdhe-ecdsa-aes128ccm", "misc-snaplen", "misc-keys-client-only", "misc-mid-capture-tls12"}

// FuzzConn damages captured connections: a capture that loses, changes, cuts,
// swaps and ends early, with keys that come at any time.
func FuzzConn(f *testing.F) {
	var flows []*captured
	for _, name := range fuzzFlows {
		flows = append(flows, readCaptured(f, filepath.Join("testdata", name+".flow")))
	}
	for i := range flows {
		f.Add([]byte{byte(i), 0})
		f.Add([]byte{byte(i), 9, 0, 3, 0, 1, 5, 0, 2, 7, 3, 3, 2, 4, 4, 9, 1})
		f.Add([]byte{byte(i), 200, 5, 2, 0, 0, 9, 0, 1, 4, 0, 6, 1, 8, 8})
	}
	f.Fuzz(func(t *testing.T, in []byte) {
		if len(in) < 2 {
			return
		}
		c := flows[int(in[0])%len(flows)]
		keysAt, in := int(in[1]), in[2:]
		keys := NewKeys()
		given := 0
		for i := range c.conns {
			moves := slices.Clone(c.conns[i].moves)
			for ; len(in) >= 3; in = in[3:] {
				moves = damage(moves, in[0]%8, int(in[1]), in[2])
			}
			p := newPlayer(t, keys)
			p.Linger = keysAt%2 == 1
			size, now := 0, uint64(0)
			for _, m := range moves {
				if given == keysAt {
					c.addTo(t, keys)
				}
				given++
				now++
				m.now, m.origin = now, now
				m.on(p.Conn)
				size += len(m.data)
			}
			p.packet = now
			p.end(stream.EOF)
			p.Retry(p.stamp())
			p.GiveUp(p.stamp())
			if p.Waiting() || keys.held.Load() != 0 {
				t.Errorf("waiting %v, %d bytes held", p.Waiting(), keys.held.Load())
			}
			if out := len(p.sink.data[0]) + len(p.sink.data[1]); out > size {
				t.Errorf("%d bytes out of %d", out, size)
			}
			for d := range event.NoDir {
				if n := len(p.sink.ends[d]); n > 1 || n == 0 && len(p.sink.data[d]) > 0 {
					t.Errorf("%v: %d ends", d, n)
				}
			}
		}
	})
}

// damage changes the moves at a place.
func damage(moves []move, what byte, at int, arg byte) []move {
	at %= len(moves)
	m := &moves[at]
	switch {
	case len(m.data) == 0:
	case what == 0: // lost
		moves[at] = move{dir: m.dir, gap: int64(len(m.data))}
	case what == 1:
		moves[at] = move{dir: m.dir, gap: -1}
	case what == 2: // changed
		m.data = bytes.Clone(m.data)
		m.data[int(arg)%len(m.data)] ^= arg | 1
	case what == 3: // cut in two, with a loss between
		n := int(arg) % len(m.data)
		tail := move{dir: m.dir, data: m.data[n:]}
		moves[at].data = m.data[:n:n]
		lost := move{dir: m.dir, gap: int64(arg) + 1}
		return slices.Insert(moves, at+1, lost, tail)
	case what == 4: // the other direction's comes first
		if at+1 < len(moves) && moves[at+1].dir != m.dir {
			moves[at], moves[at+1] = moves[at+1], moves[at]
		}
	case what == 5: // ended
		return slices.Insert(moves, at, move{dir: m.dir, ends: true, how: stream.RST})
	case what == 6: // repeated
		return slices.Insert(moves, at, *m)
	case what == 7: // the other side's
		m.dir = m.dir.Reverse()
	}
	return moves
}

// FuzzStreams feeds any bytes as the two streams of a connection: cut in any
// way they give the same.
func FuzzStreams(f *testing.F) {
	keys := NewKeys()
	for _, name := range fuzzFlows {
		c := readCaptured(f, filepath.Join("testdata", name+".flow"))
		c.addTo(f, keys)
		for _, conn := range c.conns {
			var streams [2][]byte
			for _, m := range conn.moves {
				if room := 4000 - len(streams[m.dir]); room > 0 {
					streams[m.dir] = append(streams[m.dir], m.data[:min(room, len(m.data))]...)
				}
			}
			f.Add(streams[0], streams[1], uint8(7))
			f.Add(streams[0][:len(streams[0])/2], streams[1], uint8(0))
		}
	}
	keys.Complete()
	f.Fuzz(func(t *testing.T, client, server []byte, most uint8) {
		run := func(size int) *sink {
			p := newPlayer(t, keys)
			for d, b := range [][]byte{client, server} {
				for len(b) > 0 {
					n := min(size, len(b))
					p.data(event.Dir(d), b[:n])
					b = b[n:]
				}
			}
			p.end(stream.EOF)
			return p.sink
		}
		whole, cut := run(1<<30), run(int(most)+1)
		for d := range event.NoDir {
			if !bytes.Equal(whole.data[d], cut.data[d]) || !slices.Equal(whole.gaps[d], cut.gaps[d]) || !slices.Equal(whole.ends[d], cut.ends[d]) {
				t.Errorf("%v: %d bytes, gaps %v, ends %v; in pieces of %d: %d bytes, gaps %v, ends %v", d,
					len(whole.data[d]), whole.gaps[d], whole.ends[d], int(most)+1, len(cut.data[d]), cut.gaps[d], cut.ends[d])
			}
		}
	})
}

// FuzzKeyLog feeds any text as a key log, whole and in pieces.
func FuzzKeyLog(f *testing.F) {
	f.Add([]byte("# comment\r\nCLIENT_RANDOM "+id1+" "+s48+"\r\nRSA "+pre8+" "+s48+"\n"), uint8(5))
	f.Add([]byte("SERVER_HANDSHAKE_TRAFFIC_SECRET "+id1+" "+s32+"\nCLIENT_TRAFFIC_SECRET_0 "+id1+" "+s48), uint8(1))
	f.Fuzz(func(t *testing.T, text []byte, size uint8) {
		whole, pieces := NewKeys(), NewKeys()
		whole.AddLog(text)
		r := pieces.NewLogReader()
		for b := text; len(b) > 0; {
			n := min(int(size)+1, len(b))
			r.Write(b[:n])
			b = b[n:]
		}
		r.Close()
		if len(whole.secrets) != len(pieces.secrets) || len(whole.premasters) != len(pieces.premasters) || whole.BadLines() != pieces.BadLines() {
			t.Errorf("%d sessions, %d premasters, %d bad lines; in pieces %d, %d, %d",
				len(whole.secrets), len(whole.premasters), whole.BadLines(), len(pieces.secrets), len(pieces.premasters), pieces.BadLines())
		}
		if lines := bytes.Count(text, []byte("\n")) + 1; len(whole.secrets)+len(whole.premasters)+int(whole.BadLines()) > lines {
			t.Errorf("more than %d lines", lines)
		}
	})
}
