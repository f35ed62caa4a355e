package deflate

const (
	// maxLits and maxSeqs are enough for most short messages as a whole.
	maxLits = 1024
	maxSeqs = 256
	// prefetchSeqs is after how many matches their sources are asked for:
	// early enough to arrive while the next ones are read.
	prefetchSeqs = 16
)

// queue holds literals and matches between their reading and their copying.
//
// With hundreds of connections their windows are not in the cache, and a short
// message refers to a hundred places in its window. Copied one by one as they
// are read, they would have the reading wait for each.
type queue struct {
	lits    [maxLits + 16]byte // flush copies 16 at a time
	seqs    [maxSeqs]seq
	nlit    int
	nseq    int
	matched int // sum of the matches' lengths
}

// seq is a match: from where, counted from the floor (bits 0-31), its length
// (32-47), and the number of queued literals that come before it (48-63).
type seq uint64

func sequence(from, length, nlit int) seq {
	return seq(from) | seq(length)<<32 | seq(nlit)<<48
}

func (q *queue) match(from, length int) {
	q.seqs[q.nseq] = sequence(from, length, q.nlit)
	q.nseq++
	q.matched += length
}

// pending is the length of what is queued.
func (q *queue) pending() int { return q.nlit + q.matched }

func (q *queue) full() bool { return q.nlit >= maxLits || q.nseq >= maxSeqs }

// flush copies what is queued to the end of the output.
func (c *Context) flush() {
	q := &c.own.queue
	if k := q.nseq % prefetchSeqs; k > 0 {
		prefetch(&c.buf[c.floor], &q.seqs[q.nseq-k], k)
	}
	buf, w, lit := c.buf, c.w, 0
	for _, s := range q.seqs[:q.nseq] {
		for end := w + int(s>>48) - lit; ; {
			*(*[16]byte)(buf[w:]) = *(*[16]byte)(q.lits[lit:])
			if w+16 >= end {
				lit += end - w
				w = end
				break
			}
			w += 16
			lit += 16
		}
		from := c.floor + int(uint32(s))
		end := w + int(s>>32&0xffff)
		if w-from >= 16 {
			for ; w < end; w, from = w+16, from+16 {
				*(*[16]byte)(buf[w:]) = *(*[16]byte)(buf[from:])
			}
		} else {
			overlap(buf, w, from, end)
		}
		w = end
	}
	c.w = w + copy(buf[w:], q.lits[lit:q.nlit])
	q.nlit, q.nseq, q.matched = 0, 0, 0
}

// overlap copies a match that may repeat itself.
func overlap(buf []byte, w, from, end int) {
	for w < end {
		w += copy(buf[w:end], buf[from:w])
	}
}
