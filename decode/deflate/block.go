package deflate

import (
	"fmt"

	"wsscope/event"
)

// state is the part of a block (RFC 1951 section 3.2.3) that comes next.
type state uint8

const (
	atHeader    state = iota // BFINAL and BTYPE
	atStoredLen              // LEN and NLEN of a stored block
	inStored                 // its bytes
	atCounts                 // HLIT, HDIST and HCLEN of a dynamic block
	inCodeCode               // the lengths of the codes for the code lengths
	inCodeLens               // the code lengths
	inSymbols                // literals and matches
	stopped                  // nothing more is read of this message
)

// where completes "the payload ends …".
func (s state) where() string {
	return [...]string{
		"inside the header of a block",
		"inside the length of a stored block",
		"inside a stored block",
		"inside the header of a dynamic block",
		"inside the header of a dynamic block",
		"inside the code lengths of a dynamic block",
		"inside a compressed block",
		"",
	}[s]
}

// run reads src until it is empty or the message stops.
func (c *Context) run() {
	for more := true; more; {
		c.fill()
		switch c.state {
		case atHeader:
			more = c.header()
		case atStoredLen:
			more = c.storedLen()
		case inStored:
			more = c.stored()
		case atCounts:
			more = c.counts()
		case inCodeCode:
			more = c.codeCode()
		case inCodeLens:
			more = c.codeLengths()
		case inSymbols:
			more = c.symbols()
		case stopped:
			return
		}
	}
}

// header reads BFINAL and BTYPE.
func (c *Context) header() bool {
	if c.n < 3 {
		return false
	}
	// An extra byte 0 after a final block looks like this header, see
	// storedLen. The block ended at a byte border, so all 8 bits are there.
	c.zero = (c.final || c.zero) && c.bits&0xff == 0
	c.final = c.bits&1 != 0
	kind := c.bits >> 1 & 3
	if kind == 3 {
		c.invalid("block type 3")
		return false
	}
	c.empty = false
	c.drop(3)
	switch kind {
	case 0:
		c.drop(c.n & 7)
		c.state = atStoredLen
	case 1:
		c.codes = &fixed
		c.state = inSymbols
	case 2:
		c.state = atCounts
	}
	return true
}

// storedLen reads LEN and NLEN (RFC 1951 section 3.2.4).
func (c *Context) storedLen() bool {
	if c.n < 32 {
		return false
	}
	n := int(c.bits & 0xffff)
	if n != int(^c.bits>>16&0xffff) {
		if !c.zero {
			c.invalid(fmt.Sprintf("stored block length %04x without its complement", n))
			return false
		}
		c.fault(event.InflatePadding, fmt.Sprintf("a zero byte too many at byte %d, after a final block", c.offset()-1))
		c.state = atHeader
		return true
	}
	c.zero, c.empty = false, n == 0
	c.drop(32)
	c.left = n
	c.state = inStored
	return true
}

// stored copies the bytes of a stored block.
func (c *Context) stored() bool {
	for c.left > 0 {
		if len(c.buf)-c.w < slack {
			if !c.makeRoom() {
				return false
			}
		}
		if c.n > 0 {
			c.buf[c.w] = byte(c.bits)
			c.w++
			c.left--
			c.drop(8)
			continue
		}
		c.bits = 0 // bits of bytes that were not taken from src
		if len(c.src) == 0 {
			return false
		}
		k := copy(c.buf[c.w:], c.src[:min(c.left, len(c.src))])
		c.src = c.src[k:]
		c.w += k
		c.left -= k
	}
	return c.endBlock()
}

// endBlock reads the padding that RFC 7692 section 7.2.1 asks for after a
// final block.
func (c *Context) endBlock() bool {
	if pad := c.n & 7; c.final && pad > 0 {
		if c.bits&(1<<pad-1) != 0 {
			c.fault(event.InflatePadding, fmt.Sprintf("the padding after the final block is not zero at byte %d", c.offset()))
		}
		c.drop(pad)
	}
	c.state = atHeader
	return true
}
