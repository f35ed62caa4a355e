//go:build (darwin || freebsd || openbsd || netbsd || dragonfly) && !libpcap

package live

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"wsscope/capture"
	"wsscope/capture/bpf"
	"wsscope/limits"
)

// bpfDevice is an open /dev/bpf, bpf(4).
type bpfDevice struct {
	name    string
	fd      int
	link    capture.LinkType
	snaplen int
	slabs   slabs
	// filter is for a program that the kernel has no room for: macOS takes
	// 512 instructions. nil otherwise.
	filter  *bpf.Filter
	stopped atomic.Bool
	ended   bool

	mu       sync.Mutex // of what follows, and of closing fd
	gone     bool
	dropped  uint64
	reported uint64
}

// readTimeout ends a read without packets; stop waits no longer than that.
const readTimeout = 20 * time.Millisecond

func openDevice(opt Options) (device, error) {
	if opt.Interface == Any {
		return nil, fmt.Errorf("%s: this system captures on one interface; there are: %s", Any, strings.Join(names(), ", "))
	}
	fd, err := openBPF()
	if err != nil {
		return nil, err
	}
	d := &bpfDevice{name: opt.Interface, fd: fd, snaplen: opt.Snaplen}
	if err := d.open(opt); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("%s: %w", opt.Interface, err)
	}
	return d, nil
}

// openBPF takes a device that nobody uses: /dev/bpf makes one where it is
// cloned, elsewhere there are some with numbers.
func openBPF() (int, error) {
	fd, err := unix.Open("/dev/bpf", unix.O_RDONLY|unix.O_CLOEXEC, 0)
	for n := 0; err != nil && n < 256 && !errors.Is(err, unix.EACCES); n++ {
		if fd, err = unix.Open(fmt.Sprint("/dev/bpf", n), unix.O_RDONLY|unix.O_CLOEXEC, 0); errors.Is(err, unix.ENOENT) {
			break
		}
	}
	if errors.Is(err, unix.EACCES) || errors.Is(err, unix.EPERM) {
		return -1, &PermissionError{Run: "sudo chown $(whoami) /dev/bpf*"}
	}
	if err != nil {
		return -1, fmt.Errorf("opening a /dev/bpf that is free: %w", err)
	}
	return fd, nil
}

func (d *bpfDevice) ioctl(request uint, arg unsafe.Pointer) error {
	if _, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(d.fd), uintptr(request), uintptr(arg)); errno != 0 {
		return errno
	}
	return nil
}

func (d *bpfDevice) ioctlInt(request uint, v int) error {
	n := uint32(v)
	return d.ioctl(request, unsafe.Pointer(&n))
}

func (d *bpfDevice) open(opt Options) error {
	// The size of the buffer is fixed once there is an interface. Kernels
	// have different limits; half is always an answer.
	size := uint32(min(opt.RingBytes, 1<<30))
	for d.ioctl(unix.BIOCSBLEN, unsafe.Pointer(&size)) != nil && size > 1<<15 {
		size /= 2
	}
	// A struct ifreq, of which the largest kind (NetBSD's) has 144 bytes.
	var request [144]byte
	if len(opt.Interface) >= unix.IFNAMSIZ {
		return errors.New("no such interface; there are: " + strings.Join(names(), ", "))
	}
	copy(request[:], opt.Interface)
	switch err := d.ioctl(unix.BIOCSETIF, unsafe.Pointer(&request)); {
	case errors.Is(err, unix.ENXIO):
		return errors.New("no such interface; there are: " + strings.Join(names(), ", "))
	case errors.Is(err, unix.ENETDOWN):
		return errors.New("the interface is down")
	case err != nil:
		return fmt.Errorf("binding to the interface: %w", err)
	}
	if err := d.ioctl(unix.BIOCGBLEN, unsafe.Pointer(&size)); err != nil {
		return fmt.Errorf("the size of the buffer: %w", err)
	}
	d.slabs.size = int(size)
	if err := d.setLink(); err != nil {
		return err
	}
	// Reads give packets as they come, not only once the buffer is full.
	if err := d.ioctlInt(unix.BIOCIMMEDIATE, 1); err != nil {
		return fmt.Errorf("immediate mode: %w", err)
	}
	timeout := unix.NsecToTimeval(readTimeout.Nanoseconds())
	if err := d.ioctl(unix.BIOCSRTIMEOUT, unsafe.Pointer(&timeout)); err != nil {
		return fmt.Errorf("the read timeout: %w", err)
	}
	if opt.Promiscuous {
		if err := d.ioctl(unix.BIOCPROMISC, nil); err != nil {
			return fmt.Errorf("promiscuous mode: %w", err)
		}
	}
	return d.setFilter(opt)
}

func (d *bpfDevice) setLink() error {
	var dlt uint32
	if err := d.ioctl(unix.BIOCGDLT, unsafe.Pointer(&dlt)); err != nil {
		return fmt.Errorf("its link type: %w", err)
	}
	links := map[uint32]capture.LinkType{
		unix.DLT_EN10MB: 1, unix.DLT_NULL: 0, unix.DLT_LOOP: 108, unix.DLT_RAW: 101, unix.DLT_PPP: 9,
	}
	link, ok := links[dlt]
	if !ok {
		return fmt.Errorf("frames of its link type (%d) are not understood", dlt)
	}
	d.link = link
	return nil
}

// setFilter throws away what came before it.
func (d *bpfDevice) setFilter(opt Options) error {
	options := bpf.Options{Resolve: opt.Resolve, Netmask: netmask(opt.Interface)}
	raw, err := options.Compile(opt.Filter, d.link, opt.Snaplen)
	if err != nil {
		return err
	}
	code := make([]unix.BpfInsn, len(raw))
	for i, in := range raw {
		code[i] = unix.BpfInsn{Code: in.Op, Jt: in.Jt, Jf: in.Jf, K: in.K}
	}
	prog := unix.BpfProgram{Len: uint32(len(code)), Insns: &code[0]}
	if d.ioctl(unix.BIOCSETF, unsafe.Pointer(&prog)) != nil {
		d.filter, err = options.NewFilter(opt.Filter)
	}
	return err
}

func (d *bpfDevice) next() (*capture.Batch, error) {
	if d.ended {
		return nil, io.EOF
	}
	b := d.slabs.get()
	for start := time.Now(); ; {
		stopped := d.stopped.Load()
		n, err := unix.Read(d.fd, b.memory)
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.ENXIO):
			return nil, d.end(b, "the interface vanished")
		case err != nil && !errors.Is(err, unix.EAGAIN) && !errors.Is(err, unix.EWOULDBLOCK):
			return nil, d.end(b, "reading: "+err.Error())
		case n > 0:
			d.split(b, b.memory[:n])
		case stopped:
			d.ended = true
			b.Release()
			return nil, io.EOF
		case time.Since(start) < limits.LiveWait:
			continue
		}
		// After stop one more read that finds something would be followed
		// by others without end.
		d.ended = stopped
		b.Dropped = d.newlyDropped()
		return b.Batch, nil
	}
}

func (d *bpfDevice) end(b *slab, what string) error {
	d.ended = true
	b.Release()
	return lost(d.name, what, "", true)
}

// split finds the packets of a read: each a struct bpf_hdr and its bytes, the
// next at a multiple of BPF_ALIGNMENT.
func (d *bpfDevice) split(b *slab, memory []byte) {
	for len(memory) >= int(unsafe.Sizeof(unix.BpfHdr{})) {
		// The kernel aligns headers, and memory begins aligned.
		h := (*unix.BpfHdr)(unsafe.Pointer(&memory[0]))
		from, n := int(h.Hdrlen), int(h.Caplen)
		if from == 0 || n > len(memory)-from {
			return
		}
		p := capture.Packet{
			Time:    int64(h.Tstamp.Sec)*1e9 + int64(h.Tstamp.Usec)*1e3,
			Data:    memory[from : from+n : from+n],
			WireLen: int(h.Datalen),
			Link:    d.link,
		}
		if d.wants(&p) {
			b.Packets = append(b.Packets, p)
		}
		memory = memory[min((from+n+unix.BPF_ALIGNMENT-1)&^(unix.BPF_ALIGNMENT-1), len(memory)):]
	}
}

func (d *bpfDevice) wants(p *capture.Packet) bool {
	if d.filter == nil {
		return true
	}
	match, err := d.filter.Match(p)
	if len(p.Data) > d.snaplen {
		p.Data = p.Data[:d.snaplen:d.snaplen]
	}
	return match && err == nil
}

func (d *bpfDevice) stop() { d.stopped.Store(true) }

func (d *bpfDevice) close() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count()
	d.gone = true
	unix.Close(d.fd)
}

// count asks the kernel, whose counter runs from the start; of 32 bits on
// most systems, so that it is taken as the difference.
func (d *bpfDevice) count() {
	var s unix.BpfStat
	if !d.gone && d.ioctl(unix.BIOCGSTATS, unsafe.Pointer(&s)) == nil {
		d.dropped += uint64(uint32(s.Drop) - uint32(d.dropped))
	}
}

func (d *bpfDevice) newlyDropped() uint64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count()
	n := d.dropped - d.reported
	d.reported = d.dropped
	return n
}

func (d *bpfDevice) stats() (dropped, paused uint64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.count()
	return d.dropped, 0
}

func (d *bpfDevice) linkType() capture.LinkType { return d.link }

func (d *bpfDevice) seen() []Seen { return []Seen{{Name: d.name, Link: d.link}} }
