package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"

	"wsscope/event"
	"wsscope/timeline"
	"wsscope/timeline/timelinetest"
)

// bench is a screen over a store, without an event loop: keys go straight to
// the model, and background work is done at once.
type bench struct {
	t      testing.TB
	store  *timeline.Store
	a      *app
	screen tcell.SimulationScreen
	copied string
	quit   bool
}

func newBench(t testing.TB, store *timeline.Store, w, h int) *bench {
	t.Helper()
	b := &bench{t: t, store: store, screen: tcell.NewSimulationScreen("UTF-8")}
	if err := b.screen.Init(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.screen.Fini)
	b.screen.SetSize(w, h)
	b.a = newApp(t.Context(), store, Options{Title: "test.pcap", Theme: "dark", Status: func() Status { return Status{Done: true, Packets: store.Stats().LastPacket} }})
	b.a.synchronous = true
	b.a.copyText = func(s string) { b.copied = s }
	b.a.quit = func() { b.quit = true }
	b.a.setView()
	b.draw()
	return b
}

func (b *bench) draw() {
	b.a.refresh()
	b.screen.Clear()
	b.a.Draw(b.screen)
	b.screen.Show()
}

// key makes the event of a key by its name in the bindings.
func key(name string) *tcell.EventKey {
	for k, n := range map[tcell.Key]string{
		tcell.KeyEnter: "Enter", tcell.KeyEscape: "Esc", tcell.KeyBackspace2: "Backspace", tcell.KeyTab: "Tab", tcell.KeyBacktab: "Shift-Tab",
		tcell.KeyUp: "Up", tcell.KeyDown: "Down", tcell.KeyLeft: "Left", tcell.KeyRight: "Right", tcell.KeyPgUp: "PgUp", tcell.KeyPgDn: "PgDn",
		tcell.KeyHome: "Home", tcell.KeyEnd: "End", tcell.KeyF1: "F1",
	} {
		if n == name {
			return tcell.NewEventKey(k, 0, tcell.ModNone)
		}
	}
	if c, ok := strings.CutPrefix(name, "Ctrl-"); ok {
		return tcell.NewEventKey(tcell.KeyCtrlA+tcell.Key(c[0]-'A'), 0, tcell.ModCtrl)
	}
	if name == "Space" {
		name = " "
	}
	return tcell.NewEventKey(tcell.KeyRune, []rune(name)[0], tcell.ModNone)
}

// press presses keys by name and draws after each.
func (b *bench) press(names ...string) {
	for _, n := range names {
		b.a.handleKey(key(n))
		b.draw()
	}
}

// typed types a text.
func (b *bench) typed(text string) {
	for _, r := range text {
		b.a.handleKey(tcell.NewEventKey(tcell.KeyRune, r, tcell.ModNone))
	}
	b.draw()
}

// lines gives what is on the screen.
func (b *bench) lines() []string {
	cells, w, h := b.screen.GetContents()
	var out []string
	for y := range h {
		var s strings.Builder
		for x := 0; x < w; x++ {
			c := cells[y*w+x]
			s.WriteString(string(c.Runes))
			if len(c.Runes) > 0 && textWidth(string(c.Runes)) == 2 {
				x++
			}
		}
		out = append(out, strings.TrimRight(s.String(), " "))
	}
	return out
}

func (b *bench) text() string { return strings.Join(b.lines(), "\n") }

// sees fails unless every text is on the screen.
func (b *bench) sees(texts ...string) {
	b.t.Helper()
	all := b.text()
	for _, s := range texts {
		if !strings.Contains(all, s) {
			b.t.Errorf("%q is not on the screen:\n%s", s, all)
		}
	}
}

// misses fails if a text is on the screen.
func (b *bench) misses(texts ...string) {
	b.t.Helper()
	all := b.text()
	for _, s := range texts {
		if strings.Contains(all, s) {
			b.t.Errorf("%q is on the screen:\n%s", s, all)
		}
	}
}

// styleOf gives the style of the first cell of a text on the screen.
func (b *bench) styleOf(text string) tcell.Style {
	b.t.Helper()
	cells, w, _ := b.screen.GetContents()
	for y, l := range b.lines() {
		if i := strings.Index(l, text); i >= 0 {
			return cells[y*w+textWidth(l[:i])].Style
		}
	}
	b.t.Fatalf("%q is not on the screen:\n%s", text, b.text())
	return tcell.StyleDefault
}

// sample is a capture with a bit of everything.
func sample(t testing.TB) *timeline.Store {
	s := timeline.New(timeline.Options{TempDir: t.TempDir()})
	t.Cleanup(func() { s.Close() })
	f := timelinetest.New(s)
	c := f.Open()
	d := f.Open()
	f.Text(c, event.ClientToServer, `{"id":1,"method":"add","params":[1,2]}`) // rows 3…
	f.Text(d, event.ServerToClient, "greetings from the other one")
	f.Text(c, event.ServerToClient, `{"id":1,"result":3}`)
	f.Frame(c, event.ServerToClient, event.OpPing, true, "beat-1")
	f.Pong(c, event.ClientToServer, "beat-1", 3*time.Millisecond)
	f.Frame(c, event.ServerToClient, event.OpPing, true, "beat-2")
	f.Pong(c, event.ClientToServer, "beat-2", 5*time.Millisecond)
	n1 := f.Frame(c, event.ClientToServer, event.OpText, false, "frag")
	n2 := f.Frame(c, event.ClientToServer, event.OpContinuation, true, "mented")
	f.Message(c, event.ClientToServer, "fragmented", n1, n2)
	f.Compressed(d, event.ServerToClient, "\xf2\x48\xcd\xc9\xc9\x07\x00", "Hello, inflated world")
	f.Binary(c, event.ServerToClient, "\x00\x01\x02\xff")
	bad := f.Text(c, event.ClientToServer, "evil \x1b[31m[red]tag[-] \u202etxt \x9b \xff 漢字 👩‍👩‍👧 مرحبا")
	f.Finding(c, bad, event.Error)
	f.Refuse(403)
	f.Close(c, event.ClientToServer, 1000, "bye")
	f.Close(c, event.ServerToClient, 1000, "")
	f.End(c)
	s.Summary(&event.Summary{Packets: 20, Limits: []event.Struck{{Limit: "http-head", Count: 2, Text: "two heads were cut"}}})
	return s
}
