package export

import (
	"io"
	"strings"
	"testing"

	"wsscope/event"
)

func sampleFrame(size int) *event.Frame {
	return &event.Frame{
		Stamp: event.Stamp{Packet: 1_234_567, Time: 1_790_000_000_123_456_789}, Conn: &event.Conn{ID: 17},
		N: 4711, Index: 2048, First: event.Stamp{Packet: 1_234_567}, FIN: true, Opcode: event.OpText, Masked: true,
		Key: [4]byte{0x37, 0xfa, 0x21, 0x3d}, HeaderLen: 8, Len: uint64(size), Captured: uint64(size),
		Payload: []byte(strings.Repeat(`{"symbol":"ACME","bid":101.25},`, size/31+1)[:size]), RTT: -1,
	}
}

func sampleMessage(size int) *event.Message {
	f := sampleFrame(size)
	return &event.Message{Stamp: f.Stamp, Conn: f.Conn, First: f.First, Opcode: f.Opcode, Frames: []uint64{f.N}, WireLen: f.Len,
		Len: f.Len, Complete: true, Payload: f.Payload, UTF8: true}
}

func BenchmarkJSONFrame(b *testing.B) {
	j, f := NewJSON(io.Discard, Options{MaxPayload: -1}), sampleFrame(300)
	b.SetBytes(int64(len(f.Payload)))
	b.ReportAllocs()
	for b.Loop() {
		f.Packet++
		f.Time += 1000
		j.Frame(f)
	}
}

func BenchmarkJSONMessage(b *testing.B) {
	j, m := NewJSON(io.Discard, Options{MaxPayload: -1}), sampleMessage(300)
	b.SetBytes(int64(len(m.Payload)))
	b.ReportAllocs()
	for b.Loop() {
		m.Packet++
		m.Time += 1000
		j.Message(m)
	}
}

func TestJSONDoesNotAllocate(t *testing.T) {
	j := NewJSON(io.Discard, Options{MaxPayload: -1})
	f, m := sampleFrame(300), sampleMessage(300)
	big := sampleFrame(5 * piece)
	j.Frame(f)
	if n := testing.AllocsPerRun(100, func() {
		f.Packet++
		f.Time += 1e8
		j.Frame(f)
		m.Packet = f.Packet
		j.Message(m)
		j.Frame(big)
	}); n != 0 {
		t.Errorf("%v allocations a round", n)
	}
}
