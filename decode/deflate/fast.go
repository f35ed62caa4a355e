package deflate

import "encoding/binary"

// fast reads literals and matches while src has 8 bytes for each step and buf
// has room, and returns before one that it leaves to symbol: the end of the
// block, what is invalid, and matches that reach before the floor.
func (c *Context) fast() {
	t := c.t
	src, buf := c.src, c.buf
	b, n := c.bits, c.n
	w, floor, maxDist := c.w, c.floor, c.maxDist
	pos, lastPos, lastW := 0, len(src)-8, len(buf)-slack
	for pos <= lastPos && w <= lastW {
		b |= binary.LittleEndian.Uint64(src[pos:]) << (n & 63)
		pos += int((63 - n) >> 3)
		n |= 56

		e := t.lit.table[b&(1<<litBits-1)]
		if e&entryLiteral != 0 {
			buf[w] = byte(e >> 16)
			w++
			b >>= e & 63
			n -= uint(e & 0xff)
			e = t.lit.table[b&(1<<litBits-1)]
			if e&entryLiteral != 0 {
				buf[w] = byte(e >> 16)
				w++
				b >>= e & 63
				n -= uint(e & 0xff)
				e = t.lit.table[b&(1<<litBits-1)]
				if e&entryLiteral != 0 {
					buf[w] = byte(e >> 16)
					w++
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
			e = t.lit.long.find(b, litBits)
			if e&entryLiteral != 0 {
				buf[w] = byte(e >> 16)
				w++
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
		e = t.dist.table[b2&(1<<distBits-1)]
		if e&entrySpecial != 0 {
			if e&entryLong != entryLong {
				break
			}
			e = t.dist.long.find(b2, distBits)
			if e&entrySpecial != 0 {
				break
			}
		}
		distance := int(e>>16) + int(b2&(1<<(e&63)-1)>>(e>>8&15))
		if distance > w-floor {
			break
		}
		b = b2 >> (e & 63)
		n = n2 - uint(e&0xff)
		maxDist = max(maxDist, distance)
		from := w - distance
		end := w + length
		switch {
		case distance >= 16:
			for {
				*(*[16]byte)(buf[w:]) = *(*[16]byte)(buf[from:])
				w += 16
				from += 16
				if w >= end {
					break
				}
			}
		case distance == 1:
			v := buf[from]
			run := buf[w:end]
			for i := range run {
				run[i] = v
			}
		default:
			for w < end {
				buf[w] = buf[from]
				w++
				from++
			}
		}
		w = end
	}
	c.src = src[pos:]
	c.bits, c.n = b, n
	c.w, c.maxDist = w, maxDist
}
