package export

import (
	"io"
	"strconv"

	"wsscope/event"
)

// Summary writes the last line and flushes.
func (j *JSON) Summary(s *event.Summary) {
	j.end(appendSummary(j.b, s))
	j.Flush()
}

// appendSummary appends the summary line without its closing brace.
func appendSummary(b []byte, s *event.Summary) []byte {
	b = append(b, `{"event":"summary"`...)
	b = number(b, "packets", s.Packets)
	b = number(b, "bytes", s.Bytes)
	b = number(b, "tcp_connections", s.TCPConnections)
	b = number(b, "connections", s.Connections)
	b = number(b, "refused", s.Refused)
	b = number(b, "frames", s.Frames)
	b = number(b, "messages", s.Messages)
	b = number(b, "payload_bytes", s.PayloadBytes)
	b = strconv.AppendUint(append(b, `,"findings":{"error":`...), s.Findings[event.Error], 10)
	b = number(b, "warning", s.Findings[event.Warning])
	b = append(number(b, "info", s.Findings[event.Info]), '}')
	b = append(b, `,"by_opcode":{`...)
	comma := false
	for op, n := range s.ByOpcode {
		if n == 0 {
			continue
		}
		if comma {
			b = append(b, ',')
		}
		comma = true
		b = append(append(append(b, '"'), event.OpcodeName(uint8(op))...), '"', ':')
		b = strconv.AppendUint(b, n, 10)
	}
	b = append(b, '}')
	b = number(b, "lost_bytes", s.LostBytes)
	b = number(b, "encrypted_connections", s.EncryptedConnections)
	b = number(b, "truncated_packets", s.TruncatedPackets)
	b = number(b, "undecodable_packets", s.UndecodablePackets)
	b = appendMillis(append(b, `,"duration_ms":`...), s.Duration)
	if len(s.Limits) > 0 {
		b = append(b, `,"limits":{`...)
		for i, l := range s.Limits {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendWire(b, l.Limit), ':')
			b = strconv.AppendUint(b, l.Count, 10)
		}
		b = append(b, '}')
	}
	return list(b, "notes", s.Notes)
}

// Summary writes the summary line alone. The events before it pass: it needs
// no payloads.
type Summary struct{ out }

// NewSummary takes no options.
func NewSummary(w io.Writer) *Summary { return &Summary{newOut(w)} }

func (*Summary) Open(*event.Open)       {}
func (*Summary) Frame(*event.Frame)     {}
func (*Summary) Message(*event.Message) {}
func (*Summary) Finding(*event.Finding) {}
func (*Summary) End(*event.End)         {}

// Summary writes the line and flushes.
func (v *Summary) Summary(s *event.Summary) {
	v.b = append(appendSummary(v.b, s), '}', '\n')
	v.Flush()
}
