//go:build linux && !libpcap

package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"wsscope/capture"
	"wsscope/capture/bpf"
	"wsscope/limits"
)

// kinds are the interfaces whose frames are understood. Those without a link
// header deliver IP packets, and so does PPP: the kernel takes its header off.
var kinds = []bpf.Hardware{
	{Type: unix.ARPHRD_ETHER, Link: 1},
	{Type: unix.ARPHRD_LOOPBACK, Link: 1},
	{Type: unix.ARPHRD_NONE, Link: 101}, // tun, WireGuard
	{Type: unix.ARPHRD_PPP, Link: 101},
	{Type: unix.ARPHRD_RAWIP, Link: 101},
	{Type: unix.ARPHRD_TUNNEL, Link: 101},
	{Type: unix.ARPHRD_TUNNEL6, Link: 101},
	{Type: unix.ARPHRD_SIT, Link: 101},
	{Type: unix.ARPHRD_IPGRE, Link: 101},
	{Type: unix.ARPHRD_IP6GRE, Link: 101},
}

// linkOf gives capture.LinkUnknown for interfaces that kinds does not have.
func linkOf(hardware uint16) capture.LinkType {
	for _, k := range kinds {
		if k.Type == hardware {
			return k.Link
		}
	}
	return capture.LinkUnknown
}

// socket is a packet socket with its ring.
type socket struct {
	name    string
	ifindex int // 0 is all interfaces
	link    capture.LinkType
	snaplen int
	fd      int
	wake    int // an eventfd: stop was called
	ring    *ring
	slabs   slabs
	// filter is asked too where the kernel's program is not exact; nil
	// otherwise.
	filter *bpf.Filter

	stopped bool
	until   time.Time // valid only if stopped: nothing comes any more
	down    bool      // the interface went down, or vanished
	told    bool      // valid only if down: Next said so
	ended   bool

	mu      sync.Mutex // of all that follows, and of closing fd and wake
	gone    bool
	dropped uint64
	// reported is how many of dropped batches told.
	reported uint64
	paused   uint64
	known    []Seen
	// indexOf maps an ifindex to a place in known; behind limits.Interfaces,
	// the link type t, as -1-t, to that of all others.
	indexOf map[int32]int
}

func openDevice(opt Options) (device, error) {
	// Protocol 0 receives nothing: no frame of another interface and none
	// that the filter refuses slips in before all is set.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
		// Nobody should ask for a permission only to hear of a wrong name.
		if _, err := find(opt.Interface); err != nil && opt.Interface != Any {
			return nil, err
		}
		return nil, noPermission()
	}
	if err != nil {
		return nil, fmt.Errorf("%s: opening a packet socket: %w", opt.Interface, err)
	}
	s := &socket{name: opt.Interface, fd: fd, wake: -1, snaplen: opt.Snaplen,
		slabs: slabs{size: limits.RingBlock}, indexOf: make(map[int32]int)}
	if err := s.open(opt); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *socket) open(opt Options) (err error) {
	own := kinds
	if s.name != Any {
		kind, err := s.lookUp()
		if err != nil {
			return err
		}
		own = []bpf.Hardware{kind}
		s.place(int32(s.ifindex), kind.Link)
	}
	s.link = own[0].Link
	if s.ring, err = newRing(s.fd, opt.RingBytes); err != nil {
		return fmt.Errorf("%s: %w", s.name, err)
	}
	if err := s.attach(opt, own); err != nil {
		return err
	}
	if s.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return fmt.Errorf("%s: eventfd: %w", s.name, err)
	}
	all := binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, unix.ETH_P_ALL))
	if err := unix.Bind(s.fd, &unix.SockaddrLinklayer{Protocol: all, Ifindex: s.ifindex}); err != nil {
		return fmt.Errorf("%s: binding to the interface: %w", s.name, err)
	}
	if opt.Promiscuous && s.ifindex != 0 {
		m := unix.PacketMreq{Ifindex: int32(s.ifindex), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(s.fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m); err != nil {
			return fmt.Errorf("%s: promiscuous mode: %w", s.name, err)
		}
	}
	return nil
}

// attach compiles the filter and gives it to the kernel. The empty one too:
// it refuses loopback's second copies and frames that are not understood.
func (s *socket) attach(opt Options, own []bpf.Hardware) error {
	options := bpf.Options{Resolve: opt.Resolve, Netmask: netmask(s.name)}
	prog, exact, err := options.CompileLinux(opt.Filter, own, opt.Snaplen)
	if err != nil {
		return err
	}
	if !exact {
		if s.filter, err = options.NewFilter(opt.Filter); err != nil {
			return err
		}
	}
	code := make([]unix.SockFilter, len(prog))
	for i, in := range prog {
		code[i] = unix.SockFilter{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	return s.setFilter(code)
}

func (s *socket) setFilter(code []unix.SockFilter) error {
	prog := unix.SockFprog{Len: uint16(len(code)), Filter: &code[0]}
	if err := unix.SetsockoptSockFprog(s.fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &prog); err != nil {
		return fmt.Errorf("%s: the kernel refuses the filter: %w", s.name, err)
	}
	return nil
}

func (s *socket) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.gone {
		unix.Write(s.wake, binary.NativeEndian.AppendUint64(nil, 1))
	}
}

func (s *socket) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ring != nil {
		s.count()
		s.ring.close()
	}
	s.gone = true
	unix.Close(s.fd)
	if s.wake >= 0 {
		unix.Close(s.wake)
	}
}

// count adds up the kernel's counters, which start anew with every look.
func (s *socket) count() {
	if t, err := unix.GetsockoptTpacketStatsV3(s.fd, unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
		s.dropped += uint64(t.Drops)
		s.paused += uint64(t.Freeze_q_cnt)
	}
}

func (s *socket) stats() (dropped, paused uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.gone {
		s.count()
	}
	return s.dropped, s.paused
}

func (s *socket) linkType() capture.LinkType { return s.link }

func (s *socket) seen() []Seen {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[:len(s.known):len(s.known)]
}
