package deflate

import "encoding/binary"

// fast reads literals and matches while src has 8 bytes for each round and
// there is room, and returns before one that it leaves to symbol: the end of
// the block, what is invalid, and matches that reach before the floor.
//
// The state is kept in variables, and the same few lines stand three times for
// literals in a row: that makes half of the speed.
func (c *Context) fast(q *queue) {
	codes := c.codes
	src := c.src
	b, n := c.bits, c.n
	nlit, nseq := q.nlit, q.nseq
	maxDistance := c.maxDistance
	// The output will end at at+nlit, counted from the floor.
	at := c.w + q.matched - c.floor
	base := &c.buf[c.floor]
	pos, last, room := 0, len(src)-8, len(c.buf)-slack-c.floor
	for pos <= last && at+nlit <= room && nlit < maxLits && nseq < maxSeqs {
		// As fill does; 56 bits are enough for a literal and a match, as long
		// as their codes are in the tables.
		b |= binary.LittleEndian.Uint64(src[pos:]) << (n & 63)
		pos += int((63 - n) >> 3)
		n |= 56

		e := codes.lit[b&(1<<litBits-1)]
		if e&entryLiteral != 0 {
			q.lits[nlit] = byte(e >> 16)
			nlit++
			b >>= e & 63
			n -= uint(e & 0xff)
			e = codes.lit[b&(1<<litBits-1)]
			if e&entryLiteral != 0 {
				q.lits[nlit] = byte(e >> 16)
				nlit++
				b >>= e & 63
				n -= uint(e & 0xff)
				e = codes.lit[b&(1<<litBits-1)]
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
			e = codes.litLong.find(b, litBits)
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
		length := value(e, b)
		rest := b >> (e & 63)
		left := n - uint(e&0xff)
		e = codes.dist[rest&(1<<distBits-1)]
		if e&entrySpecial != 0 {
			if e&entryLong != entryLong {
				break
			}
			e = codes.distLong.find(rest, distBits)
			if e&entrySpecial != 0 {
				break
			}
		}
		distance := value(e, rest)
		if distance > at+nlit {
			break
		}
		b = rest >> (e & 63)
		n = left - uint(e&0xff)
		maxDistance = max(maxDistance, distance)
		q.seqs[nseq] = sequence(at+nlit-distance, length, nlit)
		at += length
		if nseq++; nseq%prefetchSeqs == 0 {
			prefetch(base, &q.seqs[nseq-prefetchSeqs], prefetchSeqs)
		}
	}
	c.src = src[pos:]
	c.bits, c.n, c.maxDistance = b, n, maxDistance
	q.nlit, q.nseq, q.matched = nlit, nseq, at+c.floor-c.w
}
