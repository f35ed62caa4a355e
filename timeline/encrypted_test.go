package timeline

import (
	"net/netip"
	"testing"

	"wsscope/event"
	"wsscope/limits"
)

func TestEncryptedListed(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	server := netip.MustParseAddrPort("10.0.0.1:443")
	at := func(i int) *event.Encrypted {
		return &event.Encrypted{Client: netip.AddrPortFrom(netip.MustParseAddr("10.0.0.2"), uint16(i)), Server: server}
	}
	most := int(limits.TimelineEncrypted)
	for i := range most + 3 {
		s.Encrypted(at(i))
	}
	if n, st := s.EncryptedConns(), s.Stats(); n != most || st.EncryptedUnlisted != 3 {
		t.Errorf("%d are listed, %d not", n, st.EncryptedUnlisted)
	}
	opened := at(0)
	opened.Opened = true
	s.Encrypted(opened)
	if e, ok := s.EncryptedConn(0); !ok || e.Client.Port() != 1 || s.EncryptedConns() != most-1 {
		t.Errorf("the first is %v, of %d", e.Client, s.EncryptedConns())
	}
	if _, ok := s.EncryptedConn(most - 1); ok {
		t.Error("there is one behind the last")
	}
}
