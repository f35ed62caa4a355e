package bpf

// tryRelation reads "arith op arith" if that is what stands here; otherwise
// nothing is read. Only tokens that may begin arithmetic are tried, and of
// "(80 or 81)" no more than "(80".
func (p *parser) tryRelation() (r node, ok bool) {
	t := p.peek()
	switch {
	case t.kind == tokenNumber, t.is("("), t.is("-"), t.is("len"):
	case t.kind == tokenKeyword && protocolWords[t.text] && p.peekAt(1).is("["):
	default:
		return nil, false
	}
	start, depth := p.at, p.depth
	certain := t.is("-") || t.is("len") || t.kind == tokenKeyword
	x, err := p.attempt(func() arith { return p.arith(0) })
	if err != nil {
		if certain || p.insideIndex(start, err) {
			panic(err)
		}
		p.at, p.depth = start, depth
		return nil, false
	}
	op, found := p.accept("=", "!=", "<", "<=", ">", ">=")
	if !found {
		if certain {
			p.unexpected("expected a comparison, such as \"= 1\"")
		}
		p.at, p.depth = start, depth
		return nil, false
	}
	y := p.arith(0)
	return relation{x.position().to(y.position()), op.text, x, y}, true
}

// attempt turns a failure into an answer.
func (p *parser) attempt(read func() arith) (a arith, err *Error) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *Error:
			err = e
		default:
			panic(e)
		}
	}()
	return read(), nil
}

// insideIndex tells whether a failure lies between brackets, where nothing
// but arithmetic can be.
func (p *parser) insideIndex(start int, e *Error) bool {
	open := 0
	for _, t := range p.tokens[start:] {
		if t.offset >= e.Offset {
			break
		}
		if t.is("[") {
			open++
		} else if t.is("]") {
			open--
		}
	}
	return open > 0
}

// precedence as in libpcap's grammar, where '%' and '^' were given none:
// they take everything to their right, "1 % 2 + 3" is "1 % (2 + 3)".
var precedence = map[string]int{"|": 1, "&": 2, "<<": 3, ">>": 3, "+": 4, "-": 4, "*": 5, "/": 5}

func (p *parser) arith(least int) arith {
	defer p.enter()()
	x := p.factor()
	for {
		t := p.peek()
		if t.kind != tokenMark {
			return x
		}
		level := precedence[t.text]
		switch {
		case t.text == "%" || t.text == "^":
			level = 0
		case level <= least:
			return x
		}
		p.next()
		x = operation{t.span, t.text, x, p.arith(level)}
	}
}

func (p *parser) factor() arith {
	defer p.enter()()
	t := p.peek()
	switch {
	case t.is("-"):
		p.next()
		// Binds tighter than all but '%' and '^'.
		return minus{t.span, p.arith(5)}
	case t.is("("):
		p.next()
		x := p.arith(0)
		p.expect(")")
		return x
	case t.is("len"):
		p.next()
		return packetLength{t.span}
	case t.kind == tokenNumber:
		p.next()
		return constant{t.span, t.value}
	case t.kind == tokenKeyword && protocolWords[t.text] && p.peekAt(1).is("["):
		return p.load()
	}
	p.unexpected("expected a number, \"len\" or such as \"tcp[13]\"")
	return nil
}

func (p *parser) load() arith {
	proto := p.next()
	if !indexable[proto.text] {
		fail(proto.span, "bytes of this protocol cannot be indexed")
	}
	p.expect("[")
	l := load{proto: proto.text, index: p.arith(0), size: 1}
	if _, ok := p.accept(":"); ok {
		size := p.number()
		if l.size = size.value; l.size != 1 && l.size != 2 && l.size != 4 {
			fail(size.span, "the size of a field is 1, 2 or 4")
		}
	}
	l.span = proto.to(p.expect("]").span)
	return l
}
