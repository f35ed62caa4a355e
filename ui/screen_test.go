package ui

import (
	"testing"

	"github.com/gdamore/tcell/v2"

	"wsscope/event"
	"wsscope/timeline"
	"wsscope/timeline/timelinetest"
)

// Each key at each place, and those of the details with each tab and kind of
// row: nothing panics, on screens of any size.
func TestEveryKeyEverywhere(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, size := range [][2]int{{130, 30}, {60, 16}, {10, 3}} {
		b := newBench(t, sample(t), size[0], size[1])
		try := func(where place, tabNow tab, row int, keys []string) {
			b.a.focus, b.a.details.tab = where, tabNow
			b.a.rows.list.move(row)
			b.a.moved()
			for _, k := range keys {
				b.a.handleKey(key(k))
			}
			b.press("Esc")
			b.a.prompt, b.a.help, b.a.zoomed = nil, nil, false
		}
		for _, k := range bindings {
			for _, where := range []place{inConns, inTimeline, inDetails} {
				try(where, tabAnatomy, 5, k.keys)
			}
			if k.where != inDetails && k.act != actForm {
				continue
			}
			for tabNow := range tabs {
				for _, row := range []int{0, 3, 5, 8, 12} {
					try(inDetails, tabNow, row, k.keys)
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
	b.sees("not a filter:", "filter: nonsense ==")
	b.press("Esc")
	b.sees("filter: opcode == text && len > 20")
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
