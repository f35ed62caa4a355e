// Package bpf compiles capture filters, written in the language of tcpdump
// (pcap-filter(7)), to classic BPF, and runs such programs over packets from
// files.
//
// A filter passes four stages: scan (words and numbers), parse (a tree of
// primitives), generate (a tree of tests, each a few loads and one
// comparison, for one link type) and assemble (a graph of blocks, made small,
// then instructions with 8-bit jumps). Verdicts are libpcap's, packet for
// packet, also where packets are cut short: a load beyond the captured bytes
// refuses the packet, whatever stands around it, even under "not".
//
// What libpcap has and this package has not: 802.11, ATM, SS7, DECnet and ISO
// primitives, llc, geneve, protochain, gateway and pf's words. They are
// refused by name.
package bpf

import (
	"fmt"
	"net/netip"

	"golang.org/x/net/bpf"

	"wsscope/capture"
)

// Error is a filter that cannot be compiled; it points at a word of it.
type Error struct {
	Offset, Len int // bytes of the expression; Len is 0 at its end
	Msg         string
	word        string
}

func (e *Error) Error() string {
	if e.word == "" {
		return "capture filter: " + e.Msg
	}
	return fmt.Sprintf("capture filter: %s, at %q (column %d)", e.Msg, e.word, e.Offset+1)
}

// Options are what an expression may need to know beyond itself.
type Options struct {
	// Resolve gives the addresses of a host name. Without it names are
	// refused, so that no filter asks the network.
	Resolve func(name string) ([]netip.Addr, error)
	// Netmask is the IPv4 netmask of the interface for "ip broadcast";
	// 0 is unknown, and refuses it.
	Netmask uint32
}

// Compile is Options{}.Compile.
func Compile(expr string, link capture.LinkType, snaplen int) ([]bpf.RawInstruction, error) {
	return Options{}.Compile(expr, link, snaplen)
}

// Compile gives the program for packets of one link type as they stand in a
// file. It returns snaplen (262,144 where that is 0) for packets that match
// and 0 for others; the empty expression matches all. Errors are *Error.
func (o Options) Compile(expr string, link capture.LinkType, snaplen int) (prog []bpf.RawInstruction, err error) {
	defer recoverError(expr, &err)
	n := parse(expr)
	g, err := newGenerator(o, link)
	if err != nil {
		return nil, err
	}
	accept, reject := returns(snaplen)
	return assemble(optimize(lower(g.generate(n), accept, reject)))
}

// Check tells whether an expression is well formed, for any link type.
func Check(expr string) (err error) {
	defer recoverError(expr, &err)
	parse(expr)
	return nil
}

// defaultSnaplen is libpcap's: more than any frame that Linux delivers by
// default, with segmentation offload and all.
const defaultSnaplen = 262144

// returns makes the two last blocks of a program.
func returns(snaplen int) (accept, reject *block) {
	if snaplen <= 0 {
		snaplen = defaultSnaplen
	}
	return &block{ret: true, k: uint32(snaplen)}, &block{ret: true}
}

// span is where in the expression something stands.
type span struct{ offset, length int }

// to gives the span from s to the end of e.
func (s span) to(e span) span { return span{s.offset, e.offset + e.length - s.offset} }

// fail leaves parser or generator; recoverError is its other end.
func fail(at span, format string, args ...any) {
	panic(&Error{Offset: at.offset, Len: at.length, Msg: fmt.Sprintf(format, args...)})
}

func recoverError(expr string, err *error) {
	switch e := recover().(type) {
	case nil:
	case *Error:
		e.word = expr[e.Offset : e.Offset+e.Len]
		*err = e
	default:
		panic(e)
	}
}
