package export

import (
	"strconv"

	"wsscope/event"
)

// Summary shows the closing block and flushes.
func (t *Text) Summary(s *event.Summary) {
	t.totals(0, &t.rest)
	t.summary(s)
	t.Flush()
}

// summary is the closing block.
func (p *pen) summary(s *event.Summary) {
	p.styled(styleDim, "── summary ──")
	p.newline()

	if s.Packets == 0 {
		p.row("capture", "no packets")
	} else {
		p.counts(s)
	}
	if lost := lostWords(s); lost != "" {
		p.row("lost", lost)
	}
	for _, l := range s.Limits {
		b := append([]byte(l.Limit), " ×"...)
		b = strconv.AppendUint(b, l.Count, 10)
		if l.Text != "" {
			b = append(append(b, ": "...), l.Text...)
		}
		p.style(styleYellow)
		p.row("limit", string(b))
		p.style(styleNone)
	}
	for _, n := range s.Notes {
		p.row("note", n)
	}
}

// counts are the rows of a capture that has packets.
func (p *pen) counts(s *event.Summary) {
	b := appendNoun(nil, s.Packets, " packet")
	b = appendSize(append(b, ", "...), s.Bytes)
	b = appendSpan(append(b, ", "...), s.Duration)
	b = appendNoun(append(b, ", "...), s.TCPConnections, " TCP connection")
	p.row("capture", string(b))

	b = appendNoun(b[:0], s.Connections, " connection")
	if s.Refused > 0 {
		b = append(strconv.AppendUint(append(b, ", "...), s.Refused, 10), " refused"...)
	}
	if s.EncryptedConnections > 0 {
		b = appendNoun(append(b, ", "...), s.EncryptedConnections, " encrypted connection")
	}
	p.row("WebSocket", string(b))

	b = appendNoun(b[:0], s.Messages, " message")
	b = append(appendSize(append(b, ", "...), s.PayloadBytes), " of payload"...)
	p.row("messages", string(b))

	b = appendNoun(b[:0], s.Frames, " frame")
	separator := ": "
	for op, n := range s.ByOpcode {
		if n > 0 {
			b = strconv.AppendUint(append(b, separator...), n, 10)
			b = append(append(b, ' '), event.OpcodeName(uint8(op))...)
			separator = ", "
		}
	}
	p.row("frames", string(b))

	p.row("findings", "")
	p.severities(s.Findings)
	p.newline()
}

// row writes one row of a block; without words it leaves the line open.
func (p *pen) row(name, words string) {
	const colWords = 14
	p.to(2)
	p.styled(styleBold, name)
	p.to(colWords)
	if words != "" {
		p.words(words, colWords)
		p.newline()
	}
}

// lostWords says what the capture does not hold or the program cannot read.
func lostWords(s *event.Summary) string {
	var b []byte
	add := func(n uint64, one func([]byte, uint64) []byte, rest string) {
		if n == 0 {
			return
		}
		if len(b) > 0 {
			b = append(b, ", "...)
		}
		b = append(one(b, n), rest...)
	}
	packets := func(b []byte, n uint64) []byte { return appendNoun(b, n, " packet") }
	add(s.LostBytes, appendSize, " not captured")
	add(s.TruncatedPackets, packets, " cut by the snap length")
	add(s.UndecodablePackets, packets, " not decodable")
	return string(b)
}

// severities writes "5 errors, 1 warning, 3 info", or "none".
func (p *pen) severities(n [3]uint64) {
	if n[0]+n[1]+n[2] == 0 {
		p.put("none")
		return
	}
	separator := ""
	if n[event.Error] > 0 {
		p.style(styleRed)
		p.count(n[event.Error], "error")
		p.style(styleNone)
		separator = ", "
	}
	if n[event.Warning] > 0 {
		p.put(separator)
		p.style(styleYellow)
		p.count(n[event.Warning], "warning")
		p.style(styleNone)
		separator = ", "
	}
	if n[event.Info] > 0 {
		p.put(separator)
		p.uint(n[event.Info])
		p.put(" info")
	}
}
