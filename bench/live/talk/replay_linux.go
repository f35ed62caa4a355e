package main

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// replay sends the packets of a capture onto an interface, evenly, and prints
// how many of which rate.
func replay(args []string) error {
	f := flag.NewFlagSet("replay", flag.ExitOnError)
	file := f.String("r", "", "the capture, as wsgen writes it")
	name := f.String("i", "", "the interface")
	rate := f.Int("rate", 100_000, "packets a second")
	most := f.Int("c", 1_000_000, "packets")
	f.Parse(args)

	packets, err := load(*file, *most)
	if err != nil {
		return err
	}
	iface, err := net.InterfaceByName(*name)
	if err != nil {
		return err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: iface.Index}); err != nil {
		return err
	}
	begin, sent, late := time.Now(), 0, time.Duration(0)
	for sent < len(packets) {
		due := min(int(time.Since(begin).Seconds()*float64(*rate)), len(packets))
		if due == sent {
			time.Sleep(500 * time.Microsecond)
			continue
		}
		n, err := sendAll(fd, packets[sent:min(due, sent+batch)])
		if err != nil {
			return err
		}
		sent += n
		late = max(late, time.Since(begin)-time.Duration(float64(sent)/float64(*rate)*1e9))
	}
	took := time.Since(begin).Seconds()
	fmt.Printf("%d packets in %.1f s, %.0f a second, at most %d ms late\n", sent, took, float64(sent)/took, late.Milliseconds())
	return nil
}

// load maps a little-endian pcap file and gives its packets.
func load(name string, most int) (packets [][]byte, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	b, err := unix.Mmap(int(f.Fd()), 0, int(st.Size()), unix.PROT_READ, unix.MAP_PRIVATE|unix.MAP_POPULATE)
	if err != nil {
		return nil, err
	}
	for at := 24; at+16 <= len(b) && len(packets) < most; {
		n := int(binary.LittleEndian.Uint32(b[at+8:]))
		if at+16+n > len(b) {
			break
		}
		packets = append(packets, b[at+16:at+16+n])
		at += 16 + n
	}
	return packets, nil
}

const batch = 64

// mmsghdr is struct mmsghdr (sendmmsg(2)).
type mmsghdr struct {
	unix.Msghdr
	_ uint32 // bytes sent, which the kernel fills in
}

func sendAll(fd int, packets [][]byte) (int, error) {
	var heads [batch]mmsghdr
	var iov [batch]unix.Iovec
	for i, p := range packets {
		iov[i].Base = &p[0]
		iov[i].SetLen(len(p))
		heads[i].Iov = &iov[i]
		heads[i].SetIovlen(1)
	}
	n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, uintptr(fd), uintptr(unsafe.Pointer(&heads)), uintptr(len(packets)), 0, 0, 0)
	if errno != 0 && !errors.Is(errno, unix.ENOBUFS) && !errors.Is(errno, unix.EINTR) {
		return 0, errno
	}
	if errno != 0 {
		return 0, nil
	}
	return int(n), nil
}
