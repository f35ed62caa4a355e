package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"wsscope/event"
	"wsscope/limits"
)

// options are the command line.
type options struct {
	files      []string
	output     string
	maxPayload int
	maxInflate size
	count      uint64
	salvage    bool
	follow     bool
	keylogs    []string
	rsaKeys    []string
	failOn     event.Severity
	failing    bool // --fail-on was given
	color      string
}

// errHelp: the help or the version was printed.
var errHelp = errors.New("help")

const usage = `wsscope shows the WebSocket traffic of packet captures, frame by frame and
message by message, and judges it against RFC 6455 and RFC 7692.

Usage:
  wsscope [flags] FILE ...     read captures, in order, as one timeline ("-": standard input)

Flags:
`

const examples = `
Examples:
  wsscope chat.pcap                      the timeline
  wsscope -o json chat.pcapng.gz | jq    one JSON object a line
  wsscope -o findings --fail-on error test.pcap
  ssh host tcpdump -U -w - | wsscope -

Exit codes: 0 all read, 1 an input could not be read to its end, 2 wrong
usage, 3 a finding of the severity of --fail-on or above.
`

// version is set by the linker for releases.
var version = "devel"

var outputs = []string{"text", "json", "summary", "findings"}

func parseFlags(args []string, stdout io.Writer) (*options, error) {
	o := &options{maxInflate: size(limits.InflatedMessage)}
	f := pflag.NewFlagSet("wsscope", pflag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.SortFlags = false
	read := f.StringArrayP("read", "r", nil, "read this capture `file`, as if it stood among the arguments")
	f.StringVarP(&o.output, "output", "o", "", "the view: "+strings.Join(outputs, ", "))
	f.Uint64VarP(&o.count, "count", "c", 0, "stop after `N` packets")
	f.IntVar(&o.maxPayload, "max-payload", -1, "cut payloads in JSON lines to `N` bytes")
	f.Var(&o.maxInflate, "max-inflate", "most bytes of one inflated message (k, M, G)")
	f.StringArrayVar(&o.keylogs, "keylog", nil, "an NSS key log `file` that opens TLS (also from SSLKEYLOGFILE)")
	f.StringArrayVar(&o.rsaKeys, "tls-key", nil, "an RSA private key in PEM, for RSA key exchange")
	failOn := f.String("fail-on", "", "exit with 3 after a finding of this `severity` (info, warning, error) or above")
	f.BoolVar(&o.salvage, "salvage", false, "go on behind damage in a file where packets can be made out again")
	f.BoolVarP(&o.follow, "follow", "F", false, "wait for more at the end of the last file")
	f.StringVar(&o.color, "color", "auto", "colours: auto, always, never")
	help := f.BoolP("help", "h", false, "this help")
	ver := f.BoolP("version", "V", false, "the version")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if *help {
		fmt.Fprint(stdout, usage+f.FlagUsages()+examples)
		return nil, errHelp
	}
	if *ver {
		fmt.Fprintln(stdout, "wsscope", version)
		return nil, errHelp
	}
	o.files = append(*read, f.Args()...)
	if len(o.files) == 0 {
		return nil, errors.New("no capture named")
	}
	if name := os.Getenv("SSLKEYLOGFILE"); name != "" && len(o.keylogs) == 0 {
		o.keylogs = []string{name}
	}
	if o.output == "" {
		o.output = "text"
	}
	if !slices.Contains(outputs, o.output) {
		return nil, fmt.Errorf("unknown view %q: it is one of %s", o.output, strings.Join(outputs, ", "))
	}
	if !slices.Contains([]string{"auto", "always", "never"}, o.color) {
		return nil, fmt.Errorf("--color is auto, always or never, not %q", o.color)
	}
	switch *failOn {
	case "":
	case "info", "warning", "error":
		o.failing = true
		o.failOn = map[string]event.Severity{"info": event.Info, "warning": event.Warning, "error": event.Error}[*failOn]
	default:
		return nil, fmt.Errorf("--fail-on is info, warning or error, not %q", *failOn)
	}
	return o, nil
}

// useColor decides by the flag, NO_COLOR (no-color.org) and the terminal.
func (o *options) useColor(terminal bool) bool {
	switch o.color {
	case "always":
		return true
	case "never":
		return false
	}
	return terminal && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// size is a number of bytes; k, M and G are powers of 1024.
type size int64

func (s *size) String() string { return strconv.FormatInt(int64(*s), 10) }
func (s *size) Type() string   { return "size" }

// Set implements pflag.Value.
func (s *size) Set(v string) error {
	shift := 0
	if n := len(v); n > 0 {
		switch v[n-1] {
		case 'k', 'K':
			shift = 10
		case 'm', 'M':
			shift = 20
		case 'g', 'G':
			shift = 30
		}
		if shift > 0 {
			v = v[:n-1]
		}
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil || n <= 0 || n > 1<<40>>shift {
		return errors.New("a positive number of bytes is wanted, such as 64M")
	}
	*s = size(n << shift)
	return nil
}
