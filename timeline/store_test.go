package timeline

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unsafe"

	"wsscope/event"
	"wsscope/limits"
	"wsscope/timeline/timelinetest"
)

func view(s *Store, o ViewOptions) *View {
	v := s.NewView(o)
	for v.Step(1000) {
	}
	return v
}

// list writes a view down, a word a row.
func list(s *Store, v *View) string {
	var out []string
	r := s.Reader()
	var row Row
	for i := range v.Len() {
		n, fold, _ := v.At(i)
		if !r.Row(n, &row) {
			out = append(out, "gone")
			continue
		}
		word := ""
		switch row.Kind() {
		case KindOpen:
			word = "open"
		case KindEnd:
			word = "end"
		case KindFinding:
			word = "finding"
		case KindMessage:
			p, _ := r.Payload(&row)
			word = "M" + string(p)
		case KindFrame:
			p, _ := r.Payload(&row)
			word = fmt.Sprintf("F%x%s", row.Opcode(), p)
			if row.WholeMessage() {
				word = "m" + string(p)
			}
		}
		if sev, ok := row.Severity(); ok {
			word += "!" + sev.String()
		}
		if fold > 1 {
			word += fmt.Sprintf("*%d", fold)
		}
		out = append(out, word)
	}
	return strings.Join(out, " ")
}

// stepper fills views after each event.
type stepper struct {
	*Store
	views []*View
}

func (s stepper) step() {
	for _, v := range s.views {
		for v.Step(1) {
		}
	}
}
func (s stepper) Open(e *event.Open)       { s.Store.Open(e); s.step() }
func (s stepper) Frame(e *event.Frame)     { s.Store.Frame(e); s.step() }
func (s stepper) Message(e *event.Message) { s.Store.Message(e); s.step() }
func (s stepper) Finding(e *event.Finding) { s.Store.Finding(e); s.step() }
func (s stepper) End(e *event.End)         { s.Store.End(e); s.step() }

func chat(s event.Sink) *timelinetest.Feed {
	f := timelinetest.New(s)
	c := f.Open()
	d := f.Open()
	f.Text(c, event.ClientToServer, "hello")
	f.Text(d, event.ServerToClient, "other")
	f.Frame(c, event.ServerToClient, event.OpPing, true, "a")
	f.Frame(c, event.ClientToServer, event.OpPong, true, "a")
	f.Frame(c, event.ServerToClient, event.OpPing, true, "b")
	n1 := f.Frame(c, event.ClientToServer, event.OpText, false, "wor")
	n2 := f.Frame(c, event.ClientToServer, event.OpContinuation, true, "ld")
	f.Message(c, event.ClientToServer, "world", n1, n2)
	f.Frame(c, event.ClientToServer, 3, true, "r")
	f.End(c)
	s.Summary(&event.Summary{})
	return f
}

func TestViews(t *testing.T) {
	tests := []struct {
		name string
		o    ViewOptions
		want string
	}{
		{"messages", ViewOptions{}, "open open mhello mother F9a Faa F9b Mworld F3r end"},
		{"frames", ViewOptions{Mode: Frames}, "open open mhello mother F9a Faa F9b F1wor F0ld F3r end"},
		{"findings", ViewOptions{Mode: Findings}, ""},
		{"fold", ViewOptions{Heartbeats: FoldHeartbeats}, "open open mhello mother F9a*3 Mworld F3r end"},
		{"hide", ViewOptions{Heartbeats: HideHeartbeats}, "open open mhello mother Mworld F3r end"},
		{"one connection", ViewOptions{Conn: 2}, "open mother"},
		{"one connection's frames", ViewOptions{Conn: 1, Mode: Frames}, "open mhello F9a Faa F9b F1wor F0ld F3r end"},
		{"filter", ViewOptions{Match: func(r *Reader, row *Row) bool {
			p, _ := r.Payload(row)
			return bytes.Contains(p, []byte("o"))
		}}, "mhello mother Mworld"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := New(Options{})
			defer s.Close()
			chat(s)
			if got := list(s, view(s, tt.o)); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			// The same, filled while the events come.
			grow := New(Options{})
			defer grow.Close()
			v := grow.NewView(tt.o)
			chat(stepper{grow, []*View{v}})
			for v.Step(1) {
			}
			if got := list(grow, v); got != tt.want {
				t.Errorf("growing: got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestFindingsMarkRows(t *testing.T) {
	s := New(Options{})
	defer s.Close()
	severe := s.NewView(ViewOptions{Match: func(_ *Reader, row *Row) bool { sev, ok := row.Severity(); return ok && sev == event.Error }})
	fold := s.NewView(ViewOptions{Heartbeats: FoldHeartbeats})
	sink := stepper{s, []*View{severe, fold}}
	f := timelinetest.New(sink)
	c := f.Open()
	first := f.Text(c, event.ClientToServer, "x")
	n1 := f.Frame(c, event.ClientToServer, event.OpText, false, "wor")
	n2 := f.Frame(c, event.ClientToServer, event.OpContinuation, true, "ld")
	f.Message(c, event.ClientToServer, "world", n1, n2)
	f.Frame(c, event.ServerToClient, event.OpPing, true, "")
	late := f.Frame(c, event.ServerToClient, event.OpPing, true, "")
	f.Frame(c, event.ServerToClient, event.OpPing, true, "")
	f.Finding(c, n1, event.Error)
	f.Finding(c, first, event.Warning)
	f.Finding(c, first, event.Info)
	f.Finding(c, late, event.Warning)
	sink.step()
	if got, want := list(s, severe), "Mworld!error"; got != want {
		t.Errorf("severe: got %s, want %s", got, want)
	}
	if got, want := list(s, fold), "open mx!warning Mworld!error F9 F9!warning F9"; got != want {
		t.Errorf("fold: got %s, want %s", got, want)
	}
	if got, want := list(s, view(s, ViewOptions{Mode: Findings})), "finding!error finding!warning finding!info finding!warning"; got != want {
		t.Errorf("findings: got %s, want %s", got, want)
	}
	conn, _ := s.Conn(1)
	if conn.Findings != [3]uint64{1, 2, 1} {
		t.Errorf("findings by severity: %v", conn.Findings)
	}
}

// A view that is further behind than the touched rows are remembered is
// built anew.
func TestTouchedForgotten(t *testing.T) {
	var x touched
	for i := range uint32(limits.TimelineTouched + 10) {
		x.add(i)
	}
	if _, _, ok := x.since(5, nil); ok {
		t.Error("rows that were overwritten are said to be known")
	}
	rows, n, ok := x.since(12, nil)
	if !ok || len(rows) != int(limits.TimelineTouched)-2 || rows[0] != 12 || n != uint64(limits.TimelineTouched)+10 {
		t.Errorf("got %d rows from %d, n %d, ok %v", len(rows), rows[0], n, ok)
	}
}

func TestSpillAndDrop(t *testing.T) {
	payload := strings.Repeat("0123456789abcdef", 4096) // 64 KiB
	const messages = 600                                // 38 MB over a budget of 12 MB
	for _, live := range []bool{false, true} {
		t.Run(fmt.Sprint("live ", live), func(t *testing.T) {
			dir := t.TempDir()
			s := New(Options{Memory: 8_000_000, Live: live, TempDir: dir})
			f := timelinetest.New(s)
			c := f.Open()
			for i := range messages {
				f.Text(c, event.ServerToClient, fmt.Sprintf("%08d%s", i, payload))
			}
			st := s.Stats()
			if st.Resident > 6_000_000+chunkSize {
				t.Errorf("%d bytes resident", st.Resident)
			}
			r := s.Reader()
			var row Row
			whole, gone := 0, 0
			for i := range s.Len() {
				if !r.Row(i, &row) {
					t.Fatal("row", i, "is not there")
				}
				if row.Kind() != KindFrame {
					continue
				}
				b, err := r.Payload(&row)
				if err != nil {
					t.Fatal(err)
				}
				if r.Dropped(&row) {
					gone++
				} else if want := fmt.Sprintf("%08d%s", row.N-1, payload); string(b) == want {
					whole++
				}
			}
			if live {
				if gone == 0 || whole+gone != messages || st.DroppedBytes < int64(gone*len(payload)) || st.Spilled != 0 {
					t.Errorf("%d whole, %d gone, %+v", whole, gone, st)
				}
			} else if whole != messages || st.Spilled == 0 {
				t.Errorf("%d whole, %d gone, %+v", whole, gone, st)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

func TestDiskFull(t *testing.T) {
	s := New(Options{Memory: 16_000_000, TempDir: t.TempDir()})
	defer s.Close()
	s.spill.limit = 5 << 20
	f := timelinetest.New(s)
	c := f.Open()
	payload := strings.Repeat("x", 1<<20)
	for range 40 {
		f.Text(c, event.ServerToClient, payload)
	}
	st := s.Stats()
	if !errors.Is(st.SpillError, errSpillFull) || st.DroppedBytes == 0 || st.Rows != 41 {
		t.Errorf("%+v", st)
	}
}

func TestNoTempDir(t *testing.T) {
	s := New(Options{Memory: 8_000_000, TempDir: filepath.Join(t.TempDir(), "missing")})
	defer s.Close()
	f := timelinetest.New(s)
	c := f.Open()
	for range 40 {
		f.Text(c, event.ServerToClient, strings.Repeat("x", 1<<20))
	}
	if st := s.Stats(); st.SpillError == nil || st.DroppedBytes == 0 {
		t.Errorf("%+v", st)
	}
}

// Rows beyond the memory move to the file, or are dropped where that is
// live or where there are too many for their states too.
func TestManyRows(t *testing.T) {
	for _, live := range []bool{false, true} {
		t.Run(fmt.Sprint("live ", live), func(t *testing.T) {
			s := New(Options{Memory: 1_600_000, Live: live, TempDir: t.TempDir()})
			defer s.Close()
			v := s.NewView(ViewOptions{})
			one := s.NewView(ViewOptions{Conn: 1})
			f := timelinetest.New(s)
			c := f.Open()
			const n = 60_000 // 4.3 MB of rows; memory/32 are 50,000
			for i := range n {
				f.Text(c, event.ServerToClient, "")
				if i%1000 == 0 {
					v.Step(1 << 20)
					one.Step(1 << 20)
				}
			}
			for v.Step(1 << 20) {
			}
			for one.Step(1 << 20) {
			}
			st := s.Stats()
			if st.Resident > 1_600_000 || st.DroppedRows == 0 || uint64(s.First()) != st.DroppedRows {
				t.Errorf("%+v", st)
			}
			if !live && st.DroppedRows > 15_000 {
				t.Errorf("dropped %d rows", st.DroppedRows)
			}
			want := int(s.Len() - s.First())
			if v.Len() != want || one.Len() != want {
				t.Errorf("views hold %d and %d of %d rows", v.Len(), one.Len(), want)
			}
			r := s.Reader()
			var row Row
			for i := s.First(); i < s.Len(); i++ {
				if !r.Row(i, &row) || row.N != i {
					t.Fatalf("row %d: %+v", i, row.record)
				}
			}
			if r.Row(0, &row) {
				t.Error("a dropped row can be read")
			}
		})
	}
}

func TestHeads(t *testing.T) {
	s := New(Options{Memory: 1 << 20})
	defer s.Close()
	f := timelinetest.New(s)
	long := f.Open() // stays open, and so is never dropped
	for range 100 {
		f.End(f.Open())
	}
	st := s.Stats()
	if st.DroppedHeads == 0 || st.ForgottenConns != 0 || s.heads.kept > s.heads.limit+4096 {
		t.Errorf("%d bytes kept, %+v", s.heads.kept, st)
	}
	if c, _ := s.Conn(2); !c.HeadDropped || c.Open.URI != "/chat" || c.Open.RequestRaw != nil {
		t.Errorf("%+v", c)
	}
	if c, _ := s.Conn(101); c.HeadDropped {
		t.Error("the newest lost its head")
	}
	for range 1000 {
		f.End(f.Open())
	}
	st = s.Stats()
	if st.ForgottenConns < 900 || s.heads.kept > s.heads.limit+4096 || len(s.conns) > 130 {
		t.Errorf("%d connections, %d bytes kept, %+v", len(s.conns), s.heads.kept, st)
	}
	if _, ok := s.Conn(2); ok {
		t.Error("an old connection was not forgotten")
	}
	if c, ok := s.Conn(long); !ok || c.HeadDropped {
		t.Error("an open connection was forgotten")
	}
	if got := s.AppendConns(nil, 1, 2000); len(got) != len(s.conns) || s.Connections() != 1101 {
		t.Errorf("%d connections listed", len(got))
	}
}

// The UI's side reads while the producer writes; the race detector watches.
func TestConcurrent(t *testing.T) {
	s := New(Options{Memory: 2_000_000, TempDir: t.TempDir()})
	defer s.Close()
	done := make(chan bool)
	go func() {
		defer close(done)
		f := timelinetest.New(s)
		for range 20 {
			f.Open()
		}
		for i := range 20_000 {
			n := f.Text(1+i%20, event.Dir(i%2), fmt.Sprintf(`{"i":%d,"pad":"%0100d"}`, i, i))
			if i%100 == 0 {
				f.Finding(1+i%20, n, event.Warning)
			}
		}
	}()
	ctx, cancel := context.WithCancel(t.Context())
	v := s.NewView(ViewOptions{Match: func(r *Reader, row *Row) bool {
		b, _ := r.Payload(row)
		return !bytes.Contains(b, []byte(`"i":7,`))
	}})
	var wg sync.WaitGroup
	wg.Go(func() { v.Run(ctx) })
	p, _ := NewPattern(SearchText, "nowhere")
	wg.Go(func() {
		for ctx.Err() == nil {
			s.NewSearch(v, p, 0, true).Run(ctx, func(int) {})
		}
	})
	r := s.Reader()
	var row Row
	var conns []Conn
	for running := true; running; {
		select {
		case <-done:
			running = false
		default:
		}
		v.Kick()
		if n, _, ok := v.At(v.Len() - 1); ok && r.Row(n, &row) {
			if _, err := r.Detail(&row); err != nil {
				t.Fatal(err)
			}
		}
		s.Stats()
		conns = s.AppendConns(conns[:0], 1, 30)
	}
	for d, total := v.Progress(); d < total; d, total = v.Progress() {
		v.Kick()
		time.Sleep(time.Millisecond)
	}
	cancel()
	wg.Wait()
	if want := view(s, v.Options()); v.Len() != want.Len() {
		t.Errorf("%d entries, %d in a view made afterwards", v.Len(), want.Len())
	}
}

func TestHeaderRebuilt(t *testing.T) {
	tests := []event.Frame{
		{FIN: true, Opcode: 1, Masked: true, Key: [4]byte{1, 2, 3, 4}, Header: [14]byte{0x81, 0x85, 1, 2, 3, 4}, HeaderLen: 6, Len: 5},
		{FIN: true, RSV: 5, Opcode: 2, Header: [14]byte{0xd2, 126, 1, 0}, HeaderLen: 4, Len: 256},
		{Opcode: 0, Header: [14]byte{0, 126, 0, 5}, HeaderLen: 4, Len: 5}, // not minimal
		{Opcode: 9, Masked: true, Header: [14]byte{9, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}, HeaderLen: 14, Len: 1<<63 + 1},
	}
	s := New(Options{})
	defer s.Close()
	r := s.Reader()
	for i := range tests {
		f := &tests[i]
		f.Conn = &event.Conn{ID: 1}
		s.Frame(f)
		s.publish()
		var row Row
		if !r.Row(uint32(i), &row) {
			t.Fatal("no row")
		}
		if got, want := row.Header(), f.Header[:f.HeaderLen]; !bytes.Equal(got, want) {
			t.Errorf("got % x, want % x", got, want)
		}
	}
}

// The memory figures in the comments and in docs/performance.md.
func TestRecordSize(t *testing.T) {
	if n := unsafe.Sizeof(record{}); n != 64 {
		t.Errorf("a record takes %d bytes", n)
	}
}
