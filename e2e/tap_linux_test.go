package e2e

import (
	"fmt"
	"os"
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// tap makes a tap device in a network namespace and opens its other end: what
// is written there arrives on the device, what is sent on it can be read.
func tap(t *testing.T, in, name string) *os.File {
	t.Helper()
	run(t, "ip", "-n", in, "tuntap", "add", "mode", "tap", "name", name)
	run(t, "ip", "-n", in, "link", "set", name, "up")
	space, err := os.Open("/run/netns/" + in)
	if err != nil {
		t.Fatal(err)
	}
	defer space.Close()
	opened := make(chan *os.File, 1)
	go func() {
		// The thread has changed its namespace: it is not unlocked, so it
		// ends with the goroutine.
		runtime.LockOSThread()
		var f *os.File
		if err = unix.Setns(int(space.Fd()), unix.CLONE_NEWNET); err == nil {
			f, err = openTap(name)
		}
		opened <- f
	}()
	f := <-opened
	if err != nil {
		t.Skipf("skipped: no tap device: %v", err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func openTap(name string) (*os.File, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	ifr, err := unix.NewIfreq(name)
	if err == nil {
		ifr.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
		err = unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr)
	}
	if err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("TUNSETIFF: %w", err)
	}
	return os.NewFile(uintptr(fd), name), nil
}

// trunk joins two namespaces by a switch that sends each frame also to a
// third port, with a VLAN tag: the device "trunk" in a.
func trunk(t *testing.T, n network) {
	t.Helper()
	ends := []*os.File{tap(t, n.a, "left"), tap(t, n.b, "right")}
	mirror := tap(t, n.a, "trunk")
	for i, name := range []string{n.a, n.b} {
		run(t, "ip", "-n", name, "address", "add", fmt.Sprintf("10.77.42.%d/24", i+1), "dev", []string{"left", "right"}[i])
		go func() {
			frame := make([]byte, 1<<16)
			for {
				k, err := ends[i].Read(frame)
				if err != nil {
					return
				}
				// 802.1Q behind the addresses: VLAN 42. The copy first: the
				// answer to a frame must not be mirrored before it.
				tagged := append(append(append([]byte{}, frame[:12]...), 0x81, 0, 0, 42), frame[12:k]...)
				mirror.Write(tagged)
				ends[1-i].Write(frame[:k])
			}
		}()
	}
}

func TestVLAN(t *testing.T) {
	n := namespaces(t)
	trunk(t, n)
	m := medium{iface: "trunk", listen: n.server, to: n.server, inServer: n.a, inClient: n.b, filter: "vlan 42 and (%s)"}
	talk(t, m, "off", "takeover")
}
