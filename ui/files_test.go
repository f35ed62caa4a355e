package ui

import (
	"encoding/base64"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/gdamore/tcell/v2"
	"github.com/rivo/tview"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/timeline"
	"wsscope/timeline/timelinetest"
)

func TestCopy(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	b.press("j", "j", "y")
	if want := `{"id":1,"method":"add","params":[1,2]}`; b.copied != want {
		t.Errorf("copied %q", b.copied)
	}
	b.sees("copied the payload, 38 bytes, if the terminal allows it (OSC 52)")
	b.press("Ctrl-Y")
	if !strings.HasPrefix(b.copied, "81a637fa21014cd8") {
		t.Errorf("copied %q", b.copied)
	}
	b.press("Y")
	if want := `3 03:04:05.003000 conn 1 c2s text 38 {"id":1,"method":"add","params":[1,2]}`; b.copied != want {
		t.Errorf("copied %q", b.copied)
	}
	b.press("g", "y")
	b.sees("no payload to copy")
	b.a.goTo(14)
	b.press("y")
	if b.copied != "000102ff" {
		t.Errorf("copied %q", b.copied)
	}
	if got := osc52("hi"); got != "\x1b]52;c;"+base64.StdEncoding.EncodeToString([]byte("hi"))+"\x07" {
		t.Errorf("%q", got)
	}
	if !strings.Contains(clipboardWhy(true), "set-clipboard") || clipboardWhy(false) != "" {
		t.Error("tmux is not explained")
	}
}

func TestCopyTooLarge(t *testing.T) {
	s := timeline.New(timeline.Options{TempDir: t.TempDir()})
	defer s.Close()
	f := timelinetest.New(s)
	c := f.Open()
	f.Text(c, event.ClientToServer, strings.Repeat("x", int(limits.ScreenCopy)+1))
	f.End(c)
	b := newBench(t, s, 160, 30)
	b.press("j", "y")
	if b.copied != "" {
		t.Error("it was copied all the same")
	}
	b.sees("too large for a terminal's clipboard", "w saves it to a file")
}

func TestSave(t *testing.T) {
	t.Chdir(t.TempDir())
	b := newBench(t, sample(t), 160, 45)
	b.press("w")
	b.sees("no payload to save")
	b.press("j", "j", "w")
	b.sees("save 38 bytes to: payload-3.txt")
	b.press("Enter")
	b.sees("saved 38 bytes to payload-3.txt")
	got, err := os.ReadFile("payload-3.txt")
	if err != nil || string(got) != `{"id":1,"method":"add","params":[1,2]}` {
		t.Errorf("%q, %v", got, err)
	}
	if fi, _ := os.Stat("payload-3.txt"); fi.Mode().Perm() != 0o600 {
		t.Errorf("others may read it: %v", fi.Mode())
	}
	b.press("j", "w", "Ctrl-U")
	b.typed("payload-3.txt")
	b.press("Enter")
	b.sees("payload-3.txt is there already. Replace it? (yes/no)")
	b.typed("no")
	b.press("Enter")
	b.sees("nothing was saved")
	b.press("w", "Ctrl-U")
	b.typed("payload-3.txt")
	b.press("Enter")
	b.typed("y")
	b.press("Enter")
	if got, _ := os.ReadFile("payload-3.txt"); string(got) != "greetings from the other one" {
		t.Errorf("%q", got)
	}
	b.press("w", "Ctrl-U")
	b.typed("missing/dir/x")
	b.press("Enter")
	b.sees("not saved:")

	b.a.setFilter("opcode == text && kind == message")
	b.press("W")
	b.sees("save 6 rows to: rows.jsonl")
	b.press("Enter")
	b.draw()
	b.sees("saved 6 rows to rows.jsonl")
	got, _ = os.ReadFile("rows.jsonl")
	if n := strings.Count(string(got), "\n"); n != 6 {
		t.Errorf("%d lines", n)
	}
	if want := `{"row":3,"event":"message","conn":1,"n":1,"time":"2026-01-02T03:04:05.003Z","packet":3,"dir":"c2s","opcode":1,"name":"text","len":38,"text":"{\"id\":1,`; !strings.HasPrefix(string(got), want) {
		t.Errorf("got %s", got)
	}
	b.a.saveRows("rows.txt", false)
	got, _ = os.ReadFile("rows.txt")
	if strings.ContainsAny(string(got), "\x1b") || !strings.HasPrefix(string(got), "3\t2026-01-02T03:04:05.003Z\t3\t1\tc2s\tmessage\ttext\t38\t{") {
		t.Errorf("got %s", got)
	}
}

func TestMouse(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	l := &b.a.layout
	b.a.mouseAt(tview.MouseLeftClick, l.rows.x+10, l.rows.y+4)
	b.draw()
	if b.a.focus != inTimeline || b.a.rows.list.cur != 3 {
		t.Errorf("focus %v, row %d", b.a.focus, b.a.rows.list.cur)
	}
	b.a.mouseAt(tview.MouseScrollDown, l.rows.x+10, l.rows.y+4)
	if b.a.rows.list.cur != 6 {
		t.Errorf("the wheel went to row %d", b.a.rows.list.cur)
	}
	for _, p := range l.tabs {
		b.a.mouseAt(tview.MouseLeftClick, p.x+2, l.details.y)
		b.draw()
		if b.a.details.tab != p.tab || b.a.focus != inDetails {
			t.Errorf("a click on %v opened %v", p.tab, b.a.details.tab)
		}
	}
	b.a.mouseAt(tview.MouseScrollDown, l.details.x+5, l.details.y+5)
	b.a.mouseAt(tview.MouseLeftDoubleClick, l.conns.x+5, l.conns.y+3)
	b.draw()
	b.sees("messages of connection 2")
	b.a.mouseAt(tview.MouseScrollUp, l.conns.x+5, l.conns.y+3)
	b.a.mouseAt(tview.MouseLeftClick, 20, 1)
	b.draw()
	b.sees("filter:")
	b.press("Esc", "?")
	b.a.mouseAt(tview.MouseScrollDown, 5, 5)
	b.a.mouseAt(tview.MouseLeftClick, 5, 5)
	b.draw()
	b.misses("Esc closes")
	if b.a.mouseAt(tview.MouseMove, 1, 1) || b.a.mouseAt(tview.MouseLeftClick, 5, 44) {
		t.Error("the mouse did something where there is nothing to do")
	}
	handler := b.a.MouseHandler()
	handler(tview.MouseLeftClick, tcell.NewEventMouse(l.rows.x+10, l.rows.y+2, tcell.Button1, tcell.ModNone), func(tview.Primitive) {})
}

// A pasted text is one line of a prompt, and does nothing elsewhere.
func TestPaste(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	paste := b.a.PasteHandler()
	paste("qqq", func(tview.Primitive) {})
	if b.quit {
		t.Error("a pasted q quits")
	}
	b.press("/")
	paste("len > 20\nsecond line", func(tview.Primitive) {})
	b.draw()
	b.sees("filter: len > 20")
	b.misses("second line")
}

// What happened to the store is said where the user sees it.
func TestStatusSaysWhatWasLost(t *testing.T) {
	st := timeline.Stats{DroppedRows: 5, DroppedBytes: 12_000_000, Resident: 400e6, Spilled: 20e6, SpillError: os.ErrPermission, DroppedHeads: 3, ForgottenConns: 2, Refused: 1, Connections: 4}
	st.Findings = [3]uint64{1, 2, 3}
	s := &Status{Total: 100, Read: 45, Dropped: 7, Problems: []string{"file is cut off"}}
	var all []string
	for _, p := range statusParts(s, &st, &event.Summary{Limits: []event.Struck{{Limit: "a"}, {Limit: "b"}}}, 9) {
		all = append(all, p.text)
	}
	text := strings.Join(all, " | ")
	for _, want := range []string{"reading 45 %", "PAUSED, 9 new", "file is cut off", "7 packets dropped by the kernel", "5 old rows dropped", "12 MB of payloads dropped",
		"permission denied", "4 connections (1 refused)", "3 errors", "2 warnings", "1 note", "400 MB + 20 MB on disk", "3 handshakes dropped", "2 old connections forgotten", "2 limits struck (:summary)"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in %s", want, text)
		}
	}
	for _, tt := range []struct {
		s    Status
		want string
	}{{Status{Live: true}, "live"}, {Status{}, "reading"}, {Status{Done: true}, ""}} {
		if got := tt.s.progress(); got != tt.want {
			t.Errorf("%+v: %q", tt.s, got)
		}
	}
}

// A broken capture is said at once, in full, and stays in the summary.
func TestProblemIsSaid(t *testing.T) {
	b := newBench(t, sample(t), 100, 30)
	problem := "test.pcap: ends after 700 of the 1514 bytes of a packet at offset 280295; copy it again"
	b.a.opt.Status = func() Status { return Status{Done: true, Packets: 7, Problems: []string{problem}} }
	b.draw()
	b.sees(" "+problem, "│ test.pcap: ends after 700 of the", "7 packets")
	b.press("j")
	b.misses("copy it again")
	b.press(":")
	b.typed("summary")
	b.press("Enter")
	b.sees("problem", "copy it again")
}

// An endless capture with a small memory: what was dropped is said, and
// nothing that was dropped can be reached.
func TestDroppedRowsOnTheScreen(t *testing.T) {
	s := timeline.New(timeline.Options{Memory: 2_000_000, Live: true, TempDir: t.TempDir()})
	defer s.Close()
	f := timelinetest.New(s)
	c := f.Open()
	b := newBench(t, s, 130, 30)
	b.press("G")
	for range 30 {
		for range 2000 {
			f.Text(c, event.ServerToClient, strings.Repeat("y", 100))
		}
		b.draw()
	}
	f.End(c)
	b.draw()
	b.sees("old rows dropped", "of payloads dropped")
	b.press("g", "2", "5", "3", "1")
	b.draw()
	b.a.rows.follow = false
	b.press("j", "5")
	b.sees("Throughput")
}

func TestBackgroundLayout(t *testing.T) {
	s := timeline.New(timeline.Options{TempDir: t.TempDir()})
	defer s.Close()
	f := timelinetest.New(s)
	c := f.Open()
	f.Text(c, event.ServerToClient, `["`+strings.Repeat("z", 2*layoutLater)+`"]`)
	f.Text(c, event.ServerToClient, strings.Repeat("line\n", int(limits.ScreenPretty/4)))
	f.End(c)
	b := newBench(t, s, 160, 30)
	b.a.synchronous = false
	b.press("j")
	b.sees("laying out")
	for range 12_000 { // a minute
		time.Sleep(5 * time.Millisecond)
		if b.draw(); !strings.Contains(b.text(), "laying out") {
			break
		}
	}
	b.sees("zzzzzzzz")
	b.a.jobs.Wait()
	b.a.synchronous = true
	b.press("j", "Enter", "G")
	b.sees("more bytes: hex (v) and saving (w) give all")
}
