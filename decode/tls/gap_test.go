package tls

import (
	"bytes"
	"encoding/hex"
	mathrand "math/rand/v2"
	"testing"

	"wsscope/event"
	"wsscope/stream"
)

// unique are words of which no part repeats, so that a place in the plaintext
// can be found again.
func unique(r *mathrand.Rand, n, most int) []string {
	var words []string
	for range n {
		b := make([]byte, (16+r.IntN(most))/2)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		words = append(words, hex.EncodeToString(b))
	}
	return words
}

// aligned checks that what came out is the plaintext with holes where the
// gaps say. It returns how many bytes came out and how many gaps are exact.
func (l *ledger) aligned(t *testing.T, d event.Dir, want []byte) (bytesOut, exact, unknown int) {
	t.Helper()
	at, known := 0, true
	for _, e := range l.entries[d] {
		switch {
		case e.data == nil && e.gap < 0:
			known = false
			unknown++
		case e.data == nil:
			at += int(e.gap)
			exact++
		default:
			if !known {
				i := bytes.Index(want[min(at, len(want)):], e.data)
				if i < 0 {
					t.Fatalf("%v: %d bytes %.40q not found after %d of %d", d, len(e.data), e.data, at, len(want))
				}
				at, known = at+i, true
			}
			if !bytes.HasPrefix(want[min(at, len(want)):], e.data) {
				t.Fatalf("%v: %d bytes %.40q do not stand at %d", d, len(e.data), e.data, at)
			}
			at += len(e.data)
			bytesOut += len(e.data)
		}
	}
	return bytesOut, exact, unknown
}

// ledger is a next layer that keeps the order of data and gaps; the data
// between two gaps is one entry.
type ledger struct {
	sink
	entries [2][]entry
}

type entry struct {
	data []byte
	gap  int64
}

func (l *ledger) Data(d event.Dir, ch *stream.Chunk) {
	l.sink.Data(d, ch)
	if last := len(l.entries[d]) - 1; last >= 0 && l.entries[d][last].data != nil {
		l.entries[d][last].data = append(l.entries[d][last].data, ch.Data...)
		return
	}
	l.entries[d] = append(l.entries[d], entry{data: bytes.Clone(ch.Data)})
}

func (l *ledger) Gap(d event.Dir, n int64, now event.Stamp) {
	l.sink.Gap(d, n, now)
	l.entries[d] = append(l.entries[d], entry{gap: n})
}

func TestGaps(t *testing.T) {
	rounds := 4
	if raceDetector {
		rounds = 1
	}
	r := mathrand.New(mathrand.NewPCG(5, 6))
	for name, cfg := range goConfigs() {
		t.Run(name, func(t *testing.T) {
			f := converse(t, cfg[0], cfg[1], unique(r, 120, 3000))
			for _, known := range []bool{true, false} {
				for range rounds {
					l := &ledger{sink: sink{t: t}}
					c := New(keysOf(f), l, nil)
					packet, lost := uint64(0), [2]int{}
					pieces := cut(f.pieces, r, 1448)
					for i, p := range pieces {
						packet++
						now := event.Stamp{Packet: packet}
						// The hellos have to be there.
						if i > len(pieces)/8 && i < len(pieces)*7/8 && r.IntN(20) == 0 {
							n := int64(len(p.data))
							if !known {
								n = -1
							}
							c.Gap(p.dir, n, now)
							lost[p.dir] += len(p.data)
							continue
						}
						c.Data(p.dir, &stream.Chunk{Data: p.data, Origin: now, Now: now})
					}
					c.End(0, stream.FIN, event.Stamp{Packet: packet + 1})
					c.End(1, stream.FIN, event.Stamp{Packet: packet + 1})
					for d := range event.NoDir {
						out, exact, unknown := l.aligned(t, d, f.want[d])
						if lost[d] > 0 && exact+unknown == 0 {
							t.Errorf("%v: %d bytes lost and no gap", d, lost[d])
						}
						// A lost packet costs the records that it is part of: up to two beside its own length.
						if floor := len(f.want[d]) - 4*lost[d] - 20000; out < floor {
							t.Errorf("%v: only %d of %d bytes with %d lost", d, out, len(f.want[d]), lost[d])
						}
						if !bytes.HasSuffix(f.want[d], lastData(l.entries[d])) {
							t.Errorf("%v: the end is missing", d)
						}
						if aead := name[:3] == "1.2" && bytes.Contains([]byte(name), []byte("GCM")); aead && known && unknown > 0 {
							t.Errorf("%v: %d gaps of unknown length", d, unknown)
						}
					}
				}
			}
		})
	}
}

func lastData(l []entry) []byte {
	for i := len(l) - 1; i >= 0; i-- {
		if l[i].data != nil {
			return l[i].data
		}
	}
	return nil
}

// TestGapsInARow: with TLS 1.0 a record behind lost bytes cannot be opened,
// since its IV is lost. Such records count among those that may lie between
// the last that opened and the next.
func TestGapsInARow(t *testing.T) {
	cfg := goConfigs()["1 TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"]
	f := converse(t, cfg[0], cfg[1], unique(mathrand.New(mathrand.NewPCG(7, 8)), 60, 300))
	l := &ledger{sink: sink{t: t}}
	c := New(keysOf(f), l, nil)
	packet, sent := uint64(0), 0
	for _, p := range f.pieces {
		for b := p.data; len(b) > 0; {
			n := headLen + fragmentLen(b)
			packet++
			now := event.Stamp{Packet: packet}
			record, lost := b[:n], 0
			if b[0] == applicationData && p.dir == 0 {
				switch sent++; sent {
				case 11: // the first byte of a write, alone
					lost = n
				case 13:
					lost = 17
				}
			}
			if n > lost {
				c.Data(p.dir, &stream.Chunk{Data: record[:n-lost], Origin: now, Now: now})
			}
			c.Gap(p.dir, int64(lost), now)
			b = b[n:]
		}
	}
	if sent < 40 {
		t.Fatal(sent, "records")
	}
	out, _, unknown := l.aligned(t, 0, f.want[0])
	if out < len(f.want[0])-4*300 || unknown != 1 || !bytes.HasSuffix(f.want[0], lastData(l.entries[0])) {
		t.Errorf("%d of %d bytes, %d gaps", out, len(f.want[0]), unknown)
	}
}
