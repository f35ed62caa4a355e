// Package filter is the display filter language: what -Y takes and the
// screen's filter bar. An expression is compiled once to closures over the
// fields of a Row; matching a row neither parses nor allocates.
//
// The names of Wireshark's websocket fields are understood beside shorter
// ones. docs/filters.md, which Document writes, has the language.
package filter

import (
	"fmt"

	"wsscope/limits"
)

// predicate is a compiled test of a row.
type predicate func(*Row) bool

// Program is a compiled expression. It may be used by one goroutine for each
// Row at a time.
type Program struct {
	match predicate
	needs Need
	text  string
}

// Need says which parts of a Row a program looks at beyond those that are
// cheap to fill.
type Need uint8

const (
	NeedPayload  Need = 1 << iota // Payload
	NeedFindings                  // Rules, Severity
	NeedDetail                    // RTT, Missing, WireLen, Fragments, Error
	NeedFrame                     // the fields of frames, also in the rows of messages
)

// Error says where and why an expression is none.
type Error struct {
	Offset, Len int // bytes of the expression; Len may be 0 at its end
	Msg         string
	Expected    []string // what could stand there instead, for people; may be empty
}

func (e *Error) Error() string {
	return fmt.Sprintf("character %d: %s", e.Offset+1, e.Msg)
}

// Compile compiles an expression. The empty expression matches every row. The
// error is an *Error.
func Compile(expr string) (*Program, error) {
	if int64(len(expr)) > limits.DisplayFilterBytes {
		return nil, &Error{Offset: int(limits.DisplayFilterBytes), Msg: fmt.Sprintf("a filter has at most %d characters", limits.DisplayFilterBytes)}
	}
	p := parser{lexer: lexer{src: expr}}
	t, err := p.parse()
	if err != nil {
		return nil, err
	}
	return &Program{t.match, t.needs, expr}, nil
}

// Match reports whether the row passes.
func (p *Program) Match(r *Row) bool { return p.match(r) }

// Needs tells which parts of the rows must be filled.
func (p *Program) Needs() Need { return p.needs }

// String is the expression.
func (p *Program) String() string { return p.text }
