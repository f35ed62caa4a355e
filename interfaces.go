package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"wsscope/capture/live"
)

// listInterfaces prints what can be captured on.
func listInterfaces(stdout, stderr io.Writer) int {
	list, err := live.Interfaces()
	if err != nil {
		say(stderr, err.Error())
		return exitInput
	}
	t := tabwriter.NewWriter(stdout, 0, 8, 2, ' ', 0)
	for i, f := range list {
		state := "down"
		switch {
		case f.Running:
			state = "running"
		case f.Up:
			state = "up"
		}
		if f.Loopback {
			state += ", loopback"
		}
		var addresses []string
		for _, a := range f.Addresses {
			addresses = append(addresses, a.String())
		}
		fmt.Fprintf(t, "%d.\t%s\t%s\t%s\t%s\n", i+1, f.Name, state, strings.Join(addresses, " "), f.Description)
	}
	t.Flush()
	return exitOK
}
