package export

import (
	"strconv"

	"wsscope/event"
)

// Open shows who connected to whom, what was asked for and what was agreed.
func (t *Text) Open(o *event.Open) {
	t.head(o.Stamp, o.Conn.ID)
	if o.Refused {
		t.styled(styleRed, "✖")
		t.to(colType)
		t.styled(styleRed, "refused")
	} else {
		t.conns[o.Conn.ID] = &textConn{}
		t.styled(styleBold, "▶")
		t.to(colType)
		t.styled(styleBold, "open")
	}
	t.to(colSize)
	t.words(where(o), colWrap)
	t.newline()
	t.to(colSize)
	t.style(styleDim)
	t.words(agreed(o), colSize)
	t.style(styleNone)
	t.newline()
	t.lastConn, t.lastFrame = uint64(o.Conn.ID), 0
}

// where is the first line of a connection: who asked whom for what.
func where(o *event.Open) string {
	s := o.Conn.Client.String() + " → " + o.Conn.Server.String()
	if o.Transport == "h2" {
		s += " HTTP/2 stream " + strconv.FormatUint(uint64(o.Conn.Stream), 10)
	}
	if o.TLS != "" {
		s += " TLS " + o.TLS
	}
	if o.URI != "" {
		s += " " + o.Method + " " + o.URI
	}
	return s
}

// agreed is the second line of a connection.
func agreed(o *event.Open) string {
	var b []byte
	add := func(words, value string) {
		if len(b) > 0 {
			b = append(b, "; "...)
		}
		b = append(append(b, words...), value...)
	}
	switch o.Handshake {
	case event.HandshakeFull:
		add("status ", strconv.Itoa(o.Status))
		if o.HandshakeTime >= 0 {
			b = appendSpan(append(b, " after "...), o.HandshakeTime)
		}
	case event.HandshakeRequestOnly:
		add("the response was not captured", "")
	case event.HandshakeResponseOnly:
		add("the request was not captured", "")
	case event.HandshakeInferred:
		add("joined late: the handshake was not captured", "")
	}
	if o.Host != "" {
		add("host ", o.Host)
	}
	if o.Origin != "" {
		add("origin ", o.Origin)
	}
	if o.Subprotocol != "" {
		add("subprotocol ", o.Subprotocol)
	}
	if o.Extensions != "" {
		add("extensions ", o.Extensions)
	}
	if o.AcceptValid == event.No {
		add("the accept value is wrong", "")
	}
	if o.Cipher != "" {
		add(o.Cipher, "")
	}
	return string(b)
}

var endWords = [...]string{
	event.EndClose:     "both sides sent Close",
	event.EndHalfClose: "one side sent Close",
	event.EndFIN:       "TCP ended without Close",
	event.EndRST:       "TCP was reset",
	event.EndEOF:       "the capture ends here",
	event.EndEvicted:   "no longer followed: a limit struck",
}

// End shows how the connection ended, its counts and its story.
func (t *Text) End(e *event.End) {
	if c := t.conns[e.Conn.ID]; c != nil {
		t.totals(e.Conn.ID, &c.folds)
		delete(t.conns, e.Conn.ID)
	}
	t.head(e.Stamp, e.Conn.ID)
	t.styled(styleBold, "■")
	t.to(colType)
	t.styled(styleBold, "end")
	t.to(colSize)
	b := append([]byte(endWords[e.Reason]), " after "...)
	b = appendSpan(b, e.Duration)
	b = appendCount(append(b, "; c→s "...), &e.Count[event.ClientToServer])
	b = appendCount(append(b, "; c←s "...), &e.Count[event.ServerToClient])
	t.words(string(b), colSize)
	t.newline()
	for _, line := range e.Story.Lines {
		t.under("│", line)
	}
	for _, line := range e.Story.Verdict {
		t.under("│", line)
	}
}

func appendCount(b []byte, c *event.Count) []byte {
	b = appendNoun(b, c.Messages, " message")
	b = appendNoun(append(b, ", "...), c.Frames, " frame")
	b = appendSize(append(b, ", "...), c.PayloadBytes)
	if c.LostBytes > 0 {
		b = append(appendSize(append(b, ", "...), c.LostBytes), " lost"...)
	}
	return b
}

// appendNoun appends "1 frame" or "2 frames".
func appendNoun(b []byte, n uint64, noun string) []byte {
	b = append(strconv.AppendUint(b, n, 10), noun...)
	if n != 1 {
		b = append(b, 's')
	}
	return b
}

func (t *Text) under(mark, line string) {
	if line == "" {
		return
	}
	t.to(colType)
	t.styled(styleDim, mark)
	t.put(" ")
	t.words(line, colWrap)
	t.newline()
}
