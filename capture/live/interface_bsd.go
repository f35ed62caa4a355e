//go:build (darwin || freebsd || openbsd || netbsd || dragonfly) && !libpcap

package live

func describe(string) string { return "" }

func pseudo() []Interface { return nil }
