package judge

import (
	"net/netip"
	"testing"
	"time"

	"wsscope/event"
)

// TestResetsToldLate has connections that end by resets, each told only when
// the next ones are there already: what counts is when the reset was.
func TestResetsToldLate(t *testing.T) {
	const lasts = 3 * time.Millisecond
	for _, c := range []struct {
		wait time.Duration // from a reset to the next handshake
		want int
	}{{5 * time.Millisecond, 3}, {3 * time.Second, 0}} {
		var told []*event.Finding
		x := NewCross(func(f *event.Finding) { told = append(told, f) })
		var conns []*event.Conn
		var over []time.Duration
		now := time.Duration(0)
		for i := range 5 {
			conn := &event.Conn{ID: i + 1, Client: netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(50000+i)), Server: netip.MustParseAddrPort("198.51.100.1:80")}
			at := event.Stamp{Packet: uint64(i + 1), Time: int64(now)}
			x.Open(&event.Open{Stamp: at, Conn: conn, Handshake: event.HandshakeFull, RequestStamp: at, Transport: "h1", URI: "/"})
			conns, over = append(conns, conn), append(over, now+lasts)
			now += lasts + c.wait
		}
		for i, conn := range conns {
			end := &event.End{Stamp: event.Stamp{Packet: 100, Time: int64(now)}, Conn: conn, Reason: event.EndRST, Watched: now - over[i]}
			end.Story.ServerDropped = true
			x.End(end)
		}
		if len(told) != c.want {
			t.Errorf("back after %v: %d findings", c.wait, len(told))
		}
		for i, f := range told {
			if f.Rule != reconnectWithoutBackoff.ID || f.Conn != conns[i+2] {
				t.Errorf("finding %d: %s of connection %d", i, f.Rule, f.Conn.ID)
			}
		}
		for _, c := range conns {
			if x.conns[c] != nil {
				t.Error("a connection is still remembered")
			}
		}
	}
}
