//go:build linux && !libpcap

package live

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"golang.org/x/sys/unix"

	"wsscope/capture"
	"wsscope/capture/bpf"
)

// find gives the interface of a name. It needs no permission.
func find(name string) (*net.Interface, error) {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("%s: no such interface; there are: %s", name, strings.Join(names(), ", "))
	}
	return i, nil
}

// lookUp finds the interface and its kind.
func (s *socket) lookUp() (bpf.Hardware, error) {
	i, err := find(s.name)
	if err != nil {
		return bpf.Hardware{}, err
	}
	if i.Flags&net.FlagUp == 0 {
		return bpf.Hardware{}, fmt.Errorf("%s: the interface is down; to bring it up: sudo ip link set %s up", s.name, s.name)
	}
	s.ifindex = i.Index
	request, err := unix.NewIfreq(s.name)
	if err == nil {
		err = unix.IoctlIfreq(s.fd, unix.SIOCGIFHWADDR, request)
	}
	if err != nil {
		return bpf.Hardware{}, fmt.Errorf("%s: asking for its type: %w", s.name, err)
	}
	hardware := request.Uint16() // sa_family of a struct sockaddr
	link := linkOf(hardware)
	if link == capture.LinkUnknown {
		return bpf.Hardware{}, fmt.Errorf("%s: interfaces of its type (ARPHRD_ number %d) are not understood", s.name, hardware)
	}
	return bpf.Hardware{Type: hardware, Link: link}, nil
}

// state tells the number of the interface of this name, 0 if there is none,
// and whether it is up.
func (s *socket) state() (index int, up bool) {
	request, err := unix.NewIfreq(s.name)
	if err != nil || unix.IoctlIfreq(s.fd, unix.SIOCGIFINDEX, request) != nil {
		return 0, false
	}
	index = int(request.Uint32())
	if err := unix.IoctlIfreq(s.fd, unix.SIOCGIFFLAGS, request); err != nil {
		return index, !errors.Is(err, unix.ENODEV)
	}
	return index, request.Uint16()&unix.IFF_UP != 0
}

// nameOf is for an interface that a packet came from; it may be gone by now.
func nameOf(ifindex int32) string {
	if i, err := net.InterfaceByIndex(int(ifindex)); err == nil {
		return i.Name
	}
	return fmt.Sprintf("if%d", ifindex)
}

// noPermission says what to run on Linux.
func noPermission() error {
	path, err := os.Executable()
	if err != nil {
		path = os.Args[0]
	}
	if strings.ContainsAny(path, " \t'\"\\$`*?&;()<>|") {
		path = "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return &PermissionError{Run: "sudo setcap cap_net_raw=ep " + path}
}
