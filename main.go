// Command wsscope shows the WebSocket traffic of packet captures, frame by
// frame and message by message, and judges it against the RFCs.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// Exit codes of the contract.
const (
	exitOK      = 0
	exitInput   = 1 // an input could not be read, or not to its end
	exitUsage   = 2
	exitFinding = 3 // --fail-on was given and struck
)

// run is the program: it reads nothing but its arguments and the environment.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	opt, err := parseFlags(args, stdout)
	switch {
	case err == errHelp:
		return exitOK
	case err != nil:
		say(stderr, err.Error()+" (see wsscope --help)")
		return exitUsage
	}
	return readCaptures(ctx, opt, stdin, stdout, stderr)
}
