package bpf

import "golang.org/x/net/bpf"

// program computes an arithmetic expression into the accumulator. A constant
// has no code.
type program struct {
	code  []bpf.RawInstruction
	value uint32 // valid only if there is no code
	// guard holds where the protocols are present whose bytes are loaded;
	// nil where there are none.
	guard condition
}

func (p program) isConstant() bool { return p.code == nil }

// load gives code also for a constant.
func (p program) load() []bpf.RawInstruction {
	if p.isConstant() {
		return []bpf.RawInstruction{ins(opLoadConst, p.value)}
	}
	return p.code
}

// scratchWords is BPF_MEMWORDS.
const scratchWords = 16

// relation compares two numbers, where the protocols of both are present.
func (g *generator) relation(n relation) condition {
	jump, negated := uint16(opJumpEqual), false
	switch n.op {
	case "!=":
		negated = true
	case ">":
		jump = opJumpGreater
	case "<=":
		jump, negated = opJumpGreater, true
	case ">=":
		jump = opJumpAtLeast
	case "<":
		jump, negated = opJumpAtLeast, true
	}
	y := g.arith(n.y, 0)
	var x program
	var t condition
	if y.isConstant() {
		x = g.arith(n.x, 0)
		t = test{x.load(), jump, y.value}
	} else {
		x = g.arith(n.x, 1)
		code := append(y.code, ins(opStore, 0))
		code = append(code, x.load()...)
		t = test{append(code, ins(opLoadXScratch, 0)), jump | opX, 0}
	}
	if x.isConstant() && y.isConstant() {
		t = fixed(compares(jump, x.value, y.value))
	}
	if negated {
		t = not{t}
	}
	return both(both(x.guard, y.guard), t)
}

// arith compiles an expression that may use the scratch words from scratch on.
func (g *generator) arith(a arith, scratch uint32) program {
	switch a := a.(type) {
	case constant:
		return program{value: a.v}
	case packetLength:
		return program{code: []bpf.RawInstruction{ins(opLoadLength, 0)}}
	case load:
		return g.load(a, scratch)
	case operation:
		return g.operation(a, scratch)
	case minus:
		x := g.arith(a.x, scratch)
		if x.isConstant() {
			return program{value: -x.value}
		}
		// Not the instruction that negates: x/net's machine has none.
		x.code = append(x.code, ins(opCopyAToX, 0), ins(opLoadConst, 0), ins(opSub|opX, 0))
		return x
	}
	panic("unknown arithmetic")
}

// needScratch takes one more word.
func needScratch(at span, scratch uint32) uint32 {
	if scratch >= scratchWords {
		fail(at, "arithmetic nested too deep for the %d words that a BPF program has", scratchWords)
	}
	return scratch + 1
}

func (g *generator) load(a load, scratch uint32) program {
	index := g.arith(a.index, scratch)
	at, transport := g.linkHeader, false
	ownGuard := condition(nil)
	switch a.proto {
	case "ether":
	case "tcp", "udp", "sctp", "icmp", "igmp", "igrp", "pim", "vrrp", "carp":
		at, transport = g.payload+g.network, true
		index.guard = both(g.networkType(etherIPv4, a.span), index.guard)
		ownGuard = and{equal(at+9, 1, protocols[a.proto]), g.firstFragment()}
	case "icmp6":
		at = g.payload + g.network + 40
		index.guard = both(index.guard, g.networkType(etherIPv6, a.span))
		ownGuard = equal(g.payload+g.network+6, 1, protoICMPv6)
	default:
		at = g.payload + g.network
		ownGuard = g.networkType(etherProtocols[a.proto], a.span)
	}
	p := program{guard: both(index.guard, ownGuard)}
	header := at
	if index.isConstant() {
		// Beyond are the kernel's own numbers, which mean other things.
		if uint64(at)+uint64(index.value) > 1<<30 {
			fail(a.index.position(), "beyond the end of any packet")
		}
		at += index.value
	}
	fetch := ins(loadOp(a.size, transport || !index.isConstant()), at)
	switch {
	case index.isConstant() && !transport:
		p.code = []bpf.RawInstruction{fetch}
	case index.isConstant():
		p.code = []bpf.RawInstruction{ins(opLoadXHeader, header), fetch}
	case !transport:
		p.code = append(index.code, ins(opCopyAToX, 0), fetch)
	default:
		p.code = append(index.code, ins(opLoadXHeader, header), ins(opAdd|opX, 0), ins(opCopyAToX, 0), fetch)
	}
	return p
}

func (g *generator) operation(a operation, scratch uint32) program {
	op := map[string]uint16{
		"+": opAdd, "-": opSub, "*": opMul, "/": opDiv, "%": opMod, "&": opAnd, "|": opOr, "^": opXor,
		"<<": opShiftLeft, ">>": opShiftRight,
	}[a.op]
	y := g.arith(a.y, scratch)
	if y.isConstant() {
		x := g.arith(a.x, scratch)
		switch {
		case y.value == 0 && (op == opDiv || op == opMod):
			fail(a.y.position(), "division by zero")
		case y.value > 31 && (op == opShiftLeft || op == opShiftRight):
			fail(a.y.position(), "a shift by more than 31 bits")
		case x.isConstant():
			return program{value: calculate(op, x.value, y.value)}
		}
		x.code = append(x.code, ins(op, y.value))
		return x
	}
	// libpcap asks for the protocols of the left side alone ("4 + ip[2:2]"
	// loads those bytes of any packet), and verdicts here are libpcap's.
	x := g.arith(a.x, needScratch(a.span, scratch))
	code := append(y.code, ins(opStore, scratch))
	code = append(code, x.load()...)
	code = append(code, ins(opLoadXScratch, scratch), ins(op|opX, 0))
	return program{code: code, guard: x.guard}
}

// compares does what the jump does.
func compares(jump uint16, x, y uint32) bool {
	switch jump {
	case opJumpEqual:
		return x == y
	case opJumpGreater:
		return x > y
	case opJumpAtLeast:
		return x >= y
	}
	return x&y != 0
}

// calculate does what the instruction does; y is not 0 for a division.
func calculate(op uint16, x, y uint32) uint32 {
	switch op {
	case opAdd:
		return x + y
	case opSub:
		return x - y
	case opMul:
		return x * y
	case opDiv:
		return x / y
	case opMod:
		return x % y
	case opAnd:
		return x & y
	case opOr:
		return x | y
	case opXor:
		return x ^ y
	case opShiftLeft:
		return x << y
	}
	return x >> y
}
