package ui

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"wsscope/event"
	"wsscope/timeline"
	"wsscope/timeline/timelinetest"
)

// watched is a simulated screen that can be looked at from outside the event
// loop, and that knows whether it was restored.
type watched struct {
	tcell.SimulationScreen
	shown    atomic.Pointer[string]
	draws    atomic.Int64
	restored atomic.Bool
	width    int
	height   int
}

func newWatched(w, h int) *watched {
	return &watched{SimulationScreen: tcell.NewSimulationScreen("UTF-8"), width: w, height: h}
}

func (s *watched) Init() error {
	err := s.SimulationScreen.Init()
	s.SetSize(s.width, s.height)
	return err
}

// Show notes what is shown: it runs in the event loop, as all drawing does.
func (s *watched) Show() {
	s.SimulationScreen.Show()
	cells, w, _ := s.GetContents()
	var b strings.Builder
	for i, c := range cells {
		if i > 0 && i%w == 0 {
			b.WriteByte('\n')
		}
		b.WriteString(string(c.Runes))
	}
	text := b.String()
	s.shown.Store(&text)
	s.draws.Add(1)
}

// press injects a key and waits for the draw that answers it: the simulated
// screen drops events behind ten.
func (s *watched) press(k tcell.Key, r rune) {
	before := s.draws.Load()
	s.InjectKey(k, r, tcell.ModNone)
	for range 60_000 {
		if s.draws.Load() > before {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func (s *watched) Fini() {
	s.restored.Store(true)
	s.SimulationScreen.Fini()
}

func (s *watched) waitFor(t *testing.T, text string) {
	t.Helper()
	for range 12_000 { // a minute, for machines that have other things to do
		if p := s.shown.Load(); p != nil && strings.Contains(*p, text) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	last := ""
	if p := s.shown.Load(); p != nil {
		last = *p
	}
	t.Fatalf("%q never came:\n%s", text, last)
}

// run starts the screen over a store and gives what ends it.
func run(t *testing.T, ctx context.Context, store *timeline.Store, opt Options) (*watched, chan error) {
	s := newWatched(140, 40)
	opt.Screen = s
	ended := make(chan error, 1)
	go func() { ended <- Run(ctx, store, opt) }()
	return s, ended
}

func (s *watched) ends(t *testing.T, ended chan error) error {
	t.Helper()
	select {
	case err := <-ended:
		if !s.restored.Load() {
			t.Error("the terminal was not restored")
		}
		return err
	case <-time.After(time.Minute):
		t.Fatal("the screen does not end")
	}
	return nil
}

// The whole: a producer writes while a user scrolls, filters, searches and
// quits. The race detector watches.
func TestRunWhileLoading(t *testing.T) {
	store := timeline.New(timeline.Options{Memory: 8_000_000, TempDir: t.TempDir()})
	defer store.Close()
	var done atomic.Bool
	loaded := make(chan bool)
	go func() {
		defer close(loaded)
		f := timelinetest.New(store)
		for range 10 {
			f.Open()
		}
		for i := range 20_000 {
			f.Text(1+i%10, event.Dir(i%2), strings.Repeat("payload ", 20))
			if i%1000 == 0 {
				f.Finding(1+i%10, 1, event.Warning)
			}
		}
		for c := range 10 {
			f.End(c + 1)
		}
		store.Summary(&event.Summary{})
		done.Store(true)
	}()
	s, ended := run(t, t.Context(), store, Options{Title: "race.pcap", Status: func() Status {
		return Status{Done: done.Load(), Packets: store.Stats().LastPacket}
	}})
	s.waitFor(t, "race.pcap")
	press := func(r rune) { s.press(tcell.KeyRune, r) }
	text := func(x string) {
		for _, r := range x {
			press(r)
		}
	}
	text("jjj5Fm12345")
	press('/')
	text("len > 10 && dir == c2s")
	s.press(tcell.KeyEnter, 0)
	s.waitFor(t, "rows match")
	press('s')
	text("nowhere to be found")
	s.press(tcell.KeyEnter, 0)
	s.waitFor(t, "was not found below")
	<-loaded
	press('G')
	s.waitFor(t, "following the newest row")
	press('?')
	s.waitFor(t, "Keys: timeline")
	s.press(tcell.KeyEscape, 0)
	s.InjectMouse(20, 20, tcell.Button1, tcell.ModNone)
	s.InjectMouse(20, 20, tcell.ButtonNone, tcell.ModNone)
	time.Sleep(20 * time.Millisecond)
	press('q')
	if err := s.ends(t, ended); err != nil {
		t.Error(err)
	}
}

// The first rows stand on the screen soon, though nothing else comes.
func TestFirstRowsSoon(t *testing.T) {
	begin := time.Now()
	s, ended := run(t, t.Context(), sample(t), Options{Title: "x"})
	s.waitFor(t, "greetings")
	t.Logf("the first rows took %v", time.Since(begin)) // a figure for docs/performance.md, no promise on a busy machine
	s.InjectKey(tcell.KeyCtrlC, 0, tcell.ModNone)
	if err := s.ends(t, ended); err != nil {
		t.Error(err)
	}
}

// SIGTERM ends the context: the terminal is restored, and it is no error.
func TestContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s, ended := run(t, ctx, sample(t), Options{})
	s.waitFor(t, "greetings")
	cancel()
	if err := s.ends(t, ended); err != nil {
		t.Error(err)
	}
}

// What went wrong elsewhere, such as a panic of the producer, ends the screen
// first and is told afterwards.
func TestContextCause(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	s, ended := run(t, ctx, sample(t), Options{})
	s.waitFor(t, "greetings")
	boom := errors.New("boom")
	cancel(boom)
	if err := s.ends(t, ended); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
}

// A panic in the event loop restores the terminal before it goes on.
func TestPanicRestores(t *testing.T) {
	s := newWatched(140, 40)
	calls := 0
	defer func() {
		if p := recover(); p != "boom" {
			t.Errorf("recovered %v", p)
		}
		if !s.restored.Load() {
			t.Error("the terminal was not restored")
		}
	}()
	Run(t.Context(), sample(t), Options{Screen: s, Status: func() Status {
		if calls++; calls > 2 {
			panic("boom")
		}
		return Status{}
	}})
	t.Error("Run returned")
}

// So does a panic in work beside the event loop.
func TestBackgroundPanic(t *testing.T) {
	a := newApp(t.Context(), sample(t), Options{})
	a.background(t.Context(), func(context.Context) { panic("boom") })
	a.jobs.Wait()
	defer func() {
		if p := recover(); p != "boom" {
			t.Errorf("recovered %v", p)
		}
	}()
	a.takePosted()
	t.Error("the panic was swallowed")
}

func TestBadFilterOption(t *testing.T) {
	err := Run(t.Context(), sample(t), Options{Screen: newWatched(80, 24), Filter: "((("})
	if err == nil || !strings.HasPrefix(err.Error(), "filter: ") {
		t.Errorf("got %v", err)
	}
}

func TestUnknownTerminal(t *testing.T) {
	t.Setenv("TERM", "no-such-terminal")
	_, err := terminal()
	if err == nil || !strings.Contains(err.Error(), `terminal type "no-such-terminal" is not known`) {
		t.Errorf("got %v", err)
	}
}
