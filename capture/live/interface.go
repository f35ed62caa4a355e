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
