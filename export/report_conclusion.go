package export

import (
	"slices"
	"strconv"

	"wsscope/event"
)

// Summary prints what is left, the totals by rule and the conclusion, and
// flushes.
func (v *Findings) Summary(s *event.Summary) {
	for _, id := range v.refused {
		v.close(id, nil)
	}
	if len(v.rest.rules) > 0 {
		v.styled(styleBold, "outside the connections")
		v.newline()
		v.rules(v.rest.rules)
		v.newline()
	}
	if len(v.total) > 0 {
		v.totals()
		v.newline()
	}
	v.styled(styleBold, v.conclusion(s))
	v.newline()
	if not := unjudged(s); not != "" {
		v.words(not, 0)
		v.newline()
	}
	v.Flush()
}

func (v *Findings) totals() {
	slices.SortStableFunc(v.total, func(a, b ruleTotal) int {
		if a.severity != b.severity {
			return int(b.severity) - int(a.severity)
		}
		if a.n != b.n {
			return int(min(b.n, 1<<30)) - int(min(a.n, 1<<30))
		}
		return 0
	})
	const colCount, colConns, colRFC = 46, 56, 76
	v.styled(styleBold, "rules")
	v.newline()
	for i := range v.total {
		t := &v.total[i]
		v.mark(t.severity, t.rule)
		v.to(colCount)
		v.put("×")
		v.uint(t.n)
		if t.conns > 0 {
			v.to(colConns)
			v.put("in ")
			v.count(t.conns, "connection")
		}
		if t.rfc != "" {
			v.to(colRFC)
			v.style(styleDim)
			wire(&v.pen, t.rfc, v.left(0))
			v.style(styleNone)
		}
		v.newline()
	}
}

func (v *Findings) conclusion(s *event.Summary) string {
	all := s.Connections + s.Refused
	switch {
	case s.Packets == 0 && all == 0:
		return "No packet was read."
	case all == 0:
		return "No WebSocket connection was seen."
	case v.broken == 0:
		return string(appendNoun([]byte("No broken rule was seen in "), all, " connection")) + "."
	}
	return "Rules are broken in " + strconv.FormatUint(v.broken, 10) + " of " + string(appendNoun(nil, all, " connection")) + "."
}

// unjudged says what the verdict does not cover.
func unjudged(s *event.Summary) string {
	var b []byte
	if lost := lostWords(s); lost != "" {
		b = append(append(b, "What could not be judged: "...), lost...)
		b = append(b, '.')
	}
	if s.EncryptedConnections > 0 {
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(appendNoun(b, s.EncryptedConnections, " encrypted connection"), '.')
	}
	return string(b)
}
