package deflate

const (
	maxLits = 1024
	maxSeqs = 256
)

// queue holds literals and matches between reading and copying. Reading them
// ahead lets the copies' cache misses overlap: with hundreds of connections
// their windows are not in the cache, and a message refers to a hundred places.
type queue struct {
	lits    [maxLits + 16]byte
	seqs    [maxSeqs]uint64 // from | length<<32 | literals before it<<48
	nlit    int
	nseq    int
	matched int
	sink    byte
}

// pending
func (q *queue) pending() int { return q.nlit + q.matched }

// full
func (q *queue) full() bool { return q.nlit >= maxLits || q.nseq == maxSeqs }

// flush copies what is queued to the end of the output, and leaves room
func (c *Context) flush() {
	q := &c.own.queue
	buf := c.buf
	x := byte(0)
	back := buf[max(c.floor, 0):]
	for _, s := range q.seqs[:q.nseq] {
		x ^= back[uint32(s)] ^ back[uint32(s)+15]
	}
	for i := c.w; i < c.w+q.pending(); i += 64 {
		x ^= buf[i]
	}
	q.sink = x
	w, lit := c.w, 0
	for _, s := range q.seqs[:q.nseq] {
		n := int(s>>48) - lit
		for at := w + n; ; {
			*(*[16]byte)(buf[w:]) = *(*[16]byte)(q.lits[lit:])
			if w+16 >= at {
				lit += at - w
				w = at
				break
			}
			w += 16
			lit += 16
		}
		from := c.floor + int(uint32(s))
		end := w + int(s>>32&0xffff)
		switch distance := w - from; {
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
	w += copy(buf[w:], q.lits[lit:q.nlit])
	c.w = w
	q.nlit, q.nseq, q.matched = 0, 0, 0
}
