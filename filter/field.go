package filter

import (
	"net/netip"

	"wsscope/event"
)

// fieldType is what a field's values are.
type fieldType uint8

const (
	typeBool fieldType = iota
	typeNumber
	typeName // a number with names, ordered as its values
	typeSize // a number of bytes
	typeDuration
	typeTime
	typeString
	typeBytes
	typeAddress
	typeKinds
	typePresence // has no value: only whether it is there can be asked
)

var typeNames = [...]string{"yes or no", "number", "name", "size", "duration", "time", "string", "bytes", "address", "kind", "presence"}

// field is one row of the table of fields. Which getter it has follows from
// its type; each answers false where the row does not have the field.
type field struct {
	name    string
	aliases []string // Wireshark's names, and further ones
	typ     fieldType
	help    string
	on      string // the rows that have it
	names   []string
	max     uint64 // of numbers; 0: any
	need    Need
	group   string

	boolean func(*Row) (v, ok bool)
	number  func(*Row) (uint64, bool)
	signed  func(*Row) (int64, bool) // durations and times, in nanoseconds
	text    func(*Row) (string, bool)
	texts   func(*Row) []string // several values
	bytes   func(*Row) ([]byte, bool)
	// addresses gives up to two values.
	addresses func(*Row) (a, b netip.AddrPort, n int)
	// ports gives up to two values.
	ports func(*Row) (a, b uint64, n int)
}

// byName finds fields by name and alias.
var byName = map[string]*field{}

func index() {
	for i := range fields {
		f := &fields[i]
		byName[f.name] = f
		for _, a := range f.aliases {
			byName[a] = f
		}
	}
}

// Getters that several fields share.

func frameBool(get func(*Row) bool) func(*Row) (bool, bool) {
	return func(r *Row) (bool, bool) { return get(r), r.Kinds&KindFrame != 0 }
}

func messageBool(get func(*Row) bool) func(*Row) (bool, bool) {
	return func(r *Row) (bool, bool) { return get(r), r.Kinds&KindMessage != 0 }
}

func frameNumber(get func(*Row) uint64) func(*Row) (uint64, bool) {
	return func(r *Row) (uint64, bool) { return get(r), r.Kinds&KindFrame != 0 }
}

func messageNumber(get func(*Row) uint64) func(*Row) (uint64, bool) {
	return func(r *Row) (uint64, bool) { return get(r), r.Kinds&KindMessage != 0 }
}

// openText is for strings of the handshake; empty ones are not there.
func openText(get func(*event.Open) string) func(*Row) (string, bool) {
	return func(r *Row) (string, bool) {
		if r.Conn == nil || r.Conn.Open == nil {
			return "", false
		}
		s := get(r.Conn.Open)
		return s, s != ""
	}
}

// payloadOf is for the payload of some opcodes.
func payloadOf(is func(opcode uint8) bool) func(*Row) ([]byte, bool) {
	return func(r *Row) ([]byte, bool) {
		if !is(r.Opcode) {
			return nil, false
		}
		return r.payload()
	}
}

// sentPayloadOf is for the payload of some opcodes as it was sent, masked. A
// row has the payload of its message, which was sent so if that is simply the
// frame.
func sentPayloadOf(is func(opcode uint8) bool) func(*Row) ([]byte, bool) {
	return func(r *Row) ([]byte, bool) {
		if !r.Masked || r.Kinds&KindFrame == 0 || !is(r.Opcode) || r.Kinds&KindMessage != 0 && (r.Compressed || r.Fragments != 1) {
			return nil, false
		}
		p, ok := r.payload()
		if !ok {
			return nil, false
		}
		r.masked = append(r.masked[:0], p...)
		for i := range r.masked {
			r.masked[i] ^= r.Key[i%4]
		}
		return r.masked, true
	}
}

// unmaskedPayloadOf is for the payload of some opcodes in masked frames.
func unmaskedPayloadOf(is func(opcode uint8) bool) func(*Row) ([]byte, bool) {
	return func(r *Row) ([]byte, bool) {
		if !r.Masked || r.Kinds&KindFrame == 0 || !is(r.Opcode) {
			return nil, false
		}
		return r.payload()
	}
}

func opcode(op uint8) func(uint8) bool { return func(o uint8) bool { return o == op } }

func reserved(op uint8) bool { return op > event.OpBinary && op < event.OpClose || op > event.OpPong }

func everyOpcode(uint8) bool { return true }

// addresses of a connection by role and by the direction of the row.

func client(r *Row) (a, b netip.AddrPort, n int) {
	if r.Conn == nil {
		return
	}
	return r.Conn.Client, b, 1
}

func server(r *Row) (a, b netip.AddrPort, n int) {
	if r.Conn == nil {
		return
	}
	return r.Conn.Server, b, 1
}

func both(r *Row) (a, b netip.AddrPort, n int) {
	if r.Conn == nil {
		return
	}
	return r.Conn.Client, r.Conn.Server, 2
}

func sender(r *Row) (a, b netip.AddrPort, n int) {
	switch r.Dir {
	case event.ClientToServer:
		return client(r)
	case event.ServerToClient:
		return server(r)
	}
	return
}

func receiver(r *Row) (a, b netip.AddrPort, n int) {
	switch r.Dir {
	case event.ClientToServer:
		return server(r)
	case event.ServerToClient:
		return client(r)
	}
	return
}

// portsOf gives the ports of addresses.
func portsOf(get func(*Row) (a, b netip.AddrPort, n int)) func(*Row) (a, b uint64, n int) {
	return func(r *Row) (uint64, uint64, int) {
		a, b, n := get(r)
		return uint64(a.Port()), uint64(b.Port()), n
	}
}
