//go:build linux && !libpcap

package live

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
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

func linkOf(hardware uint16) (capture.LinkType, bool) {
	for _, k := range kinds {
		if k.Type == hardware {
			return k.Link, true
		}
	}
	return 0, false
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
	indexOf  map[int32]int // ifindex to place in known
}

func openDevice(opt Options) (device, error) {
	// Protocol 0 receives nothing: no frame of another interface and none
	// that the filter refuses slips in before all is set.
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if errors.Is(err, unix.EPERM) || errors.Is(err, unix.EACCES) {
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

func (s *socket) next() (*capture.Batch, error) {
	if s.ended {
		return nil, io.EOF
	}
	deadline := time.Now().Add(limits.LiveWait)
	for {
		if s.ring.ready() {
			return s.deliver()
		}
		now := time.Now()
		switch {
		case s.stopped && !now.Before(s.until):
			s.ended = true
			return nil, io.EOF
		case s.stopped:
			deadline = s.until
		case !now.Before(deadline):
			return s.idle()
		}
		if err := s.wait(deadline.Sub(now)); err != nil {
			s.ended = true
			return nil, lost(s.name, "waiting for packets: "+err.Error(), "", true)
		}
	}
}

// wait returns when there may be packets, an error of the interface or a
// call of stop, at the latest after d.
func (s *socket) wait(d time.Duration) error {
	fds := []unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}, {Fd: int32(s.wake), Events: unix.POLLIN}}
	if s.stopped {
		fds = fds[:1]
	}
	// Rounded up, or the last part of a millisecond would be spent spinning.
	n, err := unix.Poll(fds, int((d+time.Millisecond-1)/time.Millisecond))
	if err != nil && !errors.Is(err, unix.EINTR) {
		return err
	}
	if n <= 0 {
		return nil
	}
	if !s.stopped && fds[1].Revents != 0 {
		s.stopped, s.until = true, time.Now().Add(limits.LiveDrain)
		// What comes from now on is not wanted; what came before is in a
		// block that the kernel hands over within limits.RingDelay. Where
		// this fails the capture ends all the same, a little less sharply.
		_ = s.setFilter([]unix.SockFilter{{Code: unix.BPF_RET | unix.BPF_K}})
	}
	if fds[0].Revents&unix.POLLERR == 0 {
		return nil
	}
	code, err := unix.GetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_ERROR) // and clears it
	if err == nil && code != 0 {
		err = unix.Errno(code)
	}
	if errors.Is(err, unix.ENETDOWN) || errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENXIO) {
		s.down, s.told = true, false
		return nil
	}
	return err
}

// idle is a wait without packets. Whether an interface that went down is also
// gone can be told only now: it goes down first, then it goes.
func (s *socket) idle() (*capture.Batch, error) {
	if !s.down {
		return s.empty()
	}
	index, up := s.state()
	switch {
	case index != s.ifindex:
		s.ended = true
		return nil, lost(s.name, "the interface vanished", "", true)
	case up:
		s.down = false
	case !s.told:
		s.told = true
		return nil, lost(s.name, "the interface went down", "the capture goes on when it is up again", false)
	}
	return s.empty()
}

func (s *socket) empty() (*capture.Batch, error) {
	b := s.slabs.get()
	b.Dropped = s.newlyDropped()
	return b.Batch, nil
}

// deliver makes a batch of the block that is ready.
func (s *socket) deliver() (*capture.Batch, error) {
	b := s.slabs.get()
	block := s.ring.take(b.memory)
	for f, ok := block.frame(); ok; f, ok = block.frame() {
		link, known := linkOf(f.hardware)
		if !known {
			continue
		}
		p := capture.Packet{Time: f.time, Data: f.data, WireLen: f.wireLen, Link: link, Interface: s.place(f.ifindex, link)}
		if s.filter != nil {
			// An error is one of the expression and this link type, for
			// which the kernel's program matches nothing.
			if match, err := s.filter.Match(&p); err != nil || !match {
				continue
			}
		}
		if len(p.Data) > s.snaplen {
			p.Data = p.Data[:s.snaplen:s.snaplen] // the tag put back was too much
		}
		b.Packets = append(b.Packets, p)
	}
	b.Dropped = s.newlyDropped()
	return b.Batch, nil
}

// place gives the index of an interface in known.
func (s *socket) place(ifindex int32, link capture.LinkType) int {
	if i, ok := s.indexOf[ifindex]; ok {
		return i
	}
	name := s.name
	if name == Any {
		name = nameOf(ifindex)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.known = append(s.known, Seen{Name: name, Link: link})
	s.indexOf[ifindex] = len(s.known) - 1
	return s.indexOf[ifindex]
}

// newlyDropped is what the kernel dropped since the batch before.
func (s *socket) newlyDropped() uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count()
	n := s.dropped - s.reported
	s.reported = s.dropped
	return n
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
