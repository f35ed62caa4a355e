package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"wsscope": main})
}

// scriptTime is how long one command of a script may take.
const scriptTime = 2 * time.Minute

// TestScript runs the scripts of testdata/script, which hold the command line
// as people and other programs use it. $CAPTURES and
// $TUNNELS are folders of testdata.
func TestScript(t *testing.T) {
	captures, err := filepath.Abs(filepath.Join("testdata", "captures"))
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(e *testscript.Env) error {
			e.Setenv("CAPTURES", captures)
			e.Setenv("TUNNELS", filepath.Join(filepath.Dir(captures), "tunnels"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":   cmdExits,
			"unpack":  cmdUnpack,
			"first":   cmdFirst,
			"ring":    cmdRing,
			"squeeze": cmdSqueeze,
			"signal":  cmdSignal,
			"slowly":  cmdSlowly,
			"head":    cmdHead,
		},
	})
}

// cmdExits CODE COMMAND … demands an exit code.
func cmdExits(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	if got := exitCode(err); got != want {
		ts.Fatalf("exit code %d (%v), want %d", got, err, want)
	}
}

func exitCode(err error) int {
	if e := (*exec.ExitError)(nil); errors.As(err, &e) {
		return e.ExitCode()
	} else if err != nil {
		return -1
	}
	return 0
}

// cmdUnpack CAPTURE FILE copies a capture without its compression.
func cmdUnpack(ts *testscript.TestScript, _ bool, args []string) {
	b, err := unpacked(args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o666))
}

// cmdFirst N FILE TO copies the first bytes of a file.
func cmdFirst(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(ts.ReadFile(args[1])[:n]), 0o666))
}

// cmdRing N FILE writes ring0, ring1 … with N packets each, as tcpdump -C -W
// does.
func cmdRing(ts *testscript.TestScript, _ bool, args []string) {
	n, err := strconv.Atoi(args[0])
	ts.Check(err)
	b := []byte(ts.ReadFile(args[1]))
	records := split(b)
	for i := 0; i*n < len(records); i++ {
		part := bytes.Join(records[i*n:min(len(records), i*n+n)], nil)
		ts.Check(os.WriteFile(ts.MkAbs(fmt.Sprintf("ring%d", i)), append(b[:24:24], part...), 0o666))
	}
}

// cmdSqueeze gzip|zstd|lz4 FILE TO compresses.
func cmdSqueeze(ts *testscript.TestScript, _ bool, args []string) {
	f, err := os.Create(ts.MkAbs(args[2]))
	ts.Check(err)
	var w io.WriteCloser
	switch args[0] {
	case "gzip":
		w = gzip.NewWriter(f)
	case "zstd":
		w, err = zstd.NewWriter(f)
		ts.Check(err)
	case "lz4":
		w = lz4.NewWriter(f)
	}
	_, err = io.WriteString(w, ts.ReadFile(args[1]))
	ts.Check(errors.Join(err, w.Close(), f.Close()))
}

// running is a command of which the script sees the output while it runs.
type running struct {
	*exec.Cmd
	ts     *testscript.TestScript
	lines  *bufio.Reader
	stderr bytes.Buffer
	late   *time.Timer
}

func start(ts *testscript.TestScript, stdin io.Reader, args []string) *running {
	r := &running{Cmd: exec.Command(args[0], args[1:]...), ts: ts}
	r.Dir, r.Stdin, r.Stderr = ts.MkAbs("."), stdin, &r.stderr
	r.Env = append(os.Environ(), "SSLKEYLOGFILE=")
	out, err := r.StdoutPipe()
	ts.Check(err)
	r.lines = bufio.NewReader(out)
	ts.Check(r.Start())
	r.late = time.AfterFunc(scriptTime, func() { r.Process.Kill() })
	return r
}

// until hands the output on up to the line that matches.
func (r *running) until(pattern *regexp.Regexp) {
	for {
		line, err := r.lines.ReadString('\n')
		io.WriteString(r.ts.Stdout(), line)
		if err != nil {
			r.ts.Fatalf("no line of the output matches %s (%v): %s", pattern, err, r.stderr.String())
		}
		if pattern.MatchString(line) {
			return
		}
	}
}

func (r *running) end() {
	_, err := io.Copy(r.ts.Stdout(), r.lines)
	r.ts.Check(err)
	err = r.Wait()
	r.late.Stop()
	r.ts.Stderr().Write(r.stderr.Bytes())
	if err != nil {
		r.ts.Fatalf("%v: %s", err, r.stderr.String())
	}
}

// cmdSignal NAME PATTERN COMMAND … sends a signal once a line of the output
// matches; the command has to end well.
func cmdSignal(ts *testscript.TestScript, _ bool, args []string) {
	r := start(ts, nil, args[2:])
	r.until(regexp.MustCompile(args[1]))
	ts.Check(r.Process.Signal(map[string]os.Signal{"INT": os.Interrupt, "TERM": syscall.SIGTERM, "HUP": syscall.SIGHUP}[args[0]]))
	r.end()
}

// cmdSlowly FILE N PATTERN COMMAND … gives the command the first N bytes of
// FILE as standard input, and the rest once a line of the output matches.
func cmdSlowly(ts *testscript.TestScript, _ bool, args []string) {
	b := []byte(ts.ReadFile(args[0]))
	n, err := strconv.Atoi(args[1])
	ts.Check(err)
	in, w, err := os.Pipe()
	ts.Check(err)
	r := start(ts, in, args[3:])
	in.Close()
	_, err = w.Write(b[:n])
	ts.Check(err)
	r.until(regexp.MustCompile(args[2]))
	_, err = w.Write(b[n:])
	ts.Check(errors.Join(err, w.Close()))
	r.end()
}

// cmdHead COMMAND … reads one line and closes the pipe.
func cmdHead(ts *testscript.TestScript, _ bool, args []string) {
	in, out, err := os.Pipe()
	ts.Check(err)
	c := exec.Command(args[0], args[1:]...)
	var stderr bytes.Buffer
	c.Dir, c.Stdout, c.Stderr = ts.MkAbs("."), out, &stderr
	ts.Check(c.Start())
	out.Close()
	late := time.AfterFunc(scriptTime, func() { c.Process.Kill() })
	line, err := bufio.NewReaderSize(in, 512).ReadSlice('\n')
	if err != nil && err != bufio.ErrBufferFull {
		ts.Fatalf("nothing to read: %v", err)
	}
	ts.Stdout().Write(line)
	in.Close()
	err = c.Wait()
	late.Stop()
	if err != nil || stderr.Len() > 0 {
		ts.Fatalf("it ended with %v and said %q", err, stderr.String())
	}
}

// unpacked reads a capture that may be compressed with gzip.
func unpacked(name string) ([]byte, error) {
	b, err := os.ReadFile(name)
	if err != nil || !bytes.HasPrefix(b, []byte{0x1F, 0x8B}) {
		return b, err
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
