package main

import (
	"context"
	"errors"
	"io"
	"syscall"
	"time"

	"wsscope/capture"
	"wsscope/capture/bpf"
	"wsscope/capture/live"
	"wsscope/event"
	"wsscope/export"
	"wsscope/filter"
	"wsscope/limits"
	"wsscope/pipeline"
)

// view is what the run prints through.
type view interface {
	event.Sink
	pipeline.Flusher
	Err() error
}

// source is where packets come from, and what can be asked about it.
type source struct {
	capture.Source
	name     string
	progress func() (read, total int64)
	live     bool
	handle   *live.Handle // nil for files and extcap programs
}

// capturing reads files or an interface through to one of the views.
func capturing(ctx context.Context, o *options, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	whole := ctx // of the screen, which stays when the capture has ended
	if o.duration > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, o.duration)
		defer stop()
	}
	run := pipeline.Options{MaxPackets: o.count}
	run.Decode.InflateLimit = int64(o.maxInflate)
	keys, err := loadKeys(ctx, o, stderr)
	if err == nil {
		run.Decode.Keys = keys
		err = captureFilter(o, &run)
	}
	var src *source
	if err == nil {
		src, err = openSource(ctx, o, stdin, stderr, &run)
	}
	if err != nil {
		say(stderr, err.Error())
		if e := (*bpf.Error)(nil); errors.As(err, &e) {
			return exitUsage
		}
		return exitInput
	}
	defer src.Close()
	saved, err := openSave(o, src, &run)
	if err != nil {
		say(stderr, err.Error())
		return exitInput
	}
	defer saved.close(stderr)
	if o.output == "tui" {
		return screen(whole, ctx, cancel, o, src, run, saved, stderr)
	}
	v := newView(o, stdout, cancel, &run)
	w := &watch{severest: severest{Sink: v}, view: v}
	if o.display != nil {
		w.Sink = filter.NewSink(o.display, v)
	}
	done := showProgress(stderr, stdout, src.progress)
	if src.handle != nil {
		ctx = context.WithoutCancel(ctx) // it ends by itself, behind what was captured before
	}
	p := pipeline.New(w, run)
	defer p.Wait()
	defer cancel() // a panic must not wait for packets
	problems, err := p.Run(ctx, src)
	done()
	return conclude(o, w, problems, errors.Join(err, saved.err), stderr)
}

// captureFilter makes -f choose among the packets of files; on an interface
// the kernel does that.
func captureFilter(o *options, run *pipeline.Options) error {
	if o.iface != "" {
		return nil
	}
	return keepMatching(o.capFilter, run)
}

func keepMatching(expr string, run *pipeline.Options) error {
	if expr == "" {
		return nil
	}
	f, err := bpf.NewFilter(expr)
	if err != nil {
		return err
	}
	run.Keep = func(p *capture.Packet) bool {
		ok, _ := f.Match(p) // what a link type has not matches nothing
		return ok
	}
	return nil
}

func openSource(ctx context.Context, o *options, stdin io.Reader, stderr io.Writer, run *pipeline.Options) (*source, error) {
	if o.iface == "" {
		f := capture.Open(ctx, o.files, stdin, capture.Options{Follow: o.follow, Salvage: o.salvage})
		run.Live = o.live()
		run.Decode.LateKeys = len(o.keylogs) > 0 && o.live()
		name := o.files[0]
		if len(o.files) > 1 {
			name += ", …"
		}
		return &source{Source: f, name: name, progress: f.Progress}, nil
	}
	h, err := live.Open(ctx, live.Options{Interface: o.iface, Filter: o.capFilter, Snaplen: o.snaplen, RingBytes: int(o.ring), Promiscuous: !o.noPromisc})
	if err != nil {
		if x, xerr := openExtcap(ctx, o, run); x != nil || xerr != nil {
			return x, xerr
		}
		return nil, err
	}
	if o.save == "" { // files of a ring are opened later
		err := live.DropPrivileges()
		if errors.Is(err, errors.ErrUnsupported) {
			say(stderr, "privileges are kept: only a build with CGO_ENABLED=0 can drop them")
		} else if err != nil {
			h.Close()
			return nil, err
		}
	}
	run.Live, run.Clock, run.Decode.LateKeys = true, time.Now, len(o.keylogs) > 0
	return &source{Source: h, name: o.iface, live: true, handle: h}, nil
}

// openExtcap starts the program of Wireshark's that has an interface of the
// name asked for. It gives nil if none has.
func openExtcap(ctx context.Context, o *options, run *pipeline.Options) (*source, error) {
	for _, e := range live.Extcaps(ctx) {
		if e.Name != o.iface {
			continue
		}
		src, err := live.OpenExtcap(ctx, e, nil)
		if err != nil {
			return nil, err
		}
		if err := keepMatching(o.capFilter, run); err != nil {
			src.Close()
			return nil, err
		}
		run.Live, run.Clock, run.Decode.LateKeys = true, time.Now, len(o.keylogs) > 0
		return &source{Source: src, name: o.iface, live: true}, nil
	}
	return nil, nil
}

// newView makes the view that was asked for and says what it needs.
func newView(o *options, stdout io.Writer, cancel func(), run *pipeline.Options) view {
	terminal, width := terminalOf(stdout)
	stdout = &pipe{stdout, cancel}
	opt := export.Options{MaxPayload: o.maxPayload, Color: o.useColor(terminal), Width: width}
	all := o.display != nil && o.display.Needs()&filter.NeedPayload != 0
	switch {
	case o.output == "json" && o.maxPayload < 0, all:
		run.Decode.Payload = limits.FramePayload
	case o.output == "json":
		run.Decode.Payload = int64(o.maxPayload) + 4 // a character may be cut
	case o.output == "text":
		run.Decode.Payload = previewBytes
	}
	switch o.output {
	case "json":
		return export.NewJSON(stdout, opt)
	case "summary":
		run.Lean = o.display == nil
		return export.NewSummary(stdout)
	case "findings":
		run.Lean = o.display == nil
		return export.NewFindings(stdout, opt)
	}
	text := export.NewText(stdout, opt)
	text.Encryption = run.Live
	return text
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
	code := w.exitCode(o)
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
	return code
}

// severest notes the worst finding on its way to the view.
type severest struct {
	event.Sink
	worst event.Severity
	found bool
}

// Finding implements event.Sink.
func (s *severest) Finding(f *event.Finding) {
	s.found = true
	s.worst = max(s.worst, f.Severity)
	s.Sink.Finding(f)
}

// Encrypted implements event.EncryptedSink.
func (s *severest) Encrypted(e *event.Encrypted) {
	if to, ok := s.Sink.(event.EncryptedSink); ok {
		to.Encrypted(e)
	}
}

// exitCode is that of a run that read all of its input.
func (s *severest) exitCode(o *options) int {
	if o.failing && s.found && s.worst >= o.failOn {
		return exitFinding
	}
	return exitOK
}

// watch is the way to a view that prints.
type watch struct {
	severest
	view view
}

// Flush implements pipeline.Flusher.
func (w *watch) Flush() error { return w.view.Flush() }

// pipe ends the run when nobody reads its output any more.
type pipe struct {
	io.Writer
	cancel func()
}

// Write implements io.Writer.
func (p *pipe) Write(b []byte) (int, error) {
	n, err := p.Writer.Write(b)
	if err != nil {
		p.cancel()
	}
	return n, err
}
