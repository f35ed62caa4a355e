package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// line is a JSON line of the program.
type line struct {
	Event      string
	Conn       int
	Dir        string
	Transport  string
	TLS        string `json:"tls"`
	URI        string `json:"uri"`
	Client     string
	Extensions string
	Opcode     int
	Len        int
	Payload    []byte
	CloseCode  int    `json:"close_code"`
	Reason     string `json:"close_reason"`
	Compressed bool
	Complete   bool
	Text       *string
	Base64     []byte
	Rule       string
	Severity   string
	raw        string
}

func (l *line) UnmarshalJSON(b []byte) error {
	type plain line // the summary's and the end's counts are of other types
	var head struct{ Event, Text string }
	if err := json.Unmarshal(b, &head); err != nil {
		return err
	}
	if head.Event == "end" || head.Event == "summary" {
		var end struct{ Conn int }
		err := json.Unmarshal(b, &end)
		*l = line{Event: head.Event, Conn: end.Conn}
		return err
	}
	return json.Unmarshal(b, (*plain)(l))
}

// payload is that of a message.
func (l *line) payload() []byte {
	if l.Text != nil {
		return []byte(*l.Text)
	}
	return l.Base64
}

// capturing is the program at work on an interface.
type capturing struct {
	cmd    *exec.Cmd
	out    string // the file of its standard output
	stderr bytes.Buffer
	ended  chan error
}

// listen starts the program and returns once its socket takes packets. in is
// a network namespace; empty is this one.
func listen(t *testing.T, in string, args ...string) *capturing {
	t.Helper()
	needRoot(t)
	c := &capturing{out: filepath.Join(t.TempDir(), "out.jsonl")}
	stdout, err := os.Create(c.out)
	if err != nil {
		t.Fatal(err)
	}
	defer stdout.Close()
	c.start(t, in, stdout, args...)
	return c
}

func (c *capturing) start(t *testing.T, in string, stdout *os.File, args ...string) {
	t.Helper()
	c.cmd = command(in, built(t, program), args...)
	c.cmd.Stdout, c.cmd.Stderr = stdout, &c.stderr
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.ended = make(chan error, 1)
	go func() { c.ended <- c.cmd.Wait() }()
	t.Cleanup(func() { c.cmd.Process.Kill() })
	for begin := time.Now(); !c.takes(); time.Sleep(5 * time.Millisecond) {
		select {
		case err := <-c.ended:
			t.Fatalf("the capture ended: %v: %s", err, &c.stderr)
		default:
		}
		if time.Since(begin) > time.Minute {
			t.Fatal("the capture does not begin")
		}
	}
}

// takes tells that a packet socket of the program is bound (proc(5),
// /proc/net/packet: its R column).
func (c *capturing) takes() bool {
	dir := fmt.Sprintf("/proc/%d/", c.cmd.Process.Pid)
	text, _ := os.ReadFile(dir + "net/packet")
	sockets := string(text)
	fds, _ := os.ReadDir(dir + "fd")
	for _, fd := range fds {
		to, _ := os.Readlink(dir + "fd/" + fd.Name())
		inode, ok := strings.CutPrefix(to, "socket:[")
		if !ok {
			continue
		}
		for l := range strings.Lines(sockets) {
			f := strings.Fields(l)
			if len(f) > 8 && f[8] == strings.TrimSuffix(inode, "]") && f[5] == "1" {
				return true
			}
		}
	}
	return false
}

// signal sends one and waits for the end; it gives the exit code.
func (c *capturing) signal(t *testing.T, s os.Signal) int {
	t.Helper()
	if err := c.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
	return c.wait(t)
}

func (c *capturing) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-c.ended:
	case <-time.After(time.Minute):
		c.cmd.Process.Signal(syscall.SIGQUIT)
		<-c.ended
		t.Fatalf("the program does not end: %s", &c.stderr)
	}
	return c.cmd.ProcessState.ExitCode()
}

// lines are what was printed. Every line must be whole.
func (c *capturing) lines(t *testing.T) []line {
	t.Helper()
	text, err := os.ReadFile(c.out)
	if err != nil {
		t.Fatal(err)
	}
	return parse(t, text)
}

func parse(t *testing.T, text []byte) (all []line) {
	t.Helper()
	for l := range bytes.Lines(text) {
		var v line
		if err := json.Unmarshal(l, &v); err != nil {
			t.Fatalf("%v: %.300s", err, l)
		}
		v.raw = string(bytes.TrimSuffix(l, []byte("\n")))
		all = append(all, v)
	}
	return all
}

// finish ends a capture at once, with packets still on their way through the
// program, and gives its lines.
func (c *capturing) finish(t *testing.T) []line {
	t.Helper()
	if code := c.signal(t, os.Interrupt); code != 0 {
		t.Errorf("exit code %d: %s", code, &c.stderr)
	}
	all := c.lines(t)
	if len(all) == 0 || all[len(all)-1].Event != "summary" {
		t.Fatal("the last line is no summary")
	}
	return all
}

// command runs in a network namespace, or in this one.
func command(in, name string, args ...string) *exec.Cmd {
	if in == "" {
		return exec.Command(name, args...)
	}
	return exec.Command("nsenter", append([]string{"--net=/run/netns/" + in, name}, args...)...)
}
