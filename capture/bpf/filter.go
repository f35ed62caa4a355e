package bpf

import (
	"sync"

	"wsscope/capture"
)

// Filter is an expression for packets of any link type, as files mix them:
// it is compiled when the first packet of a link type comes. Any number of
// goroutines may share it.
type Filter struct {
	options Options
	expr    string

	mu     sync.RWMutex
	byLink map[capture.LinkType]*Matcher // nil: not to be compiled for this link type
}

// NewFilter checks the expression; an error is an *Error.
func (o Options) NewFilter(expr string) (*Filter, error) {
	if err := Check(expr); err != nil {
		return nil, err
	}
	return &Filter{options: o, expr: expr, byLink: make(map[capture.LinkType]*Matcher)}, nil
}

// NewFilter is Options{}.NewFilter.
func NewFilter(expr string) (*Filter, error) { return Options{}.NewFilter(expr) }

// Match tells whether the filter wants a packet. What cannot be asked of a
// link type ("vlan" of raw IP) is an error with its first packet, and does
// not match from then on.
func (f *Filter) Match(p *capture.Packet) (bool, error) {
	f.mu.RLock()
	m, ok := f.byLink[p.Link]
	f.mu.RUnlock()
	if !ok {
		var err error
		if m, err = f.add(p.Link); err != nil {
			return false, err
		}
	}
	return m != nil && m.Match(p.Data, p.WireLen), nil
}

func (f *Filter) add(link capture.LinkType) (m *Matcher, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if m, ok := f.byLink[link]; ok {
		return m, nil
	}
	prog, err := f.options.Compile(f.expr, link, 0)
	if err == nil {
		m, err = NewMatcher(prog)
	}
	f.byLink[link] = m
	return m, err
}
