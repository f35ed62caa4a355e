//go:build linux && !libpcap

package live

import (
	"os"
	"path/filepath"
	"strings"
)

// describe tells what kind of interface it is, from sysfs.
func describe(name string) string {
	at := filepath.Join("/sys/class/net", name)
	has := func(file string) bool {
		_, err := os.Stat(filepath.Join(at, file))
		return err == nil
	}
	uevent, _ := os.ReadFile(filepath.Join(at, "uevent"))
	_, kind, _ := strings.Cut(string(uevent), "DEVTYPE=")
	kind, _, _ = strings.Cut(kind, "\n")
	switch {
	case kind == "wlan" || has("wireless"):
		return "wireless"
	case kind != "":
		return kind // bridge, vlan, bond, vxlan, wireguard, …
	case has("tun_flags"):
		return "tun or tap"
	case has("bridge"):
		return "bridge"
	case !has("device"):
		return "virtual"
	}
	return ""
}

// pseudo are names that stand for more than one interface.
func pseudo() []Interface {
	return []Interface{{Name: Any, Description: "all interfaces", Up: true, Running: true}}
}
