package bpf

import "wsscope/limits"

// parser goes down through the grammar of pcap-filter(7). It holds no state
// but its place, so that a branch can be tried and left.
type parser struct {
	tokens []token
	at     int
	depth  int
}

// parse gives nil for the empty expression.
func parse(expr string) node {
	p := &parser{tokens: scan(expr)}
	if p.peek().kind == tokenEnd {
		return nil
	}
	n, _ := p.expression(qualifiers{})
	if t := p.peek(); t.kind != tokenEnd {
		p.unexpected("expected \"and\", \"or\" or the end")
	}
	return n
}

func (p *parser) peek() token { return p.tokens[p.at] }

// peekAt looks n tokens ahead; after the end is only the end.
func (p *parser) peekAt(n int) token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

func (p *parser) next() token {
	t := p.peek()
	p.at = min(p.at+1, len(p.tokens)-1)
	return t
}

// accept takes the next token if it is one of the words.
func (p *parser) accept(words ...string) (token, bool) {
	t := p.peek()
	for _, w := range words {
		if t.is(w) {
			return p.next(), true
		}
	}
	return t, false
}

func (p *parser) expect(word string) token {
	t, ok := p.accept(word)
	if !ok {
		p.unexpected("expected %q", word)
	}
	return t
}

func (p *parser) number() token {
	if p.peek().kind != tokenNumber {
		p.unexpected("expected a number")
	}
	return p.next()
}

// unexpected fails at the next token; what says what was hoped for.
func (p *parser) unexpected(format string, args ...any) {
	t := p.peek()
	if t.kind == tokenKeyword && isUnsupported(t.text) {
		fail(t.span, "this primitive of libpcap is not supported here")
	}
	if t.kind == tokenEnd {
		format += ", the filter ends"
	}
	fail(t.span, format, args...)
}

// enter bounds the recursion; its answer ends it.
func (p *parser) enter() func() {
	if p.depth++; p.depth > limits.FilterDepth {
		fail(p.peek().span, "parentheses and operators nested more than %d deep", limits.FilterDepth)
	}
	return func() { p.depth-- }
}

// expression is operands joined by "and" and "or". q are the qualifiers that
// bare values take until others are given; the answer's are those of the
// last operand, which the next in the list takes.
func (p *parser) expression(q qualifiers) (node, qualifiers) {
	defer p.enter()()
	n, q := p.operand(q)
	for {
		t, ok := p.accept("and", "or")
		if !ok {
			return n, q
		}
		var y node
		if y, q = p.operand(q); t.text == "and" {
			n = conjunction{n, y}
		} else {
			n = disjunction{n, y}
		}
	}
}

// operand is one primitive, negated or in parentheses or a list's further
// value. After parentheses the qualifiers before them hold again.
func (p *parser) operand(q qualifiers) (node, qualifiers) {
	defer p.enter()()
	if _, ok := p.accept("not"); ok {
		n, q := p.operand(q)
		return negation{n}, q
	}
	if r, ok := p.tryRelation(); ok {
		return r, qualifiers{}
	}
	if _, ok := p.accept("("); ok {
		n, _ := p.expression(q)
		p.expect(")")
		return n, q
	}
	if p.peek().kind != tokenKeyword {
		return p.bareValue(q), q
	}
	return p.primitive()
}

// bareValue is a list's further value: "8080" in "port 80 or 8080".
func (p *parser) bareValue(q qualifiers) node {
	t := p.peek()
	if t.kind < tokenName || t.kind > tokenMAC {
		p.unexpected("expected a primitive, such as \"port 80\"")
	}
	if !q.given {
		example := "host"
		switch t.kind {
		case tokenNumber:
			example = "port"
		case tokenMAC:
			example = "ether host"
		}
		fail(t.span, "a value without a qualifier; perhaps \"%s %s\"", example, t.text)
	}
	return p.value(q)
}

// primitive begins with a word of the language.
func (p *parser) primitive() (node, qualifiers) {
	start := p.peek()
	none := qualifiers{}
	switch start.text {
	case "less", "greater":
		p.next()
		v := p.number()
		op := map[string]string{"less": "<=", "greater": ">="}[start.text]
		return relation{start.to(v.span), op, packetLength{start.span}, constant{v.span, v.value}}, none
	case "inbound", "outbound":
		p.next()
		return direction{start.span, start.text == "outbound"}, none
	case "ifindex":
		p.next()
		v := p.number()
		return ifindex{start.to(v.span), v.value}, none
	case "vlan", "mpls", "pppoes", "pppoed":
		return p.encapsulation(), none
	}
	return p.qualified()
}

// encapsulation may have its number in parentheses.
func (p *parser) encapsulation() node {
	word := p.next()
	e := encapsulation{span: word.span, kind: word.text}
	parentheses := 0
	for p.peekAt(parentheses).is("(") {
		parentheses++
	}
	if word.text == "pppoed" || p.peekAt(parentheses).kind != tokenNumber {
		return e
	}
	p.at += parentheses
	v := p.next()
	e.span, e.number, e.hasNumber = word.to(v.span), v.value, true
	for range parentheses {
		p.expect(")")
	}
	return e
}

// names of protocols that may stand first, and which of them "proto[…]"
// indexes.
var (
	protocolWords = wordSet(`ether ip ip6 arp rarp tcp udp sctp icmp icmp6 igmp igrp pim vrrp carp ah esp
		atalk aarp stp ipx netbeui lat moprc mopdl sca decnet iso`)
	indexable = wordSet("ether ip ip6 arp rarp tcp udp sctp icmp icmp6 igmp igrp pim vrrp carp atalk decnet lat sca moprc mopdl")
)

// qualified is [protocol] [direction] [kind] value, or the protocol alone, or
// its broadcasts or multicasts.
func (p *parser) qualified() (node, qualifiers) {
	start := p.peek()
	q := qualifiers{given: true}
	if protocolWords[start.text] {
		q.proto = p.next().text
	}
	if t, ok := p.accept("broadcast", "multicast"); ok {
		return cast{start.to(t.span), t.text, q.proto}, qualifiers{}
	}
	q.dir = p.direction()
	words := []string{"host", "net", "port", "portrange"}
	if q.dir == "" {
		words = append(words, "proto")
	}
	kind, ok := p.accept(words...)
	if ok {
		q.kind = kind.text
	}
	switch {
	case q.kind == "proto":
		p.protocolName()
	case q.dir == "" && q.kind == "" && q.proto != "":
		return protocol{start.span, q.proto}, qualifiers{}
	case q.dir == "" && q.kind == "":
		p.unexpected("expected a primitive, such as \"port 80\"")
	}
	return p.value(q), q
}

func (p *parser) direction() string {
	t, ok := p.accept("src", "dst")
	if !ok {
		return ""
	}
	other := map[string]string{"src": "dst", "dst": "src"}[t.text]
	if join := p.peek(); (join.is("or") || join.is("and")) && p.peekAt(1).is(other) {
		p.at += 2
		return join.text
	}
	return t.text
}

// protocolName lets "proto tcp" be written without a backslash, which
// libpcap demands.
func (p *parser) protocolName() {
	if t := &p.tokens[p.at]; t.kind == tokenKeyword && protocolWords[t.text] {
		t.kind = tokenName
	}
}

// value is what qualifiers qualify: one value, negated, or a list of them in
// parentheses.
func (p *parser) value(q qualifiers) node {
	defer p.enter()()
	if _, ok := p.accept("not"); ok {
		return negation{p.value(q)}
	}
	if _, ok := p.accept("("); ok {
		n := p.value(q)
		for {
			t, ok := p.accept("and", "or", ")")
			switch {
			case !ok:
				p.unexpected("expected \"and\", \"or\" or \")\"")
			case t.text == "and":
				n = conjunction{n, p.value(q)}
			case t.text == "or":
				n = disjunction{n, p.value(q)}
			default:
				return n
			}
		}
	}
	t := p.peek()
	if t.kind < tokenName || t.kind > tokenMAC {
		p.unexpected("expected a value")
	}
	v := qualified{span: p.next().span, qualifiers: q, value: t}
	if _, ok := p.accept("/"); ok && (t.kind == tokenIPv4 || t.kind == tokenIPv6) {
		v.mask = p.number()
	} else if ok {
		p.at--
		p.unexpected("only an address has a mask")
	} else if _, ok := p.accept("mask"); ok {
		if v.mask = p.next(); t.kind != tokenIPv4 || v.mask.kind != tokenIPv4 {
			fail(v.mask.span, "expected an IPv4 address and its IPv4 mask")
		}
	}
	v.span = v.value.span
	if v.mask.kind != tokenEnd {
		v.span = v.value.to(v.mask.span)
	}
	return v
}
