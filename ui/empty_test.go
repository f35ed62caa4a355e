package ui

import (
	"testing"

	"wsscope/event"
	"wsscope/timeline"
)

// A capture without WebSocket says what was there instead.
func TestNothingFound(t *testing.T) {
	for _, c := range []struct {
		name string
		sum  event.Summary
		sees []string
	}{
		{"no packets", event.Summary{}, []string{"• the capture holds no packets"}},
		{"other traffic", event.Summary{Packets: 14, TCPConnections: 1}, []string{"• 14 packets and 1 TCP connection were looked at"}},
		{"undecodable", event.Summary{Packets: 3, UndecodablePackets: 3}, []string{"• 3 packets could not be decoded"}},
		{"encrypted", event.Summary{Packets: 9, TCPConnections: 2, Notes: []string{"1 TLS connection not decrypted: no keys were given"}}, []string{"• 1 TLS connection not decrypted"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := timeline.New(timeline.Options{TempDir: t.TempDir()})
			defer s.Close()
			s.Summary(&c.sum)
			newBench(t, s, 80, 24).sees(append(c.sees, "no WebSocket traffic was found")...)
		})
	}
}
