package bpf

import (
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/net/bpf"
)

// Matcher runs a program over packets. It holds no state between them and
// allocates nothing; any number of goroutines may share it.
type Matcher struct {
	prog []bpf.RawInstruction
}

// NewMatcher checks a program as the kernel does before it attaches one:
// known instructions, jumps inside of the program (they only go forward, so
// that every run ends), scratch words that exist, no division by zero that
// shows, a return as its end. Loads of Linux's extensions are beyond any
// packet here.
func NewMatcher(prog []bpf.RawInstruction) (*Matcher, error) {
	if len(prog) == 0 {
		return nil, errors.New("a BPF program without instructions")
	}
	for at, i := range prog {
		if err := check(i, len(prog)-at-1); err != nil {
			return nil, fmt.Errorf("BPF instruction %d (%#x): %w", at, i.Op, err)
		}
	}
	if last := prog[len(prog)-1].Op; last != opReturn && last != opReturnA {
		return nil, errors.New("a BPF program that does not end in a return")
	}
	return &Matcher{append([]bpf.RawInstruction(nil), prog...)}, nil
}

// check looks at one instruction with n instructions behind it.
func check(i bpf.RawInstruction, n int) error {
	switch i.Op {
	case opLoadScratch, opLoadXScratch, opStore, opStoreX:
		if i.K >= scratchWords {
			return errors.New("no such scratch word")
		}
	case opDiv, opMod:
		if i.K == 0 {
			return errors.New("division by zero")
		}
	case opJump:
		if uint64(i.K) >= uint64(n) {
			return errors.New("a jump out of the program")
		}
	case opJumpEqual, opJumpGreater, opJumpAtLeast, opJumpBits,
		opJumpEqual | opX, opJumpGreater | opX, opJumpAtLeast | opX, opJumpBits | opX:
		if int(max(i.Jt, i.Jf)) >= n {
			return errors.New("a jump out of the program")
		}
	case opLoadWord, opLoadHalf, opLoadByte, opLoadIndWord, opLoadIndHalf, opLoadIndByte,
		opLoadConst, opLoadLength, opLoadXConst, opLoadXLength, opLoadXHeader,
		opAdd, opSub, opMul, opOr, opAnd, opXor, opShiftLeft, opShiftRight, opNegate,
		opAdd | opX, opSub | opX, opMul | opX, opDiv | opX, opMod | opX, opOr | opX, opAnd | opX, opXor | opX,
		opShiftLeft | opX, opShiftRight | opX, opReturn, opReturnA, opCopyAToX, opCopyXToA:
	default:
		return errors.New("an unknown instruction")
	}
	return nil
}

// Match tells whether the program wants the packet: data are the captured
// bytes, wireLen is its length on the wire.
func (m *Matcher) Match(data []byte, wireLen int) bool {
	return m.run(data, uint32(wireLen)) != 0
}

// field loads 1, 2 or 4 bytes; ok is false where the packet ends before.
func field(data []byte, at uint64, size uint16) (v uint32, ok bool) {
	n := uint64(len(data))
	switch size {
	case opLoadByte & 0x18:
		if at >= n {
			return 0, false
		}
		return uint32(data[at]), true
	case opLoadHalf & 0x18:
		if at+2 > n {
			return 0, false
		}
		return uint32(binary.BigEndian.Uint16(data[at:])), true
	}
	if at+4 > n {
		return 0, false
	}
	return binary.BigEndian.Uint32(data[at:]), true
}

// run gives what the program returns. A load beyond the packet and a
// division by zero return 0.
func (m *Matcher) run(data []byte, wireLen uint32) uint32 {
	var a, x uint32
	var scratch [scratchWords]uint32
	for at := 0; ; at++ {
		i := m.prog[at]
		ok := true
		switch i.Op {
		case opLoadWord, opLoadHalf, opLoadByte:
			a, ok = field(data, uint64(i.K), i.Op&0x18)
		case opLoadIndWord, opLoadIndHalf, opLoadIndByte:
			a, ok = field(data, uint64(i.K)+uint64(x), i.Op&0x18)
		case opLoadXHeader:
			x, ok = field(data, uint64(i.K), opLoadByte&0x18)
			x = x & 15 * 4
		case opLoadConst:
			a = i.K
		case opLoadScratch:
			a = scratch[i.K&(scratchWords-1)]
		case opLoadLength:
			a = wireLen
		case opLoadXConst:
			x = i.K
		case opLoadXScratch:
			x = scratch[i.K&(scratchWords-1)]
		case opLoadXLength:
			x = wireLen
		case opStore:
			scratch[i.K&(scratchWords-1)] = a
		case opStoreX:
			scratch[i.K&(scratchWords-1)] = x
		case opNegate:
			a = -a
		case opJump:
			at += int(i.K)
		case opJumpEqual, opJumpGreater, opJumpAtLeast, opJumpBits:
			at += branch(compares(i.Op, a, i.K), i)
		case opJumpEqual | opX, opJumpGreater | opX, opJumpAtLeast | opX, opJumpBits | opX:
			at += branch(compares(i.Op&^opX, a, x), i)
		case opReturn:
			return i.K
		case opReturnA:
			return a
		case opCopyAToX:
			x = a
		case opCopyXToA:
			a = x
		default: // arithmetic
			y := i.K
			if i.Op&opX != 0 {
				y = x
			}
			if op := i.Op &^ opX; (op == opDiv || op == opMod) && y == 0 {
				return 0
			} else {
				a = calculate(op, a, y)
			}
		}
		if !ok {
			return 0
		}
	}
}

func branch(yes bool, i bpf.RawInstruction) int {
	if yes {
		return int(i.Jt)
	}
	return int(i.Jf)
}
