package main

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"wsscope/capture"
	"wsscope/event"
	"wsscope/pipeline"
	"wsscope/timeline"
	"wsscope/ui"
)

// terminalStub knows when it was drawn on first, and whether it was restored.
type terminalStub struct {
	tcell.SimulationScreen
	once     sync.Once
	shown    chan struct{}
	restored bool
}

func (s *terminalStub) Show() {
	s.SimulationScreen.Show()
	s.once.Do(func() { close(s.shown) })
}

func (s *terminalStub) Fini() {
	s.SimulationScreen.Fini()
	s.restored = true
}

// brokenSink panics once the screen is there.
type brokenSink struct {
	event.Sink
	after <-chan struct{}
}

func (s brokenSink) Open(*event.Open) {
	<-s.after
	panic("boom")
}

// A panic of the reading side restores the terminal and is told afterwards.
func TestReadingPanics(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	terminal := &terminalStub{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), shown: make(chan struct{})}
	store := timeline.New(timeline.Options{TempDir: t.TempDir()})
	defer store.Close()
	file := capture.Open(ctx, []string{"testdata/captures/plain/07-chat-subprotocol/capture.pcap.gz"}, nil, capture.Options{})
	defer file.Close()
	s := &screenState{src: &source{Source: file}, run: pipeline.New(brokenSink{store, terminal.shown}, pipeline.Options{}), saved: &saving{}}
	var stderr strings.Builder
	if code := s.show(ctx, ctx, cancel, store, ui.Options{Screen: terminal, Status: s.status}, &stderr); code != exitPanic {
		t.Errorf("exit code %d", code)
	}
	if !terminal.restored {
		t.Error("the terminal was not restored")
	}
	if text := stderr.String(); !strings.HasPrefix(text, "panic: boom\n") || !strings.Contains(text, "brokenSink.Open") {
		t.Errorf("told: %s", text)
	}
}

// waitingSource has no packet until its context ends.
type waitingSource struct{ ctx context.Context }

func (s waitingSource) Next() (*capture.Batch, error) {
	<-s.ctx.Done()
	return nil, s.ctx.Err()
}

func (waitingSource) Close() error { return nil }

// The end of --duration ends the capture, not the screen.
func TestDurationKeepsScreen(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reading, stop := context.WithTimeout(ctx, 50*time.Millisecond)
	defer stop()
	terminal := &terminalStub{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), shown: make(chan struct{})}
	store := timeline.New(timeline.Options{TempDir: t.TempDir()})
	defer store.Close()
	s := &screenState{src: &source{Source: waitingSource{reading}, live: true}, run: pipeline.New(store, pipeline.Options{}), saved: &saving{}}
	done := 0
	status := func() ui.Status {
		st := s.status()
		if st.Done {
			if done++; done == 3 {
				cancel()
			}
		}
		return st
	}
	var stderr strings.Builder
	if code := s.show(ctx, reading, cancel, store, ui.Options{Screen: terminal, Status: status}, &stderr); code != exitOK || stderr.Len() > 0 {
		t.Errorf("exit code %d, told: %s", code, &stderr)
	}
	if done < 3 {
		t.Error("the screen ended with the capture")
	}
}
