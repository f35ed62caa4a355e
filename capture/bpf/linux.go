package bpf

import (
	"golang.org/x/net/bpf"

	"wsscope/capture"
)

// Hardware pairs an ARPHRD_ number of Linux with the link type of the frames
// that a packet socket gets from such interfaces.
type Hardware struct {
	Type uint16
	Link capture.LinkType
}

// hardwareLoopback is ARPHRD_LOOPBACK.
const hardwareLoopback = 772

// CompileLinux gives the program to attach to a packet socket that captures
// on interfaces of any of these kinds. It differs from Compile's:
//
//   - It tells the kinds apart. One for which the expression means nothing
//     ("vlan" of raw IP) does not match; if that is so for all, it is an error.
//   - Loopback frames that go out are refused: each comes in again.
//   - "inbound", "outbound" and "ifindex" are known for all link types.
//   - The kernel takes the outer VLAN tag out of frames before the program
//     sees them, and keeps it beside them. Whoever captures puts it back, and
//     the verdict is the one on that frame: for frames with a tag there is a
//     second program, which finds the tag where the kernel keeps it and all
//     behind it four bytes earlier.
//
// exact is false where the second program cannot be made, because the
// expression computes where to load from ("ether[len-4]"). Then all frames
// with a tag pass, and the receiver has to ask Compile's program.
func (o Options) CompileLinux(expr string, kinds []Hardware, snaplen int) (prog []bpf.RawInstruction, exact bool, err error) {
	defer recoverError(expr, &err)
	n := parse(expr)
	accept, reject := returns(snaplen)
	exact = true
	root, compiled := reject, 0
	var firstErr error
	for i := len(kinds) - 1; i >= 0; i-- {
		own, isExact, err := o.compileKind(n, expr, kinds[i], accept, reject)
		if err != nil {
			firstErr, own, isExact = err, reject, true
		} else {
			compiled++
		}
		exact = exact && isExact
		if len(kinds) == 1 {
			root = own
		} else {
			root = lower(extension(extHardware, uint32(kinds[i].Type)), own, root)
		}
	}
	if compiled == 0 && firstErr != nil {
		return nil, false, firstErr
	}
	prog, err = assemble(optimize(root))
	return prog, exact, err
}

func (o Options) compileKind(n node, expr string, kind Hardware, accept, reject *block) (root *block, exact bool, err error) {
	defer recoverError(expr, &err)
	g, err := newGenerator(o, kind.Link)
	if err != nil {
		return nil, false, err
	}
	g.linux = true
	root, exact = optimize(lower(g.generate(n), accept, reject)), true
	if kind.Link == 1 {
		var tagged *block
		if tagged, exact = withoutTag(root); !exact {
			tagged = accept
		}
		root = lower(extension(extVLANPresent, 1), tagged, root)
	}
	if kind.Type == hardwareLoopback {
		root = lower(extension(extPacketType, packetOutgoing), reject, root)
	}
	return root, exact, nil
}

// withoutTag copies a program for whole frames into one for frames whose tag
// is beside them; ok is false where that cannot be done.
func withoutTag(root *block) (copied *block, ok bool) {
	copies := make(map[*block]*block)
	var visit func(b *block) (*block, bool)
	visit = func(b *block) (*block, bool) {
		if b.ret {
			return b, true
		}
		if c := copies[b]; c != nil {
			return c, true
		}
		// The type field is known to be a tag's, so most of a program falls
		// away, among it loads of an IP header where the tag is.
		if yes, known := b.ofTag(); known && yes {
			return visit(b.yes)
		} else if known {
			return visit(b.no)
		}
		load, ok := loadsWithoutTag(b.load)
		if !ok {
			return nil, false
		}
		yes, ok1 := visit(b.yes)
		no, ok2 := visit(b.no)
		if !ok1 || !ok2 {
			return nil, false
		}
		copies[b] = &block{load: load, jump: b.jump, k: b.k, yes: yes, no: no}
		return copies[b], true
	}
	return visit(root)
}

// ofTag tells whether a test of the type field has a known outcome, as the
// kernel takes out two kinds of tags alone.
func (b *block) ofTag() (yes, known bool) {
	if len(b.load) != 1 || b.load[0] != ins(opLoadHalf, 12) {
		return false, false
	}
	q, ad := compares(b.jump&^opX, etherVLAN, b.k), compares(b.jump&^opX, etherQinQ, b.k)
	return q, q == ad && b.jump&opX == 0
}

// loadsWithoutTag: the tag's type is at 12 of the whole frame, the tag at 14.
func loadsWithoutTag(load []bpf.RawInstruction) (moved []bpf.RawInstruction, ok bool) {
	for _, i := range load {
		switch i.Op {
		case opLoadWord, opLoadHalf, opLoadByte, opLoadXHeader:
			size := map[uint16]uint32{opLoadWord: 4, opLoadHalf: 2, opLoadByte: 1, opLoadXHeader: 1}[i.Op]
			switch {
			case i.K >= extensions, i.K+size <= 12:
			case i.K >= 16:
				i.K -= 4
			case i.K == 12 && i.Op == opLoadHalf:
				i = ins(opLoadWord, extVLANProto)
			case i.K == 14 && i.Op == opLoadHalf:
				i = ins(opLoadWord, extVLANTag)
			default:
				return nil, false
			}
		case opLoadIndWord, opLoadIndHalf, opLoadIndByte:
			if i.K < 16 {
				return nil, false
			}
			i.K -= 4
		case opLoadLength:
			moved = append(moved, i)
			i = ins(opAdd, 4)
		}
		moved = append(moved, i)
	}
	return moved, true
}
