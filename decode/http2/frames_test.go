package http2

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"

	"wsscope/event"
	"wsscope/stream"
)

// frame builds a frame with a payload.
func frame(typ Type, flags uint8, id uint32, payload ...byte) []byte {
	n := len(payload)
	b := []byte{byte(n >> 16), byte(n >> 8), byte(n), byte(typ), flags}
	return append(binary.BigEndian.AppendUint32(b, id), payload...)
}

// padded puts payload between a pad length and padding.
func padded(n int, payload ...byte) []byte {
	return append(append([]byte{byte(n)}, payload...), make([]byte, n)...)
}

// fields encodes a header block, pairs of name and value, without the dynamic
// table.
func fields(pairs ...string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i < len(pairs); i += 2 {
		e.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1], Sensitive: true})
	}
	return b.Bytes()
}

func join(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

// record writes down what a Reader tells. Runs of data are joined: where they
// are cut depends on the input.
type record struct {
	lines []string
	data  bool // the last line is data
}

func (r *record) say(format string, args ...any) {
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
	r.data = false
}

func (r *record) Headers(dir event.Dir, id uint32, b *Block) {
	var s []string
	for _, f := range b.Fields {
		s = append(s, f.Name+"="+f.Value)
	}
	partial := ""
	if b.Partial {
		partial = " partial"
	}
	r.say("%v %d headers %s%s at %d", dir, id, strings.Join(s, " "), partial, b.Behind)
}

func (r *record) StreamData(dir event.Dir, id uint32, c *stream.Chunk) {
	begin := fmt.Sprintf("%v %d data ", dir, id)
	if n := len(r.lines); r.data && strings.HasPrefix(r.lines[n-1], begin) {
		r.lines[n-1] += string(c.Data)
		return
	}
	r.say("%s%s", begin, c.Data)
	r.data = true
}

func (r *record) StreamGap(dir event.Dir, id uint32, n int64, _ event.Stamp) {
	r.say("%v %d gap %d", dir, id, n)
}
func (r *record) StreamEnd(dir event.Dir, id uint32, _ event.Stamp) { r.say("%v %d end", dir, id) }
func (r *record) StreamReset(dir event.Dir, id uint32, _ event.Stamp) {
	r.say("%v %d reset", dir, id)
}
func (r *record) Setting(dir event.Dir, id uint16, v uint32, _ event.Stamp) {
	r.say("%v setting %d = %d", dir, id, v)
}
func (r *record) FramesLost(dir event.Dir, _ event.Stamp) { r.say("%v frames lost", dir) }

// piece is bytes, or a gap.
type piece struct {
	data []byte
	gap  int64
}

// read gives what a Reader tells of pieces.
func read(dir event.Dir, whole bool, pieces ...piece) (*record, *Stats, *Reader) {
	r, stats := &record{}, &Stats{}
	in := NewReader(dir, r, stats, whole)
	for i, p := range pieces {
		now := event.Stamp{Packet: uint64(i + 1)}
		if p.gap != 0 {
			in.Gap(p.gap, now)
			continue
		}
		in.Data(&stream.Chunk{Data: slices.Clone(p.data), Origin: now, Now: now, Acked: -1})
	}
	return r, stats, in
}

// cuts gives data in pieces of random sizes, and of one byte each.
func cuts(rng *rand.Rand, data []byte, most int) (pieces []piece) {
	for len(data) > 0 {
		n := min(1+rng.IntN(most), len(data))
		pieces = append(pieces, piece{data: data[:n]})
		data = data[n:]
	}
	return pieces
}

const (
	c2s = event.ClientToServer
	s2c = event.ServerToClient
)

func TestHeader(t *testing.T) {
	for _, c := range []struct {
		bytes  []byte
		want   header
		prefix uint32
	}{
		{[]byte{0, 0, 5, 0, 0x09, 0, 0, 0, 3}, header{5, typeData, 0x09, 3, false}, 1},
		{[]byte{0, 1, 0, 1, 0x2d, 0, 0, 1, 1}, header{256, typeHeaders, 0x2d, 257, false}, 6},
		{[]byte{1, 0, 0, 5, 0x08, 0x80, 0, 0, 2}, header{65536, typePushPromise, 0x08, 2, true}, 5},
		{[]byte{0, 0, 0, 4, 1, 0, 0, 0, 0}, header{0, typeSettings, 1, 0, false}, 0},
		{[]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, header{1<<24 - 1, 0xff, 0xff, 1<<31 - 1, true}, 0},
		{[]byte{0, 0, 4, 8, 0xff, 0, 0, 0, 1}, header{4, typeWindowUpdate, 0xff, 1, false}, 0},
	} {
		h := parseHeader(c.bytes)
		if h != c.want || h.prefix() != c.prefix {
			t.Errorf("% x: %+v with a prefix of %d", c.bytes, h, h.prefix())
		}
	}
}

func TestSniff(t *testing.T) {
	settings := frame(typeSettings, 0, 0, 0, 8, 0, 0, 0, 1)
	for _, c := range []struct {
		bytes       []byte
		client      [2]bool // yes, more
		server      [2]bool
		description string
	}{
		{nil, [2]bool{false, true}, [2]bool{false, true}, "nothing"},
		{[]byte("PRI * HTTP/2.0\r\n"), [2]bool{false, true}, [2]bool{}, "a part of the preface"},
		{[]byte(Preface + "\x00"), [2]bool{true, false}, [2]bool{}, "the preface"},
		{[]byte("PRI * HTTP/1.1\r\n\r\n"), [2]bool{}, [2]bool{}, "a strange request"},
		{settings, [2]bool{}, [2]bool{true, false}, "SETTINGS"},
		{settings[:4], [2]bool{}, [2]bool{false, true}, "a part of SETTINGS"},
		{frame(typeSettings, 0, 0), [2]bool{}, [2]bool{true, false}, "empty SETTINGS"},
		{frame(typeSettings, flagAck, 0), [2]bool{}, [2]bool{}, "an acknowledgement"},
		{frame(typeSettings, 0, 1), [2]bool{}, [2]bool{}, "SETTINGS of a stream"},
		{frame(typePing, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8), [2]bool{}, [2]bool{}, "PING"},
		{make([]byte, 32), [2]bool{}, [2]bool{}, "zeroes"},
	} {
		if yes, more := Sniff(c.bytes); [2]bool{yes, more} != c.client {
			t.Errorf("%s as a client's: %v %v", c.description, yes, more)
		}
		if yes, more := SniffServer(c.bytes); [2]bool{yes, more} != c.server {
			t.Errorf("%s as a server's: %v %v", c.description, yes, more)
		}
	}
}

func TestRole(t *testing.T) {
	request, response := fields(":method", "CONNECT"), fields(":status", "200")
	for _, c := range []struct {
		name  string
		bytes []byte
		want  event.Tri
	}{
		{"a request", frame(typeHeaders, flagEndHeaders, 1, request...), event.Yes},
		{"a response", frame(typeHeaders, flagEndHeaders, 1, response...), event.No},
		{"an indexed path", frame(typeHeaders, flagEndHeaders, 1, 0x84), event.Yes},
		{"an indexed status", frame(typeHeaders, flagEndHeaders, 1, 0x88), event.No},
		{"after size updates", frame(typeHeaders, flagEndHeaders, 1, 0x20, 0x3f, 0xe1, 0x1f, 0x88), event.No},
		{"with padding and priority", frame(typeHeaders, flagEndHeaders|flagPadded|flagPriority, 1, padded(3, append(make([]byte, 5), request...)...)...), event.Yes},
		{"behind data", join(frame(typeData, 0, 3, 1, 2, 3), frame(typeHeaders, flagEndHeaders, 1, response...)), event.No},
		{"a promise", frame(typePushPromise, flagEndHeaders, 1, append(make([]byte, 4), request...)...), event.No},
		{"data", frame(typeData, 0, 3, 1, 2, 3), event.Unknown},
		{"trailers", frame(typeHeaders, flagEndHeaders|flagEndStream, 1, 0x0f, 0x10, 0), event.Unknown},
		{"the dynamic table", frame(typeHeaders, flagEndHeaders, 1, 0xbe), event.Unknown},
		{"a size update alone", frame(typeHeaders, flagEndHeaders, 1, 0x3f), event.Unknown},
		{"nothing", nil, event.Unknown},
		{"a part", frame(typeHeaders, flagEndHeaders, 1, request...)[:5], event.Unknown},
	} {
		if got := Role(c.bytes); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
