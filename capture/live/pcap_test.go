//go:build libpcap && cgo && linux

package live

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
)

// TestThroughLibpcap needs libpcap's headers to be built, and root.
func TestThroughLibpcap(t *testing.T) {
	list, err := Interfaces()
	if err != nil || len(list) == 0 {
		t.Fatal(list, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	h, err := Open(ctx, Options{Interface: "lo", Filter: "udp port 9"})
	if err != nil && (errors.Is(err, os.ErrPermission) || strings.Contains(err.Error(), "ermi")) {
		t.Skip("needs root: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer h.Close()
	c, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	to := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9}
	const n = 5000
	go func() {
		for range n {
			c.WriteToUDP(make([]byte, 100), to)
		}
	}()
	for got := 0; got < n; {
		b, err := h.Next()
		if err != nil {
			t.Fatal(got, err)
		}
		for _, p := range b.Packets {
			if got++; p.Number != uint64(got) || len(p.Data) != 142 || p.Link != 1 || p.Time == 0 {
				t.Fatalf("%+v", p)
			}
		}
		b.Release()
	}
	cancel()
	for {
		if _, err := h.Next(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if s := h.Stats(); s.Received != n || s.Dropped != 0 {
		t.Error(s)
	}
	if _, err := Open(t.Context(), Options{Interface: "lo", Filter: "tcp prot 80"}); err == nil {
		t.Error("no error")
	}
}
