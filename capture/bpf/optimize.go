package bpf

import "golang.org/x/net/bpf"

// rounds and steps bound optimize: how often it goes through the graph, and
// past how many tests one edge is led in a round. Both suffice for programs
// of any length that the kernel takes, as edges that were led past many tests
// are steps themselves in the next round.
const rounds, steps = 8, 50

// optimize leads edges past tests whose outcome is known where the edge
// stands: in "port 80 or 8080" an IPv6 packet that is not for 80 goes on to
// the comparison with 8080, not to the type field again. It is a shorter walk
// through the same tests; no load moves to where it was not made before.
func optimize(root *block) *block {
	keys := make(map[string]int)
	for _, b := range sorted(root) {
		name := loadKey(b.load)
		if _, ok := keys[name]; !ok {
			keys[name] = len(keys)
		}
		b.key = keys[name]
	}
	for range rounds {
		root = merge(sorted(root))
		dominate(sorted(root))
		t := threader{facts: make([]facts, len(keys))}
		t.walk(root)
		if !t.changed {
			break
		}
	}
	return root
}

// merge makes one of blocks that do the same and go to the same, and gives
// the new root.
func merge(blocks []*block) *block {
	type identity struct {
		key     int
		jump    uint16
		k       uint32
		yes, no *block
		ret     bool
	}
	known := make(map[identity]*block)
	replaced := make(map[*block]*block)
	for i := len(blocks) - 1; i >= 0; i-- {
		b := blocks[i]
		if !b.ret {
			b.yes, b.no = replaced[b.yes], replaced[b.no]
		}
		id := identity{b.key, b.jump, b.k, b.yes, b.no, b.ret}
		if known[id] == nil {
			known[id] = b
		}
		replaced[b] = known[id]
	}
	return replaced[blocks[0]]
}

// dominate finds for each block the nearest one that every path to it passes.
func dominate(blocks []*block) {
	for _, b := range blocks {
		b.up, b.from, b.below = nil, nil, nil
	}
	for _, b := range blocks {
		if !b.ret {
			b.yes.from = append(b.yes.from, b)
			b.no.from = append(b.no.from, b)
		}
	}
	for _, b := range blocks[1:] {
		up := b.from[0]
		for _, f := range b.from[1:] {
			for up != f {
				if up.order > f.order {
					up = up.up
				} else {
					f = f.up
				}
			}
		}
		b.up = up
		up.below = append(up.below, b)
	}
}

// comparison is a test without its loads.
type comparison struct {
	jump uint16
	k    uint32
}

// facts are what is known of one value.
type facts struct {
	equals   bool
	value    uint32 // valid only if equals
	outcomes map[comparison]bool
}

// outcome tells whether that of a test is known.
func (f *facts) outcome(c comparison) (is, known bool) {
	if f.equals && c.jump&opX == 0 {
		return compares(c.jump, f.value, c.k), true
	}
	is, known = f.outcomes[c]
	return is, known
}

// threader walks down the tree of dominators and holds the facts of the
// place where it is.
type threader struct {
	facts   []facts // by block.key
	changed bool
}

func (t *threader) walk(b *block) {
	if b.ret {
		return
	}
	c := comparison{b.jump, b.k}
	for _, is := range []bool{true, false} {
		edge := &b.no
		if is {
			edge = &b.yes
		}
		target := *edge
		undo := t.learn(b.key, c, is)
		for n := 0; n < steps && !(*edge).ret; n++ {
			is, known := t.facts[(*edge).key].outcome(comparison{(*edge).jump, (*edge).k})
			if !known {
				break
			}
			t.changed = true
			if is {
				*edge = (*edge).yes
			} else {
				*edge = (*edge).no
			}
		}
		// What hangs below the edge alone knows what the edge knows.
		if len(target.from) == 1 {
			t.walk(target)
		}
		undo()
	}
	for _, d := range b.below {
		if len(d.from) > 1 {
			t.walk(d)
		}
	}
}

// learn adds a fact, until undone.
func (t *threader) learn(key int, c comparison, is bool) (undo func()) {
	f := &t.facts[key]
	if f.outcomes == nil {
		f.outcomes = make(map[comparison]bool)
	}
	_, known := f.outcomes[c]
	if !known {
		f.outcomes[c] = is
	}
	fixes := is && c.jump == opJumpEqual && !f.equals
	if fixes {
		f.equals, f.value = true, c.k
	}
	return func() {
		if !known {
			delete(f.outcomes, c)
		}
		if fixes {
			f.equals = false
		}
	}
}

// state is what the registers hold where a block begins: nothing that is
// known, or what the loads of one block left there.
type state struct {
	loads  []bpf.RawInstruction // the last to run; nil unknown
	header int64                // X is 4*(byte at header & 15); -1 unknown
}

// after gives the state behind a block.
func (s state) after(b *block) state {
	s.loads = b.load
	for i, in := range b.load {
		if in.Op == opLoadXHeader && i == 0 {
			s.header = int64(in.K)
		} else if in.Op&7 == opLoadXConst || in.Op == opCopyAToX {
			s.header = -1
		}
	}
	return s
}

// join is what two paths agree on.
func (s state) join(o state) state {
	if loadKey(s.loads) != loadKey(o.loads) {
		s.loads = nil
	}
	if s.header != o.header {
		s.header = -1
	}
	return s
}

// needed is what of a block's loads is not done yet: nothing behind equal
// loads, the rest behind loads that it begins with.
func (s state) needed(load []bpf.RawInstruction) []bpf.RawInstruction {
	if n := len(s.loads); n > 0 && n <= len(load) && loadKey(s.loads) == loadKey(load[:n]) {
		return load[n:]
	}
	if len(load) > 0 && load[0].Op == opLoadXHeader && s.header == int64(load[0].K) {
		return load[1:]
	}
	return load
}
