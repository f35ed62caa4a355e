// Command talk makes WebSocket traffic for the measurements of bench/live,
// on this machine alone and bounded in count and time:
//
//	talk soak     connections that open and close for a while, all accounted for
//	talk latency  from a frame sent to its JSON line
//	talk replay   a capture's packets onto an interface, at a rate (Linux)
//
// Its peers are written for it: they count what they send, and cost little.
package main

import (
	"fmt"
	"os"
)

func main() {
	modes := map[string]func([]string) error{"soak": soak, "latency": latency, "replay": replay}
	if len(os.Args) < 2 || modes[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: talk soak|latency|replay [flags]")
		os.Exit(2)
	}
	if err := modes[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintln(os.Stderr, "talk:", err)
		os.Exit(1)
	}
}
