package reassembly

import "wsscope/event"

// piece is a run of stream bytes that waits for the bytes before it. Offsets
// count from the stream's first byte.
type piece struct {
	off         int64
	data        []byte // own copy
	origin      event.Stamp
	acked       int64
	pri         uint32
	left, right *piece
}

func (p *piece) end() int64 { return p.off + int64(len(p.data)) }

// queue holds non-overlapping pieces, sorted by offset. It is a treap: tens
// of thousands of segments in reverse order must not cost quadratic time.
type queue struct {
	root  *piece
	n     int
	bytes int64
	seed  uint32
}

func (q *queue) empty() bool { return q.root == nil }

// first is the piece with the lowest offset, nil if there is none.
func (q *queue) first() *piece {
	p := q.root
	for p != nil && p.left != nil {
		p = p.left
	}
	return p
}

// floor is the last piece that starts at or before off, nil if none.
func (q *queue) floor(off int64) *piece {
	var best *piece
	for p := q.root; p != nil; {
		if p.off <= off {
			best, p = p, p.right
		} else {
			p = p.left
		}
	}
	return best
}

// ceil is the first piece that starts at or after off, nil if none.
func (q *queue) ceil(off int64) *piece {
	var best *piece
	for p := q.root; p != nil; {
		if p.off >= off {
			best, p = p, p.left
		} else {
			p = p.right
		}
	}
	return best
}

// insert adds a piece that overlaps none of those held.
func (q *queue) insert(p *piece) {
	q.seed = q.seed*1664525 + 1013904223
	p.pri = q.seed
	l, r := split(q.root, p.off)
	q.root = merge(merge(l, p), r)
	q.n++
	q.bytes += pieceCost(p)
}

// pop removes and returns the first piece.
func (q *queue) pop() *piece {
	p := q.root
	if p == nil {
		return nil
	}
	if p.left == nil {
		q.root = p.right
	} else {
		parent := p
		for p = p.left; p.left != nil; p = p.left {
			parent = p
		}
		parent.left = p.right
	}
	p.left, p.right = nil, nil
	q.n--
	q.bytes -= pieceCost(p)
	return p
}

func pieceCost(p *piece) int64 { return int64(len(p.data)) + 96 }

func split(t *piece, off int64) (l, r *piece) {
	if t == nil {
		return nil, nil
	}
	if t.off < off {
		t.right, r = split(t.right, off)
		return t, r
	}
	l, t.left = split(t.left, off)
	return l, t
}

func merge(l, r *piece) *piece {
	switch {
	case l == nil:
		return r
	case r == nil:
		return l
	case l.pri > r.pri:
		l.right = merge(l.right, r)
		return l
	}
	r.left = merge(l, r.left)
	return r
}
