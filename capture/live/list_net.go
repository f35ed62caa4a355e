//go:build (linux || darwin || freebsd || openbsd || netbsd || dragonfly) && !libpcap

package live

import (
	"encoding/binary"
	"net"
	"net/netip"
)

// Interfaces lists what can be captured on: first what runs, last Any where
// there is such a thing.
func Interfaces() ([]Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	var list []Interface
	for _, i := range all {
		entry := Interface{
			Name:        i.Name,
			Description: describe(i.Name),
			MAC:         i.HardwareAddr,
			Up:          i.Flags&net.FlagUp != 0,
			Running:     i.Flags&net.FlagRunning != 0,
			Loopback:    i.Flags&net.FlagLoopback != 0,
		}
		addrs, err := i.Addrs()
		if err != nil {
			continue // gone meanwhile
		}
		for _, a := range addrs {
			if p, err := netip.ParsePrefix(a.String()); err == nil {
				entry.Addresses = append(entry.Addresses, p)
			}
		}
		list = append(list, entry)
	}
	order(list)
	return append(list, pseudo()...), nil
}

// names is for who asks for an interface that is not there.
func names() (list []string) {
	all, _ := Interfaces()
	for _, i := range all {
		list = append(list, i.Name)
	}
	return list
}

// netmask is that of the interface's first IPv4 address, 0 unknown.
func netmask(name string) uint32 {
	i, err := net.InterfaceByName(name)
	if err != nil {
		return 0
	}
	addrs, _ := i.Addrs()
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && len(n.Mask) == net.IPv4len {
			return binary.BigEndian.Uint32(n.Mask)
		}
	}
	return 0
}
