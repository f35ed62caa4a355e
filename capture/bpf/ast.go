package bpf

// node is a part of the parsed expression that is true or false of a packet.
type node interface{ position() span }

func (s span) position() span { return s }

type (
	// negation, conjunction and disjunction join others. "and" and "or"
	// bind equally, from the left.
	negation    struct{ node }
	conjunction struct{ x, y node }
	disjunction struct{ x, y node }

	// qualified is a value under qualifiers: "tcp src port 80". In lists
	// ("port 80 or 8080") later values repeat the qualifiers before them.
	qualified struct {
		span
		qualifiers
		value token
		// mask belongs to the value: "net 10.0.0.0/8" (a tokenNumber) or
		// "net 10.0.0.0 mask 255.0.0.0" (a tokenIPv4). Its kind is
		// tokenEnd where there is none.
		mask token
	}

	// protocol is a protocol's name standing alone: "tcp".
	protocol struct {
		span
		name string
	}

	// cast is "broadcast" or "multicast", perhaps under a protocol.
	cast struct {
		span
		kind, proto string
	}

	// direction is "inbound" or "outbound".
	direction struct {
		span
		outbound bool
	}

	// ifindex is "ifindex 2".
	ifindex struct {
		span
		index uint32
	}

	// encapsulation is "vlan", "mpls", "pppoes" or "pppoed", perhaps with
	// its number. All but the last move the headers for whatever follows.
	encapsulation struct {
		span
		kind      string
		number    uint32
		hasNumber bool
	}

	// relation compares; "less 5" is "len <= 5".
	relation struct {
		span
		op   string // "=", "!=", "<", "<=", ">", ">="
		x, y arith
	}
)

func (c conjunction) position() span { return c.x.position().to(c.y.position()) }
func (d disjunction) position() span { return d.x.position().to(d.y.position()) }

// qualifiers say what a value is of; empty strings are defaults.
type qualifiers struct {
	proto string // "ip", "tcp", "ether", …
	dir   string // "src", "dst", "or", "and"
	kind  string // "host", "net", "port", "portrange", "proto"
	given bool   // there are any: a bare value needs some
}

// arith is a part of an expression that has a number as its value, of 32
// bits, unsigned, wrapping around.
type arith interface{ position() span }

type (
	constant struct {
		span
		v uint32
	}

	// packetLength is "len", of the packet on the wire.
	packetLength struct{ span }

	// load is "tcp[2:2]": size bytes at index of the protocol's header.
	load struct {
		span
		proto string
		index arith
		size  uint32
	}

	operation struct {
		span // of the operator
		op   string
		x, y arith
	}

	minus struct {
		span
		x arith
	}
)
