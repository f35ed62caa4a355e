package deflate

import "encoding/binary"

// fast reads literals and matches while src has 8 bytes for each step and
// there is room, and returns before one that it leaves to symbol: the end of
// the block, what is invalid, and matches that reach before the floor.
func (c *Context) fast() {
	q := &c.own.queue
	lit, dist := &c.t.lit, &c.t.dist
	src := c.src
	b, n := c.bits, c.n
	nlit, nseq := q.nlit, q.nseq
	pos, maxDist := 0, c.maxDist
	// The output will end at at+nlit, counted from the floor.
	at := c.w + q.matched - c.floor
	last, room := len(src)-8, len(c.buf)-slack-c.floor
	for pos <= last && at+nlit <= room && nlit < maxLits && nseq < maxSeqs {
		b |= binary.LittleEndian.Uint64(src[pos:]) << (n & 63)
		pos += int((63 - n) >> 3)
		n |= 56

		e := lit.table[b&(1<<litBits-1)]
		if e&entryLiteral != 0 {
			q.lits[nlit] = byte(e >> 16)
			nlit++
			b >>= e & 63
			n -= uint(e & 0xff)
			e = lit.table[b&(1<<litBits-1)]
			if e&entryLiteral != 0 {
				q.lits[nlit] = byte(e >> 16)
				nlit++
				b >>= e & 63
				n -= uint(e & 0xff)
				e = lit.table[b&(1<<litBits-1)]
				if e&entryLiteral != 0 {
					q.lits[nlit] = byte(e >> 16)
					nlit++
					b >>= e & 63
					n -= uint(e & 0xff)
				}
				continue
			}
		}
		if e&entrySpecial != 0 {
			if e&entryLong != entryLong {
				break
			}
			if n < 48 {
				continue
			}
			e = lit.long.find(b, litBits)
			if e&entryLiteral != 0 {
				q.lits[nlit] = byte(e >> 16)
				nlit++
				b >>= e & 63
				n -= uint(e & 0xff)
				continue
			}
			if e&entrySpecial != 0 {
				break
			}
		}
		length := int(e>>16) + int(b&(1<<(e&63)-1)>>(e>>8&15))
		b2 := b >> (e & 63)
		n2 := n - uint(e&0xff)
		e = dist.table[b2&(1<<distBits-1)]
		if e&entrySpecial != 0 {
			if e&entryLong != entryLong {
				break
			}
			e = dist.long.find(b2, distBits)
			if e&entrySpecial != 0 {
				break
			}
		}
		distance := int(e>>16) + int(b2&(1<<(e&63)-1)>>(e>>8&15))
		if distance > at+nlit {
			break
		}
		b = b2 >> (e & 63)
		n = n2 - uint(e&0xff)
		maxDist = max(maxDist, distance)
		q.seqs[nseq] = uint64(at+nlit-distance) | uint64(length)<<32 | uint64(nlit)<<48
		nseq++
		at += length
	}
	c.src = src[pos:]
	c.bits, c.n, c.maxDist = b, n, maxDist
	q.nlit, q.nseq, q.matched = nlit, nseq, at+c.floor-c.w
}
