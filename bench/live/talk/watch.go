package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// watched is a running wsscope whose JSON lines are counted.
type watched struct {
	cmd  *exec.Cmd
	done chan error
	// line, where set, is told every message line.
	line func(*line)

	seen                              count
	opens, ends, incomplete, findings int64 // valid after stop
	summary                           string
}

// line is what is wanted of a JSON line.
type line struct {
	Event    string
	Dir      string
	Opcode   byte
	Complete bool
	Text     *string
	Base64   []byte
}

func (l *line) payload() []byte {
	if l.Text != nil {
		return []byte(*l.Text)
	}
	return l.Base64
}

func newWatched() *watched { return &watched{done: make(chan error, 1)} }

// start runs the program and waits until it captures.
func (w *watched) start(program string, args []string) error {
	w.cmd = exec.Command(program, args...)
	w.cmd.Stderr = os.Stderr
	out, err := w.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := w.cmd.Start(); err != nil {
		return err
	}
	go func() {
		r := bufio.NewReaderSize(out, 1<<20)
		for {
			text, err := r.ReadBytes('\n')
			if err != nil {
				w.done <- nil
				return
			}
			if err := w.take(text); err != nil {
				w.done <- err
				return
			}
		}
	}()
	time.Sleep(time.Second) // the ring is open long before
	return nil
}

func (w *watched) take(text []byte) error {
	if strings.HasPrefix(string(text[:16]), `{"event":"frame"`) && !strings.Contains(string(text[:min(len(text), 400)]), `"opcode":8`) {
		return nil // the messages are counted
	}
	var l line
	if err := json.Unmarshal(text, &l); err != nil {
		return fmt.Errorf("a line that is no JSON: %w", err)
	}
	switch l.Event {
	case "open":
		w.opens++
	case "end":
		w.ends++
	case "finding":
		w.findings++
	case "frame":
		w.seen.closes.Add(1)
	case "summary":
		w.summary = strings.TrimSpace(string(text))
	case "message":
		if !l.Complete {
			w.incomplete++
		}
		w.seen.add(l.Dir, l.Opcode, l.payload())
		if w.line != nil {
			w.line(&l)
		}
	}
	return nil
}

// stop ends the program and waits for its last line.
func (w *watched) stop() error {
	w.cmd.Process.Signal(syscall.SIGINT)
	if err := <-w.done; err != nil {
		return err
	}
	return w.cmd.Wait()
}

// usage is what /proc says of the program.
type usage struct {
	rssKiB int64
	cpu    float64
	load   string
}

func (w *watched) usage() (u usage) {
	dir := fmt.Sprintf("/proc/%d/", w.cmd.Process.Pid)
	status, _ := os.ReadFile(dir + "status")
	for l := range strings.Lines(string(status)) {
		if v, ok := strings.CutPrefix(l, "VmRSS:"); ok {
			u.rssKiB, _ = strconv.ParseInt(strings.Fields(v)[0], 10, 64)
		}
	}
	stat, _ := os.ReadFile(dir + "stat")
	if _, after, ok := strings.Cut(string(stat), ") "); ok {
		fields := strings.Fields(after)
		for _, f := range fields[11:13] { // utime and stime, in hundredths
			ticks, _ := strconv.ParseFloat(f, 64)
			u.cpu += ticks / 100
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	u.load, _, _ = strings.Cut(string(load), " ")
	return u
}
