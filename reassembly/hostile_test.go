package reassembly

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/link"
	"wsscope/stream"
)

// nothing is a Sink that counts bytes.
type nothing struct{ bytes, lost, conflicts int64 }

func (*nothing) Open(*Conn, event.Stamp)                                   {}
func (n *nothing) Data(_ *Conn, _ int, c *stream.Chunk)                    { n.bytes += int64(len(c.Data)) }
func (n *nothing) Gap(_ *Conn, _ int, lost int64, _ event.Stamp)           { n.lost += lost }
func (*nothing) End(*Conn, int, stream.End, event.Stamp)                   {}
func (n *nothing) Conflict(*Conn, int, int64, []byte, []byte, event.Stamp) { n.conflicts++ }
func (*nothing) Close(*Conn, event.Stamp)                                  {}

// joined opens a connection whose client sends from 100 on.
func (n *nothing) joined(w *wire) {
	w.segment(0, link.Segment{Flags: link.SYN, Seq: 99})
	w.segment(1, link.Segment{Flags: link.SYN | link.ACK, Seq: 499, Ack: 100})
}

// send sends size bytes of b from stream offset at on.
func (n *nothing) send(w *wire, at, size int, b []byte) {
	w.segment(0, link.Segment{Flags: link.ACK, Seq: uint32(100 + at), Ack: 500, Payload: b[:size]})
}

// reversed sends n segments last first.
func reversed(n int) (got nothing, w *wire) {
	w = newWire(&got)
	got.joined(w)
	b := make([]byte, 100)
	for i := n - 1; i >= 0; i-- {
		got.send(w, i*100, 100, b)
	}
	w.a.Close(w.now)
	return got, w
}

// overlapping sends n segments behind a hole, each of which overlaps those
// before it by half, some of them many.
func overlapping(n int) (got nothing, w *wire) {
	w = newWire(&got)
	got.joined(w)
	b := make([]byte, 100)
	for i := range n {
		got.send(w, 10+(i*7919%n)*50, 100, b)
	}
	got.send(w, 0, 10, b)
	w.a.Close(w.now)
	return got, w
}

// TestLinear holds 16,000 segments in reverse order and 50,000 overlapping
// ones against a quarter of them: work that grows with the square takes
// sixteen times as long.
func TestLinear(t *testing.T) {
	for _, c := range []struct {
		name string
		n    int
		play func(int) (nothing, *wire)
		want int64
	}{{"reverse", 16_000, reversed, 1_600_000}, {"overlapping", 50_000, overlapping, 2_500_060}} {
		t.Run(c.name, func(t *testing.T) {
			got, w := c.play(c.n)
			checkClosed(t, w.a)
			if got.bytes != c.want || got.lost != 0 || got.conflicts != 0 {
				t.Errorf("%d bytes, %d lost, %d conflicts; %d bytes were sent", got.bytes, got.lost, got.conflicts, c.want)
			}
			fastest := func(n int) time.Duration {
				var all []time.Duration
				for range 5 {
					begin := time.Now()
					c.play(n)
					all = append(all, time.Since(begin))
				}
				return slices.Min(all)
			}
			for try := 0; ; try++ { // a busy machine is told from the square by its luck
				quarter, whole := fastest(c.n/4), fastest(c.n)
				if whole <= 10*quarter {
					break
				}
				if try == 4 {
					t.Errorf("%d segments take %v, a quarter of them %v", c.n, whole, quarter)
					break
				}
			}
		})
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// TestQueuedBounded sends more behind holes than may wait.
func TestQueuedBounded(t *testing.T) {
	var got nothing
	w := newWire(&got)
	b := make([]byte, 1000)
	before := heap()
	var most int64
	for conn := range 16 {
		w.port = uint16(1000 + conn)
		got.joined(w)
		for i := range 10_000 {
			got.send(w, 1000+2*i*1000, 1000, b)
			most = max(most, w.a.queued)
		}
	}
	if most > limits.TotalQueued+2000 {
		t.Errorf("%d bytes were queued, the limit is %d", most, limits.TotalQueued)
	}
	if grown := heap() - before; grown > 2*limits.TotalQueued {
		t.Errorf("the heap grew by %d bytes, the limit is %d", grown, limits.TotalQueued)
	}
	if w.a.Struck.Queued == 0 {
		t.Error("nobody was told")
	}
	w.a.Close(w.now)
	checkClosed(t, w.a)
	if got.bytes != 16*10_000*1000 {
		t.Errorf("%d bytes came out", got.bytes)
	}
}

// TestStreamQueuedBounded fills the queue of one direction with single bytes:
// what they cost counts, not what they carry.
func TestStreamQueuedBounded(t *testing.T) {
	var got nothing
	w := newWire(&got)
	got.joined(w)
	b := make([]byte, 1)
	for i := range 400_000 {
		got.send(w, 1+2*i, 1, b)
		if q := w.a.queued; q > limits.StreamQueued+200 {
			t.Fatalf("%d bytes are queued", q)
		}
	}
	w.a.Close(w.now)
	checkClosed(t, w.a)
	if got.bytes != 400_000 || got.lost != 400_000 {
		t.Errorf("%d bytes, %d lost", got.bytes, got.lost)
	}
}

// TestHalfOpen floods with connections that stay half-open.
func TestHalfOpen(t *testing.T) {
	const n = 250_000
	rec := &nothing{}
	w := newWire(rec)
	before := heap()
	for i := range n {
		s := link.Segment{Flags: link.SYN, Seq: uint32(i), SrcPort: 1, DstPort: 80}
		s.Src[0], s.Src[1], s.Src[2] = byte(i), byte(i>>8), byte(i>>16)
		w.now.Packet++
		w.a.Segment(&s, w.now)
	}
	if len(w.a.conns) > int(limits.Connections) {
		t.Errorf("%d connections are tracked", len(w.a.conns))
	}
	if grown := heap() - before; grown > limits.Connections*2000 {
		t.Errorf("the heap grew by %d bytes", grown)
	}
	if w.a.Struck.Connections == 0 || w.a.Total != n {
		t.Errorf("%d evicted of %d", w.a.Struck.Connections, w.a.Total)
	}
	w.a.Close(w.now)
	checkClosed(t, w.a)
}

// TestResetFlood resets every connection, all in the same moment: none is
// forgotten for its age.
func TestResetFlood(t *testing.T) {
	n := int(limits.Connections) + 1000
	w := newWire(&nothing{})
	for i := range n {
		for _, flags := range []link.Flags{link.SYN, link.RST} {
			s := link.Segment{Flags: flags, Seq: uint32(i), SrcPort: 1, DstPort: 80}
			s.Src[0], s.Src[1], s.Src[2] = byte(i), byte(i>>8), byte(i>>16)
			if flags == link.RST {
				s.Seq++
			}
			w.now.Packet++
			w.a.Segment(&s, w.now)
		}
	}
	if len(w.a.conns) > int(limits.Connections) {
		t.Errorf("%d connections are tracked", len(w.a.conns))
	}
	if w.a.Struck.Connections != 1000 {
		t.Errorf("%d ended to make room", w.a.Struck.Connections)
	}
	w.a.Close(w.now)
	checkClosed(t, w.a)
}

// TestDoubtfulBounded sends segments with wrong checksums only, once the
// sender's right ones are known.
func TestDoubtfulBounded(t *testing.T) {
	w := newWire(&nothing{})
	b := make([]byte, 10)
	for i := range 1000 {
		w.segment(0, link.Segment{Flags: link.ACK, Seq: uint32(i * 10), Payload: b, Checksum: link.ChecksumGood})
	}
	for i := range 900 {
		w.segment(0, link.Segment{Flags: link.ACK, Seq: uint32(20_000 + i*10), Payload: b, Checksum: link.ChecksumBad})
	}
	if w.a.Struck.Doubtful == 0 || len(w.a.last.half[0].doubtful) > int(limits.Doubtful) {
		t.Errorf("%d dropped", w.a.Struck.Doubtful)
	}
	w.a.Close(w.now)
	checkClosed(t, w.a)
}

// TestDoubtfulTotalBounded sends them on many connections.
func TestDoubtfulTotalBounded(t *testing.T) {
	w := newWire(&nothing{})
	b := make([]byte, 1400)
	for i := range 1000 {
		w.port = uint16(1000 + i)
		for range limits.Doubtful {
			w.segment(0, link.Segment{Flags: link.ACK, Seq: 0, Payload: b[:1], Checksum: link.ChecksumGood})
		}
		for j := range int(limits.Doubtful) {
			w.segment(0, link.Segment{Flags: link.ACK, Seq: uint32(20_000 + j*1400), Payload: b, Checksum: link.ChecksumBad})
		}
	}
	if w.a.Struck.Doubtful == 0 || w.a.queued > limits.TotalQueued+2000 {
		t.Errorf("%d bytes are held, %d segments dropped", w.a.queued, w.a.Struck.Doubtful)
	}
	w.a.Close(w.now)
	checkClosed(t, w.a)
}

// TestClosedBounded closes more connections than are remembered, all at once.
func TestClosedBounded(t *testing.T) {
	w := newWire(&nothing{})
	for i := range uint32(limits.Tombstones) + 1000 {
		w.port = uint16(i)
		for side := range 2 {
			w.segment(side, link.Segment{Flags: link.SYN | link.ACK, Seq: i, Ack: i + 1})
		}
		for side := range 2 {
			w.segment(side, link.Segment{Flags: link.FIN | link.ACK, Seq: i + 1, Ack: i + 1})
		}
	}
	if n := int64(len(w.a.conns)); n != limits.Tombstones || w.a.graves.n != n {
		t.Errorf("%d closed connections are remembered, %d in the list", n, w.a.graves.n)
	}
	w.a.Close(w.now)
	checkClosed(t, w.a)
}

// TestInOrderAllocatesNothing is the promise for what almost all segments are.
func TestInOrderAllocatesNothing(t *testing.T) {
	var got nothing
	w := newWire(&got)
	got.joined(w)
	b := make([]byte, 1448)
	at := 0
	if n := testing.AllocsPerRun(1000, func() {
		got.send(w, at, len(b), b)
		at += len(b)
		w.segment(1, link.Segment{Flags: link.ACK, Seq: 500, Ack: uint32(100 + at)})
	}); n != 0 {
		t.Errorf("%v allocations a segment", n)
	}
}

func BenchmarkInOrder(b *testing.B) {
	var got nothing
	w := newWire(&got)
	got.joined(w)
	payload := make([]byte, 1448)
	at := 0
	b.SetBytes(int64(len(payload)))
	b.ReportAllocs()
	for b.Loop() {
		got.send(w, at, len(payload), payload)
		at += len(payload)
	}
}

func BenchmarkReverse(b *testing.B) {
	b.SetBytes(1_600_000)
	for b.Loop() {
		reversed(16_000)
	}
}
