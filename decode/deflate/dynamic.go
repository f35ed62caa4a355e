package deflate

// codeCodeOrder is the order of the code length code's lengths (RFC 1951
// section 3.2.7).
var codeCodeOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// lengths are code lengths as they are read: the symbols that have a code, in
// their order. Most of the alphabet has none in a short message.
type lengths struct {
	list  [288]uint16 // symbol<<4 | length; the fixed code has two more than maxLitCodes
	n     int
	count [16]uint16 // codes of each length
}

func (l *lengths) reset() {
	l.n = 0
	l.count = [16]uint16{}
}

func (l *lengths) add(symbol int, length uint8) {
	l.list[l.n] = uint16(symbol)<<4 | uint16(length)
	l.n++
	l.count[length&15]++
}

// has says whether symbol has a code; it looks from the end of the alphabet.
func (l *lengths) has(symbol int) bool {
	i := l.n - 1
	for i >= 0 && int(l.list[i]>>4) > symbol {
		i--
	}
	return i >= 0 && int(l.list[i]>>4) == symbol
}

// dynamic is the header of a dynamic block as far as it has been read.
type dynamic struct {
	nlit, ndist, ncode int
	at                 int   // lengths read of the current kind
	last               uint8 // the length that symbol 16 repeats
	codeLens           [19]uint8
	lit, dist          lengths
}

// counts reads HLIT, HDIST and HCLEN.
func (c *Context) counts() bool {
	if c.n < 14 {
		return false
	}
	if c.own == nil {
		c.own = pool.Get().(*tables)
	}
	d := &c.own.dynamic
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
	l := &d.lit
	l.reset()
	for s, n := range d.codeLens {
		if n > 0 {
			l.add(s, n)
		}
	}
	if !c.own.codeCode.build(l, codeInfo[:]) || l.n < 2 {
		c.invalid("the code length code is not a complete prefix code")
		return false
	}
	d.lit.reset()
	d.dist.reset()
	d.at, d.last = 0, 0
	c.state = inCodes
	return true
}

// codes reads the code lengths of literals, lengths and distances, which are
// one sequence.
func (c *Context) codes() bool {
	t := c.own
	d := &t.dynamic
	for d.at < d.nlit+d.ndist {
		if c.n < 14 {
			c.fill()
		}
		e := t.codeCode.table[c.bits&(1<<codeCodeBits-1)]
		used := uint(e & 31) // code and repeat count
		if used > c.n {
			return false
		}
		length := uint8(e >> 16 & 15)
		repeat := int(e>>20) + int(c.bits&(1<<used-1)>>(e>>8&15))
		if e&entryRepeatsLast != 0 {
			if d.at == 0 {
				c.invalid("a repeated code length with none before it")
				return false
			}
			length = d.last
		}
		if repeat > d.nlit+d.ndist-d.at {
			c.invalid("more code lengths than symbols")
			return false
		}
		c.drop(used)
		d.last = length
		if length == 0 {
			d.at += repeat
			continue
		}
		for range repeat {
			if d.at < d.nlit {
				d.lit.add(d.at, length)
			} else {
				d.dist.add(d.at-d.nlit, length)
			}
			d.at++
		}
	}
	switch {
	case !d.lit.has(endOfBlock):
		c.invalid("no code for the end of the block")
	case !t.lit.build(&d.lit, litInfo[:]):
		c.invalid("the literal and length codes are not a complete prefix code")
	case !t.dist.build(&d.dist, distInfo[:]):
		c.invalid("the distance codes are not a complete prefix code")
	default:
		c.t = t
		c.state = inSymbols
		return true
	}
	return false
}
