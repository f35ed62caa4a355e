package deflate

import (
	"math/bits"
	"sync"
)

const (
	maxLitCodes  = 286 // RFC 1951 section 3.2.7: HLIT
	maxDistCodes = 30  // section 3.2.6: 30 and 31 never occur
	endOfBlock   = 256

	// Bits that a table resolves in one step. A table is built for each
	// block, and short messages have a block each: so they are small, and
	// the few longer codes are searched for.
	litBits      = 10
	distBits     = 8
	codeCodeBits = 7
)

// An entry of a table says what the code means that its index begins with:
//
//	bits 0-7   bits used by the code and its extra bits
//	bits 8-11  bits used by the code alone
//	bits 12-15 the flags below
//	bits 16-30 the literal, or the base of the length or distance
//	bit  31    a literal
//
// In the code length code, bits 16 to 19 are the length and bits 20 to 23 the
// base of the repeat count.
const (
	entryLiteral = 1 << 31
	entrySpecial = 1 << 15              // no literal, length or distance:
	entryEnd     = 1<<14 | entrySpecial // the end of the block
	entryLong    = 1<<13 | entrySpecial // a longer code, see find
	entryInvalid = 1<<12 | entrySpecial // no code, or one that never occurs
	entryRepeats = 1 << 14              // in the code length code: symbols 16 to 18, with length 1 in 16

	// entryBit is what each bit of the code adds to an entry.
	entryBit = 1<<8 | 1
)

// tables are the codes of a block.
type tables struct {
	lit      [1 << litBits]uint32
	dist     [1 << distBits]uint32
	litLong  longCodes
	distLong longCodes
}

// scratch is what a message is inflated with.
type scratch struct {
	tables
	queue
	dynamic
	codeCode     [1 << codeCodeBits]uint32
	codeCodeLong longCodes
}

// pool holds scratches between messages, so that thousands of contexts share
// the few that stay in the cache.
var pool = sync.Pool{New: func() any { return new(scratch) }}

// need gets the scratch of this message.
func (c *Context) need() *scratch {
	if c.own == nil {
		c.own = pool.Get().(*scratch)
	}
	return c.own
}

// release gives it back.
func (c *Context) release() {
	if c.own != nil {
		pool.Put(c.own)
		c.own, c.codes = nil, nil
	}
}

// longCodes finds the codes that a table is too small for. Codes of one length
// are consecutive numbers, and those of a greater length are greater when both
// are written as fractions (RFC 1951 section 3.2.2).
type longCodes struct {
	sorted [288]uint32 // the entries by length, then symbol
	end    [16]uint32  // codes up to this length are below it, as 15-bit fractions
	base   [16]uint32  // what to add to a code for its place in sorted, modulo 2^32
}

// find looks up a code of more than n bits at the start of b.
func (l *longCodes) find(b uint64, n int) uint32 {
	code := uint32(bits.Reverse16(uint16(b)) >> 1)
	for n++; n < 15 && code >= l.end[n]; n++ {
	}
	return l.sorted[(code>>(15-n)+l.base[n&15])%288]
}

// build makes the table of the symbols in list, each symbol<<4 | length, whose
// numbers start at first. It answers false if the lengths make no prefix code,
// or not a complete one, which is accepted where zlib and compress/flate accept
// it: no code at all, and one code of one bit.
func build(table []uint32, long *longCodes, list []uint16, first int, count *[16]uint16, info []uint32) bool {
	var at [16]uint16 // where the next code of a length goes in sorted
	free, sum := 1, uint16(0)
	for n := 1; n < 16; n++ {
		at[n] = sum
		sum += count[n]
		free = free<<1 - int(count[n])
		if free < 0 {
			return false
		}
	}
	if free > 0 {
		return buildIncomplete(table, list, first, count, info)
	}
	sorted := &long.sorted
	for _, v := range list {
		n := v & 15
		sorted[at[n]] = info[int(v>>4)-first] + uint32(n)*entryBit
		at[n]++
	}

	// The table of 2^n entries, twice over, is that of 2^(n+1) entries but
	// for the codes of n+1 bits. index is a code with its first bit lowest,
	// counted up as such.
	index, k := 0, 0
	for n, size := 1, 2; size <= len(table); n, size = n+1, 2*size {
		copy(table[size/2:size], table[:size/2])
		for range count[n] {
			table[index] = sorted[k]
			k++
			if index == size-1 {
				for ; size < len(table); size *= 2 {
					copy(table[size:2*size], table[:size])
				}
				return true
			}
			index = next(index, size)
		}
	}
	for ; index != len(table)-1; index = next(index, len(table)) {
		table[index] = entryLong
	}
	table[index] = entryLong
	long.build(count)
	return true
}

// buildIncomplete makes the table of at most one code.
func buildIncomplete(table []uint32, list []uint16, first int, count *[16]uint16, info []uint32) bool {
	if len(list) > 1 || len(list) == 1 && count[1] != 1 {
		return false
	}
	for i := range table {
		table[i] = entryInvalid | entryBit
	}
	for _, v := range list {
		for i := 0; i < len(table); i += 2 {
			table[i] = info[int(v>>4)-first] + entryBit
		}
	}
	return true
}

// build prepares find.
func (l *longCodes) build(count *[16]uint16) {
	sum, code := uint32(0), uint32(0)
	for n := 1; n < 16; n++ {
		code <<= 1
		l.base[n] = sum - code
		sum += uint32(count[n])
		code += uint32(count[n])
		l.end[n] = code << (15 - n)
	}
}

// next counts index up by one, its lowest bit being the most significant one
// of log2(size) bits. index is not size-1.
func next(index, size int) int {
	bit := 1 << (bits.Len(uint(index^(size-1))) - 1)
	return index&(bit-1) | bit
}
