//go:build linux && !libpcap

package live

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"wsscope/capture"
	"wsscope/capture/bpf"
	"wsscope/limits"
)

// open skips the test where capturing is not allowed.
func open(t testing.TB, ctx context.Context, opt Options) *Handle {
	t.Helper()
	h, err := Open(ctx, opt)
	if errors.Is(err, os.ErrPermission) {
		t.Skip("needs root or CAP_NET_RAW: ", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.Close() })
	return h
}

// datagrams are two sockets of one machine; what is sent has a number.
type datagrams struct {
	t    testing.TB
	from *net.UDPConn
	to   *net.UDPConn
	sent uint64
}

func newDatagrams(t testing.TB, address string) *datagrams {
	t.Helper()
	to, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.ParseIP(address)})
	if err != nil {
		t.Skip("no address ", address, " here: ", err)
	}
	from, err := net.DialUDP("udp", nil, to.LocalAddr().(*net.UDPAddr))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { from.Close(); to.Close() })
	return &datagrams{t: t, from: from, to: to}
}

func (d *datagrams) port() int { return d.to.LocalAddr().(*net.UDPAddr).Port }

func (d *datagrams) filter() string { return fmt.Sprintf("udp dst port %d", d.port()) }

func (d *datagrams) send(n, size int) {
	b := make([]byte, size)
	for range n {
		binary.BigEndian.PutUint64(b, d.sent)
		d.sent++
		if _, err := d.from.Write(b); err != nil {
			d.t.Error(err)
			return
		}
	}
}

// collect copies packets until there are n, or the capture ends.
func collect(t testing.TB, h *Handle, n int) (list []capture.Packet, dropped uint64) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); len(list) < n; {
		b, err := h.Next()
		if err == io.EOF {
			return list, dropped
		}
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("after %d of %d packets: %v", len(list), n, err)
		}
		dropped += b.Dropped
		for _, p := range b.Packets {
			p.Data = slices.Clone(p.Data)
			list = append(list, p)
		}
		b.Release()
	}
	return list, dropped
}

func TestEveryPacketOnce(t *testing.T) {
	const n = 20_000
	for _, test := range []struct {
		name, iface, address string
		network              int // bytes of its header
	}{
		{"IPv4 on lo", "lo", "127.0.0.1", 20},
		{"IPv6 on lo", "lo", "::1", 40},
		{"any", Any, "127.0.0.1", 20},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDatagrams(t, test.address)
			h := open(t, t.Context(), Options{Interface: test.iface, Filter: d.filter()})
			go d.send(n, 100)
			before := time.Now().UnixNano()
			list, dropped := collect(t, h, n)
			if dropped != 0 || h.Stats() != (Stats{Received: n}) {
				t.Fatal(dropped, h.Stats())
			}
			last := before - 1e9
			for i, p := range list {
				header := 14 + test.network + 8
				if p.Number != uint64(i+1) || p.Link != 1 || p.WireLen != header+100 || len(p.Data) != p.WireLen || h.Seen()[p.Interface].Name != "lo" {
					t.Fatalf("packet %d: %+v", i, p)
				}
				if number := binary.BigEndian.Uint64(p.Data[header:]); number != uint64(i) {
					t.Fatalf("packet %d is datagram %d", i, number)
				}
				if p.Time < last {
					t.Fatalf("packet %d is %d ns before the one before it", i, last-p.Time)
				}
				last = p.Time
			}
			if last > time.Now().UnixNano() {
				t.Error("the last packet is of the future")
			}
		})
	}
}

func TestFilterIsInTheKernel(t *testing.T) {
	d, other := newDatagrams(t, "127.0.0.1"), newDatagrams(t, "127.0.0.1")
	h := open(t, t.Context(), Options{Interface: "lo", Filter: d.filter() + " and len = 92"})
	for range 10 {
		other.send(10, 50)
		d.send(10, 50)
		d.send(1, 51)
	}
	list, _ := collect(t, h, 100)
	for _, p := range list {
		if p.WireLen != 92 || int(binary.BigEndian.Uint16(p.Data[36:])) != d.port() {
			t.Fatalf("%+v", p)
		}
	}
	if s := h.Stats(); s.Received != 100 {
		t.Error(s)
	}
}

// A filter that computes offsets is asked again outside of the kernel.
func TestFilterThatIsNotExact(t *testing.T) {
	d := newDatagrams(t, "127.0.0.1")
	h := open(t, t.Context(), Options{Interface: "lo", Filter: d.filter() + " and ether[len - 1] = 0 and ether[0] = 0"})
	d.send(10, 50)
	if list, _ := collect(t, h, 10); len(list) != 10 {
		t.Error(len(list))
	}
}

func TestSnaplen(t *testing.T) {
	d := newDatagrams(t, "127.0.0.1")
	h := open(t, t.Context(), Options{Interface: "lo", Filter: d.filter(), Snaplen: 60})
	d.send(3, 60_000)
	list, _ := collect(t, h, 3)
	for _, p := range list {
		if len(p.Data) != 60 || p.WireLen != 60_042 {
			t.Error(len(p.Data), p.WireLen)
		}
	}
}

// TestCancelDelivers: what was sent before the cancellation arrives, though
// the kernel had not handed it over yet.
func TestCancelDelivers(t *testing.T) {
	d := newDatagrams(t, "127.0.0.1")
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		h := open(t, ctx, Options{Interface: "lo", Filter: d.filter()})
		d.send(50, 20)
		cancel()
		d.send(1, 20)
		start := time.Now()
		list, _ := collect(t, h, 1000)
		if len(list) < 50 || len(list) > 51 {
			t.Error(len(list), "packets")
		}
		if took := time.Since(start); took > time.Minute {
			t.Error("ended after", took)
		}
		if _, err := h.Next(); err != io.EOF {
			t.Error(err)
		}
		h.Close()
	}
}

func TestCloseIsPromptAndLeavesNothing(t *testing.T) {
	open(t, t.Context(), Options{Interface: "lo"}).Close()
	before, files := runtime.NumGoroutine(), openFiles(t)
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		h := open(t, ctx, Options{Interface: "lo", Filter: "tcp port 1"})
		ended := make(chan error)
		go func() {
			for {
				b, err := h.Next()
				if err != nil {
					ended <- err
					return
				}
				b.Release()
			}
		}()
		time.Sleep(time.Millisecond)
		start := time.Now()
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		if err := <-ended; err != io.EOF {
			t.Error(err)
		}
		if took := time.Since(start); took > time.Minute {
			t.Error("closed after", took)
		}
		cancel()
		h.Close()
		h.Stats()
	}
	for wait := 0; runtime.NumGoroutine() > before && wait < 100; wait++ {
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
	if n := openFiles(t); n > files {
		t.Errorf("%d open files, %d before", n, files)
	}
}

func openFiles(t *testing.T) int {
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestIdleGivesAnEmptyBatch(t *testing.T) {
	h := open(t, t.Context(), Options{Interface: "lo", Filter: "tcp port 1"})
	start := time.Now()
	b, err := h.Next()
	if err != nil || len(b.Packets) != 0 {
		t.Fatal(b, err)
	}
	if took := time.Since(start); took < 20*time.Millisecond || took > time.Minute {
		t.Error(took)
	}
}

// TestDropsAreCounted: nobody reads while more comes than the ring holds.
func TestDropsAreCounted(t *testing.T) {
	const n = 30_000
	d := newDatagrams(t, "127.0.0.1")
	ctx, cancel := context.WithCancel(t.Context())
	h := open(t, ctx, Options{Interface: "lo", Filter: d.filter(), RingBytes: 1})
	d.send(n, 100)
	cancel()
	list, dropped := collect(t, h, n+1)
	s := h.Stats()
	if s.Dropped == 0 || s.Dropped != dropped || s.Received != uint64(len(list)) || s.Received+s.Dropped != n || s.Paused == 0 {
		t.Errorf("%d sent, %d received, %d dropped: %+v", n, len(list), dropped, s)
	}
	h.Close()
	if s != h.Stats() {
		t.Error(h.Stats())
	}
}

// TestLatency: from the sender's clock to the reader.
func TestLatency(t *testing.T) {
	d := newDatagrams(t, "127.0.0.1")
	h := open(t, t.Context(), Options{Interface: "lo", Filter: d.filter()})
	var delays []time.Duration
	for range 200 {
		start := time.Now()
		d.send(1, 20)
		collect(t, h, 1)
		delays = append(delays, time.Since(start))
	}
	slices.Sort(delays)
	median, late := delays[len(delays)/2], delays[len(delays)*99/100]
	t.Log("median", median, "99 %", late)
	if median > time.Second {
		t.Error("the median is over a second")
	}
}

func TestWhatCannotBeOpened(t *testing.T) {
	open(t, t.Context(), Options{Interface: "lo"}).Close()
	if _, err := Open(t.Context(), Options{Interface: "nosuch0"}); err == nil || !strings.Contains(err.Error(), "no such interface; there are: ") || !strings.Contains(err.Error(), "lo") {
		t.Error(err)
	}
	var e *bpf.Error
	if _, err := Open(t.Context(), Options{Interface: "lo", Filter: "tcp prot 80"}); !errors.As(err, &e) || e.Offset != 4 {
		t.Error(err)
	}
}

func TestPermissionErrorSaysWhatToRun(t *testing.T) {
	err := noPermission()
	path, _ := os.Executable()
	if !errors.Is(err, os.ErrPermission) || !strings.HasSuffix(err.Error(), "sudo setcap cap_net_raw=ep "+path) || strings.Contains(err.Error(), "\n") {
		t.Error(err)
	}
}

func TestInterfaces(t *testing.T) {
	list, err := Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	if list[len(list)-1].Name != Any {
		t.Error("any is not the last")
	}
	for _, i := range list {
		if i.Name == "lo" {
			if !i.Loopback || i.Up && (len(i.Addresses) == 0 || !i.Addresses[0].Addr().IsLoopback()) {
				t.Errorf("%+v", i)
			}
			return
		}
	}
	t.Error("no lo in", list)
}

// TestPlaces: interfaces that come and go for ever do not fill the memory.
func TestPlaces(t *testing.T) {
	s := &socket{name: "eth0", indexOf: map[int32]int{}}
	places := map[int]bool{}
	for i := range int32(limits.Interfaces) + 1000 {
		places[s.place(i+1, capture.LinkType(1+100*(i%2)))] = true
	}
	if n := limits.Interfaces + 2; len(places) != n || len(s.known) != n || len(s.indexOf) != n {
		t.Errorf("%d places, %d names", len(places), len(s.known))
	}
	for i, want := range []Seen{{Name: "eth0", Link: 1}, {Name: "eth0", Link: 101}} {
		if got := s.known[s.place(int32(i+1), 0)]; got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	for i, want := range []Seen{{Name: "others", Link: 1}, {Name: "others", Link: 101}} {
		if got := s.known[s.place(1<<30, capture.LinkType(1+100*i))]; got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}
