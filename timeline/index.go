package timeline

import (
	"slices"
	"sort"
)

// indexPart is how many entries lie together: an insertion moves at most
// this many, and growing never copies what is there.
const indexPart = 1 << 15

// index is a sorted list of row numbers.
type index struct {
	parts [][]uint32
	n     int
}

// append adds rows larger than all before.
func (x *index) append(rows []uint32) {
	x.n += len(rows)
	for len(rows) > 0 {
		last := len(x.parts) - 1
		if last < 0 || len(x.parts[last]) >= indexPart {
			x.parts = append(x.parts, make([]uint32, 0, min(indexPart, max(256, len(rows)))))
			last++
		}
		k := min(len(rows), indexPart-len(x.parts[last]))
		x.parts[last] = append(x.parts[last], rows[:k]...)
		rows = rows[k:]
	}
}

// at gives entry i of 0..n-1.
func (x *index) at(i int) uint32 {
	for _, p := range x.parts {
		if i < len(p) {
			return p[i]
		}
		i -= len(p)
	}
	return 0
}

// find gives the place of the first entry that is not below row, n where
// there is none.
func (x *index) find(row uint32) int {
	before := 0
	for _, p := range x.parts {
		if len(p) > 0 && p[len(p)-1] >= row {
			return before + sort.Search(len(p), func(i int) bool { return p[i] >= row })
		}
		before += len(p)
	}
	return before
}

// insert adds row at its place unless it is there already.
func (x *index) insert(row uint32) bool {
	for k, p := range x.parts {
		if len(p) == 0 || p[len(p)-1] < row {
			continue
		}
		i, found := slices.BinarySearch(p, row)
		if found {
			return false
		}
		p = slices.Insert(p, i, row)
		x.parts[k] = p
		if len(p) > 2*indexPart {
			x.parts = slices.Insert(x.parts, k+1, slices.Clone(p[indexPart:]))
			x.parts[k] = p[:indexPart:indexPart]
		}
		x.n++
		return true
	}
	x.append([]uint32{row})
	return true
}

// remove takes row out where it is there.
func (x *index) remove(row uint32) bool {
	for k, p := range x.parts {
		if len(p) == 0 || p[len(p)-1] < row {
			continue
		}
		i, found := slices.BinarySearch(p, row)
		if found {
			x.parts[k] = slices.Delete(p, i, i+1)
			x.n--
		}
		return found
	}
	return false
}

// truncate removes all entries that are not below row.
func (x *index) truncate(row uint32) {
	keep := x.find(row)
	for k, p := range x.parts {
		if keep <= len(p) {
			x.parts[k] = p[:keep]
			x.parts = x.parts[:k+1]
			break
		}
		keep -= len(p)
	}
	x.n = 0
	for _, p := range x.parts {
		x.n += len(p)
	}
}

// dropBelow removes the entries below row from the front and says how many.
func (x *index) dropBelow(row uint32) int {
	dropped := 0
	for len(x.parts) > 0 {
		p := x.parts[0]
		i, _ := slices.BinarySearch(p, row)
		dropped += i
		if i < len(p) {
			x.parts[0] = p[i:]
			break
		}
		x.parts = x.parts[1:]
	}
	x.n -= dropped
	return dropped
}
