package link

import (
	"bytes"
	"slices"
	"unsafe"
)

// datagram is an IP datagram in the making. A whole one stays for a while
// to recognise copies of its fragments: in a capture that has every packet
// twice, the second copy of the last fragment would else be taken for the
// beginning of the next datagram with the same identification.
type datagram struct {
	key          datagramKey
	time         int64 // of the fragment that came first
	older, newer *datagram

	pieces   []piece // by offset, without overlap; nil once whole
	data     []byte  // captured bytes: in the order of arrival, once whole in the datagram's
	have     int     // sum of the pieces' lengths
	total    int     // length; -1 until the last fragment tells
	protocol uint8   // valid only with a piece at offset 0
	whole    bool
}

// piece is a run of a datagram's bytes.
type piece struct {
	offset, end int
	at          int // place in datagram.data, or notCaptured
}

// notCaptured marks the part of a fragment that a snap length cut off.
const notCaptured = -1

// cost is the memory that the datagram takes, in bytes.
func (g *datagram) cost() int {
	return int(unsafe.Sizeof(*g)) + cap(g.pieces)*int(unsafe.Sizeof(piece{})) + cap(g.data)
}

// fits tells whether a fragment that ends at end agrees with what is known
// of the datagram's length.
func (g *datagram) fits(end int, more bool) bool {
	switch {
	case g.total >= 0 && more:
		return end <= g.total
	case g.total >= 0:
		return end == g.total
	case more || len(g.pieces) == 0:
		return true
	}
	return end >= g.pieces[len(g.pieces)-1].end
}

// fill adds what p, which belongs at offset, has and the datagram does not:
// the first copy of a byte counts.
func (g *datagram) fill(offset int, p part) {
	start, captured, end := offset, offset+len(p.b), offset+p.wire
	for i := 0; offset < end; i++ {
		stop := end
		if i < len(g.pieces) {
			if next := g.pieces[i]; next.offset <= offset {
				offset = max(offset, next.end)
				continue
			}
			stop = min(end, g.pieces[i].offset)
		}
		at := notCaptured
		if offset < captured {
			at, stop = len(g.data), min(stop, captured)
			g.data = append(g.data, p.b[offset-start:stop-start]...)
		}
		g.pieces = slices.Insert(g.pieces, i, piece{offset, stop, at})
		g.have += stop - offset
		offset = stop
	}
}

// join brings the bytes of a datagram without holes into its order, up to
// the first that was not captured.
func (g *datagram) join() {
	inOrder, length := true, 0
	for _, p := range g.pieces {
		if p.at == notCaptured {
			break
		}
		inOrder = inOrder && p.at == p.offset
		length = p.end
	}
	if inOrder {
		g.data = g.data[:length]
	} else {
		data := make([]byte, 0, length)
		for _, p := range g.pieces {
			if p.at == notCaptured {
				break
			}
			data = append(data, g.data[p.at:][:p.end-p.offset]...)
		}
		g.data = data
	}
	g.pieces = nil
	g.whole = true
}

// contains tells whether p is a copy of what the whole datagram has at
// offset, as far as both were captured.
func (g *datagram) contains(offset int, p part) bool {
	if offset+p.wire > g.total {
		return false
	}
	from, to := min(offset, len(g.data)), min(offset+len(p.b), len(g.data))
	return bytes.Equal(p.b[:to-from], g.data[from:to])
}
