//go:build !(linux && !libpcap) && !((darwin || freebsd || openbsd || netbsd || dragonfly) && !libpcap) && !(windows && (amd64 || 386)) && !(libpcap && cgo && unix)

package live

import (
	"errors"
	"runtime"
)

var errNone = errors.New("no live capture on " + runtime.GOOS + "/" + runtime.GOARCH +
	" in this build; a capture of another program can be read from a pipe: tcpdump -U -w - | wsscope -")

func openDevice(Options) (device, error) { return nil, errNone }

// Interfaces has none to list.
func Interfaces() ([]Interface, error) { return nil, errNone }
