package capture

import (
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestPcap(t *testing.T) {
	type want struct {
		time    int64
		data    string
		wireLen int
		link    LinkType
	}
	for _, c := range []struct {
		name string
		file []byte
		want []want
	}{
		{"microseconds", join(pcapHeader(little, magicMicro, 100, 1), pcapRecord(little, 1, 2, "abc")), []want{{1_000_002_000, "abc", 3, 1}}},
		{"big endian", join(pcapHeader(big_, magicMicro, 100, 1), pcapRecord(big_, 1, 2, "abc")), []want{{1_000_002_000, "abc", 3, 1}}},
		{"nanoseconds", join(pcapHeader(little, magicNano, 100, 276), pcapRecord(little, 1, 2, "abc")), []want{{1_000_000_002, "abc", 3, 276}}},
		{"nanoseconds, big endian", join(pcapHeader(big_, magicNano, 100, 276), pcapRecord(big_, 1, 2, "abc")), []want{{1_000_000_002, "abc", 3, 276}}},
		{"modified", join(pcapHeader(big_, magicModified, 100, 1), recordHeader(big_, 1, 2, 3, 3), make([]byte, 8), []byte("abc")), []want{{1_000_002_000, "abc", 3, 1}}},
		{"frame check sequences", join(pcapHeader(little, magicMicro, 100, 0x2400_0001), pcapRecord(little, 1, 2, "abc")), []want{{1_000_002_000, "abc", 3, 1}}},
		{"cut by the snap length", join(pcapHeader(little, magicMicro, 2, 1), recordHeader(little, 1, 2, 2, 1500), []byte("ab")), []want{{1_000_002_000, "ab", 1500, 1}}},
		{"more captured than sent", join(pcapHeader(little, magicMicro, 2, 1), recordHeader(little, 1, 2, 3, 1), []byte("abc")), []want{{1_000_002_000, "abc", 3, 1}}},
		{"wire length is absurd", join(pcapHeader(little, magicMicro, 2, 1), recordHeader(little, 1, 2, 3, math.MaxUint32), []byte("abc")), []want{{1_000_002_000, "abc", math.MaxInt32, 1}}},
		{"no bytes", join(pcapHeader(little, magicMicro, 100, 1), pcapRecord(little, 1, 2, ""), pcapRecord(little, 3, 4, "x")), []want{{1_000_002_000, "", 0, 1}, {3_000_004_000, "x", 1, 1}}},
		{"microseconds of more than a second", join(pcapHeader(little, magicMicro, 100, 1), pcapRecord(little, 1, 2_500_000, "x")), []want{{3_500_000_000, "x", 1, 1}}},
		{"latest time", join(pcapHeader(little, magicMicro, 100, 1), pcapRecord(little, math.MaxUint32, math.MaxUint32, "x")), []want{{math.MaxUint32*1e9 + math.MaxUint32*1000, "x", 1, 1}}},
		{"version 2.2, lengths swapped", func() []byte {
			h := pcapHeader(little, magicMicro, 100, 1)
			h[6] = 2
			return join(h, recordHeader(little, 1, 2, 60, 3), []byte("abc"))
		}(), []want{{1_000_002_000, "abc", 60, 1}}},
		{"version 2.9", func() []byte {
			h := pcapHeader(big_, magicMicro, 100, 1)
			h[7] = 9
			return join(h, pcapRecord(big_, 1, 2, "abc"))
		}(), []want{{1_000_002_000, "abc", 3, 1}}},
		{"header only", pcapHeader(little, magicMicro, 100, 1), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := readFiles(t, Options{}, c.file)
			if len(g.problems) > 0 {
				t.Fatalf("problem: %v", g.problems[0])
			}
			var have []want
			for i, p := range g.packets {
				if p.Number != uint64(i+1) || p.Interface != 0 {
					t.Errorf("number %d, interface %d", p.Number, p.Interface)
				}
				have = append(have, want{p.Time, string(p.Data), p.WireLen, p.Link})
			}
			if !slices.Equal(have, c.want) {
				t.Errorf("have %+v, want %+v", have, c.want)
			}
		})
	}
}

func TestDamagedPcap(t *testing.T) {
	whole := somePcap(little, magicMicro, 10)
	var at []int // offset of each record, and the end
	for i, pos := 0, pcapHeaderLen; i <= 10; i++ {
		at = append(at, pos)
		pos += 16 + len(payload(i))
	}
	put := func(offset int, v uint32) []byte {
		b := slices.Clone(whole)
		little.PutUint32(b[offset:], v)
		return b
	}
	swallowed := uint32(len(payload(4)) + 20) // record 4 claims 20 bytes of the next
	for _, c := range []struct {
		name    string
		file    []byte
		rule    string
		offset  int64
		packet  uint64 // read before it
		packets int
		salvage int // packets with Options.Salvage
	}{
		{"last byte missing", whole[:len(whole)-1], "file-truncated", int64(at[9]), 9, 9, 9},
		{"record header cut", whole[:at[9]+7], "file-truncated", int64(at[9]), 9, 9, 9},
		{"after a record header", whole[:at[9]+16], "file-truncated", int64(at[9]), 9, 9, 9},
		{"half a file header", whole[:12], "file-truncated", 0, 0, 0, 0},
		{"magic number only", whole[:4], "file-truncated", 0, 0, 0, 0},
		{"half a magic number", whole[:2], "file-truncated", 0, 0, 0, 0},
		{"length of 2 GiB", put(at[4]+8, math.MaxInt32), "file-corrupt", int64(at[4]), 4, 4, 9},
		{"length of 4 GiB", put(at[4]+8, math.MaxUint32), "file-corrupt", int64(at[4]), 4, 4, 9},
		{"length 20 too large", put(at[4]+8, swallowed), "file-corrupt", int64(at[5] + 20), 5, 5, 10},
		{"zeros at the end", join(whole, make([]byte, 4096)), "file-corrupt", int64(at[10]), 10, 10, 10},
		{"zeros in the middle", join(whole[:at[5]], make([]byte, 4096), whole[at[5]:]), "file-corrupt", int64(at[5]), 5, 5, 10},
		{"noise in the middle", join(whole[:at[5]], []byte("\xFF\xFE\xFD\xFC\xFF\xFE\xFD\xFC\xFF\xFE\xFD\xFC\xFF\xFE\xFD\xFC!"), whole[at[5]:]), "file-corrupt", int64(at[5]), 5, 5, 10},
		{"noise at the end", join(whole, []byte("pretty much anything, as long as it is")), "file-corrupt", int64(at[10]), 10, 10, 10},
		{"last length runs past the end", put(at[9]+8, 200_000), "file-corrupt", int64(at[9]), 9, 9, 9},
		{"version 7", func() []byte { b := slices.Clone(whole); b[4] = 7; return b }(), "file-unrecognized", -1, 0, 0, 0},
		{"empty", nil, "file-empty", -1, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := readFiles(t, Options{}, c.file)
			if len(g.problems) != 1 {
				t.Fatalf("problems: %v", g.problems)
			}
			p := g.problems[0]
			if p.Rule != c.rule || p.Offset != c.offset || p.Packet != c.packet || !p.Fatal {
				t.Errorf("problem %+v, want %s at %d after %d", *p, c.rule, c.offset, c.packet)
			}
			if len(g.packets) != c.packets {
				t.Errorf("%d packets, want %d", len(g.packets), c.packets)
			}
			s := readFiles(t, Options{Salvage: true}, c.file)
			if len(s.packets) != c.salvage || !slices.Equal(s.rules(), g.rules()) || s.problems[0].Offset != p.Offset {
				t.Errorf("salvaged %d packets, want %d; problems %v", len(s.packets), c.salvage, s.problems)
			}
		})
	}
}

// What is salvaged after each damaged length is every other packet.
func TestSalvageAll(t *testing.T) {
	const n = 50
	clean := readFiles(t, Options{}, somePcap(little, magicMicro, n)).data()
	pos := pcapHeaderLen
	for i := range n - 4 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			b := somePcap(little, magicMicro, n)
			little.PutUint32(b[pos+8:], 0xFFFF_0000)
			want := slices.Delete(slices.Clone(clean), i, i+1)
			if g := readFiles(t, Options{Salvage: true}, b); !slices.Equal(g.data(), want) || len(g.problems) != 1 {
				t.Errorf("%d packets, problems %v", len(g.packets), g.problems)
			}
		})
		pos += 16 + len(payload(i))
	}
}
