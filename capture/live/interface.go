package live

import (
	"net"
	"net/netip"
	"slices"
)

// Interface is one to capture on, for a list.
type Interface struct {
	Name        string
	Description string // what kind it is, where the system tells; may be empty
	MAC         net.HardwareAddr
	Addresses   []netip.Prefix
	Up          bool
	Running     bool // up and connected
	Loopback    bool
}

// order puts running interfaces first, as they are what is looked for, and
// loopback behind others.
func order(list []Interface) {
	rank := func(i Interface) int {
		r := 0
		if !i.Running {
			r += 4
		}
		if !i.Up {
			r += 2
		}
		if i.Loopback {
			r++
		}
		return r
	}
	slices.SortStableFunc(list, func(a, b Interface) int { return rank(a) - rank(b) })
}

// fromNet lists what package net knows of the machine's interfaces.
func fromNet() ([]Interface, error) {
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
	return list, nil
}
