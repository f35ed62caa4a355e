package http2

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"testing"

	"wsscope/limits"
)

func TestWeigh(t *testing.T) {
	for _, c := range []struct {
		name  string
		bytes []byte
		ok    bool
	}{
		{"DATA", frame(typeData, flagEndStream|flagPadded, 5, padded(3)...), true},
		{"empty DATA", frame(typeData, 0, 5), true},
		{"DATA of the connection", frame(typeData, 0, 0, 1), false},
		{"DATA with an unknown flag", frame(typeData, 0x40, 5, 1), false},
		{"DATA without its pad length", frame(typeData, flagPadded, 5), false},
		{"HEADERS", frame(typeHeaders, flagEndHeaders|flagPriority, 5, make([]byte, 6)...), true},
		{"HEADERS without a byte", frame(typeHeaders, flagEndHeaders, 5), false},
		{"the reserved bit", frame(typeData, 0, 1<<31|5, 1), false},
		{"SETTINGS", frame(typeSettings, 0, 0, make([]byte, 12)...), true},
		{"half a setting", frame(typeSettings, 0, 0, make([]byte, 9)...), false},
		{"an acknowledgement with settings", frame(typeSettings, flagAck, 0, make([]byte, 6)...), false},
		{"SETTINGS of a stream", frame(typeSettings, 0, 1), false},
		{"PING", frame(typePing, flagAck, 0, make([]byte, 8)...), true},
		{"a short PING", frame(typePing, 0, 0, make([]byte, 7)...), false},
		{"WINDOW_UPDATE", frame(typeWindowUpdate, 0, 7, 0, 0, 0, 1), true},
		{"GOAWAY", frame(typeGoAway, 0, 0, make([]byte, 8)...), true},
		{"a short GOAWAY", frame(typeGoAway, 0, 0, make([]byte, 7)...), false},
		{"PRIORITY_UPDATE", frame(typePriorityUpdate, 0, 0, 1, 2, 3, 4, 5), true},
		{"an unknown type", frame(0xb, 0, 0), false},
		{"another unknown type", frame(0xfe, 0, 0), false},
		{"a frame of 16 MiB", []byte{0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 1}, false},
		{"zeroes", make([]byte, 9), false},
	} {
		h := parseHeader(c.bytes)
		weight, ok := h.weigh()
		if ok != c.ok || weight > InSync-1 {
			t.Errorf("%s: %d, %v", c.name, weight, ok)
		}
	}
}

// search runs a hunt over b in segments and gives the place found and how many
// bytes it took.
func search(need int, segments ...[]byte) (at, taken int) {
	hunt := NewHunt(need)
	var b []byte
	starts := map[int]bool{}
	for _, s := range segments {
		starts[len(b)] = true
		b = append(b, s...)
		if at := hunt.Search(b, func(i int) bool { return starts[i] || i == len(b) }); at >= 0 {
			return at, len(b)
		}
	}
	return -1, len(b)
}

func TestSearch(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 10))
	noise := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return b
	}
	data := func(id uint32, n int) []byte { return frame(typeData, 0, id, noise(n)...) }
	tunnel := frame(typeData, 0, 5, join(data(1, 40), data(3, 40), data(1, 50), data(1, 20))...)
	for _, c := range []struct {
		name     string
		need     int
		segments [][]byte
		want     int
	}{
		{"one frame that fills a segment", InSync, [][]byte{data(7, 30)}, 0},
		{"a frame of which the end lacks", InSync, [][]byte{data(7, 30)[:38]}, -1},
		{"the end of a frame, then two", InSync, [][]byte{join(noise(50), data(7, 30), data(7, 31))}, 50},
		{"a frame inside a segment", InSync, [][]byte{join(noise(50), data(7, 30), noise(20))}, -1},
		{"control frames", InSync, [][]byte{frame(typePing, 0, 0, make([]byte, 8)...)}, 0},
		{"noise", InSync, [][]byte{noise(200_000)}, -1},
		{"zeroes", InSync, [][]byte{make([]byte, 200_000)}, -1},
		{"small numbers", InSync, [][]byte{bytes.Repeat([]byte{0, 0, 0, 1}, 9000)}, -1},
		{"text", InSync, [][]byte{[]byte(strings.Repeat("The quick brown fox. ", 5000))}, -1},
		{"an unknown protocol: one frame is not enough", Unknown, [][]byte{data(7, 30)}, -1},
		{"two in segments of their own", Unknown, [][]byte{data(7, 30), data(7, 31)}, 0},
		{"three", Unknown, [][]byte{join(noise(10), data(7, 30), data(9, 31), data(9, 31), data(7, 50))}, 10},
		{"big-endian numbers", Unknown, [][]byte{numbers(20_000)}, -1},
		{"frames inside a frame", InSync, [][]byte{tunnel[:100], tunnel[100:]}, 0},
		{"WebSocket frames", Unknown, [][]byte{bytes.Repeat([]byte{0x81, 0x02, 'h', 'i'}, 10_000)}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			if at, _ := search(c.need, c.segments...); at != c.want {
				t.Errorf("found at %d, want %d", at, c.want)
			}
		})
	}
}

// numbers are what tables of a file may look like.
func numbers(n int) (b []byte) {
	for i := range n {
		b = binary.BigEndian.AppendUint32(b, uint32(i))
	}
	return b
}

// TestHuntIsBounded looks for frames where there are none.
func TestHuntIsBounded(t *testing.T) {
	for name, b := range map[string][]byte{
		"zeroes":               make([]byte, 1000),
		"headers without ends": bytes.Repeat([]byte{1, 0, 0, 0, 0, 0, 0, 0, 1}, 111),
		"empty DATA":           append(bytes.Repeat(frame(typeData, 0, 1), 110), 0xff),
	} {
		pieces := make([]piece, 600)
		for i := range pieces {
			pieces[i].data = b
		}
		_, stats, in := read(s2c, false, pieces...)
		if int64(in.Held()) > limits.H2Hunt || len(in.hunt.chains) > int(limits.H2Chains) || stats.Hunt == 0 && in.state == hunting {
			t.Errorf("%s: %d bytes, %d chains, %+v", name, in.Held(), len(in.hunt.chains), stats)
		}
		in.Discard()
		if in.Held() != 0 {
			t.Errorf("%s: %d bytes after all", name, in.Held())
		}
	}
}

func BenchmarkHunt(b *testing.B) {
	rng := rand.New(rand.NewPCG(11, 12))
	noise := make([]byte, 1<<16)
	for i := range noise {
		noise[i] = byte(rng.Uint32())
	}
	b.SetBytes(int64(len(noise)))
	for b.Loop() {
		search(InSync, noise)
	}
}
