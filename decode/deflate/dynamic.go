package deflate

// codeCodeOrder is the order of the code length code's lengths (RFC 1951
// section 3.2.7).
var codeCodeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic is the header of a dynamic block as far as it has been read.
//
// Code lengths are kept as a list of the symbols that have a code, since most
// of the alphabet has none in a short message, and as counts of each length.
type dynamic struct {
	nlit, ndist int    // lengths of each alphabet
	ncode       int    // lengths of the code length code
	at          int    // lengths read of those, or of both alphabets
	last        uint32 // the length that symbol 16 repeats

	codeLens [19]uint8
	list     [maxLitCodes + maxDistCodes]uint16 // symbol<<4 | length; distances are counted on
	n        int                                // symbols in list
	count    [2][16]uint16                      // by length, of each alphabet
}

// counts reads HLIT, HDIST and HCLEN.
func (c *Context) counts() bool {
	if c.n < 14 {
		return false
	}
	d := &c.need().dynamic
	d.nlit = int(c.bits&31) + 257
	d.ndist = int(c.bits>>5&31) + 1
	d.ncode = int(c.bits>>10&15) + 4
	if d.nlit > maxLitCodes || d.ndist > maxDistCodes {
		c.invalid("more codes than there are symbols")
		return false
	}
	c.drop(14)
	d.at = 0
	d.codeLens = [19]uint8{}
	c.state = inCodeCode
	return true
}

// codeCode reads the code length code.
func (c *Context) codeCode() bool {
	d := &c.own.dynamic
	for d.at < d.ncode {
		if c.n < 3 {
			if c.fill(); c.n < 3 {
				return false
			}
		}
		d.codeLens[codeCodeOrder[d.at]] = uint8(c.bits & 7)
		c.drop(3)
		d.at++
	}
	var list [19]uint16
	var count [16]uint16
	n := 0
	for s, length := range d.codeLens {
		list[n] = uint16(s)<<4 | uint16(length)
		count[length&15]++
		if length > 0 {
			n++
		}
	}
	if n < 2 || !build(c.own.codeCode[:], &c.own.codeCodeLong, list[:n], 0, &count, codeInfo[:]) {
		c.invalid("the code length code is not a complete prefix code")
		return false
	}
	d.count = [2][16]uint16{}
	d.at, d.n, d.last = 0, 0, 0
	c.state = inCodeLens
	return true
}

// codeLengths reads the code lengths of both alphabets, which are one sequence.
func (c *Context) codeLengths() bool {
	d, table := &c.own.dynamic, &c.own.codeCode
	at, k, total := d.at, d.n, d.nlit+d.ndist
	for at < total {
		if c.n < 14 {
			c.fill()
		}
		b, n := c.bits, c.n
		for at < total {
			e := table[b&(1<<codeCodeBits-1)]
			used := uint(e & 31)
			if used > n {
				break
			}
			length := e >> 16 & 15
			repeat := int(e>>20&15) + int(b&(1<<used-1)>>(e>>8&15))
			b >>= used
			n -= used
			if e&entryRepeats == 0 {
				// A length of 0 is overwritten by the next one: that
				// costs less than a branch on it.
				d.list[k] = uint16(at)<<4 | uint16(length)
				d.count[d.alphabet(at)][length]++
				k += int(length+15) / 16
				at++
			} else {
				if length != 0 { // symbol 16
					if at == 0 {
						c.bits, c.n = b, n
						c.invalid("a repeated code length with none before it")
						return false
					}
					length = d.last
				}
				if repeat > total-at {
					c.bits, c.n = b, n
					c.invalid("more code lengths than symbols")
					return false
				}
				if length == 0 {
					at += repeat
				} else {
					for range repeat {
						d.list[k] = uint16(at)<<4 | uint16(length)
						d.count[d.alphabet(at)][length]++
						k++
						at++
					}
				}
			}
			d.last = length
		}
		d.at, d.n = at, k
		if n == c.n && at < total {
			return false
		}
		c.bits, c.n = b, n
	}
	return c.buildBlock()
}

// alphabet is 0 for a literal or length, 1 for a distance.
func (d *dynamic) alphabet(at int) int {
	if at >= d.nlit {
		return 1
	}
	return 0
}

// buildBlock makes the tables of the block from its code lengths.
func (c *Context) buildBlock() bool {
	t, d := &c.own.tables, &c.own.dynamic
	nlit := 0
	for _, k := range d.count[0][1:] {
		nlit += int(k)
	}
	lit, dist := d.list[:nlit], d.list[nlit:d.n]
	end := nlit - 1
	for end >= 0 && lit[end]>>4 > endOfBlock {
		end--
	}
	switch {
	case end < 0 || lit[end]>>4 != endOfBlock:
		c.invalid("no code for the end of the block")
	case !build(t.lit[:], &t.litLong, lit, 0, &d.count[0], litInfo[:]):
		c.invalid("the literal and length codes are not a complete prefix code")
	case !build(t.dist[:], &t.distLong, dist, d.nlit, &d.count[1], distInfo[:]):
		c.invalid("the distance codes are not a complete prefix code")
	default:
		c.codes = t
		c.state = inSymbols
		return true
	}
	return false
}
