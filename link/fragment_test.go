package link

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"wsscope/limits"
)

// text is a payload in which no two places look alike.
func text(n int) []byte {
	b := make([]byte, 0, n+8)
	for i := 0; len(b) < n; i += 8 {
		b = fmt.Appendf(b, "%07d,", i)
	}
	return b[:n]
}

// bothVersions gives the fragments of one datagram, cut at the given
// places, over IPv4 and over IPv6.
func bothVersions(payload []byte, cuts ...int) map[string][][]byte {
	cuts = append(append([]int{0}, cuts...), len(payload)+32)
	v := make(map[string][][]byte)
	for i := range cuts[1:] {
		v["IPv4"] = append(v["IPv4"], fragment4(tcp4(payload), cuts[i], cuts[i+1]))
		v["IPv6"] = append(v["IPv6"], fragment6(tcp6(payload), cuts[i], cuts[i+1]))
	}
	return v
}

func TestFragmentsShuffled(t *testing.T) {
	payload := text(1000)
	r := rand.New(rand.NewPCG(1, 2))
	for version, fragments := range bothVersions(payload, 16, 200, 208, 600, 1024) {
		for range 200 {
			d := NewDecoder()
			order := r.Perm(len(fragments))
			for range 3 { // copies, before the datagram is whole or after
				order = slices.Insert(order, r.IntN(len(order)), order[r.IntN(len(order))])
			}
			whole := 0
			for _, i := range order {
				var s Segment
				switch result := d.Decode(packet(101, fragments[i]), &s); result {
				case TCP:
					whole++
					checkSegment(t, &s, string(payload))
					if s.Checksum != ChecksumGood {
						t.Errorf("%s, order %v: checksum %d", version, order, s.Checksum)
					}
				case Held:
				default:
					t.Fatalf("%s, order %v: result %d", version, order, result)
				}
			}
			if whole != 1 {
				t.Errorf("%s, order %v: whole %d times", version, order, whole)
			}
			if stats := d.Stats().Fragments; stats.Seen != 9 || stats.Whole != 1 {
				t.Errorf("%s: %+v", version, stats)
			}
			checkTable(t, d)
		}
	}
}

// checkTable compares the table's sums and links with what it holds.
func checkTable(t *testing.T, d *Decoder) {
	t.Helper()
	table, count, cost := &d.fragments, 0, 0
	var last *datagram
	for g := table.oldest; g != nil; last, g = g, g.newer {
		if g.older != last || table.byKey[g.key] != g {
			t.Fatal("the list of datagrams is broken")
		}
		count++
		cost += g.cost()
	}
	if last != table.newest || count != len(table.byKey) || cost != table.bytes {
		t.Fatalf("%d datagrams of %d bytes, counted as %d of %d", count, cost, len(table.byKey), table.bytes)
	}
	if count > limits.FragmentDatagrams || cost > limits.FragmentBytes {
		t.Fatalf("%d datagrams of %d bytes are more than the limits", count, cost)
	}
}

func TestFragmentsOverlap(t *testing.T) {
	payload := text(1000)
	datagram := tcp4(payload)
	liar := slices.Clone(datagram)
	for i := 52; i < len(liar); i++ {
		liar[i] = 'x'
	}
	for name, fragments := range map[string][][]byte{
		"begins inside":   {fragment4(datagram, 0, 400), fragment4(liar, 200, 400), fragment4(datagram, 400, 2000)},
		"spans a hole":    {fragment4(datagram, 0, 400), fragment4(datagram, 600, 2000), fragment4(liar, 0, 800), fragment4(datagram, 400, 600)},
		"one in another":  {fragment4(datagram, 0, 400), fragment4(datagram, 400, 2000), fragment4(liar, 400, 800)},
		"the end's first": {fragment4(datagram, 800, 2000), fragment4(liar, 840, 2000), fragment4(datagram, 0, 800)},
	} {
		d := NewDecoder()
		var s Segment
		results := []Result{}
		for _, f := range fragments {
			r := d.Decode(packet(101, f), &s)
			results = append(results, r)
			if r == TCP {
				break
			}
		}
		if results[len(results)-1] != TCP {
			t.Errorf("%s: results %v", name, results)
			continue
		}
		if name == "spans a hole" { // the liar's copy of the hole came first
			copy(payload[400-32:], bytes.Repeat([]byte("x"), 200))
		}
		checkSegment(t, &s, string(payload))
		payload = text(1000)
	}
}

func TestFragmentsSnapped(t *testing.T) {
	payload := text(1000)
	for version, fragments := range bothVersions(payload, 400, 800) {
		for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}} {
			d := NewDecoder()
			var s Segment
			var r Result
			for _, i := range order {
				p := packet(101, fragments[i])
				if i == 1 {
					p.Data = p.Data[:148]
				}
				r = d.Decode(p, &s)
			}
			captured := 400 - 32 + 148 - 20
			if version == "IPv6" {
				captured -= 28
			}
			if r != TCP || s.Len != 1000 || !bytes.Equal(s.Payload, payload[:captured]) || s.Checksum != ChecksumUnknown {
				t.Errorf("%s %v: result %d, %d of %d bytes, checksum %d", version, order, r, len(s.Payload), s.Len, s.Checksum)
			}
		}
	}
}

func TestFragmentsImpossible(t *testing.T) {
	datagram := tcp4(text(1000))
	past := fragment4(datagram, 0, 400)
	binary.BigEndian.PutUint16(past[6:], 0x1ffe)
	more := fragment4(datagram, 800, 2000)
	more[6] |= 0x20
	for _, c := range []struct {
		name   string
		before []byte
		data   []byte
	}{
		{"past 65,535", nil, past},
		{"empty", nil, fragment4(datagram, 400, 400)},
		{"not a multiple of 8", nil, fragment4(datagram, 0, 401)},
		{"two ends", fragment4(datagram, 800, 2000), fragment4(datagram[:900], 800, 2000)},
		{"past the end", fragment4(datagram[:900], 800, 2000), fragment4(datagram, 880, 888)},
		{"an end before the end", fragment4(datagram, 864, 872), fragment4(datagram[:860], 800, 2000)},
	} {
		d := NewDecoder()
		if c.before != nil {
			if r := d.Decode(packet(101, c.before), new(Segment)); r != Held {
				t.Errorf("%s: first fragment: result %d", c.name, r)
			}
		}
		if r := d.Decode(packet(101, c.data), new(Segment)); r != Undecodable || d.Stats().Fragments.Impossible != 1 {
			t.Errorf("%s: result %d, %+v", c.name, r, d.Stats().Fragments)
		}
		checkTable(t, d)
	}
}

func withID(fragment []byte, id uint16) []byte {
	fragment = slices.Clone(fragment)
	binary.BigEndian.PutUint16(fragment[4:], id)
	return fragment
}

// An identification in use again begins a new datagram, once the old one is
// whole or too old.
func TestFragmentsIdentificationReused(t *testing.T) {
	one, two := tcp4(text(1000)), tcp4(bytes.Repeat([]byte("2"), 1000))
	longer := tcp4(text(2000))
	d := NewDecoder()
	var s Segment
	for i, c := range []struct {
		fragment []byte
		want     Result
	}{
		{withID(fragment4(one, 0, 400), 99), Held},
		{fragment4(one, 0, 400), Held},
		{fragment4(one, 400, 2000), TCP},
		{fragment4(one, 400, 2000), Held}, // a copy
		{fragment4(two, 0, 400), Held},
		{fragment4(two, 400, 2000), TCP},
		{fragment4(longer, 1200, 2400), Held},
		{fragment4(longer, 0, 1200), TCP},
	} {
		if r := d.Decode(packet(101, c.fragment), &s); r != c.want {
			t.Errorf("fragment %d: result %d", i, r)
		}
		checkTable(t, d)
	}
	checkSegment(t, &s, string(text(2000)))

	for _, later := range []int64{limits.FragmentTime + 1, -limits.FragmentTime - 1} {
		d = NewDecoder()
		p := packet(101, fragment4(one, 0, 400))
		d.Decode(p, &s)
		p = packet(101, fragment4(two, 400, 2000))
		p.Time = later
		if r := d.Decode(p, &s); r != Held || d.Stats().Fragments.Expired != 1 {
			t.Errorf("%d ns later: result %d, %+v", later, r, d.Stats().Fragments)
		}
		checkTable(t, d)
	}
}

func TestFragmentLimits(t *testing.T) {
	first := fragment4(tcp4(text(1400)), 0, 800)
	d := NewDecoder()
	for id := range limits.FragmentDatagrams + 10 {
		d.Decode(packet(101, withID(first, uint16(id))), new(Segment))
		checkTable(t, d)
	}
	if got := d.Stats().Fragments.Evicted; got != 10 {
		t.Errorf("%d datagrams evicted by number", got)
	}
	if r := d.Decode(packet(101, withID(fragment4(tcp4(text(1400)), 800, 2000), 10)), new(Segment)); r != TCP {
		t.Errorf("the oldest left: result %d", r)
	}

	d = NewDecoder()
	large := fragment4(ip4(6, text(65000)), 0, 64000)
	for id := range 600 {
		d.Decode(packet(101, withID(large, uint16(id))), new(Segment))
	}
	checkTable(t, d)
	if got := d.Stats().Fragments.Evicted; got < 300 {
		t.Errorf("%d datagrams evicted by size", got)
	}

	d = NewDecoder()
	small := ip4(6, text(limits.FragmentPieces*16+32))
	for i := range limits.FragmentPieces + 2 {
		if r := d.Decode(packet(101, fragment4(small, i*16, i*16+8)), new(Segment)); r != Held {
			t.Errorf("fragment %d: result %d", i, r)
		}
	}
	if got := d.Stats().Fragments.Excess; got != 2 {
		t.Errorf("%d fragments in excess", got)
	}
}

// A tunnel's packets may be in fragments, and so may the packets in it.
func TestFragmentsNested(t *testing.T) {
	payload := text(1000)
	inner := fragment6(tcp6(payload), 0, 400)
	outer := ip4(41, fragment6(tcp6(payload), 400, 2000))
	d := NewDecoder()
	var s Segment
	for i, f := range [][]byte{inner, fragment4(outer, 0, 200), fragment4(outer, 200, 2000)} {
		want := Held
		if i == 2 {
			want = TCP
		}
		if r := d.Decode(packet(101, f), &s); r != want {
			t.Fatalf("fragment %d: result %d", i, r)
		}
	}
	checkSegment(t, &s, string(payload))
}
