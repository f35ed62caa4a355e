package timeline

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// The index does what a plain sorted slice does.
func TestIndexBesideSlice(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var x index
	var plain []uint32
	next := uint32(0)
	for range 3000 {
		switch rnd.IntN(10) {
		case 0, 1, 2, 3, 4:
			var rows []uint32
			for range rnd.IntN(200) {
				next += 1 + rnd.Uint32N(3)
				rows = append(rows, next)
			}
			x.append(rows)
			plain = append(plain, rows...)
		case 5, 6, 7:
			row := rnd.Uint32N(next + 1)
			at, found := slices.BinarySearch(plain, row)
			if x.insert(row) == found {
				t.Fatal("insert answers wrongly")
			}
			if !found {
				plain = slices.Insert(plain, at, row)
			}
		case 8:
			row := rnd.Uint32N(next + 1)
			at, found := slices.BinarySearch(plain, row)
			if x.remove(row) != found {
				t.Fatal("remove answers wrongly")
			}
			if found {
				plain = slices.Delete(plain, at, at+1)
			}
		case 9:
			switch rnd.IntN(20) {
			case 0:
				row := next - min(next, rnd.Uint32N(100))
				at, _ := slices.BinarySearch(plain, row)
				plain = plain[:at]
				x.truncate(row)
			case 1:
				if len(plain) > 0 {
					row := plain[0] + rnd.Uint32N(50)
					at, _ := slices.BinarySearch(plain, row)
					plain = plain[at:]
					if x.dropBelow(row) != at {
						t.Fatal("dropBelow answers wrongly")
					}
				}
			}
		}
		if x.n != len(plain) {
			t.Fatalf("%d entries, want %d", x.n, len(plain))
		}
		if len(plain) > 0 {
			i := rnd.IntN(len(plain))
			if x.at(i) != plain[i] {
				t.Fatalf("entry %d is %d, want %d", i, x.at(i), plain[i])
			}
			row := rnd.Uint32N(next + 2)
			at, _ := slices.BinarySearch(plain, row)
			if x.find(row) != at {
				t.Fatalf("find %d gives %d, want %d", row, x.find(row), at)
			}
		}
	}
}

func TestIndexSplits(t *testing.T) {
	var x index
	x.append([]uint32{1 << 30})
	for i := range uint32(3 * indexPart) {
		x.insert(i * 2)
	}
	for i := range 3 * indexPart {
		if x.at(i) != uint32(i*2) {
			t.Fatal("wrong entry", i)
		}
	}
	if len(x.parts) < 2 {
		t.Error("nothing was split")
	}
}
