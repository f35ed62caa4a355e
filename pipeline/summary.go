package pipeline

import (
	"fmt"
	"time"

	"wsscope/decode"
)

// summary tells what there was altogether.
func (p *Pipeline) summary() {
	s, t := &p.total, totals{}
	f := &p.front.stats
	s.Packets, s.Bytes = f.packets, f.bytes
	s.TCPConnections = p.front.tcp.Total
	s.TruncatedPackets, s.UndecodablePackets = f.snapped, f.undecodable
	s.Duration = time.Duration(f.last - f.firstTime)
	if f.filtered > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d packets did not match the capture filter", f.filtered))
	}
	if f.dropped > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d packets were dropped by the kernel: their bytes are lost", f.dropped))
	}
	s.Limits = append(append(p.front.struck(), p.decodeStruck()...), p.opt.Decode.Keys.Struck()...)
	var encrypted decode.Encrypted
	for _, w := range p.workers {
		t.add(&w.out.sum)
		encrypted.Add(&w.shared.Stats.Encrypted)
	}
	s.EncryptedConnections = encrypted.Count
	s.Notes = append(s.Notes, encrypted.Notes()...)
	s.Connections, s.Refused = t.connections, t.refused
	s.Frames, s.Messages, s.PayloadBytes, s.LostBytes = t.frames, t.messages, t.payload, t.lost
	s.ByOpcode = t.byOpcode
	p.sink.Summary(s)
}
