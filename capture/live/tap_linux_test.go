//go:build linux && !libpcap

package live

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"wsscope/capture"
	"wsscope/capture/bpf"
)

// inNamespace runs a test in a network namespace of its own. The goroutine
// keeps its thread, which ends with it.
func inNamespace(t *testing.T, test func(t *testing.T)) {
	t.Helper()
	done := make(chan struct{})
	skip := error(nil)
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if skip = unix.Unshare(unix.CLONE_NEWNET); skip != nil {
			return
		}
		test(t)
	}()
	<-done
	if skip != nil {
		t.Skip("needs root for a network namespace: ", skip)
	}
}

// tap is an interface whose wire ends in this program.
type tap struct {
	t    *testing.T
	name string
	file *os.File
}

func newTap(t *testing.T, name string, mode uint16) *tap {
	t.Helper()
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC, 0)
	if err != nil {
		t.Skip("no /dev/net/tun here: ", err)
	}
	request, _ := unix.NewIfreq(name)
	request.SetUint16(mode | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, request); err != nil {
		unix.Close(fd)
		t.Skip("no tap interface to be had: ", err)
	}
	p := &tap{t: t, name: name, file: os.NewFile(uintptr(fd), name)}
	t.Cleanup(func() { p.file.Close() })
	p.up(true)
	return p
}

func (p *tap) up(up bool) {
	p.t.Helper()
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	defer unix.Close(fd)
	request, _ := unix.NewIfreq(p.name)
	if up {
		request.SetUint16(unix.IFF_UP)
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCSIFFLAGS, request); err != nil {
		p.t.Fatal(err)
	}
}

func (p *tap) write(frames ...[]byte) {
	p.t.Helper()
	for _, f := range frames {
		if _, err := p.file.Write(f); err != nil {
			p.t.Fatal(err)
		}
	}
}

// mark is the sender of this test's frames; the system sends some of its own.
var mark = []byte{2, 0x77, 0x73, 0, 0, 1}

func frameOf(parts ...[]byte) []byte {
	return slices.Concat(append([][]byte{{2, 0, 0, 0, 0, 9}, mark}, parts...)...)
}

func be(v ...uint16) (b []byte) {
	for _, x := range v {
		b = binary.BigEndian.AppendUint16(b, x)
	}
	return b
}

func udp4(port uint16) []byte {
	return slices.Concat(be(0x0800), []byte{0x45, 0, 0, 32, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2}, be(1000, port, 12, 0), []byte("data"))
}

func udp6(port uint16) []byte {
	return slices.Concat(be(0x86DD), []byte{0x60, 0, 0, 0, 0, 12, 17, 64}, net.ParseIP("fd00::1"), net.ParseIP("fd00::2"), be(1000, port, 12, 0), []byte("data"))
}

var tapFrames = [][]byte{
	frameOf(udp4(53)),
	frameOf(udp4(80)),
	frameOf(udp6(53)),
	frameOf(be(0x8100, 5), udp4(53)),
	frameOf(be(0x8100, 0x6005), udp6(80)),
	frameOf(be(0x8100, 100), udp4(80)),
	frameOf(be(0x88A8, 5, 0x8100, 100), udp4(53)),
	frameOf(be(0x8100, 5, 0x8100, 200), udp6(53)),
	frameOf(be(0x8100, 5, 0x8847), []byte{0, 1, 0x01, 64}, udp4(53)[2:]),
	frameOf(be(0x0806, 1, 0x0800, 0x0604, 1), make([]byte, 20)),
	frameOf(be(0x8100, 5, 0x0806, 1, 0x0800, 0x0604, 1), make([]byte, 40)),
	frameOf(be(0x88B5), make([]byte, 46)),
}

// TestTagsAndFilters: frames arrive as they were on the wire, though the
// kernel takes VLAN tags out, and the kernel's verdicts are those on whole
// frames.
func TestTagsAndFilters(t *testing.T) {
	inNamespace(t, func(t *testing.T) {
		p := newTap(t, "wstap0", unix.IFF_TAP)
		last := frameOf(be(0x88B6), make([]byte, 46))
		for _, expr := range []string{
			"", "vlan", "vlan 5", "vlan 100", "not vlan", "vlan and vlan", "vlan 5 and vlan 200", "udp", "vlan and udp", "vlan 5 and udp port 53",
			"udp port 53", "port 80 or (vlan and port 80)", "vlan and ip6", "vlan and arp", "arp", "vlan and mpls", "vlan and mpls and udp",
			"ether proto 0x8100", "ether proto 0x88a8", "len = 50", "len > 60", "less 60", "ether[12:2] = 0x8100", "ether[14:2] & 0xfff = 5",
			"ether[16:2] = 0x0800", "ether[len - 4] = 0x64", "ether[12] = 0x81", "inbound", "outbound", "vlan 5 and ip[9] = 17", "ether host 2:0:0:0:0:9",
		} {
			filter := "ether src 02:77:73:00:00:01"
			if expr != "" {
				filter += " and (ether proto 0x88b6 or (" + expr + "))"
			}
			h := open(t, context.Background(), Options{Interface: p.name, Filter: filter})
			p.write(tapFrames...)
			p.write(last)
			var got [][]byte
			for len(got) == 0 || !bytes.Equal(got[len(got)-1], last) {
				list, _ := collect(t, h, 1)
				for _, p := range list {
					got = append(got, p.Data)
					if p.WireLen != len(p.Data) {
						t.Error(p.WireLen, "bytes on the wire of", len(p.Data))
					}
				}
			}
			h.Close()
			if want := append(wanted(t, expr), last); !slices.EqualFunc(got, want, bytes.Equal) {
				t.Errorf("%q:\ngot  %x\nwant %x", expr, got, want)
			}
		}
	})
}

// wanted are the frames that a filter of files wants.
func wanted(t *testing.T, expr string) (list [][]byte) {
	switch expr {
	case "inbound":
		expr = ""
	case "outbound":
		return nil
	}
	f, err := bpf.NewFilter(expr)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range tapFrames {
		match, err := f.Match(&capture.Packet{Data: b, WireLen: len(b), Link: 1})
		if err != nil {
			t.Fatal(err)
		}
		if match {
			list = append(list, b)
		}
	}
	return list
}

// TestInterfaceGoesDown: what came before is delivered, then a line says so;
// the capture goes on when it is up again, and ends when it vanishes.
func TestInterfaceGoesDown(t *testing.T) {
	inNamespace(t, func(t *testing.T) {
		p := newTap(t, "wstap1", unix.IFF_TAP)
		h := open(t, context.Background(), Options{Interface: p.name, Filter: "ether src 02:77:73:00:00:01"})
		p.write(tapFrames[:3]...)
		p.up(false)
		if list, _ := collect(t, h, 3); len(list) != 3 {
			t.Error(len(list))
		}
		problem := nextProblem(t, h)
		if problem.What != "the interface went down" || problem.Fatal || problem.File != p.name {
			t.Error(problem)
		}
		if _, err := Open(context.Background(), Options{Interface: p.name}); err == nil || !strings.Contains(err.Error(), "sudo ip link set wstap1 up") {
			t.Error(err)
		}
		p.up(true)
		p.write(tapFrames[:2]...)
		if list, _ := collect(t, h, 2); len(list) != 2 || list[1].Number != 5 {
			t.Error(list)
		}
		p.write(tapFrames[0])
		p.file.Close()
		if list, _ := collect(t, h, 1); len(list) != 1 {
			t.Error(len(list))
		}
		if problem := nextProblem(t, h); problem.What != "the interface vanished" || !problem.Fatal {
			t.Error(problem)
		}
		if _, err := h.Next(); err != io.EOF {
			t.Error(err)
		}
	})
}

func nextProblem(t *testing.T, h *Handle) *capture.Problem {
	t.Helper()
	for start := time.Now(); time.Since(start) < time.Minute; {
		b, err := h.Next()
		var p *capture.Problem
		if errors.As(err, &p) {
			return p
		}
		if err != nil {
			t.Fatal(err)
		}
		b.Release()
	}
	t.Fatal("no problem is told")
	return nil
}

// TestAnyHasManyLinkTypes: Ethernet and raw IP side by side, also of an
// interface that comes later.
func TestAnyHasManyLinkTypes(t *testing.T) {
	inNamespace(t, func(t *testing.T) {
		ether := newTap(t, "wstap2", unix.IFF_TAP)
		h := open(t, context.Background(), Options{Interface: Any, Filter: "udp port 53"})
		raw := newTap(t, "wstun0", unix.IFF_TUN)
		ether.write(tapFrames[0], tapFrames[1])
		raw.write(udp4(80)[2:], udp4(53)[2:], udp6(53)[2:])
		list, _ := collect(t, h, 3)
		slices.SortStableFunc(list, func(a, b capture.Packet) int { return a.Interface - b.Interface })
		if len(list) != 3 || len(h.Seen()) != 2 {
			t.Fatal(list, h.Seen())
		}
		for i, want := range []struct {
			name string
			link capture.LinkType
			data []byte
		}{{"wstap2", 1, tapFrames[0]}, {"wstun0", 101, udp4(53)[2:]}, {"wstun0", 101, udp6(53)[2:]}} {
			p := list[i]
			if seen := h.Seen()[p.Interface]; seen != (Seen{want.name, want.link}) || p.Link != want.link || !bytes.Equal(p.Data, want.data) {
				t.Errorf("%+v on %+v", p, seen)
			}
		}
	})
}
