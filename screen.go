package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"wsscope/capture"
	"wsscope/limits"
	"wsscope/pipeline"
	"wsscope/timeline"
	"wsscope/ui"
)

// screen opens the timeline while it is being filled. It ends with ctx, the
// reading with that or with its own.
func screen(ctx, reading context.Context, cancel func(), o *options, src *source, run pipeline.Options, saved *saving, stderr io.Writer) int {
	store := timeline.New(timeline.Options{Memory: int64(o.memory), Live: src.live})
	defer store.Close()
	run.Decode.Payload = limits.FramePayload
	run.Decode.Spans = true
	worst := &severest{Sink: store}
	s := &screenState{src: src, run: pipeline.New(worst, run), saved: saved}
	if os.Getenv("NO_COLOR") != "" || o.color == "never" {
		os.Setenv("NO_COLOR", "1")
	}
	code := s.show(ctx, reading, cancel, store, ui.Options{Title: src.name, Status: s.status, Theme: o.theme, Follow: src.live || o.follow, Filter: o.displayY}, stderr)
	if code != exitOK {
		return code
	}
	return worst.exitCode(o)
}

// exitPanic is the code with which the runtime ends a program that panics.
const exitPanic = 2

// show runs the reading side and the screen side by side until the screen is
// left. A panic of the reading side ends the screen first: told on a terminal
// in raw mode it could not be read.
func (s *screenState) show(ctx, reading context.Context, cancel func(), store *timeline.Store, opt ui.Options, stderr io.Writer) int {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if v := recover(); v != nil {
				p, ok := v.(*pipeline.Panicked)
				if !ok {
					p = &pipeline.Panicked{Value: v, Stack: debug.Stack()}
				}
				fail(p)
			}
		}()
		problems, err := s.run.Run(reading, s.src)
		s.end(problems, errors.Join(err, s.saved.err))
	}()
	var err error
	if !s.failedAtOnce(done) {
		err = ui.Run(ctx, store, opt)
	}
	cancel()
	<-done
	s.run.Wait()
	if p := (*pipeline.Panicked)(nil); errors.As(context.Cause(ctx), &p) {
		fmt.Fprintln(stderr, "panic:", p)
		return exitPanic
	}
	if err != nil {
		say(stderr, err.Error())
		return exitInput
	}
	for _, p := range s.problems {
		say(stderr, p)
	}
	if s.fatal {
		return exitInput
	}
	return exitOK
}

// screenState is what the reading side tells the status line.
type screenState struct {
	src      *source
	run      *pipeline.Pipeline
	saved    *saving
	mu       sync.Mutex
	done     bool
	fatal    bool
	problems []string // for standard error
	clauses  []string // the same for the status line, where the file is known
}

// firstPackets is how long the screen waits to see whether there is anything
// to show: nobody notices it.
const firstPackets = 30 * time.Millisecond

// failedAtOnce tells that no packet could be read: a line says so better than
// an empty screen.
func (s *screenState) failedAtOnce(done <-chan struct{}) bool {
	for begin := time.Now(); s.run.Packets() == 0 && time.Since(begin) < firstPackets; {
		select {
		case <-done:
			return s.fatal && s.run.Packets() == 0
		case <-time.After(time.Millisecond):
		}
	}
	return false
}

func (s *screenState) end(problems []*capture.Problem, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = true
	for _, p := range problems {
		s.problems = append(s.problems, p.Error())
		s.clauses = append(s.clauses, strings.TrimPrefix(p.Error(), s.src.name+": "))
		s.fatal = s.fatal || p.Fatal
	}
	if err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		s.problems = append(s.problems, err.Error())
		s.clauses = append(s.clauses, err.Error())
		s.fatal = true
	}
}

func (s *screenState) status() ui.Status {
	s.mu.Lock()
	st := ui.Status{Source: s.src.name, Done: s.done, Problems: s.clauses, Live: s.src.live, Packets: s.run.Packets()}
	s.mu.Unlock()
	if s.src.progress != nil {
		st.Read, st.Total = s.src.progress()
	}
	if h := s.src.handle; h != nil {
		st.Dropped = h.Stats().Dropped
	}
	return st
}
