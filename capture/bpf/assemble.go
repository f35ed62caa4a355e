package bpf

import (
	"fmt"

	"golang.org/x/net/bpf"

	"wsscope/limits"
)

// placed is a block with its place in the program.
type placed struct {
	*block
	load            []bpf.RawInstruction // without those that are done already
	at, size        int                  // in instructions
	longYes, longNo bool                 // the branch needs a jump of its own
}

// assemble lays the blocks out one after the other. Conditional jumps reach
// 255 instructions; what is further takes an unconditional jump beside them.
func assemble(root *block) ([]bpf.RawInstruction, error) {
	blocks := place(root)
	for settle(blocks) {
	}
	last := blocks[len(blocks)-1]
	if n := last.at + last.size; n > limits.FilterInstructions {
		return nil, &Error{Msg: fmt.Sprintf("the filter needs %d BPF instructions, %d are the most", n, limits.FilterInstructions)}
	}
	var prog []bpf.RawInstruction
	for i := range blocks {
		prog = blocks[i].emit(prog, blocks)
	}
	return prog, nil
}

// place finds which loads each block still needs.
func place(root *block) []placed {
	order := sorted(root)
	blocks := make([]placed, len(order))
	before := make([]*state, len(order))
	before[0] = &state{header: -1}
	for i, b := range order {
		blocks[i] = placed{block: b, load: before[i].needed(b.load)}
		if b.ret {
			continue
		}
		s := before[i].after(b)
		for _, next := range []*block{b.yes, b.no} {
			joined := s
			if o := before[next.order]; o != nil {
				joined = o.join(s)
			}
			before[next.order] = &joined
		}
	}
	return blocks
}

// settle computes places and tells whether a branch became a long one, which
// moves what follows.
func settle(blocks []placed) (again bool) {
	at := 0
	for i := range blocks {
		b := &blocks[i]
		b.at, b.size = at, len(b.load)+1
		if b.longYes {
			b.size++
		}
		if b.longNo {
			b.size++
		}
		at += b.size
	}
	for i := range blocks {
		b := &blocks[i]
		if b.ret {
			continue
		}
		from := b.at + len(b.load) + 1
		if !b.longYes && blocks[b.yes.order].at-from > 255 {
			b.longYes, again = true, true
		}
		if !b.longNo && blocks[b.no.order].at-from > 255 {
			b.longNo, again = true, true
		}
	}
	return again
}

func (b *placed) emit(prog []bpf.RawInstruction, blocks []placed) []bpf.RawInstruction {
	if b.ret {
		return append(prog, ins(opReturn, b.k))
	}
	prog = append(prog, b.load...)
	from := len(prog) + 1
	yes, no := blocks[b.yes.order].at-from, blocks[b.no.order].at-from
	jump := bpf.RawInstruction{Op: b.jump, K: b.k}
	var far []bpf.RawInstruction
	if b.longYes {
		jump.Jt = 0
		far = append(far, ins(opJump, uint32(yes-1)))
	} else {
		jump.Jt = uint8(yes)
	}
	if b.longNo {
		jump.Jf = uint8(len(far))
		far = append(far, ins(opJump, uint32(no-1-len(far))))
	} else {
		jump.Jf = uint8(no)
	}
	return append(append(prog, jump), far...)
}
