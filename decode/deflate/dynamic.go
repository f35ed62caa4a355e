package deflate

// codeCodeOrder is the order of the code length code's lengths (RFC 1951
// section 3.2.7).
var codeCodeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// dynamic is the header of a dynamic block as far as it has been read.
//
// Code lengths are kept as a list of the symbols that have a code, since most
// of the alphabet has none in a short message, and as counts of each length.
type dynamic struct {
	nlit, ndist int
	ncode       int
	at          int    // lengths read of the current kind
	last        uint32 // the length that symbol 16 repeats
	codeLens    [19]uint8

	list  [maxLitCodes + maxDistCodes]uint16 // symbol<<4 | length; distances follow literals
	n     int                                // symbols in list
	count [2][16]uint16                      // of literals and lengths, of distances
}

// counts reads HLIT, HDIST and HCLEN.
func (c *Context) counts() bool {
	if c.n < 14 {
		return false
	}
	d := &c.scratch().dynamic
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
	if n < 2 || !c.own.codeCode.build(list[:n], 0, &count) {
		c.invalid("the code length code is not a complete prefix code")
		return false
	}
	d.count = [2][16]uint16{}
	d.at, d.n, d.last = 0, 0, 0
	c.state = inCodes
	return true
}

// codes reads the code lengths of literals, lengths and distances, which are
// one sequence.
func (c *Context) codes() bool {
	d := &c.own.dynamic
	table := &c.own.codeCode.table
	at, k, total := d.at, d.n, d.nlit+d.ndist
	for at < total {
		if c.n < 14 {
			c.fill()
		}
		b, n := c.bits, c.n
		// One fill is enough for four codes and more.
		for at < total {
			e := table[b&(1<<codeCodeBits-1)]
			used := uint(e & 31) // code and repeat count
			if used > n {
				break
			}
			length := e >> 16 & 15
			if e&entryRepeats == 0 {
				b >>= used
				n -= used
				side := 0
				if at >= d.nlit {
					side = 1
				}
				d.list[k] = uint16(at)<<4 | uint16(length)
				d.count[side][length]++
				k += int(length+15) >> 4
				at++
				d.last = length
				continue
			}
			repeat := int(e>>20&15) + int(b&(1<<used-1)>>(e>>8&15))
			b >>= used
			n -= used
			if length != 0 { // symbol 16
				if at == 0 {
					c.invalid("a repeated code length with none before it")
					return false
				}
				length = d.last
			}
			d.last = length
			if repeat > total-at {
				c.invalid("more code lengths than symbols")
				return false
			}
			if length == 0 {
				at += repeat
				continue
			}
			for range repeat {
				side := 0
				if at >= d.nlit {
					side = 1
				}
				d.list[k] = uint16(at)<<4 | uint16(length)
				d.count[side][length]++
				k++
				at++
			}
		}
		if short := n == c.n; short && at < total {
			d.at, d.n = at, k
			return false
		}
		c.bits, c.n = b, n
	}
	d.n = k
	return c.buildBlock()
}

// buildBlock makes the tables of the block from its code lengths.
func (c *Context) buildBlock() bool {
	t := c.own
	d := &t.dynamic
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
	case !t.lit.build(lit, 0, &d.count[0]):
		c.invalid("the literal and length codes are not a complete prefix code")
	case !t.dist.build(dist, d.nlit, &d.count[1]):
		c.invalid("the distance codes are not a complete prefix code")
	default:
		c.t = t
		c.state = inSymbols
		return true
	}
	return false
}
