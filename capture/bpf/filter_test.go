package bpf

import (
	"testing"

	"wsscope/capture"
)

func TestFilterMixesLinkTypes(t *testing.T) {
	f, err := NewFilter("ether proto 0x806 or len = 3")
	if err != nil {
		t.Fatal(err)
	}
	arp := join(make([]byte, 12), be16(etherARP), make([]byte, 28))
	cooked := join(make([]byte, 14), be16(etherARP), make([]byte, 28))
	for _, test := range []struct {
		link capture.LinkType
		data []byte
		len  int
		want bool
	}{
		{1, arp, 60, true},
		{113, cooked, 60, true},
		{1, cooked, 60, false},
		{101, arp, 60, false},
		{101, arp, 3, true},
	} {
		p := capture.Packet{Link: test.link, Data: test.data, WireLen: test.len}
		if got, err := f.Match(&p); got != test.want || err != nil {
			t.Errorf("link type %d, %d bytes: %v, %v", test.link, test.len, got, err)
		}
	}
}

func TestFilterComplainsOnce(t *testing.T) {
	f, err := NewFilter("vlan")
	if err != nil {
		t.Fatal(err)
	}
	p := capture.Packet{Link: 101}
	if _, err := f.Match(&p); err == nil {
		t.Error("no error")
	}
	if ok, err := f.Match(&p); ok || err != nil {
		t.Error(ok, err)
	}
	if _, err := NewFilter("tcp and"); err == nil {
		t.Error("no error of syntax")
	}
	if f, _ := NewFilter("tcp"); f != nil {
		p := capture.Packet{Link: 101, Data: make([]byte, 40), WireLen: 40}
		if _, err := f.Match(&p); err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { f.Match(&p) }); n != 0 {
			t.Error(n, "allocations")
		}
	}
}
