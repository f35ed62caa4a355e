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

// An entry of a table, and what it says of the code that the index begins
// with:
//
//	bits 0-7   bits used by the code and its extra bits
//	bits 8-11  bits used by the code alone
//	bits 12-15 the flags below
//	bits 16-30 the literal, or the base of the length or distance; in the
//	           code length code the length (16-19) and the base of its repeat
//	           count (20-30)
//	bit  31    a literal
const (
	entryLiteral     = 1 << 31
	entrySpecial     = 1 << 15              // no literal, length or distance:
	entryEnd         = 1<<14 | entrySpecial // the end of the block
	entryLong        = 1<<13 | entrySpecial // a longer code, see find
	entryInvalid     = 1<<12 | entrySpecial // no code, or one that never occurs
	entryRepeatsLast = 1 << 14              // in the code length code: symbol 16
)

// tables are the codes of one block.
type tables struct {
	lit      litCode
	dist     distCode
	codeCode codeCode
	dynamic
}

type (
	litCode struct {
		table [1 << litBits]uint32
		long  longCodes
	}
	distCode struct {
		table [1 << distBits]uint32
		long  longCodes
	}
	codeCode struct {
		table [1 << codeCodeBits]uint32
		long  longCodes
	}
)

func (c *litCode) build(l *lengths, info []uint32) bool {
	return build(c.table[:], litBits, &c.long, l, info)
}

func (c *distCode) build(l *lengths, info []uint32) bool {
	return build(c.table[:], distBits, &c.long, l, info)
}

func (c *codeCode) build(l *lengths, info []uint32) bool {
	return build(c.table[:], codeCodeBits, &c.long, l, info)
}

// pool holds tables between messages: a Context has its own only inside a
// message, so that thousands of contexts share the few that stay in the cache.
var pool = sync.Pool{New: func() any { return new(tables) }}

// release gives the tables back.
func (c *Context) release() {
	if c.own != nil {
		pool.Put(c.own)
		c.own, c.t = nil, nil
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

// build makes the table for the given lengths. It answers false if they make
// no prefix code, or not a complete one, which is accepted where zlib and
// compress/flate accept it: no code at all, and one code of one bit.
func build(table []uint32, tableBits int, long *longCodes, l *lengths, info []uint32) bool {
	free := 1
	for n := 1; n < 16; n++ {
		free = free<<1 - int(l.count[n])
		if free < 0 {
			return false
		}
	}
	if free > 0 {
		if l.n > 1 || l.n == 1 && l.count[1] != 1 {
			return false
		}
		for i := range table {
			table[i] = entryInvalid | 0x101
		}
		if l.n == 1 {
			e := info[l.list[0]>>4] + 0x101
			for i := 0; i < len(table); i += 2 {
				table[i] = e
			}
		}
		return true
	}

	// Sort the entries by length.
	var at [16]uint32
	sum, code := uint32(0), uint32(0)
	for n := 1; n < 16; n++ {
		count := uint32(l.count[n])
		at[n] = sum
		code <<= 1
		long.base[n] = sum - code
		sum += count
		code += count
		long.end[n] = code << (15 - n)
	}
	for _, v := range l.list[:l.n] {
		n := v & 15
		long.sorted[at[n]%288] = info[v>>4] + uint32(n)*0x101
		at[n]++
	}

	// A table of 2^n entries, twice over, is the table of 2^(n+1) entries
	// but for the codes of n+1 bits. index is the code with its first bit
	// lowest, and counted up as such.
	sorted := long.sorted[:]
	index := 0
	for n := 1; n <= tableBits; n++ {
		size := 1 << n
		copy(table[size/2:size], table[:size/2])
		for range l.count[n] {
			table[index] = sorted[0]
			sorted = sorted[1:]
			if index == size-1 {
				for ; size < len(table); size *= 2 {
					copy(table[size:2*size], table[:size])
				}
				return true
			}
			index = next(index, size)
		}
	}
	for {
		table[index] = entryLong
		if index == len(table)-1 {
			return true
		}
		index = next(index, len(table))
	}
}

// next counts index up by one, its lowest bit being the most significant one
// of log2(size) bits. index is not size-1.
func next(index, size int) int {
	bit := 1 << (bits.Len(uint(index^(size-1))) - 1)
	return index&(bit-1) | bit
}
