package http2

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/stream"
)

var (
	connect = fields(":method", "CONNECT", ":protocol", "websocket")
	ok200   = fields(":status", "200")
)

// readerCases are directions, and what is told of them however they are cut.
var readerCases = []struct {
	name string
	dir  event.Dir
	data []byte
	want string // lines; "" where nothing is told
}{
	{"the client's preface", c2s, join([]byte(Preface), frame(typeSettings, 0, 0, 0, 1, 0, 0, 0x10, 0, 0, 8, 0, 0, 0, 1)),
		"c2s setting 1 = 4096\nc2s setting 8 = 1"},
	{"frames that carry nothing", s2c, join(
		frame(typeSettings, 0, 0), frame(typeSettings, flagAck, 0), frame(typePing, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8), frame(typePing, flagAck, 0, 1, 2, 3, 4, 5, 6, 7, 8),
		frame(typeWindowUpdate, 0, 0, 0, 0, 0, 1), frame(typeWindowUpdate, 0, 3, 0, 0, 0, 1), frame(typePriority, 0, 3, 0, 0, 0, 0, 1),
		frame(typeGoAway, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), frame(0xfe, 0xff, 7, 1, 2, 3), frame(typeAltSvc, 0, 0, 1, 2), frame(typeData, 0, 1)), ""},
	{"a request and data", c2s, join([]byte(Preface), frame(typeHeaders, flagEndHeaders, 1, connect...), frame(typeData, 0, 1, []byte("ab")...), frame(typeData, flagEndStream, 1, []byte("cd")...)),
		"c2s 1 headers :method=CONNECT :protocol=websocket at 59\nc2s 1 data abcd\nc2s 1 end"},
	{"padding and priority", s2c, join(
		frame(typeHeaders, flagEndHeaders|flagPadded|flagPriority, 1, padded(255, append(make([]byte, 5), ok200...)...)...),
		frame(typeData, flagPadded, 1, padded(0, []byte("ab")...)...), frame(typeData, flagPadded, 1, padded(7)...), frame(typeData, flagPadded|flagEndStream, 1, padded(3, []byte("c")...)...)),
		"s2c 1 headers :status=200 at 274\ns2c 1 data abc\ns2c 1 end"},
	{"CONTINUATION", s2c, join(
		frame(typeHeaders, flagPadded|flagEndStream, 3, padded(2, ok200[:2]...)...), frame(typeContinuation, 0, 3), frame(typeContinuation, 0, 3, ok200[2:3]...),
		frame(typeContinuation, flagEndHeaders, 3, ok200[3:]...)),
		fmt.Sprintf("s2c 3 headers :status=200 at %d\ns2c 3 end", 4*9+3+len(ok200))},
	{"streams in turns", s2c, join(frame(typeData, 0, 1, []byte("a")...), frame(typeData, 0, 3, []byte("b")...), frame(typeData, flagEndStream, 1), frame(typeReset, 0, 3, 0, 0, 0, 8)),
		"s2c 1 data a\ns2c 3 data b\ns2c 1 end\ns2c 3 reset"},
	{"an empty header block", s2c, frame(typeHeaders, flagEndHeaders, 1), "s2c 1 headers  at 9"},
	{"a promise, whose fields later blocks refer to", s2c, join(
		frame(typePushPromise, flagEndHeaders|flagPadded, 1, padded(4, append([]byte{0, 0, 0, 2}, 0x40, 1, 'x', 1, 'y')...)...),
		frame(typeHeaders, flagEndHeaders, 1, 0xbe)), "s2c 1 headers x=y at 33"},
	{"padding longer than the frame", s2c, join(frame(typeData, flagPadded, 1, 9, 'a', 'b'), frame(typeHeaders, flagEndHeaders|flagPadded, 1, 200, 0x88), frame(typeData, 0, 1, 'c')),
		"s2c 1 headers  partial at -1\ns2c 1 data c"},
	{"a frame too short for its prefix", s2c, join(frame(typeData, flagPadded, 1), frame(typeHeaders, flagEndHeaders|flagPriority, 1, 1, 2), frame(typeData, 0, 1, 'c')),
		"s2c 1 headers  partial at -1\ns2c 1 data c"},
	{"a header block that another frame cuts short", s2c, join(frame(typeHeaders, 0, 1, ok200...), frame(typeData, 0, 1, 'a'), frame(typeContinuation, flagEndHeaders, 1, ok200...), frame(typeHeaders, flagEndHeaders, 3, ok200...)),
		"s2c 1 headers  partial at -1\ns2c 1 data a\ns2c 3 headers :status=200 at 49"},
	{"a CONTINUATION of another stream", s2c, join(frame(typeHeaders, 0, 1, ok200...), frame(typeContinuation, flagEndHeaders, 3, ok200...)),
		"s2c 1 headers  partial at -1"},
	{"a fault in a header block", s2c, join(frame(typeHeaders, flagEndHeaders, 1, 0x88, 0xff), frame(typeHeaders, flagEndHeaders, 3, 0x88)),
		"s2c 1 headers :status=200 partial at 11\ns2c 3 headers :status=200 at 21"},
	{"SETTINGS whose length is not right", s2c, join(frame(typeSettings, 0, 0, 0, 8, 0, 0, 0, 1, 0, 8), frame(typeSettings, 0, 0, 0, 8, 0, 0, 0, 0)),
		"s2c setting 8 = 1\ns2c setting 8 = 0"},
	{"the reserved bit", s2c, frame(typeData, 0, 1<<31|1, 'a'), "s2c 1 data a"},
	{"a frame that is not whole", s2c, frame(typeData, flagEndStream, 1, []byte("abc")...)[:11], "s2c 1 data ab"},
}

func TestReader(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for _, c := range readerCases {
		t.Run(c.name, func(t *testing.T) {
			for _, most := range []int{len(c.data), 1, 3, 20} {
				pieces := []piece{{data: c.data}}
				if most < len(c.data) {
					pieces = cuts(rng, c.data, most)
				}
				got, _, in := read(c.dir, true, pieces...)
				if s := strings.Join(got.lines, "\n"); s != c.want {
					t.Fatalf("in pieces of %d: got\n%s\nwant\n%s", most, s, c.want)
				}
				if in.Read() != int64(len(c.data)) {
					t.Fatalf("%d of %d bytes", in.Read(), len(c.data))
				}
			}
		})
	}
}

// TestGaps has lost bytes at every kind of place.
func TestGaps(t *testing.T) {
	data := func(b []byte) piece { return piece{data: b} }
	gap := func(n int64) piece { return piece{gap: n} }
	hello := frame(typeData, 0, 1, []byte("hello")...)
	next := frame(typeData, 0, 3, []byte("next")...)
	for _, c := range []struct {
		name   string
		pieces []piece
		want   string
	}{
		{"inside data", []piece{data(hello[:11]), gap(2), data(hello[13:]), data(next)}, "s2c 1 data he\ns2c 1 gap 2\ns2c 1 data o\ns2c 3 data next"},
		{"up to the end of data", []piece{data(hello[:11]), gap(3), data(next)}, "s2c 1 data he\ns2c 1 gap 3\ns2c 3 data next"},
		{"all of the data, with its end", []piece{data(frame(typeData, flagEndStream, 1, []byte("hello")...)[:9]), gap(5), data(next)}, "s2c 1 gap 5\ns2c 1 end\ns2c 3 data next"},
		{"data and padding", []piece{data(frame(typeData, flagPadded, 1, padded(4, []byte("ab")...)...)[:11]), gap(3), data([]byte{0, 0}), data(next)}, "s2c 1 data a\ns2c 1 gap 1\ns2c 3 data next"},
		{"padding", []piece{data(frame(typeData, flagPadded, 1, padded(4, []byte("ab")...)...)[:13]), gap(3), data(next)}, "s2c 1 data ab\ns2c 3 data next"},
		{"the pad length", []piece{data(frame(typeData, flagPadded, 1, padded(4, []byte("ab")...)...)[:9]), gap(2), data([]byte("b\x00\x00\x00\x00")), data(next)}, "s2c 1 gap -1\ns2c 3 data next"},
		{"a header block", []piece{data(frame(typeHeaders, flagEndHeaders, 1, ok200...)[:10]), gap(int64(len(ok200) - 1)), data(next)}, "s2c 1 headers  partial at -1\ns2c 3 data next"},
		{"the first frame of a block", []piece{data(frame(typeHeaders, 0, 1, 0x88)[:9]), gap(1), data(frame(typeContinuation, flagEndHeaders, 1, 0x88)), data(next)}, "s2c 1 headers  partial at -1\ns2c 3 data next"},
		{"the priority", []piece{data(frame(typeHeaders, flagEndHeaders|flagPriority, 1, 0, 0, 0, 0, 0, 0x88)[:11]), gap(1), data([]byte{0, 0, 0x88}), data(next)}, "s2c 1 headers  partial at -1\ns2c 3 data next"},
		{"a setting", []piece{data(frame(typeSettings, 0, 0, 0, 8, 0, 0, 0, 1, 0, 8, 0, 0, 0, 0)[:17]), gap(2), data([]byte{0, 8, 0, 0, 0, 0}[4:]), data(frame(typeSettings, 0, 0, 0, 8, 0, 0, 0, 0)), data(next)}, "s2c setting 8 = 1\ns2c setting 8 = 0\ns2c 3 data next"},
		{"a reset", []piece{data(frame(typeReset, 0, 1, 0, 0, 0, 8)[:10]), gap(3), data(next)}, "s2c 1 reset\ns2c 3 data next"},
		{"a part of a frame's header", []piece{data(hello[:4]), gap(5), data(hello[9:]), data(next)}, "s2c frames lost\ns2c 3 data next"},
		{"a whole frame between two", []piece{data(hello), gap(14), data(next)}, "s2c 1 data hello\ns2c frames lost\ns2c 3 data next"},
		{"more than the frame at hand", []piece{data(hello[:11]), gap(12), data(next)}, "s2c 1 data he\ns2c frames lost\ns2c 3 data next"},
		{"an unknown number", []piece{data(hello[:11]), gap(-1), data(next)}, "s2c 1 data he\ns2c frames lost\ns2c 3 data next"},
		{"the end of a header block", []piece{data(frame(typeHeaders, 0, 1, 0x88)), gap(10), data(next)}, "s2c 1 headers  partial at -1\ns2c frames lost\ns2c 3 data next"},
		{"the end of a frame, then others", []piece{data(hello[:11]), gap(-1), data(join([]byte("llo"), next, next, hello))}, "s2c 1 data he\ns2c frames lost\ns2c 3 data nextnext\ns2c 1 data hello"},
		{"again, before frames were found", []piece{data(hello), gap(-1), data(next[:10]), gap(-1), data(next)}, "s2c 1 data hello\ns2c frames lost\ns2c frames lost\ns2c 3 data next"},
		{"nothing", []piece{data(hello[:11]), {gap: 0}, data(hello[11:])}, "s2c 1 data hello"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, _, _ := read(s2c, true, c.pieces...)
			if s := strings.Join(got.lines, "\n"); s != c.want {
				t.Errorf("got\n%s\nwant\n%s", s, c.want)
			}
		})
	}
}

// TestTableAfterLoss has fields that are in the dynamic table of a block that
// was lost: they are unknown, later ones are not.
func TestTableAfterLoss(t *testing.T) {
	first := frame(typeHeaders, flagEndHeaders, 1, 0x40, 1, 'a', 1, '1')
	second := frame(typeHeaders, flagEndHeaders, 3, 0x40, 1, 'b', 1, '2')
	third := frame(typeHeaders, flagEndHeaders, 5, 0xbf, 0xbe)                  // a, b
	fourth := frame(typeHeaders, flagEndHeaders, 7, 0x40, 1, 'c', 1, '3', 0xbe) // c, c
	got, _, _ := read(s2c, true, piece{data: first}, piece{gap: int64(len(second))}, piece{data: third}, piece{data: fourth})
	want := []string{"s2c 1 headers a=1 at 14", "s2c frames lost", "s2c 5 headers  partial at 39", "s2c 7 headers c=3 c=3 at 54"}
	if !slices.Equal(got.lines, want) {
		t.Errorf("%q", got.lines)
	}
}

// TestHeaderBlockFlood sends CONTINUATION frames without end.
func TestHeaderBlockFlood(t *testing.T) {
	rec, stats := &record{}, &Stats{}
	in := NewReader(s2c, rec, stats, true)
	send := func(b []byte) { in.Data(&stream.Chunk{Data: b}) }
	send(frame(typeHeaders, 0, 1, ok200...))
	for range 20_000 {
		send(frame(typeContinuation, 0, 1, bytes.Repeat([]byte{0x88}, 100)...))
		if int64(in.Held()) > limits.H2HeaderBlock {
			t.Fatalf("%d bytes held", in.Held())
		}
	}
	send(frame(typeContinuation, flagEndHeaders, 1, 0x88))
	send(frame(typeHeaders, flagEndHeaders, 3, 0x88))
	if len(rec.lines) != 2 || !strings.HasPrefix(rec.lines[0], "s2c 1 headers  partial") || !strings.HasPrefix(rec.lines[1], "s2c 3 headers :status=200 at") {
		t.Errorf("%.200q", rec.lines)
	}
	if stats.HeaderBlock != 1 || in.Held() != 0 {
		t.Errorf("%+v, %d bytes held", stats, in.Held())
	}
}

// discard is a Handler that keeps nothing.
type discard struct{ bytes int }

func (*discard) Headers(event.Dir, uint32, *Block)                      {}
func (d *discard) StreamData(_ event.Dir, _ uint32, c *stream.Chunk)    { d.bytes += len(c.Data) }
func (*discard) StreamGap(event.Dir, uint32, int64, event.Stamp)        {}
func (*discard) StreamEnd(event.Dir, uint32, event.Stamp)               {}
func (*discard) StreamReset(event.Dir, uint32, event.Stamp)             {}
func (*discard) Setting(_ event.Dir, _ uint16, _ uint32, _ event.Stamp) {}
func (*discard) FramesLost(event.Dir, event.Stamp)                      {}

// TestFloods sends what may come without end: nothing is kept of it.
func TestFloods(t *testing.T) {
	for name, b := range map[string][]byte{
		"SETTINGS":      frame(typeSettings, 0, 0, bytes.Repeat([]byte{0, 1, 0, 0, 0, 9}, 2000)...),
		"PING":          bytes.Repeat(frame(typePing, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8), 1000),
		"empty DATA":    bytes.Repeat(frame(typeData, 0, 1), 1000),
		"RST_STREAM":    bytes.Repeat(frame(typeReset, 0, 1, 0, 0, 0, 8), 1000),
		"small HEADERS": bytes.Repeat(frame(typeHeaders, flagEndHeaders, 1, 0x88), 1000),
		"fields":        bytes.Repeat(frame(typeHeaders, flagEndHeaders, 1, append([]byte{0x40, 1, 'a', 0x7f, 0xa9, 6}, make([]byte, 936)...)...), 100),
	} {
		t.Run(name, func(t *testing.T) {
			in := NewReader(s2c, &discard{}, &Stats{}, true)
			feed := func() {
				for range 50 {
					in.Data(&stream.Chunk{Data: b})
				}
			}
			feed()
			before := heap()
			feed()
			if grown := heap() - before; grown > 64<<10 || in.Held() != 0 {
				t.Errorf("%d bytes more, %d held", grown, in.Held())
			}
			runtime.KeepAlive(in)
		})
	}
}

func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestDataAllocates nothing.
func TestDataAllocates(t *testing.T) {
	d := &discard{}
	in := NewReader(s2c, d, &Stats{}, true)
	b := join(frame(typeData, flagPadded, 1, padded(10, make([]byte, 500)...)...), frame(typeData, 0, 3, make([]byte, 1000)...), frame(typeWindowUpdate, 0, 0, 0, 0, 1, 0))
	c := &stream.Chunk{}
	if n := testing.AllocsPerRun(100, func() {
		for _, part := range [][]byte{b[:3], b[3:700], b[700:]} {
			c.Data = part
			in.Data(c)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
	if d.bytes == 0 {
		t.Error("no data")
	}
}

func BenchmarkReader(b *testing.B) {
	in := NewReader(s2c, &discard{}, &Stats{}, true)
	data := bytes.Repeat(frame(typeData, 0, 1, make([]byte, 350)...), 100)
	c := &stream.Chunk{}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		c.Data = data
		in.Data(c)
	}
}

func BenchmarkHeaders(b *testing.B) {
	rng := rand.New(rand.NewPCG(7, 8))
	blocks, _ := encoded(rng, 100)
	var data []byte
	for i, block := range blocks {
		data = append(data, frame(typeHeaders, flagEndHeaders, uint32(2*i+1), block...)...)
	}
	in := NewReader(s2c, &discard{}, &Stats{}, true)
	c := &stream.Chunk{}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		c.Data = data
		in.Data(c)
	}
}
