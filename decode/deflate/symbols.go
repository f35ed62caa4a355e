package deflate

import (
	"fmt"
)

// symbols reads literals and matches (RFC 1951 section 3.2.5): those in the
// midst of src fast, the others one by one.
func (c *Context) symbols() bool {
	q := &c.scratch().queue
	for {
		if len(c.buf)-c.w-q.pending() < slack || q.full() {
			c.flush()
			if len(c.buf)-c.w < slack {
				if c.makeRoom(); c.state == stopped {
					return false
				}
			}
		}
		if len(c.src) >= 8 {
			c.fast()
		}
		c.fill()
		switch c.symbol() {
		case symbolShort, symbolInvalid:
			c.flush()
			return false
		case symbolEnd:
			c.flush()
			return c.endBlock()
		}
	}
}

// What symbol found.
type found int

const (
	symbolDone  found = iota
	symbolEnd         // the end of the block
	symbolShort       // the bits at hand are not enough
	symbolInvalid
)

// symbol reads one literal, match or end of block. It takes no bits if there
// are not enough for all of it: what the missing ones, read as 0, would make
// of it does not matter then, as no code is the beginning of another.
func (c *Context) symbol() found {
	q := &c.own.queue
	if len(c.buf)-c.w-q.pending() < slack || q.full() {
		return symbolDone
	}
	b, n := c.bits, c.n
	e := c.t.lit.table[b&(1<<litBits-1)]
	if e&entryLong == entryLong {
		e = c.t.lit.long.find(b, litBits)
	}
	used := uint(e & 0xff)
	if used > n {
		return symbolShort
	}
	switch {
	case e&entryLiteral != 0:
		q.lits[q.nlit] = byte(e >> 16)
		q.nlit++
		c.drop(used)
		return symbolDone
	case e&entryEnd == entryEnd:
		c.drop(used)
		return symbolEnd
	case e&entrySpecial != 0:
		c.invalid("a literal or length code that does not exist")
		return symbolInvalid
	}
	length := int(e>>16) + int(b&(1<<used-1)>>(e>>8&15))
	b >>= used
	n -= used
	e = c.t.dist.table[b&(1<<distBits-1)]
	if e&entryLong == entryLong {
		e = c.t.dist.long.find(b, distBits)
	}
	used = uint(e & 0xff)
	if used > n {
		return symbolShort
	}
	if e&entrySpecial != 0 {
		c.invalid("a distance code that does not exist")
		return symbolInvalid
	}
	distance := int(e>>16) + int(b&(1<<used-1)>>(e>>8&15))
	if at := c.w + q.pending() - c.floor; distance <= at {
		q.seqs[q.nseq] = uint64(at-distance) | uint64(length)<<32 | uint64(q.nlit)<<48
		q.nseq++
		q.matched += length
	} else if c.flush(); !c.copyMatch(distance, length) {
		c.invalid(fmt.Sprintf("a distance of %d after %d bytes", distance, c.w))
		return symbolInvalid
	}
	c.bits, c.n = b>>used, n-used
	c.maxDist = max(c.maxDist, distance)
	return symbolDone
}
