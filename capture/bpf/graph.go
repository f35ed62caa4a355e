package bpf

import (
	"encoding/binary"

	"golang.org/x/net/bpf"
)

// block is a test in the graph that a program is, or one of its two ends.
// The graph has no circles.
type block struct {
	load    []bpf.RawInstruction
	jump    uint16
	k       uint32
	yes, no *block
	ret     bool // an end: returns k

	order int      // position among the sorted blocks
	key   int      // equal where loads are equal
	up    *block   // immediate dominator
	below []*block // what this dominates immediately
	from  []*block // predecessors, one entry for each edge
}

// lower turns a condition into a graph that goes to yes or to no. Tests stand
// in the order in which "and" and "or" name them.
func lower(c condition, yes, no *block) *block {
	switch c := c.(type) {
	case fixed:
		if c {
			return yes
		}
		return no
	case not:
		return lower(c.x, no, yes)
	case and:
		return lower(c.x, lower(c.y, yes, no), no)
	case or:
		return lower(c.x, yes, lower(c.y, yes, no))
	case test:
		return &block{load: c.load, jump: c.jump, k: c.k, yes: yes, no: no}
	}
	panic("unknown condition")
}

// sorted lists the blocks reachable from root so that each stands before its
// successors, the "no" branch as near as can be: most packets go there.
func sorted(root *block) []*block {
	var reversed []*block
	seen := make(map[*block]bool)
	type visit struct {
		b    *block
		done bool
	}
	for stack := []visit{{root, false}}; len(stack) > 0; {
		v := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		switch {
		case v.done:
			reversed = append(reversed, v.b)
			continue
		case seen[v.b]:
			continue
		}
		seen[v.b] = true
		stack = append(stack, visit{v.b, true})
		if !v.b.ret {
			stack = append(stack, visit{v.b.no, false}, visit{v.b.yes, false})
		}
	}
	for i, j := 0, len(reversed)-1; i < j; i, j = i+1, j-1 {
		reversed[i], reversed[j] = reversed[j], reversed[i]
	}
	for i, b := range reversed {
		b.order = i
	}
	return reversed
}

// loadKey names what loads compute: equal keys, equal values.
func loadKey(load []bpf.RawInstruction) string {
	b := make([]byte, 0, 6*len(load))
	for _, i := range load {
		b = binary.BigEndian.AppendUint16(b, i.Op)
		b = binary.BigEndian.AppendUint32(b, i.K)
	}
	return string(b)
}
