// Package ui is the screen: a timeline over the store to scroll, filter,
// search and take apart.
//
// One goroutine, tview's event loop, owns the whole model; app.go says how
// others reach it. What is drawn is made by renderers that know nothing of
// the screen: they give lines of words with roles, which a theme colours.
package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"wsscope/timeline"
)

// Options of the screen.
type Options struct {
	Title  string        // what is being looked at
	Status func() Status // asked at each refresh; may be nil
	Theme  string        // one of ThemeNames; empty: a guess
	Follow bool          // begin at the newest row and follow it: for live captures
	Filter string        // in force from the beginning
	Screen tcell.Screen  // nil: the terminal
}

// refreshTime is the least time between two refreshes: at most 30 a second.
const refreshTime = time.Second / 30

// firstTime is how often it looks for the first rows.
const firstTime = 5 * time.Millisecond

// Run shows the store until the user quits or ctx ends; then it gives the
// cause of ctx unless that is an ordinary end. The terminal is restored in
// any case, after a panic too. The store may be written to meanwhile.
func Run(ctx context.Context, store *timeline.Store, opt Options) error {
	screen := opt.Screen
	if screen == nil {
		var err error
		if screen, err = terminal(); err != nil {
			return err
		}
	}
	if before := debug.SetMemoryLimit(-1); before > store.HeapLimit() {
		debug.SetMemoryLimit(store.HeapLimit())
		defer debug.SetMemoryLimit(before)
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel()
	a := newApp(inner, store, opt)
	if err := a.setFilter(opt.Filter); err != nil { // makes the first view
		return fmt.Errorf("filter: %w", err)
	}
	if err := screen.Init(); err != nil {
		return fmt.Errorf("the terminal cannot show the screen: %w; -o text gives text", err)
	}
	a.colors = screen.Colors()
	a.theme = NewTheme(opt.Theme, a.colors)
	app := tview.NewApplication().SetScreen(initialised{screen}).EnablePaste(true).SetRoot(a, true)
	app.EnableMouse(true)
	screen.EnableMouse(tcell.MouseButtonEvents)
	screen.EnablePaste()
	app.SetInputCapture(func(ev *tcell.EventKey) *tcell.EventKey {
		switch ev.Key() {
		case tcell.KeyCtrlC: // tview would stop without asking
			a.handleKey(ev)
			return nil
		case tcell.KeyCtrlZ:
			app.Suspend(func() {
				if !suspend() {
					a.notice.warn("no shell here that could bring the program back: it goes on")
				}
			})
			screen.Sync() // the terminal shows something else by now
			return nil
		}
		return ev
	})
	a.quit = cancel
	a.setMouse = func(on bool) {
		if on {
			screen.EnableMouse(tcell.MouseButtonEvents)
		} else {
			screen.DisableMouse()
		}
	}
	a.redraw = screen.Sync
	a.copyText = func(text string) { copyToTerminal(screen, text) }
	a.refresh()

	ended := make(chan struct{})
	go func() {
		defer close(ended)
		pump(inner, a, app)
	}()
	err := app.Run()
	cancel()
	select {
	case <-ended:
	case <-time.After(time.Second): // the terminal failed while the pump waited for the event loop
	}
	a.jobs.Wait()
	if cause := context.Cause(ctx); err == nil && cause != nil && !errors.Is(cause, context.Canceled) {
		err = cause
	}
	return err
}

// pump hands the event loop what is new, at most 30 times a second. It is
// the only goroutine that calls QueueUpdate, and the one that stops the
// application: so it never waits for an event loop that has ended.
func pump(ctx context.Context, a *app, app *tview.Application) {
	defer app.Stop()
	tick := time.NewTicker(firstTime)
	defer tick.Stop()
	version, drawn := ^uint64(0), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		woken := false
		select {
		case <-a.wake:
			woken = true
		default:
		}
		// Once a second all is drawn anew: the status changes without the store.
		now := a.store.Version()
		if !woken && now == version && time.Since(drawn) < time.Second && !a.busy.Load() {
			continue
		}
		if a.store.Len() > 0 {
			tick.Reset(refreshTime)
		}
		version, drawn = now, time.Now()
		app.QueueUpdateDraw(a.refresh)
	}
}

// terminal opens the terminal, and says in words why it cannot.
func terminal() (tcell.Screen, error) {
	s, err := tcell.NewScreen()
	switch {
	// tcell asks infocmp about types that it does not know itself.
	case errors.Is(err, tcell.ErrTermNotFound), err != nil && strings.Contains(err.Error(), "terminfo"):
		return nil, fmt.Errorf("the terminal type %q is not known: set TERM to xterm-256color, or take -o text", os.Getenv("TERM"))
	case err != nil:
		return nil, fmt.Errorf("no screen here: %w; -o text gives text", err)
	}
	return s, nil
}

// initialised is a screen that was initialised already: tview does so again
// when it is given one.
type initialised struct{ tcell.Screen }

// Init implements tcell.Screen.
func (initialised) Init() error { return nil }

// copyToTerminal hands text to the terminal's clipboard by OSC 52. Inside
// tmux, tmux itself understands the sequence and hands it on.
func copyToTerminal(screen tcell.Screen, text string) {
	if tty, ok := screen.Tty(); ok {
		fmt.Fprint(tty, osc52(text))
		return
	}
	screen.SetClipboard([]byte(text))
}
