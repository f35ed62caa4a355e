package ui

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"wsscope/timeline"
)

// app is the model of the screen and, as a tview primitive, its root. All its
// methods run in the event loop; what other goroutines have to say arrives
// through post.
type app struct {
	*tview.Box
	store  *timeline.Store
	opt    Options
	theme  *Theme
	colors int
	ctx    context.Context

	reader *timeline.Reader // of the event loop
	focus  place
	zoomed bool
	layout layout

	rows    rowsPane
	conns   connsPane
	details detailsPane
	prompt  *prompt // the line being typed; nil when none is
	help    *helpPane
	notice  notice
	hunt    hunt
	filter  filterState
	history map[promptKind][]string
	marks   map[uint32]bool
	mouse   bool
	status  Status

	setMouse func(bool)   // tells the terminal
	redraw   func()       // draws every cell anew
	copyText func(string) // hands text to the terminal's clipboard
	quit     func()
	jobs     sync.WaitGroup

	mu     sync.Mutex
	posted []func() // waiting for the event loop
	wake   chan struct{}
	busy   atomic.Bool // a view is behind the store: draw again soon

	synchronous bool // tests: background work is done at once
}

func newApp(ctx context.Context, store *timeline.Store, opt Options) *app {
	a := &app{
		Box: tview.NewBox(), store: store, opt: opt, ctx: ctx, theme: NewTheme(opt.Theme, 256), reader: store.Reader(),
		focus: inTimeline, marks: map[uint32]bool{}, history: map[promptKind][]string{}, mouse: true,
		wake: make(chan struct{}, 1), setMouse: func(bool) {}, redraw: func() {}, copyText: func(string) {}, quit: func() {},
	}
	a.rows.follow = opt.Follow
	a.rows.options.Heartbeats = timeline.FoldHeartbeats
	a.details.reader = store.Reader()
	a.details.tab = tabPayload
	return a
}

// post hands f to the event loop. It may be called from any goroutine.
func (a *app) post(f func()) {
	a.mu.Lock()
	a.posted = append(a.posted, f)
	a.mu.Unlock()
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// takePosted runs what was posted; it reports whether there was anything.
func (a *app) takePosted() bool {
	a.mu.Lock()
	list := a.posted
	a.posted = nil
	a.mu.Unlock()
	for _, f := range list {
		f()
	}
	return len(list) > 0
}

// background runs work beside the event loop, until it ends or its context
// does. A panic there must restore the terminal too, so it is brought into
// the event loop, where tview does so.
func (a *app) background(ctx context.Context, work func(context.Context)) {
	if a.synchronous {
		work(ctx)
		return
	}
	a.jobs.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				a.post(func() { panic(p) })
			}
		}()
		work(ctx)
	})
}

// refresh brings the model up to the store. It runs at most 30 times a
// second, before a draw.
func (a *app) refresh() {
	a.takePosted()
	if a.opt.Status != nil {
		known := len(a.status.Problems)
		a.status = a.opt.Status()
		if n := len(a.status.Problems); n > known {
			a.notice.warn(a.status.Problems[n-1])
		}
	}
	a.catchUp()
}

// catchUp has the view look at what is new.
func (a *app) catchUp() {
	if a.synchronous {
		for a.rows.view.Step(1 << 20) {
		}
	} else {
		a.rows.view.Kick()
		a.awaitView()
	}
	done, total := a.rows.view.Progress()
	a.busy.Store(done < total)
}

// awaitView gives the view, which is filled beside the event loop, a moment
// to catch up, so that what is drawn next has the newest rows. A key press
// waits no longer for it than a person notices.
func (a *app) awaitView() {
	const step, most = 200 * time.Microsecond, 20
	for range most {
		if done, total := a.rows.view.Progress(); done >= total {
			return
		}
		time.Sleep(step)
	}
}

// handleKey is what a key press does.
func (a *app) handleKey(ev *tcell.EventKey) {
	if a.prompt != nil {
		a.promptKey(ev)
		return
	}
	key := keyName(ev)
	if a.help != nil {
		a.helpKey(key)
		return
	}
	a.notice.clear()
	a.do(lookup(a.focus, key))
}

// InputHandler implements tview.Primitive.
func (a *app) InputHandler() func(*tcell.EventKey, func(tview.Primitive)) {
	return func(ev *tcell.EventKey, _ func(tview.Primitive)) { a.handleKey(ev) }
}

// HasFocus implements tview.Primitive: the root hands keys on by itself.
func (a *app) HasFocus() bool { return true }

// Focus implements tview.Primitive.
func (a *app) Focus(func(tview.Primitive)) {}

// PasteHandler implements tview.Primitive.
func (a *app) PasteHandler() func(string, func(tview.Primitive)) {
	return func(text string, _ func(tview.Primitive)) {
		if a.prompt != nil {
			a.prompt.field.PasteHandler()(firstLine(text), func(tview.Primitive) {})
		}
	}
}

// Draw implements tview.Primitive.
func (a *app) Draw(screen tcell.Screen) {
	w, h := screen.Size()
	a.SetRect(0, 0, w, h)
	a.draw(&canvas{screen, a.theme, 0, 0, w, h})
}
