package main

import (
	"context"
	"strings"
	"sync"
	"testing"

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
	if code := s.show(ctx, cancel, store, ui.Options{Screen: terminal, Status: s.status}, &stderr); code != exitPanic {
		t.Errorf("exit code %d", code)
	}
	if !terminal.restored {
		t.Error("the terminal was not restored")
	}
	if text := stderr.String(); !strings.HasPrefix(text, "panic: boom\n") || !strings.Contains(text, "brokenSink.Open") {
		t.Errorf("told: %s", text)
	}
}
