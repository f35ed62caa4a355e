package capture

import (
	"math"
	"math/big"
	"slices"
	"testing"
)

func TestPcapng(t *testing.T) {
	le, be := little, big_
	resolution := func(v byte) []byte { return option(le, optTimeUnit, []byte{v}) }
	offset := func(v int64) []byte { return option(le, optTimeOffset, le.AppendUint64(nil, uint64(v))) }
	dropped := func(code uint16, n uint64) []byte { return option(le, code, le.AppendUint64(nil, n)) }
	comment := option(le, optComment, []byte("note"))
	type want struct {
		time  int64
		data  string
		wire  int
		link  LinkType
		iface int
	}
	for _, c := range []struct {
		name    string
		file    []byte
		want    []want
		info    Info
		secrets []string
	}{
		{"enhanced", join(section(le), describe(le, 1), enhanced(le, 0, 5, "abc")),
			[]want{{5000, "abc", 3, 1, 0}}, Info{Sections: 1, Interfaces: 1}, nil},
		{"big endian", join(section(be), describe(be, 276), enhanced(be, 0, 5, "abc")),
			[]want{{5000, "abc", 3, 276, 0}}, Info{Sections: 1, Interfaces: 1}, nil},
		{"obsolete", join(section(le), describe(le, 1), describe(le, 101), obsolete(le, 1, 5, "abcd")),
			[]want{{5000, "abcd", 4, 101, 1}}, Info{Sections: 1, Interfaces: 2}, nil},
		{"simple has the time before it", join(section(le), describe(le, 1), simple(le, 3, "abc"), enhanced(le, 0, 5, "abc"), simple(le, 60, "abcd")),
			[]want{{0, "abc", 3, 1, 0}, {5000, "abc", 3, 1, 0}, {5000, "abcd", 60, 1, 0}}, Info{Sections: 1, Interfaces: 1}, nil},
		{"simple is cut by the snap length", join(section(le), block(le, blockInterface, words(le, 1, 5)), simple(le, 60, "abcde")),
			[]want{{0, "abcde", 60, 1, 0}}, Info{Sections: 1, Interfaces: 1}, nil},
		{"sections in both byte orders", join(section(le), describe(le, 1), enhanced(le, 0, 5, "a"), section(be), describe(be, 101), describe(be, 1), enhanced(be, 1, 6, "b")),
			[]want{{5000, "a", 1, 1, 0}, {6000, "b", 1, 1, 2}}, Info{Sections: 2, Interfaces: 3}, nil},
		{"interfaces with clocks of their own", join(section(le), describe(le, 1, resolution(9)), describe(le, 1, resolution(3)), describe(le, 1, resolution(0x80|10), offset(-1)), describe(le, 1, resolution(6), offset(100)),
			enhanced(le, 0, 5, "a"), enhanced(le, 1, 5, "b"), enhanced(le, 2, 1024*3+512, "c"), enhanced(le, 3, 5, "d")),
			[]want{{5, "a", 1, 1, 0}, {5_000_000, "b", 1, 1, 1}, {2_500_000_000, "c", 1, 1, 2}, {100_000_005_000, "d", 1, 1, 3}}, Info{Sections: 1, Interfaces: 4}, nil},
		{"other blocks and comments", join(section(le, comment), block(le, 0xBAD, words(le, 1, 2)), describe(le, 1, comment), block(le, 4), block(le, 0x7FFF_FFFF), enhanced(le, 0, 5, "abc", option(le, 2, words(le, 1)), comment, comment, option(le, optEnd, nil), comment)),
			[]want{{5000, "abc", 3, 1, 0}}, Info{Sections: 1, Interfaces: 1, Comments: 4}, nil},
		{"statistics: the last count", join(section(le), describe(le, 1), describe(le, 1),
			block(le, blockStatistics, words(le, 0, 0, 0), dropped(optInterfaceDrop, 3)),
			block(le, blockStatistics, words(le, 0, 0, 0), dropped(optInterfaceDrop, 5), dropped(optSystemDrop, 1), comment),
			block(le, blockStatistics, words(le, 1, 0, 0), dropped(optSystemDrop, 10)),
			block(le, blockStatistics, words(le, 9, 0, 0), dropped(optSystemDrop, 100))),
			nil, Info{Sections: 1, Interfaces: 2, Dropped: 16, Comments: 1}, nil},
		{"secrets", join(section(le), describe(le, 1), secretsBlock(le, "one\n"), block(le, blockSecrets, words(le, 0x57474B4C, 4), []byte("wg..")), enhanced(le, 0, 5, "a"), secretsBlock(le, "two\n")),
			[]want{{5000, "a", 1, 1, 0}}, Info{Sections: 1, Interfaces: 1}, []string{"two\n", "one\n"}},
		{"secrets of a length that lies", join(section(le), describe(le, 1), block(le, blockSecrets, words(le, secretsTLSKeyLog, math.MaxUint32), []byte("text")), enhanced(le, 0, 5, "a")),
			[]want{{5000, "a", 1, 1, 0}}, Info{Sections: 1, Interfaces: 1}, []string{"text"}},
		{"header only", join(section(le), describe(le, 1)), nil, Info{Sections: 1, Interfaces: 1}, nil},
		{"an option longer than its block", join(section(le), describe(le, 1, le.AppendUint32(nil, 0xFFFF_0009)), enhanced(le, 0, 5, "a")),
			[]want{{5000, "a", 1, 1, 0}}, Info{Sections: 1, Interfaces: 1}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := readFiles(t, Options{}, c.file)
			if len(g.problems) > 0 {
				t.Fatalf("problem: %v", g.problems[0])
			}
			var have []want
			for i, p := range g.packets {
				if p.Number != uint64(i+1) {
					t.Errorf("number %d of packet %d", p.Number, i+1)
				}
				have = append(have, want{p.Time, string(p.Data), p.WireLen, p.Link, p.Interface})
			}
			if !slices.Equal(have, c.want) {
				t.Errorf("have %+v\nwant %+v", have, c.want)
			}
			if g.info != c.info {
				t.Errorf("info %+v, want %+v", g.info, c.info)
			}
			if !slices.Equal(g.secrets, c.secrets) {
				t.Errorf("secrets %q, want %q", g.secrets, c.secrets)
			}
		})
	}
}

func TestDamagedPcapng(t *testing.T) {
	whole := someNg(little, 10)
	var at []int // offset of each packet block, and the end
	for pos := len(section(little)) + len(describe(little, 1)); pos <= len(whole); {
		at = append(at, pos)
		if pos == len(whole) {
			break
		}
		pos += int(little.Uint32(whole[pos+4:]))
	}
	put := func(offset int, v uint32) []byte {
		b := slices.Clone(whole)
		little.PutUint32(b[offset:], v)
		return b
	}
	for _, c := range []struct {
		name    string
		file    []byte
		rule    string
		offset  int64
		packets int
		salvage int
	}{
		{"cut in a block", whole[:len(whole)-5], "file-truncated", int64(at[9]), 9, 9},
		{"cut in a block's header", whole[:at[9]+7], "file-truncated", int64(at[9]), 9, 9},
		{"magic number only", whole[:4], "file-truncated", 0, 0, 0},
		{"half a magic number", whole[:3], "file-truncated", 0, 0, 0},
		{"cut in the section header", whole[:20], "file-truncated", 0, 0, 0},
		{"no byte order", put(8, 0x1234), "file-unrecognized", -1, 0, 0},
		{"version 2", put(12, 2), "file-unrecognized", -1, 0, 0},
		{"length 0", put(at[4]+4, 0), "file-corrupt", int64(at[4]), 4, 9},
		{"length 8", put(at[4]+4, 8), "file-corrupt", int64(at[4]), 4, 9},
		{"length 28, too short for a packet", put(at[4]+4, 28), "file-corrupt", int64(at[4]), 4, 9},
		{"length 4 GiB", put(at[4]+4, 0xFFFF_FFF0), "file-corrupt", int64(at[4]), 4, 9},
		{"length not of 4", put(at[4]+4, 101), "file-corrupt", int64(at[4]), 4, 9},
		{"lengths differ", put(at[5]-4, 96), "file-corrupt", int64(at[4]), 4, 9},
		{"packet longer than its block", put(at[4]+20, 5000), "file-corrupt", int64(at[4]), 10, 10},
		{"packet of 4 GiB", put(at[4]+20, math.MaxUint32), "file-corrupt", int64(at[4]), 10, 10},
		{"interface not described", put(at[4]+8, 3), "file-corrupt", int64(at[4]), 10, 10},
		{"interface 4 G", put(at[4]+8, math.MaxUint32), "file-corrupt", int64(at[4]), 10, 10},
		{"noise in the middle", join(whole[:at[5]], []byte("odd noise here"), whole[at[5]:]), "file-corrupt", int64(at[5]), 5, 10},
		{"a section of version 2", join(whole, func() []byte { b := someNg(little, 1); b[12] = 2; return b }()), "file-corrupt", int64(at[10]), 10, 11},
		{"zeros at the end", join(whole, make([]byte, 100)), "file-corrupt", int64(at[10]), 10, 10},
		{"another section after noise", join(whole, []byte("noise noise!"), someNg(big_, 3)), "file-corrupt", int64(at[10]), 10, 13},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := readFiles(t, Options{}, c.file)
			if len(g.problems) != 1 {
				t.Fatalf("problems: %v", g.problems)
			}
			p := g.problems[0]
			if p.Rule != c.rule || p.Offset != c.offset || !p.Fatal || len(g.packets) != c.packets {
				t.Errorf("%d packets, problem %+v; want %d, %s at %d", len(g.packets), *p, c.packets, c.rule, c.offset)
			}
			s := readFiles(t, Options{Salvage: true}, c.file)
			if len(s.packets) != c.salvage || !slices.Equal(s.rules(), g.rules()) || s.problems[0].Offset != p.Offset {
				t.Errorf("salvaged %d packets, want %d; problems %v", len(s.packets), c.salvage, s.problems)
			}
		})
	}
}

func TestUndescribedInterface(t *testing.T) {
	g := readFiles(t, Options{}, join(section(little), enhanced(little, 0, 5, "a"), simple(little, 1, "b"), describe(little, 1), enhanced(little, 0, 5, "c")))
	if len(g.packets) != 3 || g.packets[0].Link != LinkUnknown || g.packets[1].Link != LinkUnknown || g.packets[2].Link != 1 {
		t.Errorf("packets %+v", g.packets)
	}
	if len(g.problems) != 1 || g.problems[0].Packet != 1 {
		t.Errorf("problems %v", g.problems)
	}
}

// The clock holds against arithmetic without limits.
func TestClock(t *testing.T) {
	low, high := big.NewInt(math.MinInt64), big.NewInt(math.MaxInt64)
	for unit := range 256 {
		for _, offset := range []int64{0, 1, -1, 1_700_000_000, math.MaxInt64, math.MinInt64} {
			for _, ticks := range []uint64{0, 1, 999, 1e9, 1_700_000_000_000_000, 1 << 40, 1 << 63, math.MaxUint64} {
				c := clock{offset: offset}
				c.setUnit(byte(unit))
				want := new(big.Int).Mul(new(big.Int).SetUint64(ticks), big.NewInt(1e9))
				base := int64(10)
				if unit&0x80 != 0 {
					base = 2
				}
				want.Div(want, new(big.Int).Exp(big.NewInt(base), big.NewInt(int64(unit&0x7F)), nil))
				want.Add(want, new(big.Int).Mul(big.NewInt(offset), big.NewInt(1e9)))
				if want.Cmp(low) < 0 {
					want = low
				}
				if want.Cmp(high) > 0 {
					want = high
				}
				if have := c.nanoseconds(ticks); have != want.Int64() {
					t.Fatalf("unit %#x, offset %d, %d ticks: %d, want %s", unit, offset, ticks, have, want)
				}
			}
		}
	}
}

func TestSecretsAtTheEnd(t *testing.T) {
	le := little
	head := someNg(le, 5)
	stats := block(le, blockStatistics, words(le, 0, 0, 0))
	for _, c := range []struct {
		name  string
		file  []byte
		first []string // with the first packet
		all   []string
	}{
		{"appended", join(head, secretsBlock(le, "a\n")), []string{"a\n"}, []string{"a\n"}},
		{"before statistics", join(head, secretsBlock(le, "a\n"), stats), []string{"a\n"}, []string{"a\n"}},
		{"several", join(head, secretsBlock(le, "a\n"), stats, secretsBlock(le, "b\n")), []string{"b\n", "a\n"}, []string{"b\n", "a\n"}},
		{"big endian", join(someNg(big_, 5), secretsBlock(big_, "a\n")), []string{"a\n"}, []string{"a\n"}},
		{"last section in another byte order", join(head, section(big_), describe(big_, 1), secretsBlock(big_, "a\n")), []string{"a\n"}, []string{"a\n"}},
		{"only section header and secrets", join(section(le), secretsBlock(le, "a\n")), []string{"a\n"}, []string{"a\n"}},
		{"a file cut after them", join(head, secretsBlock(le, "a\n"), stats[:5]), []string{"a\n"}, []string{"a\n"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := Open(t.Context(), writeFiles(t, c.file), nil, Options{})
			b, err := f.Next()
			if err != nil {
				t.Fatal(err)
			}
			var first []string
			for _, s := range b.Secrets {
				first = append(first, string(s))
			}
			if !slices.Equal(first, c.first) {
				t.Errorf("first batch has %q, want %q", first, c.first)
			}
			if g := readFiles(t, Options{}, c.file); !slices.Equal(g.secrets, c.all) {
				t.Errorf("in all %q, want %q", g.secrets, c.all)
			}
		})
	}
}

// A file larger than a batch: secrets at its end come with the first batch,
// and once.
func TestSecretsAtTheEndOfALargeFile(t *testing.T) {
	file := join(someNg(little, 20_000), secretsBlock(little, "a\n"))
	f := Open(t.Context(), writeFiles(t, file), nil, Options{})
	b, err := f.Next()
	if err != nil || len(b.Secrets) != 1 || len(b.Packets) == 0 {
		t.Fatalf("first batch: %v, %d secrets", err, len(b.Secrets))
	}
	if g := drain(t, f); len(g.secrets) != 0 || g.batches == 0 {
		t.Errorf("later %d secrets in %d batches", len(g.secrets), g.batches)
	}
}
