//go:build (windows && (amd64 || 386)) || (libpcap && cgo && unix)

package live

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/gopacket/pcap"

	"wsscope/capture"
	"wsscope/capture/bpf"
	"wsscope/limits"
)

// pcapDevice captures through libpcap, or Npcap on Windows.
type pcapDevice struct {
	name    string
	link    capture.LinkType
	handle  *pcap.Handle
	slabs   slabs
	stopped atomic.Bool
	ended   bool
	// held is a packet that the batch before had no room for; nil if none.
	held *capture.Packet

	mu       sync.Mutex // of what follows, and of closing handle
	gone     bool
	dropped  uint64
	reported uint64
}

// bufferTimeout is how long the library gathers packets.
const bufferTimeout = 10 * time.Millisecond

func openDevice(opt Options) (device, error) {
	if err := bpf.Check(opt.Filter); err != nil {
		return nil, err
	}
	d := &pcapDevice{name: opt.Interface, slabs: slabs{size: max(limits.RingBlock, opt.Snaplen)}}
	if err := d.open(opt); err != nil {
		if d.handle != nil {
			d.handle.Close()
		}
		return nil, fmt.Errorf("%s: %w", opt.Interface, err)
	}
	return d, nil
}

func (d *pcapDevice) open(opt Options) error {
	inactive, err := pcap.NewInactiveHandle(opt.Interface)
	if err != nil {
		return err
	}
	defer inactive.CleanUp()
	for _, err := range []error{
		inactive.SetSnapLen(opt.Snaplen),
		inactive.SetPromisc(opt.Promiscuous),
		inactive.SetTimeout(bufferTimeout),
		inactive.SetBufferSize(opt.RingBytes),
	} {
		if err != nil {
			return err
		}
	}
	if d.handle, err = inactive.Activate(); err != nil {
		return err
	}
	// The library compiles the filter itself: it knows what its kernel does
	// with VLAN tags.
	if err := d.handle.SetBPFFilter(opt.Filter); err != nil {
		return fmt.Errorf("the filter: %w", err)
	}
	d.link = capture.LinkType(d.handle.LinkType())
	if d.link == 12 || d.link == 14 {
		d.link = 101 // DLT_RAW has other numbers in files
	}
	return nil
}

func (d *pcapDevice) next() (*capture.Batch, error) {
	if d.ended {
		return nil, io.EOF
	}
	b := d.slabs.get()
	free := b.memory
	add := func(p capture.Packet) bool {
		if len(p.Data) > len(free) {
			return false
		}
		n := copy(free, p.Data)
		p.Data, free = free[:n:n], free[n:]
		b.Packets = append(b.Packets, p)
		return true
	}
	if d.held != nil {
		add(*d.held)
		d.held = nil
	}
	for start := time.Now(); ; {
		stopped := d.stopped.Load()
		data, info, err := d.handle.ZeroCopyReadPacketData()
		p := capture.Packet{Time: info.Timestamp.UnixNano(), Data: data, WireLen: info.Length, Link: d.link}
		switch {
		case err == nil && add(p):
			if time.Since(start) < limits.LiveWait {
				continue
			}
		case err == nil:
			p.Data = append([]byte(nil), p.Data...)
			d.held = &p
		case !errors.Is(err, pcap.NextErrorTimeoutExpired):
			d.ended = true
			b.Release()
			return nil, lost(d.name, err.Error(), "", true)
		case stopped && len(b.Packets) == 0:
			d.ended = true
			b.Release()
			return nil, io.EOF
		case len(b.Packets) == 0 && time.Since(start) < limits.LiveWait:
			continue
		}
		// After stop one more batch, or busy interfaces would never end.
		d.ended = stopped && d.held == nil
		b.Dropped = d.newlyDropped()
		return b.Batch, nil
	}
}

func (d *pcapDevice) stop() { d.stopped.Store(true) }

func (d *pcapDevice) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count()
	d.gone = true
	d.handle.Close()
}

func (d *pcapDevice) count() {
	if d.gone {
		return
	}
	if s, err := d.handle.Stats(); err == nil {
		// Counters of 32 bits, from the start.
		d.dropped += uint64(uint32(s.PacketsDropped+s.PacketsIfDropped) - uint32(d.dropped))
	}
}

func (d *pcapDevice) newlyDropped() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count()
	n := d.dropped - d.reported
	d.reported = d.dropped
	return n
}

func (d *pcapDevice) stats() (dropped, paused uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count()
	return d.dropped, 0
}

func (d *pcapDevice) linkType() capture.LinkType { return d.link }

func (d *pcapDevice) seen() []Seen { return []Seen{{Name: d.name, Link: d.link}} }

// Flags of pcap_findalldevs(3).
const (
	pcapLoopback = 1
	pcapUp       = 2
	pcapRunning  = 4
)

// Interfaces lists what the library can capture on.
func Interfaces() ([]Interface, error) {
	all, err := pcap.FindAllDevs()
	if err != nil {
		return nil, errors.New(strings.TrimSpace(err.Error()))
	}
	var list []Interface
	for _, i := range all {
		entry := Interface{
			Name:        i.Name,
			Description: i.Description,
			Up:          i.Flags&pcapUp != 0,
			Running:     i.Flags&pcapRunning != 0,
			Loopback:    i.Flags&pcapLoopback != 0,
		}
		for _, a := range i.Addresses {
			if ip, ok := netip.AddrFromSlice(a.IP); ok {
				ip = ip.Unmap()
				bits, total := a.Netmask.Size()
				if total != ip.BitLen() {
					bits = ip.BitLen()
				}
				entry.Addresses = append(entry.Addresses, netip.PrefixFrom(ip, bits))
			}
		}
		list = append(list, entry)
	}
	order(list)
	return list, nil
}
