package main

import (
	"fmt"
	"io"
	"time"
)

// showProgress says how far the reading is, on a terminal that the view does
// not need for itself, once it takes long enough to ask.
func showProgress(stderr, stdout io.Writer, progress func() (read, total int64)) (stop func()) {
	on, _ := terminalOf(stderr)
	if busy, _ := terminalOf(stdout); !on || busy || progress == nil {
		return func() {}
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		shown := false
		for begin := time.Now(); ; {
			select {
			case <-end:
				if shown {
					fmt.Fprint(stderr, "\r\x1b[K")
				}
				return
			case <-tick.C:
			}
			read, total := progress()
			if time.Since(begin) < time.Second || read == 0 {
				continue
			}
			shown = true
			rate := float64(read) / time.Since(begin).Seconds() / 1e6
			if total > 0 {
				fmt.Fprintf(stderr, "\r\x1b[Kreading: %d%% of %d MB, %.0f MB/s", read*100/total, total/1e6, rate)
			} else {
				fmt.Fprintf(stderr, "\r\x1b[Kreading: %d MB, %.0f MB/s", read/1e6, rate)
			}
		}
	}()
	return func() { close(end); <-ended }
}
