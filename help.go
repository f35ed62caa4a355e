package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/pflag"
)

const usage = `wsscope shows the WebSocket traffic of packet captures, frame by frame and
message by message, and judges it against the RFCs.

Usage:
  wsscope [flags] FILE ...           read captures, in order, as one timeline
                                     ("-": standard input)
  wsscope [flags] -i IFACE [FILTER]  capture live; FILTER is a capture filter in
                                     tcpdump's language
  wsscope -D                         list the interfaces
  wsscope explain HEX                take frames apart, bit by bit ("-": a hex
                                     dump on standard input)

Flags:
`

const examples = `
Examples:
  wsscope chat.pcap                      the screen; lines where the output is
                                         no terminal
  wsscope -o json chat.pcapng.gz | jq    one JSON object a line
  wsscope -Y 'opcode == close && dir == s2c' chat.pcap
  wsscope -o findings --fail-on error test.pcap
  sudo wsscope -i eth0 'port 8080'
  ssh host tcpdump -U -w - | wsscope -

Exit codes: 0 all was read, 1 an input could not be read, or not to its end,
2 wrong usage, 3 a finding of the severity of --fail-on or above.
`

// version is set by the linker for releases.
var version string

// programVersion falls back on what the Go tool knows of the build.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

const (
	helpColumn = 31 // where the explanations begin
	helpWidth  = 80 // the narrowest terminal in use
)

// flagUsages lists the flags in the order of their definition.
func flagUsages(f *pflag.FlagSet) string {
	var b strings.Builder
	f.VisitAll(func(g *pflag.Flag) {
		value, text := pflag.UnquoteUsage(g)
		line := "      --" + g.Name
		if g.Shorthand != "" {
			line = "  -" + g.Shorthand + ", --" + g.Name
		}
		if value != "" {
			line += " " + value
		}
		line += "  "
		for _, word := range strings.Fields(text) {
			switch {
			case len(line) < helpColumn:
				line += strings.Repeat(" ", helpColumn-len(line)) + word
			case len(line)+1+len(word) > helpWidth:
				fmt.Fprintln(&b, strings.TrimRight(line, " "))
				line = strings.Repeat(" ", helpColumn) + word
			case strings.HasSuffix(line, "  "):
				line += word
			default:
				line += " " + word
			}
		}
		fmt.Fprintln(&b, line)
	})
	return b.String()
}
