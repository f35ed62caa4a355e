// Package live captures packets from the interfaces of this machine.
//
// On Linux it reads a TPACKET_V3 ring (packet(7)) without any library. On
// macOS and the BSDs it reads /dev/bpf (bpf(4)), on Windows (amd64, 386) it
// asks Npcap's wpcap.dll. Built with the tag libpcap, it asks libpcap on
// every Unix, for devices that are no network interfaces. Elsewhere Open
// says that there is no live capture.
//
// What capturing needs: on Linux the capability CAP_NET_RAW and no other, on
// the BSDs read access to /dev/bpf, on Windows Npcap. Open says so in one
// line where it is missing. DropPrivileges gives away what Open needed.
package live

import (
	"context"
	"io"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"

	"wsscope/capture"
	"wsscope/limits"
)

// Any is the name that stands for all interfaces of a Linux machine, those
// that appear later too.
const Any = "any"

// Options say what to capture.
type Options struct {
	Interface string // a name of Interfaces, or Any
	// Filter is in tcpdump's language; empty matches all. It runs in the
	// kernel. An error in it is a *bpf.Error.
	Filter string
	// Resolve looks up names of hosts in Filter; nil refuses them.
	Resolve     func(name string) ([]netip.Addr, error)
	Snaplen     int  // most bytes captured of a packet; 0 is 262,144
	RingBytes   int  // of the kernel's buffer; 0 is limits.RingBytes
	Promiscuous bool // also frames that are for others; without effect on Any
}

// Stats count since Open.
type Stats struct {
	Received uint64 // packets delivered by Next
	// Dropped are packets that the filter wanted and the kernel had no room
	// for, because they were not taken from it in time.
	Dropped uint64
	// Paused counts how often the ring was full (Linux).
	Paused uint64
}

// Seen is an interface that packets were captured on.
type Seen struct {
	Name string
	Link capture.LinkType
}

// Handle is an open capture, a capture.Source. Next is for one goroutine; the
// other methods for any.
type Handle struct {
	device   device
	name     string
	received atomic.Uint64
	closed   atomic.Bool
	uncancel func() bool

	mu      sync.Mutex // held by Next, and by Close while it takes the device away
	packets uint64
	gone    bool
}

// device is a system's way to capture. next, stats and seen are not called
// at the same time as close; stop is safe at any time.
type device interface {
	// next gives the packets that there are, or an empty batch after
	// limits.LiveWait. After stop it gives what is left, then io.EOF.
	next() (*capture.Batch, error)
	stop()
	stats() (dropped, paused uint64)
	linkType() capture.LinkType
	seen() []Seen
	close()
}

// Open starts to capture; packets are kept from now on. Once ctx is done,
// what the kernel has taken by then is delivered, and then io.EOF.
func Open(ctx context.Context, opt Options) (*Handle, error) {
	if opt.Snaplen <= 0 {
		opt.Snaplen = 262144
	}
	if opt.RingBytes <= 0 {
		opt.RingBytes = limits.RingBytes
	}
	d, err := openDevice(opt)
	if err != nil {
		return nil, err
	}
	h := &Handle{device: d, name: opt.Interface}
	h.uncancel = context.AfterFunc(ctx, d.stop)
	return h, nil
}

// Next gives packets as soon as there are any, and an empty batch after
// limits.LiveWait without. A *capture.Problem tells that the interface went
// down or vanished, after all packets from before; if it is not Fatal, the
// capture goes on when the interface is up again. After Close it is io.EOF.
func (h *Handle) Next() (*capture.Batch, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.gone || h.closed.Load() {
		return nil, io.EOF
	}
	b, err := h.device.next()
	if err != nil {
		return nil, err
	}
	for i := range b.Packets {
		h.packets++
		b.Packets[i].Number = h.packets
	}
	h.received.Add(uint64(len(b.Packets)))
	return b, nil
}

// Close ends the capture at once, also under a Next that waits. Batches that
// Next gave stay valid.
func (h *Handle) Close() error {
	if h.closed.Swap(true) {
		return nil
	}
	h.uncancel()
	h.device.stop()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.device.close()
	h.gone = true
	return nil
}

// Stats may be asked at any time, also after Close.
func (h *Handle) Stats() Stats {
	s := Stats{Received: h.received.Load()}
	s.Dropped, s.Paused = h.device.stats()
	return s
}

// LinkType is that of the interface; on Any packets have their own.
func (h *Handle) LinkType() capture.LinkType { return h.device.linkType() }

// Seen lists the interfaces that packets came from; Packet.Interface is an
// index into it. It only grows.
func (h *Handle) Seen() []Seen { return h.device.seen() }

// PermissionError tells what to run so that capturing is allowed. It is an
// os.ErrPermission.
type PermissionError struct {
	Run string // a shell command
}

func (e *PermissionError) Error() string {
	return "no permission to capture; to allow it: " + e.Run
}

// Unwrap is for errors.Is.
func (e *PermissionError) Unwrap() error { return os.ErrPermission }

// lost is the end of a capture whose interface is gone.
func lost(name, what, hint string, fatal bool) *capture.Problem {
	return &capture.Problem{File: name, Offset: -1, What: what, Hint: hint, Fatal: fatal}
}
