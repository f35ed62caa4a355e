package deflate

import "fmt"

// symbols reads literals and matches (RFC 1951 section 3.2.5): those in the
// midst of src fast, the others one by one.
func (c *Context) symbols() bool {
	q := &c.need().queue
	for {
		if !c.ready() {
			c.flush()
			if len(c.buf)-c.w < slack && !c.makeRoom() {
				return false
			}
		}
		if len(c.src) >= 8 {
			c.fast(q)
		}
		c.fill()
		if !c.ready() {
			continue
		}
		switch c.symbol(q) {
		case symbolShort, symbolInvalid:
			c.flush()
			return false
		case symbolEnd:
			c.flush()
			return c.endBlock()
		}
	}
}

// ready says whether another symbol finds room in the queue and the buffer.
func (c *Context) ready() bool {
	q := &c.own.queue
	return len(c.buf)-c.w-q.pending() >= slack && !q.full()
}

// found is what symbol came upon.
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
func (c *Context) symbol(q *queue) found {
	b, n := c.bits, c.n
	e := c.codes.lit[b&(1<<litBits-1)]
	if e&entryLong == entryLong {
		e = c.codes.litLong.find(b, litBits)
	}
	used := uint(e & 0xff)
	switch {
	case used > n:
		return symbolShort
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
	length := value(e, b)
	b >>= used
	n -= used

	e = c.codes.dist[b&(1<<distBits-1)]
	if e&entryLong == entryLong {
		e = c.codes.distLong.find(b, distBits)
	}
	used = uint(e & 0xff)
	switch {
	case used > n:
		return symbolShort
	case e&entrySpecial != 0:
		c.invalid("a distance code that does not exist")
		return symbolInvalid
	}
	distance := value(e, b)
	if at := c.w + q.pending() - c.floor; distance <= at {
		q.match(at-distance, length)
		c.maxDistance = max(c.maxDistance, distance)
	} else if c.flush(); !c.copyMatch(distance, length) {
		c.invalid(fmt.Sprintf("a distance of %d after %d bytes", distance, c.w))
		return symbolInvalid
	}
	c.bits, c.n = b>>used, n-used
	return symbolDone
}

// value is the length or distance of e: its base and the extra bits that
// follow the code in b.
func value(e uint32, b uint64) int {
	return int(e>>16) + int(b&(1<<(e&63)-1)>>(e>>8&15))
}
