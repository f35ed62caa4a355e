package ui

import (
	"slices"
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

// Each key at each place, with each tab: nothing panics, and the screen
// stays whole.
func TestEveryKeyEverywhere(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, size := range [][2]int{{130, 30}, {60, 16}, {10, 3}} {
		b := newBench(t, sample(t), size[0], size[1])
		for _, where := range []place{inConns, inTimeline, inDetails} {
			for tabNow := range tabs {
				rows := []int{5}
				switch {
				case size[0] == 130 && where == inDetails:
					rows = []int{0, 3, 5, 8, 12}
				case size[0] < 130 && tabNow > 0:
					continue
				}
				for _, row := range rows {
					for _, k := range bindings {
						b.a.focus, b.a.details.tab = where, tabNow
						b.a.rows.list.move(row)
						b.a.moved()
						b.press(k.keys[0], "Esc")
						b.a.prompt, b.a.help, b.a.zoomed = nil, nil, false
					}
				}
			}
		}
	}
}

func TestBindings(t *testing.T) {
	for _, where := range []place{inConns, inTimeline, inDetails} {
		seen := map[string]string{}
		for _, b := range bindings {
			if b.where&where == 0 {
				continue
			}
			for _, k := range b.keys {
				if other, twice := seen[k]; twice {
					t.Errorf("in the %s, %s does two things: %s; %s", where, k, other, b.help)
				}
				seen[k] = b.help
				if got := keyName(key(k)); got != k && k != "Ctrl-H" {
					t.Errorf("the key %s is called %s", k, got)
				}
			}
		}
		for _, need := range []string{"?", "/", "q", "Esc", "Tab", ":", "n", "N", "j", "k", "Up", "Down", "PgUp", "PgDn", "g", "G"} {
			if seen[need] == "" {
				t.Errorf("in the %s, %s does nothing", where, need)
			}
		}
	}
}

func TestFirstScreen(t *testing.T) {
	b := newBench(t, sample(t), 220, 45)
	b.sees("test.pcap", "3 connections (1 refused)", "1 error", "Connections", "Timeline: messages", "1 of 14",
		"GET server.example.com/chat 101  chat", `{"id":1,"result":3}`, "heartbeats: 4 pings and pongs", "fragmented", "Hello, inflated world",
		"403", "1000 (normal closure) bye", "end: both sides said Close, 1000 (normal closure)", "? help", "limit struck: http-head",
		"refused", "E1", "192.0.2.1:50001 → 192.0.2.80:80")
	b.misses("beat-2")
}

func TestTooSmall(t *testing.T) {
	b := newBench(t, sample(t), 40, 10)
	b.sees("40×10 is too small:", "wsscope needs 60×16")
	b.press("q")
	if !b.quit {
		t.Error("q does not quit")
	}
}

func TestRowsAndModes(t *testing.T) {
	b := newBench(t, sample(t), 220, 45)
	b.press("m")
	b.sees("Timeline: frames", "cont")
	b.misses("Hello, inflated world")
	b.press("F")
	b.sees("Timeline: findings", "frame-client-unmasked: the client did not mask its frame")
	b.press("F", "b")
	b.sees("messages, heartbeats hidden")
	b.misses("beat-1", "pings and")
	b.press("b")
	b.sees("all heartbeats", "beat-1  after 3 ms", "beat-2")
	b.press("b", "j", "j", "c")
	b.sees("messages of connection 1")
	b.misses("greetings")
	b.press("Esc")
	b.sees("greetings")
	b.press("t")
	b.sees("time since the row before", "+0.001000")
	b.press("t", "t")
	b.sees("time UTC", "03:04:05.001000")
}

func TestConnections(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	b.press("Tab", "Tab", "j", "j")
	b.sees("GET /chat HTTP/1.1", "by number")
	b.press("Enter")
	b.sees("messages of connection 2", "greetings", "Hello, inflated world")
	b.misses("fragmented")
	b.press("Esc", "Tab", "Tab", "o", "o", "o")
	b.sees("by findings")
	if got := b.a.conns.connAt(1); got != 1 {
		t.Errorf("the connection with an error stands at line %d", b.a.conns.lineOf(1))
	}
}

func TestFilterBar(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	b.press("/")
	b.typed("opc")
	b.sees("filter: opc", "opcode, of a message that of its first frame")
	if fg, _, _ := b.styleOf("opc").Decompose(); fg != tcell.PaletteColor(209) {
		t.Errorf("what is no filter yet is not red but %v", fg)
	}
	b.press("Tab")
	b.typed(" == text && len > 20")
	if fg, _, _ := b.styleOf("opcode ==").Decompose(); fg != tcell.PaletteColor(114) {
		t.Errorf("a filter is not green but %v", fg)
	}
	b.press("Enter")
	b.sees("filter: opcode == text && len > 20  4 rows match", "greetings", "Hello, inflated world")
	b.misses("fragmented")
	b.press("/", "Ctrl-U")
	b.typed("opcode ==")
	b.press("Esc", "Esc")
	b.sees("filter: opcode == text && len > 20")
	b.press("/", "Ctrl-U")
	b.typed("nonsense ==")
	b.press("Enter")
	b.sees("not a filter:", "filter: opcode == text && len > 20")
	b.press("/", "Ctrl-U", "Up", "Up")
	b.sees("filter: opcode == text && len > 20")
	b.press("Down")
	b.sees("filter: nonsense ==")
	b.press("Esc", "Esc", "Esc")
	b.sees("filter: none", "fragmented")
	b.press("/")
	b.typed(`finding == "frame-client-unmasked" && kind == frame`)
	b.press("Enter")
	b.sees("1 row matches", "evil")
	b.press("/", "Ctrl-U")
	b.typed("rtt > 4ms")
	b.press("Enter")
	b.sees("1 row matches")
	b.press("/", "Ctrl-U")
	b.typed("text contains \"nowhere\"")
	b.press("Enter")
	b.sees("no row matches the filter; Esc takes it away")
}

// A filter that does not hold the selected row leaves the cursor near it,
// and taking the filter away brings the cursor back to where it was.
func TestCursorStaysInTime(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	b.press("j", "j", "j", "j", "j")
	before, _ := b.a.selected()
	b.a.setFilter("len > 20 && opcode == text")
	b.draw()
	b.a.setFilter("")
	b.draw()
	if after, _ := b.a.selected(); after.Index != before.Index {
		t.Errorf("the cursor went from row %d to %d", before.Index, after.Index)
	}
}

func TestSearch(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	b.press("s")
	b.typed("inflated")
	b.press("Enter")
	b.draw()
	if row, _ := b.a.selected(); row.Conn() != 2 || !row.Compressed() {
		t.Errorf("the search went to row %d", row.Index)
	}
	b.sees("“inflated”: n next, N previous")
	b.press("n")
	b.draw()
	b.sees("was not found below here")
	b.press("s", "Tab", "Tab")
	b.sees("search hex bytes:")
	b.typed("01 02 ff")
	b.press("Enter")
	b.draw()
	if row, _ := b.a.selected(); row.Opcode() != event.OpBinary {
		t.Errorf("the search went to row %d", row.Index)
	}
	b.press("s", "Tab")
	b.typed("text:greet")
	b.press("Enter")
	b.draw()
	b.sees("was not found below here")
	b.press("N")
	b.draw()
	if row, _ := b.a.selected(); row.Conn() != 2 {
		t.Errorf("N went to row %d", row.Index)
	}
	b.press("s", "Tab")
	b.typed("[")
	b.press("Enter")
	b.sees("not a regular expression")
}

func TestGoto(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	for _, tt := range []struct {
		text string
		want uint32 // packet
	}{{"5", 5}, {"#13", 13}, {"+0.006", 11}, {"03:04:05.004", 4}, {"1", 1}} {
		b.a.rows.times = clockUTC
		b.press("Ctrl-G")
		b.typed(tt.text)
		b.press("Enter")
		if row, _ := b.a.selected(); uint32(row.Packet) != tt.want && row.Packet != uint64(tt.want) {
			t.Errorf("%q goes to packet %d, want %d", tt.text, row.Packet, tt.want)
		}
	}
	b.press(":")
	b.typed("4")
	b.press("Enter")
	b.sees("4 of 14")
	for _, wrong := range []string{"x", "#x", "+x", "1:x", "#99999", "99999"} {
		b.a.notice.clear()
		b.a.goToText(wrong)
		if b.a.notice.text == "" {
			t.Errorf("%q: no word", wrong)
		}
	}
}

func TestMarksAndJumps(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	b.press("'")
	b.sees("nothing is marked")
	b.press("j", "j", "Space", "j", "j", "Space", "g", "'")
	b.sees("●", "2 marks")
	at := func() uint32 { row, _ := b.a.selected(); return row.Index }
	if at() != 2 {
		t.Errorf("the first mark is at %d", at())
	}
	b.press("'", "'")
	if at() != 2 {
		t.Errorf("marks go around to %d", at())
	}
	b.press("]")
	b.sees("this is the answer")
	b.press("[")
	b.sees("this is the request")
	if at() != 2 {
		t.Errorf("the request is row %d", at())
	}
	b.press("e")
	b.sees("E frame-client-unmasked")
	b.press("e")
	b.sees("no further row with a finding")
	b.press("g", "m", "b", "b")
	for _, tt := range []struct {
		from uint32
		key  string
		want string
	}{
		{5, "]", "this is the pong of this ping"},
		{6, "[", "this is the ping of this pong"},
		{9, "]", "this is the next fragment or the message"},
		{10, "[", "this is the fragment before"},
		{0, "]", "this is the end of the connection"},
	} {
		if !b.a.goTo(tt.from) {
			t.Fatal(tt.from)
		}
		b.press(tt.key)
		b.sees(tt.want)
	}
}

func TestDetails(t *testing.T) {
	b := newBench(t, sample(t), 160, 60)
	b.press("j", "j", "1", "Enter")
	b.sees("frame 1 of connection 1 → client to server   6 header + 38 payload bytes", "FIN marks the last frame", "|I|S|S|S|  (4)  |A|     (7)     |",
		"0 81 a6 37 fa 21 01")
	b.press("z", "Right", "Right", "Right", "Right")
	b.sees("bits 4 to 7", "opcode  = 0x1", "Masking, byte by byte", "7b  01111011", "● 0…125", "37fa2101")
	lit := b.a.theme.styles[lit]
	for _, text := range []string{"opcode  =", "opcode |M", "opcode             "} {
		if b.styleOf(text) != lit {
			t.Errorf("%q is not lit", text)
		}
	}
	b.press("Esc", "2")
	b.sees("JSON   38 bytes", `"method": "add"`)
	b.press("v")
	b.sees("text   38 bytes")
	b.press("v", "v")
	b.sees("hex   38 bytes", "000000  7b 22 69 64")
	b.press("v")
	b.sees("masked and unmasked", "│ 7b 22 69")
	b.press("3")
	b.sees("text message → client to server", "38 bytes in 1 frame", "packet 3")
	b.press("4")
	b.sees("full handshake", "the key as sent    dGhlIHNhbXBsZSBub25jZQ==", "b37a4f2cc0624f1690f64606cf385945b2bec4ea", "equal ✓", "subprotocol  chat")
	b.press("5")
	b.sees("connection 1: closed", "client closed with 1000 (normal closure)", "client: 1 error", "Throughput", "Message sizes", "round trip 3 ms to 5 ms, 4 ms on average, of 2 pings")
	b.press("Esc")
	b.a.goTo(11)
	b.press("2", "Enter")
	b.sees("Hello, inflated world")
	b.press("5", "2")
	b.a.goTo(12)
	b.press("j")
}

func TestCompressedAndFragmented(t *testing.T) {
	b := newBench(t, sample(t), 160, 50)
	var row timeline.Row
	find := func(want func() bool) {
		t.Helper()
		for i := range b.a.rows.length() {
			b.a.rows.list.move(i)
			b.a.moved()
			row, _ = b.a.selected()
			if want() {
				b.draw()
				return
			}
		}
		t.Fatal("no such row")
	}
	find(func() bool { return row.Compressed() })
	b.press("2")
	b.sees("21 bytes, 7 bytes on the wire, 33 % of it")
	b.press("v", "v", "v", "v")
	for b.a.details.form != formInflate {
		b.press("v")
	}
	b.sees("compressed, as on the wire", "f2 48 cd c9 c9 07 00", "inflated", "Hello, inflated world")
	b.press("3")
	b.sees("compressed (permessage-deflate)", "refers back at most 300 bytes: a window of 9 bits would do", "FIN RSV1")
	find(func() bool { return row.Kind() == timeline.KindMessage && !row.Compressed() })
	b.sees("10 bytes in 2 frames", "fragmented")
	b.press("1")
	b.sees("frame 1 of 2: { and }", "the first frame of a message, more follow")
	b.press("Enter", "}")
	b.sees("frame 2 of 2: { and }", "the last frame of its message")
	b.press("{")
	b.sees("frame 1 of 2")
	b.press("J", "K")
}

func TestFollowAndPause(t *testing.T) {
	s := timeline.New(timeline.Options{TempDir: t.TempDir()})
	defer s.Close()
	f := timelinetest.New(s)
	c := f.Open()
	more := func(n int) {
		for range n {
			f.Text(c, event.ClientToServer, "x")
		}
		s.Finding(&event.Finding{Conn: f.Conn(c), Rule: "r", Dir: event.NoDir, Frame: 1}) // publishes the last
	}
	more(5)
	b := newBench(t, s, 100, 30)
	at := func() uint32 { row, _ := b.a.selected(); return row.Index }
	more(5)
	b.draw()
	if at() != 0 {
		t.Fatal("the cursor moved by itself to", at())
	}
	b.press("G")
	last := at()
	more(100)
	b.draw()
	if at() <= last {
		t.Fatal("the cursor does not follow the tail")
	}
	b.press("k")
	up := at()
	top := b.a.rows.list.top
	more(100)
	b.draw()
	if at() != up || b.a.rows.list.top != top {
		t.Errorf("the view moved under the user: row %d to %d, top %d to %d", up, at(), top, b.a.rows.list.top)
	}
	b.press("p")
	b.sees("paused", "PAUSED")
	n := b.a.rows.length()
	more(50)
	b.draw()
	if b.a.rows.length() != n {
		t.Error("the rows grow while paused")
	}
	b.sees("PAUSED, 50 new")
	b.press("p")
	if b.a.rows.length() != n+50 {
		t.Error("the rows did not come after the pause")
	}
	b.press("f")
	b.sees("following the newest row")
}

func TestHelpAndCommands(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	for _, where := range []struct {
		keys []string
		want string
	}{{nil, "Keys: timeline"}, {[]string{"Tab"}, "Keys: details"}, {[]string{"Tab"}, "Keys: connections"}} {
		b.press(where.keys...)
		b.press("?")
		b.sees(where.want, "Everywhere", "Esc closes", "filter the rows")
		b.press("G")
		b.sees("Signs of the timeline")
		b.press("Esc")
		b.misses("Everywhere")
	}
	run := func(text string) {
		b.press(":")
		b.typed(text)
		b.press("Enter")
	}
	b.press(":")
	b.typed("fi")
	b.sees("filter", "findings", "rows are findings")
	b.press("Tab", "Tab", "Enter")
	b.press("Esc")
	run("help")
	b.sees(":filter EXPRESSION", ":summary")
	b.press("Esc")
	run("summary")
	b.sees("http-head", "2 times: two heads were cut", "TCP connections")
	b.press("Esc")
	run("frames")
	b.sees("Timeline: frames")
	run("conn 2")
	b.sees("frames of connection 2")
	run("conn 0")
	run("conn 9")
	b.sees("there is no connection 9")
	run("conn x")
	b.sees("a connection is a number")
	run("filter len > 20")
	b.sees("filter: len > 20")
	run("filter")
	b.sees("filter: none")
	run("m")
	b.sees("m may be messages, mouse, marks")
	run("bogus")
	b.sees("no command is called bogus")
	run("theme light")
	b.sees("theme light")
	run("mouse")
	b.sees("mouse off")
	run("search greet")
	b.draw()
	b.sees("“greet”")
	run("quit")
	if !b.quit {
		t.Error(":quit does not quit")
	}
}

func TestCapturedTextIsHarmless(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	cells, _, _ := b.screen.GetContents()
	for _, c := range cells {
		for _, r := range c.Runes {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e {
				t.Fatalf("%U reached the screen", r)
			}
		}
	}
	b.sees("evil ␛[31m[red]tag[-] \uFFFDtxt \uFFFD \uFFFD 漢字")
}

// Direction and severity can be told without colours.
func TestNoColour(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	b.a.colors = 0
	b.a.setTheme("dark")
	b.draw()
	cells, _, _ := b.screen.GetContents()
	for _, c := range cells {
		fg, bg, _ := c.Style.Decompose()
		if fg != tcell.ColorDefault || bg != tcell.ColorDefault {
			t.Fatalf("a colour in spite of NO_COLOR: %v on %v", fg, bg)
		}
	}
	b.sees("→ text", "← text", "E")
}

func TestThemes(t *testing.T) {
	for _, colors := range []int{0, 8, 16, 256, 1 << 24} {
		for _, name := range ThemeNames {
			th := NewTheme(name, colors)
			if th.Name != name {
				t.Errorf("theme %q is called %q", name, th.Name)
			}
			if _, bg, _ := th.styles[normal].Decompose(); bg != tcell.ColorDefault {
				t.Errorf("%s: the background is not the terminal's own", name)
			}
			if colors == 0 {
				continue
			}
			for _, pair := range [][2]role{{client, server}, {bad, warn}, {good, bad}, {normal, dim}} {
				if th.styles[pair[0]] == th.styles[pair[1]] {
					t.Errorf("%s with %d colours: roles %d and %d look the same", name, colors, pair[0], pair[1])
				}
			}
			for r := range roles {
				if fg, _, _ := th.styles[r].Decompose(); !fg.Valid() && fg != tcell.ColorDefault {
					t.Errorf("%s with %d colours: role %d has no valid colour", name, colors, r)
				}
			}
		}
	}
	for env, want := range map[string]string{"": "dark", "15;0": "dark", "0;15": "light", "0;default;7": "light"} {
		if got := guessTheme(env); got != want {
			t.Errorf("COLORFGBG=%q: %s, want %s", env, got, want)
		}
	}
	b := newBench(t, sample(t), 100, 30)
	b.press("T")
	b.sees("theme light")
	b.press("T", "T")
	b.sees("theme dark")
}

// The panes cover the screen and do not overlap, whatever its size.
func TestLayout(t *testing.T) {
	for w := minWidth; w <= 220; w += 7 {
		for h := minHeight; h <= 70; h += 3 {
			for _, focus := range []place{inConns, inTimeline, inDetails} {
				for _, conns := range []int{0, 1, 5, 1000} {
					for _, zoomed := range []bool{false, true} {
						l := lay(w, h, focus, zoomed, conns)
						area := 0
						panes := slices.DeleteFunc([]rect{l.conns, l.rows, l.details}, func(r rect) bool { return r.h == 0 })
						for i, r := range panes {
							area += r.w * r.h
							if r.x < 0 || r.y < 2 || r.x+r.w > w || r.y+r.h > h-1 || r.h < 2 || r.w < 30 {
								t.Fatalf("%d×%d focus %v conns %d: pane %d is %+v", w, h, focus, conns, i, r)
							}
							for _, q := range panes[:i] {
								if r.x < q.x+q.w && q.x < r.x+r.w && r.y < q.y+q.h && q.y < r.y+r.h {
									t.Fatalf("%d×%d focus %v conns %d: %+v and %+v overlap", w, h, focus, conns, q, r)
								}
							}
						}
						if area < w*(h-3)-h {
							t.Fatalf("%d×%d focus %v: %d of %d cells are used", w, h, focus, area, w*(h-3))
						}
					}
				}
			}
		}
	}
}
