package capture

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// outsider is a reader of another hand.
type outsider interface {
	ReadPacketData() ([]byte, gopacket.CaptureInfo, error)
}

// agree holds our packets against those of pcapgo.
func agree(t *testing.T, file []byte, other outsider) {
	t.Helper()
	g := readFiles(t, Options{}, file)
	if len(g.problems) > 0 {
		t.Fatal(g.problems[0])
	}
	for i, p := range g.packets {
		data, ci, err := other.ReadPacketData()
		if err != nil {
			t.Fatalf("packet %d: %v", i+1, err)
		}
		if !bytes.Equal(p.Data, data) || p.Time != ci.Timestamp.UnixNano() || p.WireLen != ci.Length || p.Interface != ci.InterfaceIndex {
			t.Fatalf("packet %d: %+v, pcapgo has %+v %x", i+1, p, ci, data)
		}
	}
	if _, _, err := other.ReadPacketData(); err != io.EOF {
		t.Fatalf("pcapgo has more: %v", err)
	}
}

func TestAgainstPcapgo(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	random := func(n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
		return string(b)
	}
	for round := range 20 {
		for _, o := range []order{little, big_} {
			for _, magic := range []uint32{magicMicro, magicNano} {
				t.Run(fmt.Sprintf("pcap %s %x %d", o, magic, round), func(t *testing.T) {
					file := pcapHeader(o, magic, 262144, 1)
					for range rng.IntN(300) {
						file = append(file, pcapRecord(o, rng.Uint32(), rng.Uint32N(1e6), random(rng.IntN(2000)))...)
					}
					r, err := pcapgo.NewReader(bytes.NewReader(file))
					if err != nil {
						t.Fatal(err)
					}
					agree(t, file, r)
				})
			}
			t.Run(fmt.Sprintf("pcapng %s %d", o, round), func(t *testing.T) {
				file := section(o)
				n := 1 + rng.IntN(3)
				for i := range n {
					file = append(file, describe(o, 1, option(o, optTimeUnit, []byte{[]byte{3, 6, 9}[i]}), option(o, optEnd, nil))...)
				}
				for range rng.IntN(300) {
					switch rng.IntN(5) {
					case 0:
						file = append(file, block(o, blockStatistics, words(o, 0, 0, 0))...)
					case 1:
						file = append(file, block(o, 4, words(o, 0))...)
					default:
						file = append(file, enhanced(o, rng.Uint32N(uint32(n)), rng.Uint64N(1e12), random(rng.IntN(2000)), option(o, 2, words(o, 1)), option(o, optEnd, nil))...)
					}
				}
				r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.DefaultNgReaderOptions)
				if err != nil {
					t.Fatal(err)
				}
				agree(t, file, r)
			})
		}
	}
}

// What pcapgo writes, we read.
func TestReadsPcapgoWriter(t *testing.T) {
	var file bytes.Buffer
	w, err := pcapgo.NewNgWriter(&file, layers.LinkTypeEthernet)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100 {
		data := payload(i)
		err := w.WritePacket(gopacket.CaptureInfo{Timestamp: time.Unix(1_700_000_000, int64(i)), CaptureLength: len(data), Length: len(data)}, []byte(data))
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	g := readFiles(t, Options{}, file.Bytes())
	if len(g.packets) != 100 || len(g.problems) > 0 {
		t.Fatalf("%d packets, %v", len(g.packets), g.problems)
	}
	for i, p := range g.packets {
		if string(p.Data) != payload(i) || p.Time != 1_700_000_000*1e9+int64(i) {
			t.Fatalf("packet %+v", p)
		}
	}
}
