package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// scratch is a folder for what is built and logged; it goes after the tests.
var scratch string

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "wsscope-e2e"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Unsetenv("SSLKEYLOGFILE")
	code := m.Run()
	os.RemoveAll(scratch)
	os.Exit(code)
}

// program builds wsscope as it is shipped; under the race detector with it: a
// race in the program is then a wrong exit code.
var program = sync.OnceValues(func() (string, error) {
	if raced {
		return build("wsscope", "..", "wsscope", "-race")
	}
	return build("wsscope", "..", "wsscope")
})

// goPeers builds the peers of the Go libraries, a module of its own.
var goPeers = sync.OnceValues(func() (string, error) {
	return build("peers", "peers", ".")
})

func build(name, dir, pkg string, flags ...string) (string, error) {
	out := filepath.Join(scratch, name)
	cmd := exec.Command("go", append(append([]string{"build", "-buildvcs=false", "-o", out}, flags...), pkg)...)
	cmd.Dir = dir
	if len(flags) == 0 {
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	}
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building %s: %w: %s", name, err, text)
	}
	return out, nil
}

// nodePeers is the folder of the node peers with ws installed.
var nodePeers = sync.OnceValues(func() (string, error) {
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			return "", err
		}
	}
	dir := filepath.Join(scratch, "node")
	if err := os.CopyFS(dir, os.DirFS("peers/node")); err != nil {
		return "", err
	}
	cmd := exec.Command("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline")
	cmd.Dir = dir
	if text, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci: %w: %s", err, text)
	}
	return dir, nil
})

// python is an interpreter that has websockets.
var python = sync.OnceValues(func() (string, error) {
	var text []byte
	var err error
	for _, name := range []string{"/usr/bin/python3", "python3"} {
		if text, err = exec.Command(name, "-c", "import websockets").CombinedOutput(); err == nil {
			return name, nil
		}
	}
	return "", fmt.Errorf("no Python with websockets: %w: %s", err, text)
})

// need gives what a function found, or skips the test.
func need(t *testing.T, find func() (string, error)) string {
	t.Helper()
	s, err := find()
	if err != nil {
		t.Skip("skipped: ", err)
	}
	return s
}

// built is need for what must build: a failure fails.
func built(t *testing.T, find func() (string, error)) string {
	t.Helper()
	s, err := find()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// needRoot skips where capturing is not allowed.
func needRoot(t *testing.T) {
	t.Helper()
	if os.Getuid() != 0 {
		t.Skip("skipped: capturing and network namespaces need root")
	}
}

// run runs a command that must succeed.
func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	text, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v: %s", name, strings.Join(args, " "), err, text)
	}
	return string(text)
}
