package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"wsscope/capture/live"
)

// listInterfaces prints what can be captured on.
func listInterfaces(ctx context.Context, stdout, stderr io.Writer) int {
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
	for i, e := range live.Extcaps(ctx) {
		fmt.Fprintf(t, "%d.\t%s\textcap\t\t%s\n", len(list)+i+1, e.Name, e.Description)
	}
	t.Flush()
	return exitOK
}
