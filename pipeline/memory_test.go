package pipeline

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"wsscope/capture"
	"wsscope/event"
	"wsscope/export"
	"wsscope/link"
)

// coming is a source of connections that open, say something and end, one
// after the other and some at a time, for as long as asked. Each has ports,
// keys and masks of its own. Some never finish their handshake, some are
// refused, some end without a Close, with a reset or not at all, and of some a
// segment was not captured.
type coming struct {
	most    int // connections
	each    time.Duration
	n       int
	now     int64
	number  uint64
	reached func(n int) // called after each hundred connections
	batch   *capture.Batch
	buf     []byte
	free    chan []byte // as sources use the memory of released batches again
}

func (s *coming) Close() error { return nil }

func (s *coming) Next() (*capture.Batch, error) {
	if s.n >= s.most {
		return nil, io.EOF
	}
	select {
	case s.buf = <-s.free:
	default:
		s.buf = make([]byte, 0, 256<<10)
	}
	whole := s.buf
	s.batch = capture.NewBatch(func(*capture.Batch) { s.free <- whole })
	for range 100 {
		s.connection(uint64(s.n))
		s.n++
		s.now += int64(s.each)
	}
	if s.reached != nil {
		s.reached(s.n)
	}
	return s.batch, nil
}

// connection writes the packets of the n-th connection. One of kind 6 is left
// open.
func (s *coming) connection(n uint64) *talk {
	random := func(i uint64) uint64 { // splitmix64
		x := n*16 + i + 1
		x *= 0x9E3779B97F4A7C15
		x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
		x = (x ^ x>>27) * 0x94D049BB133111EB
		return x ^ x>>31
	}
	kind := n % 32
	f := &talk{s: s, client: [4]byte{10, 1, byte(n >> 16), byte(n >> 8)}, port: uint16(1024 + n%60000), seq: [2]uint32{uint32(random(1)), uint32(random(2))}}
	f.segment(0, link.SYN, nil)
	f.segment(1, link.SYN|link.ACK, nil)
	f.segment(0, link.ACK, nil)
	var raw [16]byte
	binary.BigEndian.PutUint64(raw[:], random(3))
	binary.BigEndian.PutUint64(raw[8:], random(4))
	key := base64.StdEncoding.EncodeToString(raw[:])
	request := fmt.Sprintf("GET /feed/%d HTTP/1.1\r\nHost: %d.example.org\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n", n%5000, n, key)
	if kind == 1 { // it never ends
		f.segment(0, link.ACK, []byte(request[:90]))
		if n%64 == 1 {
			f.segment(0, link.RST|link.ACK, nil)
		}
		return f
	}
	f.segment(0, link.ACK, []byte(request))
	if n%8 == 2 {
		f.segment(1, link.ACK, []byte("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"))
		f.end()
		return f
	}
	accept := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	f.segment(1, link.ACK, []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+base64.StdEncoding.EncodeToString(accept[:])+"\r\n\r\n"))
	text := []byte(fmt.Sprintf(`{"type":"quote","number":%d}`, n))
	for i := range uint64(3) {
		if kind == 3 && i == 1 { // this one was not captured
			f.seq[0] += uint32(6 + len(text))
		} else {
			f.frame(0, 0x81, text, uint32(random(8+i)))
		}
		f.frame(1, 0x81, text, 0)
	}
	switch kind {
	case 4:
		f.segment(1, link.RST|link.ACK, nil)
		return f
	case 5:
	case 6:
		return f
	default:
		f.frame(0, 0x88, []byte{3, 232}, uint32(random(12)))
		f.frame(1, 0x88, []byte{3, 232}, 0)
	}
	f.end()
	return f
}

// talk is one connection.
type talk struct {
	s      *coming
	client [4]byte
	port   uint16
	seq    [2]uint32
}

// frame sends a frame, masked if the mask is not 0.
func (f *talk) frame(side int, first byte, payload []byte, mask uint32) {
	b := []byte{first, byte(len(payload))}
	if side == 0 {
		b[1] |= 0x80
		b = binary.BigEndian.AppendUint32(b, mask)
		for i, c := range payload {
			b = append(b, c^byte(mask>>(24-8*(i&3))))
		}
	} else {
		b = append(b, payload...)
	}
	f.segment(side, link.ACK, b)
}

func (f *talk) end() {
	f.segment(0, link.FIN|link.ACK, nil)
	f.segment(1, link.FIN|link.ACK, nil)
	f.segment(0, link.ACK, nil)
}

// segment adds a packet of raw IPv4, without checksums, as a card that
// computes them leaves it.
func (f *talk) segment(side int, flags link.Flags, payload []byte) {
	s, be := f.s, binary.BigEndian
	server, port := [4]byte{10, 9, 8, 7}, uint16(8080)
	at := len(s.buf)
	b := append(s.buf, 0x45, 0)
	b = be.AppendUint16(b, uint16(40+len(payload)))
	b = append(b, 0, 0, 0x40, 0, 64, 6, 0, 0)
	if side == 0 {
		b = append(append(b, f.client[:]...), server[:]...)
		b = be.AppendUint16(be.AppendUint16(b, f.port), port)
	} else {
		b = append(append(b, server[:]...), f.client[:]...)
		b = be.AppendUint16(be.AppendUint16(b, port), f.port)
	}
	b = be.AppendUint32(be.AppendUint32(b, f.seq[side]), f.seq[1-side])
	b = append(b, 5<<4, byte(flags), 255, 255, 0, 0, 0, 0)
	s.buf = append(b, payload...)
	f.seq[side] += uint32(len(payload))
	if flags&(link.SYN|link.FIN) != 0 {
		f.seq[side]++
	}
	s.number++
	s.now += 1000
	s.batch.Packets = append(s.batch.Packets, capture.Packet{Number: s.number, Time: s.now, Data: s.buf[at:len(s.buf):len(s.buf)], WireLen: len(s.buf) - at, Link: 101})
}

// views are several sinks at once.
type views []event.Sink

func (v views) Open(o *event.Open) {
	for _, s := range v {
		s.Open(o)
	}
}

func (v views) Frame(f *event.Frame) {
	for _, s := range v {
		s.Frame(f)
	}
}

func (v views) Message(m *event.Message) {
	for _, s := range v {
		s.Message(m)
	}
}

func (v views) Finding(f *event.Finding) {
	for _, s := range v {
		s.Finding(f)
	}
}

func (v views) End(e *event.End) {
	for _, s := range v {
		s.End(e)
	}
}

func (v views) Summary(sum *event.Summary) {
	for _, s := range v {
		s.Summary(sum)
	}
}

// TestMemoryIsFlat holds that memory does not grow with the connections that
// have passed: from the first 10,000, of 3 hours, to five times as many the
// heap grows by less than a tenth.
func TestMemoryIsFlat(t *testing.T) {
	const warm, most = 10_000, 50_000
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	least := map[bool]uint64{} // by: at the end
	src := &coming{most: most, each: time.Second, now: 1_700_000_000e9, free: make(chan []byte, 64)}
	src.reached = func(n int) {
		early, late := n > warm-3000 && n <= warm, n > most-3000
		if !early && !late {
			return
		}
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		if now := least[late]; now == 0 || m.HeapAlloc < now {
			least[late] = m.HeapAlloc
		}
	}
	all := views{
		export.NewJSON(io.Discard, export.Options{MaxPayload: -1}),
		export.NewText(io.Discard, export.Options{}),
		export.NewFindings(io.Discard, export.Options{}),
	}
	p := New(all, Options{Live: true, Workers: 2})
	if _, err := p.Run(t.Context(), src); err != nil {
		t.Fatal(err)
	}
	if got := p.total.Connections + p.total.Refused; got < most*9/10 {
		t.Fatalf("%d connections were seen", got)
	}
	t.Logf("%d bytes after %d connections, %d after %d", least[false], warm, least[true], most)
	if least[true] > least[false]/10*11 {
		t.Errorf("the heap has grown from %d to %d bytes", least[false], least[true])
	}
}
