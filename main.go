// Command wsscope shows the WebSocket traffic of packet captures, frame by
// frame and message by message, and judges it against the RFCs.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"golang.org/x/term"

	"wsscope/anatomy"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // a reader that goes away is an error of the write
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
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

// run is the program: it knows nothing but its arguments and the environment.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	if len(args) > 0 && args[0] == "explain" {
		return explain(args[1:], stdin, stdout, stderr)
	}
	o, err := parseFlags(args, stdout)
	switch {
	case err == errHelp:
		return exitOK
	case err != nil:
		say(stderr, err.Error()+" (see wsscope --help)")
		return exitUsage
	case o.list:
		return listInterfaces(ctx, stdout, stderr)
	}
	if o.output == "" {
		o.output = "text"
		out, _ := terminalOf(stdout)
		in, isFile := stdin.(*os.File)
		if out && isFile && (term.IsTerminal(int(in.Fd())) || !o.readsStdin()) {
			o.output = "tui"
		}
	}
	return capturing(ctx, o, stdin, stdout, stderr)
}

func (o *options) readsStdin() bool {
	for _, name := range o.files {
		if name == "-" {
			return true
		}
	}
	return false
}

// live tells that packets may still be on their way.
func (o *options) live() bool { return o.iface != "" || o.follow || o.readsStdin() }

// explain takes frames given as hex apart.
func explain(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	hex := strings.NewReader(strings.Join(args, " "))
	var in io.Reader = hex
	switch {
	case len(args) == 1 && (args[0] == "-h" || args[0] == "--help"):
		fmt.Fprint(stdout, "wsscope explain HEX takes WebSocket frames apart, bit by bit: hex with any spacing, 0x, \\x, or a hex dump from standard input (-).\n\nExample:\n  wsscope explain \"81 85 37 fa 21 3d 7f 9f 4d 51 58\"\n")
		return exitOK
	case len(args) == 0, len(args) == 1 && args[0] == "-":
		if f, ok := stdin.(*os.File); ok && len(args) == 0 && term.IsTerminal(int(f.Fd())) {
			say(stderr, "explain wants frames as hex, as in: wsscope explain \"81 05 48 65 6c 6c 6f\"")
			return exitUsage
		}
		in = stdin
	}
	terminal, width := terminalOf(stdout)
	if err := anatomy.Explain(stdout, in, (&options{color: "auto"}).useColor(terminal), width); err != nil {
		say(stderr, err.Error())
		return exitUsage
	}
	return exitOK
}

// say prints one line of the program's own.
func say(stderr io.Writer, text string) {
	fmt.Fprintln(stderr, "wsscope: "+strings.ReplaceAll(text, "\n", " "))
}

func terminalOf(w io.Writer) (terminal bool, width int) {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return false, 0
	}
	width, _, _ = term.GetSize(int(f.Fd()))
	return true, width
}
