package main

import (
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"time"

	"wsscope/capture"
	"wsscope/limits"
	"wsscope/pipeline"
	"wsscope/timeline"
	"wsscope/ui"
)

// screen opens the timeline while it is being filled.
func screen(ctx context.Context, cancel func(), o *options, src *source, run pipeline.Options, saved *saving, stderr io.Writer) int {
	store := timeline.New(timeline.Options{Memory: int64(o.memory), Live: src.live})
	defer store.Close()
	run.Decode.Payload = limits.FramePayload
	run.Decode.Spans = true
	worst := &severest{Sink: store}
	p := pipeline.New(worst, run)
	s := &screenState{src: src, run: p}
	done := make(chan struct{})
	go func() {
		defer close(done)
		problems, err := p.Run(ctx, src)
		s.end(problems, errors.Join(err, saved.err))
	}()
	if os.Getenv("NO_COLOR") != "" || o.color == "never" {
		os.Setenv("NO_COLOR", "1")
	}
	var err error
	if !s.failedAtOnce(done) {
		err = ui.Run(ctx, store, ui.Options{Title: src.name, Status: s.status, Theme: o.theme, Follow: src.live || o.follow, Filter: o.displayY})
	}
	cancel()
	<-done
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
	return worst.exitCode(o)
}

// screenState is what the reading side tells the status line.
type screenState struct {
	src      *source
	run      *pipeline.Pipeline
	mu       sync.Mutex
	done     bool
	fatal    bool
	problems []string
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
		s.fatal = s.fatal || p.Fatal
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		s.problems = append(s.problems, err.Error())
		s.fatal = true
	}
}

func (s *screenState) status() ui.Status {
	s.mu.Lock()
	st := ui.Status{Source: s.src.name, Done: s.done, Problems: s.problems, Live: s.src.live, Packets: s.run.Packets()}
	s.mu.Unlock()
	if s.src.progress != nil {
		st.Read, st.Total = s.src.progress()
	}
	if h := s.src.handle; h != nil {
		st.Dropped = h.Stats().Dropped
	}
	return st
}
