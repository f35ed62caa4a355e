package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/term"

	"wsscope/capture"
	"wsscope/decode/tls"
	"wsscope/event"
	"wsscope/export"
	"wsscope/limits"
	"wsscope/pipeline"
)

// view is what readCaptures prints through.
type view interface {
	event.Sink
	Err() error
}

// readCaptures reads the named files through to one of the views.
func readCaptures(ctx context.Context, o *options, stdin io.Reader, stdout, stderr io.Writer) int {
	v, run := newView(o, stdout)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	gone := &watch{Sink: v, view: v, cancel: cancel}
	src := capture.Open(ctx, o.files, stdin, capture.Options{Follow: o.follow, Salvage: o.salvage})
	defer src.Close()
	keys, err := loadKeys(o)
	if err != nil {
		say(stderr, err.Error())
		return exitInput
	}
	run.Decode.Keys = keys
	run.MaxPackets = o.count
	run.Decode.InflateLimit = int64(o.maxInflate)
	run.Live = o.follow || len(o.files) == 1 && o.files[0] == "-"
	done := showProgress(stderr, stdout, src)
	problems, err := pipeline.New(gone, run).Run(ctx, src)
	done()
	return conclude(o, gone, problems, err, stderr)
}

// newView makes the view that was asked for and says what it needs.
func newView(o *options, stdout io.Writer) (view, pipeline.Options) {
	terminal, width := terminalOf(stdout)
	opt := export.Options{MaxPayload: o.maxPayload, Color: o.useColor(terminal), Width: width}
	var run pipeline.Options
	switch o.output {
	case "json":
		run.Decode.Payload = limits.FramePayload
		if o.maxPayload >= 0 {
			run.Decode.Payload = int64(o.maxPayload) + 4 // a character may be cut
		}
		return export.NewJSON(stdout, opt), run
	case "summary":
		run.Lean = true
		return export.NewSummary(stdout), run
	case "findings":
		run.Lean = true
		return export.NewFindings(stdout, opt), run
	}
	run.Decode.Payload = previewBytes
	return export.NewText(stdout, opt), run
}

// previewBytes is how much of a payload the text view may show: more than the
// widest line.
const previewBytes = 4 << 10

func conclude(o *options, w *watch, problems []*capture.Problem, err error, stderr io.Writer) int {
	if e := w.view.Err(); e != nil {
		if errors.Is(e, syscall.EPIPE) {
			return exitOK
		}
		say(stderr, "cannot write the output: "+e.Error())
		return exitInput
	}
	code := exitOK
	if err != nil {
		say(stderr, err.Error())
		code = exitInput
	}
	for _, p := range problems {
		say(stderr, p.Error())
		if p.Fatal {
			code = exitInput
		}
	}
	if code == exitOK && o.failing && w.worst >= o.failOn && w.found {
		return exitFinding
	}
	return code
}

// watch notes the worst finding, and ends the run when nobody reads any more.
type watch struct {
	event.Sink
	view   view
	cancel func()
	worst  event.Severity
	found  bool
}

// Finding implements event.Sink.
func (w *watch) Finding(f *event.Finding) {
	w.found = true
	w.worst = max(w.worst, f.Severity)
	w.Sink.Finding(f)
}

// Flush implements pipeline.Flusher.
func (w *watch) Flush() error {
	if f, ok := w.view.(pipeline.Flusher); ok {
		if err := f.Flush(); err != nil {
			w.cancel()
		}
	}
	return nil
}

// End implements event.Sink.
func (w *watch) End(e *event.End) {
	w.Sink.End(e)
	if w.view.Err() != nil {
		w.cancel()
	}
}

// loadKeys reads the key logs and private keys.
func loadKeys(o *options) (*tls.Keys, error) {
	keys := tls.NewKeys()
	for _, name := range o.keylogs {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("cannot read the key log: %w", err)
		}
		keys.AddLog(text)
	}
	for _, name := range o.rsaKeys {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("cannot read the private key: %w", err)
		}
		if err := keys.AddRSA(text); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return keys, nil
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

// showProgress says how far the reading is, on a terminal that the view does
// not need for itself, once it takes long enough to ask.
func showProgress(stderr, stdout io.Writer, src *capture.Files) (stop func()) {
	if on, _ := terminalOf(stderr); !on {
		return func() {}
	}
	if on, _ := terminalOf(stdout); on {
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
			read, total := src.Progress()
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
