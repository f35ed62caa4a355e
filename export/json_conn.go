package export

import (
	"strconv"

	"wsscope/event"
)

// field appends a string member that is left out where it is empty.
func field(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	b = append(append(append(b, ',', '"'), name...), '"', ':')
	return appendWire(b, value)
}

// list appends an array of strings that is left out where it is empty.
func list(b []byte, name string, values []string) []byte {
	if len(values) == 0 {
		return b
	}
	b = append(append(append(b, ',', '"'), name...), '"', ':', '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendWire(b, v)
	}
	return append(b, ']')
}

func headers(b []byte, name string, lines []event.Header) []byte {
	if len(lines) == 0 {
		return b
	}
	b = append(append(append(b, ',', '"'), name...), '"', ':', '[')
	for i, h := range lines {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendWire(append(b, '['), h.Name)
		b = appendWire(append(b, ','), h.Value)
		b = append(b, ']')
	}
	return append(b, ']')
}

// Open writes the line of an open or a refused connection.
func (j *JSON) Open(o *event.Open) {
	name := "open"
	if o.Refused {
		name = "refused"
	}
	b := j.at(j.start(j.b, name, o.Conn), o.Stamp)
	b = field(b, "client", o.Conn.Client.String())
	b = field(b, "server", o.Conn.Server.String())
	b = field(b, "transport", o.Transport)
	if o.Transport != "h1" {
		b = strconv.AppendUint(append(b, `,"stream":`...), uint64(o.Conn.Stream), 10)
	}
	b = field(b, "tls", o.TLS)
	b = field(b, "cipher", o.Cipher)
	b = field(b, "handshake", o.Handshake.String())
	b = field(b, "method", o.Method)
	b = field(b, "uri", o.URI)
	b = field(b, "host", o.Host)
	b = field(b, "origin", o.Origin)
	b = field(b, "version", o.Version)
	if o.Status != 0 {
		b = strconv.AppendInt(append(b, `,"status":`...), int64(o.Status), 10)
	}
	b = field(b, "key", o.Key)
	b = field(b, "accept", o.Accept)
	if o.AcceptValid != event.Unknown {
		b = strconv.AppendBool(append(b, `,"accept_valid":`...), o.AcceptValid == event.Yes)
	}
	b = list(b, "offered_subprotocols", o.OfferedSubprotocols)
	b = field(b, "subprotocol", o.Subprotocol)
	b = field(b, "offered_extensions", o.OfferedExtensions)
	b = field(b, "extensions", o.Extensions)
	if o.Handshake == event.HandshakeFull && o.HandshakeTime >= 0 {
		b = appendMillis(append(b, `,"handshake_ms":`...), o.HandshakeTime)
	}
	b = headers(b, "request_headers", o.RequestHeaders)
	b = headers(b, "response_headers", o.ResponseHeaders)
	j.end(b)
}

// Finding writes the line of a finding.
func (j *JSON) Finding(f *event.Finding) {
	b := append(j.b, `{"event":"finding"`...)
	switch {
	case f.Conn != nil:
		b = strconv.AppendInt(append(b, `,"conn":`...), int64(f.Conn.ID), 10)
	case f.Client.IsValid():
		b = field(b, "client", f.Client.String())
		b = field(b, "server", f.Server.String())
	}
	if f.Packet != 0 { // a file without packets has findings too
		b = j.at(b, f.Stamp)
	}
	if f.Dir < event.NoDir {
		b = append(b, dirText[f.Dir]...)
	}
	if f.Frame != 0 {
		b = strconv.AppendUint(append(b, `,"frame":`...), f.Frame, 10)
	}
	b = field(b, "rule", f.Rule)
	b = field(b, "severity", f.Severity.String())
	b = field(b, "rfc", f.RFC)
	b = appendWire(append(b, `,"text":`...), f.Text)
	j.end(b)
}

// End writes the last line of a connection.
func (j *JSON) End(e *event.End) {
	b := j.at(j.start(j.b, "end", e.Conn), e.Stamp)
	b = field(b, "reason", e.Reason.String())
	c2s, s2c := &e.Count[event.ClientToServer], &e.Count[event.ServerToClient]
	b = both(b, "frames", c2s.Frames, s2c.Frames)
	b = both(b, "messages", c2s.Messages, s2c.Messages)
	b = both(b, "payload_bytes", c2s.PayloadBytes, s2c.PayloadBytes)
	b = both(b, "wire_bytes", c2s.WireBytes, s2c.WireBytes)
	b = number(b, "lost_bytes", c2s.LostBytes+s2c.LostBytes)
	b = appendMillis(append(b, `,"duration_ms":`...), e.Duration)
	b = list(b, "story", e.Story.Lines)
	j.end(b)
}

func number(b []byte, name string, v uint64) []byte {
	b = append(append(append(b, ',', '"'), name...), '"', ':')
	return strconv.AppendUint(b, v, 10)
}

func both(b []byte, name string, c2s, s2c uint64) []byte {
	b = append(append(append(b, ',', '"'), name...), `":{"c2s":`...)
	b = strconv.AppendUint(b, c2s, 10)
	b = append(b, `,"s2c":`...)
	return append(strconv.AppendUint(b, s2c, 10), '}')
}
