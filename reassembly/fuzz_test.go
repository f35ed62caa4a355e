package reassembly

import (
	"testing"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/link"
)

// FuzzSegments plays segments that the input describes, seven bytes each. The
// recorder checks every call: offsets tile, nothing comes twice or behind an
// end.
func FuzzSegments(f *testing.F) {
	f.Add([]byte("\x01\x00\x00\x00\x00\x00\x00\x83\x00\x00\x00\x00\x00\x00\x02\x00\x01\x00\x00\x09\x00\x02\x00\x20\x00\x00\x09\x00\x82\x00\x00\x00\x40\x00\x03"))
	f.Add([]byte("\x02\x00\x10\x00\x00\x08\x00\x02\x00\x08\x00\x00\x0a\x00\x02\x00\x00\x00\x00\x03\x00\x86\x00\x04\x00\x00\x00\x00\x0a\x00\x02\x00\x10\x00\x00\x08\x00"))
	f.Add([]byte("\x01\x00\x00\x00\x00\x05\x00\x83\x00\x00\x00\x05\x00\x00\x0a\x00\x01\x00\x00\x00\x00\x8a\x00\x00\x00\x09\x00\x00\x21\xff\xff\x00\x00\x10\x00"))
	f.Add([]byte("\x42\x7f\xff\x7f\x00\x08\x00\x42\x7f\xff\x7f\x08\x08\x00\x42\x7f\xff\x7f\x10\x08\x00\x42\x7f\xff\x7f\x18\x08\x00\x42\x7f\xff\x7f\x20\x08\x00"))
	f.Fuzz(func(t *testing.T, in []byte) {
		rec := &recorder{t: t, quiet: true}
		w := &wire{a: &Assembler{sink: rec, conns: map[key]*Conn{}, hist: history{ring: make([]byte, 4096)}}, port: 1000}
		payload := make([]byte, 256)
		sum := int64(0)
		for ; len(in) >= 7 && w.now.Packet < 1024; in = in[7:] {
			// Bits: 0 SYN, 1 ACK, 2 FIN, 3 RST, 4 checksum known, 5 wrong or the other port, 6 far, 7 side.
			b := in[0]
			var s link.Segment
			side := int(b >> 7)
			for i, flag := range []link.Flags{link.SYN, link.ACK, link.FIN, link.RST} {
				if b>>i&1 != 0 {
					s.Flags |= flag
				}
			}
			s.Seq = uint32(1000+side*100_000) + uint32(in[1])<<8 + uint32(in[2])
			if b&0x40 != 0 {
				s.Seq += uint32(in[1]) << 24
			}
			s.Ack = uint32(1000+(1-side)*100_000) + uint32(in[3])<<8 + uint32(in[4])
			s.Payload = payload[:in[5]]
			for i := range s.Payload {
				s.Payload[i] = in[6] + byte(i)
			}
			s.Len = len(s.Payload) + int(in[6]>>6)*16
			if b&0x10 != 0 {
				s.Checksum = link.ChecksumGood
				if b&0x20 != 0 {
					s.Checksum = link.ChecksumBad
				}
			} else if b&0x20 != 0 {
				w.port = 1000 + uint16(in[6]&3)
			}
			w.now.Time += int64(in[6]) * 10_000_000
			sum += int64(len(s.Payload))
			w.segment(side, s)
			if n := w.now.Packet; n < 64 || n%64 == 0 {
				checkRunning(t, w.a)
			}
			if in[6] == 0xff {
				w.a.Tick(w.now.Time + 5e9)
			}
		}
		w.a.Close(event.Stamp{Packet: w.now.Packet, Time: w.now.Time})
		checkClosed(t, w.a)
		told := int64(0)
		for _, c := range rec.conns {
			if !c.closed {
				t.Fatal("a connection was never closed")
			}
			for side := range c.stream {
				told += c.off[side] - c.lost[side]
			}
		}
		if told > sum {
			t.Fatalf("%d bytes were told, %d captured", told, sum)
		}
	})
}

// checkRunning holds what is queued against what is counted as queued.
func checkRunning(t *testing.T, a *Assembler) {
	var queued int64
	for _, c := range a.conns {
		for side := range c.half {
			h := &c.half[side]
			var sum int64
			n := 0
			end := h.off
			for p := range h.q.all() {
				if p.off <= end && p.off != end || p.off == h.off {
					t.Fatalf("a piece at %d waits, delivered up to %d, the one before ends at %d", p.off, h.off, end)
				}
				end = p.end()
				sum += pieceCost(p)
				n++
			}
			if sum != h.q.bytes || n != h.q.n {
				t.Fatalf("%d pieces of %d bytes, counted as %d of %d", n, sum, h.q.n, h.q.bytes)
			}
			queued += sum
			for _, p := range h.doubtful {
				queued += pieceCost(p)
			}
			if len(h.doubtful) > int(limits.Doubtful) {
				t.Fatal("too many doubtful segments")
			}
		}
	}
	if queued != a.queued {
		t.Fatalf("%d bytes are queued, counted as %d", queued, a.queued)
	}
}
