package bpf

import "golang.org/x/net/bpf"

// condition is a tree of tests: what an expression asks of a packet of one
// link type, with every offset known.
type condition interface{}

type (
	// test runs its loads, which leave a value in the accumulator, and
	// compares that with k, or with register X. Loads depend on nothing but
	// the packet, so equal loads give equal values wherever they stand.
	test struct {
		load []bpf.RawInstruction
		jump uint16 // opJumpEqual, …; with opX to compare with X
		k    uint32
	}
	not   struct{ x condition }
	and   struct{ x, y condition }
	or    struct{ x, y condition }
	fixed bool
)

// Opcodes, as in Linux's filter.h and BSD's bpf.h. x/net/bpf has them as
// types, which cannot be compared, shifted and patched as easily.
const (
	opLoadWord     = 0x20 // A = 4 bytes at k
	opLoadHalf     = 0x28
	opLoadByte     = 0x30
	opLoadIndWord  = 0x40 // A = 4 bytes at X+k
	opLoadIndHalf  = 0x48
	opLoadIndByte  = 0x50
	opLoadConst    = 0x00 // A = k
	opLoadScratch  = 0x60 // A = M[k]
	opLoadLength   = 0x80 // A = length of the packet on the wire
	opLoadXConst   = 0x01
	opLoadXScratch = 0x61
	opLoadXLength  = 0x81
	opLoadXHeader  = 0xB1 // X = 4 * (byte at k & 15), the length of an IPv4 header
	opStore        = 0x02 // M[k] = A
	opStoreX       = 0x03
	opAdd          = 0x04 // A += k; and so on
	opSub          = 0x14
	opMul          = 0x24
	opDiv          = 0x34
	opOr           = 0x44
	opAnd          = 0x54
	opShiftLeft    = 0x64
	opShiftRight   = 0x74
	opNegate       = 0x84
	opMod          = 0x94
	opXor          = 0xA4
	opJump         = 0x05
	opJumpEqual    = 0x15
	opJumpGreater  = 0x25
	opJumpAtLeast  = 0x35
	opJumpBits     = 0x45 // A & k != 0
	opReturn       = 0x06
	opReturnA      = 0x16
	opCopyAToX     = 0x07
	opCopyXToA     = 0x87
	opX            = 0x08 // or this in: X instead of k
)

func ins(op uint16, k uint32) bpf.RawInstruction { return bpf.RawInstruction{Op: op, K: k} }

// loadOp is the load of 1, 2 or 4 bytes at a fixed offset; indirect adds X.
func loadOp(size uint32, indirect bool) uint16 {
	op := map[uint32]uint16{1: opLoadByte, 2: opLoadHalf, 4: opLoadWord}[size]
	if indirect {
		op += opLoadIndWord - opLoadWord
	}
	return op
}

// equal tests size bytes at offset.
func equal(offset, size, v uint32) condition {
	return compare(offset, size, opJumpEqual, v, false)
}

// compare tests size bytes at offset; negated, it tests the opposite.
func compare(offset, size uint32, jump uint16, v uint32, negated bool) condition {
	t := test{[]bpf.RawInstruction{ins(loadOp(size, false), offset)}, jump, v}
	if negated {
		return not{t}
	}
	return t
}

// masked tests size bytes at offset under a mask.
func masked(offset, size, v, mask uint32) condition {
	load := []bpf.RawInstruction{ins(loadOp(size, false), offset)}
	if mask != 0xFFFFFFFF {
		load = append(load, ins(opAnd, mask))
	}
	return test{load, opJumpEqual, v}
}

// equalBytes tests a run of bytes, its end first, as libpcap does: which
// load fails on a short packet must not differ.
func equalBytes(offset uint32, b []byte) condition {
	var c condition
	for len(b) > 0 {
		size := 4
		for size > len(b) {
			size /= 2
		}
		v := uint32(0)
		for _, x := range b[len(b)-size:] {
			v = v<<8 | uint32(x)
		}
		b = b[:len(b)-size]
		c = both(c, equal(offset+uint32(len(b)), uint32(size), v))
	}
	return c
}

// both and either join conditions of which one may be missing.
func both(x, y condition) condition {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	return and{x, y}
}

func either(x, y condition) condition {
	switch {
	case x == nil:
		return y
	case y == nil:
		return x
	}
	return or{x, y}
}
