//go:build linux && !libpcap

package live

import (
	"errors"
	"io"
	"time"

	"golang.org/x/sys/unix"

	"wsscope/capture"
	"wsscope/limits"
)

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

// deliver makes a batch of the blocks that are ready. Those of a quiet
// interface are nearly empty: many fit into one batch, so that a reader that
// comes late has few to take.
func (s *socket) deliver() (*capture.Batch, error) {
	b := s.slabs.get()
	for room := b.memory; ; {
		block := s.ring.take(room)
		s.add(b.Batch, &block)
		room = room[len(block.memory):]
		if !s.ring.ready() || s.ring.used() > len(room) {
			break
		}
	}
	b.Dropped = s.newlyDropped()
	return b.Batch, nil
}

// add appends the packets of a block.
func (s *socket) add(b *capture.Batch, block *block) {
	for f, ok := block.frame(); ok; f, ok = block.frame() {
		link := linkOf(f.hardware)
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
}

// place gives the index of an interface in known.
func (s *socket) place(ifindex int32, link capture.LinkType) int {
	if i, ok := s.indexOf[ifindex]; ok {
		return i
	}
	name := s.name
	switch {
	case len(s.known) >= limits.Interfaces:
		ifindex, name = -1-int32(link), "others"
		if i, ok := s.indexOf[ifindex]; ok {
			return i
		}
	case name == Any:
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
