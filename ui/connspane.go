package ui

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"wsscope/event"
	"wsscope/timeline"
)

// connOrder is what the connections are sorted by.
type connOrder uint8

const (
	byNumber connOrder = iota
	byBytes
	byFrames
	byFindings
	connOrders
)

func (o connOrder) String() string {
	return [...]string{"number", "bytes", "frames", "findings"}[o]
}

// connsPane lists the connections; line 0 stands for all of them.
type connsPane struct {
	list  list
	order connOrder
	// ids is the order of the lines after the first; nil: by number, which
	// needs no list. It is made anew only when the user asks, so that no
	// line moves under the cursor.
	ids []int
	buf []timeline.Conn
}

// connAt gives the connection of a line; 0 is all of them.
func (p *connsPane) connAt(i int) int {
	if i <= 0 || p.ids == nil || i > len(p.ids) {
		return max(i, 0)
	}
	return p.ids[i-1]
}

// lineOf is the line of a connection.
func (p *connsPane) lineOf(id int) int {
	if i := slices.Index(p.ids, id); i >= 0 {
		return i + 1
	}
	return id
}

// sortConns brings the connections into the next order.
func (a *app) sortConns() {
	p := &a.conns
	at := p.connAt(p.list.cur)
	p.order = (p.order + 1) % connOrders
	a.notice.say("connections by " + p.order.String())
	p.ids = nil
	if p.order != byNumber {
		all := a.store.AppendConns(nil, 1, a.store.Connections())
		slices.SortStableFunc(all, func(x, y timeline.Conn) int { return -cmp.Compare(p.order.weight(&x), p.order.weight(&y)) })
		p.ids = make([]int, len(all))
		for i := range all {
			p.ids[i] = all[i].ID
		}
	}
	p.list.center(p.lineOf(at))
}

func (o connOrder) weight(c *timeline.Conn) uint64 {
	switch o {
	case byBytes:
		return c.Bytes[0] + c.Bytes[1]
	case byFrames:
		return c.Frames[0] + c.Frames[1]
	case byFindings: // one error outweighs any number of warnings
		f := c.Findings
		return min(f[event.Error], 1<<20)<<42 + min(f[event.Warning], 1<<20)<<21 + min(f[event.Info], 1<<20)
	}
	return 0
}

// drawConns draws the pane without its title.
func (a *app) drawConns(c *canvas) {
	p := &a.conns
	p.list.set(1+a.store.Connections()+a.store.EncryptedConns(), c.h)
	for y := 0; y < c.h && p.list.top+y < p.list.n; y++ {
		i := p.list.top + y
		under := normal
		if i == p.list.cur {
			under = resting
			if a.focus == inConns {
				under = cursor
			}
		}
		if under != normal {
			c.fill(0, y, under)
		}
		if e, ok := a.encryptedAt(i); ok {
			c.putLine(2, y, encryptedLine(&e, c.w-2), 0, under)
			continue
		}
		id := p.connAt(i)
		here := " "
		if id == a.rows.options.Conn {
			here = "▸"
		}
		c.put(0, y, here, accent, under)
		if id == 0 {
			st := &a.layout.stats
			c.put(2, y, "all: "+count(uint64(st.Connections), "connection")+", "+count(st.Frames, "frame")+a.encryptedCount(), normal, under)
			continue
		}
		p.buf = a.store.AppendConns(p.buf[:0], id, 1)
		if len(p.buf) == 0 {
			c.put(2, y, strconv.Itoa(id)+" forgotten: memory limit", dim, under)
			continue
		}
		c.putLine(2, y, connLine(&p.buf[0], c.w-2), 0, under)
	}
}

// connLine is the line of one connection, in width columns.
func connLine(c *timeline.Conn, width int) line {
	state, r := connState(c)
	worst, wr := "", normal
	for s := event.Error; ; s-- {
		if n := c.Findings[s]; n > 0 {
			letter, role := severityMark(s)
			worst, wr = letter+strconv.FormatUint(n, 10), role
			break
		}
		if s == event.Info {
			break
		}
	}
	uri := "?"
	proto := ""
	if o := c.Open; o != nil {
		uri = o.URI
		if o.Handshake == event.HandshakeInferred {
			uri = "(joined late)"
		}
		proto = o.Subprotocol
		if o.TLS != "" {
			proto += " TLS " + o.TLS
		}
		if o.Transport == "h2" {
			proto += " h2"
		}
	}
	fixed := 4 + 1 + 9 + 5 + 8 + 7
	peers := c.Client.String() + " → " + c.Server.String()
	rest := width - fixed
	uriW := max(10, rest*2/5)
	peersW := max(0, min(textWidth(peers), rest-uriW-1))
	if rest < 34 {
		uriW, peersW = max(4, rest-1), 0
	}
	l := line{
		{fmt.Sprintf("%4d ", c.ID), dim},
		{pad(state, 9), r},
		{pad(worst, 5), wr},
		{fmt.Sprintf("%7s ", size(c.Frames[0]+c.Frames[1])), normal},
		{fmt.Sprintf("%6s ", size(c.Bytes[0]+c.Bytes[1])), dim},
		{pad(fit(uri, uriW), uriW) + " ", strong},
	}
	if peersW > 0 {
		l = append(l, span{pad(fit(peers, peersW), peersW) + " ", dim})
	}
	return append(l, span{proto, note})
}

// pad fills s with blanks to width columns.
func pad(s string, width int) string {
	for n := textWidth(s); n < width; n++ {
		s += " "
	}
	return s
}

// connState says in a word how a connection stands.
func connState(c *timeline.Conn) (string, role) {
	switch {
	case c.Open != nil && c.Open.Refused:
		return "refused", bad
	case c.End != nil:
		switch c.End.Reason {
		case event.EndClose:
			return "closed", dim
		case event.EndHalfClose:
			return "half", warn
		case event.EndRST:
			return "reset", bad
		case event.EndFIN:
			return "FIN", warn
		}
		return c.End.Reason.String(), dim
	case c.CloseCode != [2]int{}:
		return "closing", warn
	}
	return "open", good
}
