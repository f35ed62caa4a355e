package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"wsscope/event"
	"wsscope/filter"
	"wsscope/limits"
	"wsscope/ui"
)

// options are the command line.
type options struct {
	files  []string
	iface  string
	list   bool // -D
	output string

	capFilter string          // -f, or the arguments behind -i
	display   *filter.Program // -Y; nil: everything
	displayY  string

	save       string
	saveBytes  size
	saveEvery  time.Duration
	saveFiles  int
	saveKeys   bool
	saveWS     bool
	count      uint64
	duration   time.Duration
	snaplen    int
	ring       size
	noPromisc  bool
	follow     bool
	salvage    bool
	maxPayload int
	maxInflate size
	memory     size
	keylogs    []string
	rsaKeys    []string
	failOn     event.Severity
	failing    bool // --fail-on was given
	color      string
	theme      string
}

// errHelp: the help or the version was printed.
var errHelp = errors.New("help")

var outputs = []string{"tui", "text", "json", "summary", "findings"}

func parseFlags(args []string, stdout io.Writer) (*options, error) {
	o := &options{maxInflate: size(limits.InflatedMessage)}
	f := pflag.NewFlagSet("wsscope", pflag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.SortFlags = false
	read := f.StringArrayP("read", "r", nil, "read this capture `file`, as if it stood among the arguments")
	f.StringVarP(&o.iface, "interface", "i", "", "capture on this `interface`, or any")
	f.BoolVarP(&o.list, "list-interfaces", "D", false, "list the interfaces")
	f.StringVarP(&o.output, "output", "o", "", "the `view`: "+strings.Join(outputs, ", ")+" (tui on a terminal, else text)")
	f.StringVarP(&o.displayY, "display-filter", "Y", "", "show only what this `filter` matches (docs/filters.md)")
	f.StringVarP(&o.capFilter, "capture-filter", "f", "", "look only at packets that this tcpdump `filter` matches")
	f.Uint64VarP(&o.count, "count", "c", 0, "stop after `N` packets")
	f.DurationVar(&o.duration, "duration", 0, "stop a live capture after this `time` (90s, 2h)")
	f.StringArrayVar(&o.keylogs, "keylog", nil, "an NSS key log `file` that opens TLS (may be repeated; else SSLKEYLOGFILE is read)")
	f.StringArrayVar(&o.rsaKeys, "tls-key", nil, "an RSA private key `file` in PEM, for RSA key exchange")
	failOn := f.String("fail-on", "", "exit with 3 after a finding of this `severity` (info, warning, error) or above")
	f.IntVar(&o.maxPayload, "max-payload", -1, "cut payloads in JSON lines to `N` bytes")
	f.Var(&o.maxInflate, "max-inflate", "the largest inflated message, a `size` in k, M or G (64M)")
	f.StringVarP(&o.save, "write", "w", "", "save the packets to this `file`, as pcapng")
	f.Var(&o.saveBytes, "write-size", "begin a new file before one becomes larger than this `size`")
	f.DurationVar(&o.saveEvery, "write-every", 0, "begin a new file after this `time`")
	f.IntVar(&o.saveFiles, "write-files", 0, "keep only the newest `N` files")
	f.BoolVar(&o.saveWS, "write-websocket", false, "save only connections that carry WebSocket, from their first packet on")
	f.BoolVar(&o.saveKeys, "write-keys", false, "write the key log into the saved file: whoever has the file can read it all")
	f.IntVarP(&o.snaplen, "snapshot-length", "s", 0, "capture at most `N` bytes of a packet")
	f.Var(&o.ring, "ring", "the kernel's buffer of a live capture, a `size` (64M)")
	f.BoolVarP(&o.noPromisc, "no-promiscuous-mode", "p", false, "do not ask the interface for other machines' frames")
	f.BoolVarP(&o.follow, "follow", "F", false, "wait for more at the end of the last file")
	f.BoolVar(&o.salvage, "salvage", false, "go on behind damage in a file where packets can be made out again")
	f.Var(&o.memory, "memory", "most memory with the screen, a `size` (512M)")
	f.StringVar(&o.color, "color", "auto", "`when` to use colours: auto, always, never")
	f.StringVar(&o.theme, "theme", "", "the screen's `colours`: "+strings.Join(ui.ThemeNames, ", "))
	help := f.BoolP("help", "h", false, "this help")
	ver := f.BoolP("version", "V", false, "the version")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	if *help {
		fmt.Fprint(stdout, usage+flagUsages(f)+examples)
		return nil, errHelp
	}
	if *ver {
		fmt.Fprintln(stdout, "wsscope", programVersion())
		return nil, errHelp
	}
	o.files = *read
	if o.iface == "" {
		o.files = append(o.files, f.Args()...)
	} else if f.NArg() > 0 {
		if o.capFilter != "" {
			return nil, errors.New("the capture filter stands behind -f or at the end, not both")
		}
		o.capFilter = strings.Join(f.Args(), " ")
	}
	if f.Changed("max-payload") && o.maxPayload < 0 {
		return nil, fmt.Errorf("--max-payload is a number of bytes, not %d", o.maxPayload)
	}
	if err := o.check(*failOn); err != nil {
		return nil, err
	}
	return o, nil
}

// check finds what does not fit together.
func (o *options) check(failOn string) error {
	switch {
	case o.list:
		return nil
	case len(o.files) == 0 && o.iface == "":
		return errors.New("no capture named")
	case len(o.files) > 0 && o.iface != "":
		return errors.New("a file and an interface cannot be read at once")
	case o.output != "" && !slices.Contains(outputs, o.output):
		return fmt.Errorf("unknown view %q: it is one of %s", o.output, strings.Join(outputs, ", "))
	case !slices.Contains([]string{"auto", "always", "never"}, o.color):
		return fmt.Errorf("--color is auto, always or never, not %q", o.color)
	case o.theme != "" && !slices.Contains(ui.ThemeNames, o.theme):
		return fmt.Errorf("unknown theme %q: it is one of %s", o.theme, strings.Join(ui.ThemeNames, ", "))
	case o.save == "" && (o.saveBytes > 0 || o.saveEvery > 0 || o.saveFiles > 0 || o.saveKeys || o.saveWS):
		return errors.New("--write-size, --write-every, --write-files, --write-websocket and --write-keys go with -w FILE")
	case o.iface == "" && (o.duration > 0 || o.noPromisc || o.ring > 0 || o.snaplen > 0):
		return errors.New("--duration, -p, -s and --ring go with a live capture (-i)")
	}
	switch failOn {
	case "":
	case "info", "warning", "error":
		o.failing = true
		o.failOn = map[string]event.Severity{"info": event.Info, "warning": event.Warning, "error": event.Error}[failOn]
	default:
		return fmt.Errorf("--fail-on is info, warning or error, not %q", failOn)
	}
	if o.displayY != "" {
		p, err := filter.Compile(o.displayY)
		if err != nil {
			return fmt.Errorf("display filter: %w", err)
		}
		o.display = p
	}
	if name := os.Getenv("SSLKEYLOGFILE"); name != "" && len(o.keylogs) == 0 {
		o.keylogs = []string{name}
	}
	return nil
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

func (s *size) String() string {
	for i, unit := range []string{"G", "M", "k"} {
		if n := int64(1) << (30 - 10*i); int64(*s) >= n && int64(*s)%n == 0 {
			return strconv.FormatInt(int64(*s)/n, 10) + unit
		}
	}
	if *s == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*s), 10)
}

// Type implements pflag.Value.
func (s *size) Type() string { return "size" }

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
