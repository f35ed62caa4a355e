package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// plan and entry are those of peers/main.go.
type plan struct {
	Messages []planned
	Close    struct {
		Code   int
		Reason string
	}
}

type planned struct {
	Opcode    int
	Payload   []byte
	Fragments int
	Ping      string
}

type entry struct {
	ID, Dir, Act string
	Opcode, Len  int
	SHA256       string
	Code         int
	Reason       string
}

// plans are what clients do: all lengths of the header, empty messages,
// fragments, code points cut between frames, pings, a megabyte that deflate
// cannot make smaller, close codes.
func plans() (short, long plan) {
	random := make([]byte, 1<<20)
	source := rand.NewChaCha8([32]byte{1})
	source.Read(random)
	json := bytes.Repeat([]byte(`{"type":"quote","symbol":"ABC","bid":101.25,"ask":101.30},`), 40)
	short.Messages = []planned{
		{Opcode: 1, Payload: []byte("Hello")},
		{Opcode: 1, Payload: []byte("grüße 😀 日本"), Fragments: 3, Ping: "are you there"},
		{Opcode: 2, Payload: random[:125]},
		{Opcode: 2, Payload: random[:126], Fragments: 2},
		{Opcode: 1, Payload: []byte{}},
		{Opcode: 1, Payload: json},
		{Opcode: 1, Payload: json, Fragments: 5},
	}
	short.Close.Code, short.Close.Reason = 1000, "done"
	long.Messages = append(long.Messages, short.Messages...)
	long.Messages = append(long.Messages,
		planned{Opcode: 2, Payload: random[:65535]},
		planned{Opcode: 2, Payload: random[:65536], Ping: "and now"},
		planned{Opcode: 2, Payload: random},
		planned{Opcode: 1, Payload: bytes.Repeat(json, 1<<20/len(json))},
		planned{Opcode: 2, Payload: random[100:20_000], Fragments: 7},
	)
	long.Close.Code, long.Close.Reason = 4001, "näher"
	return short, long
}

// peer is how a library's peer is started.
type peer func(t *testing.T) []string

var (
	coder    peer = func(t *testing.T) []string { return []string{built(t, goPeers), "coder"} }
	gorilla  peer = func(t *testing.T) []string { return []string{built(t, goPeers), "gorilla"} }
	nodeWS   peer = func(t *testing.T) []string { return []string{"node", need(t, nodePeers) + "/peer.mjs"} }
	pyPeer   peer = func(t *testing.T) []string { return []string{need(t, python), "peers/python/peer.py"} }
	pairings      = []struct {
		name           string
		client, server peer
	}{
		{"coder to gorilla", coder, gorilla},
		{"gorilla to coder", gorilla, coder},
		{"ws to websockets", nodeWS, pyPeer},
		{"websockets to ws", pyPeer, nodeWS},
	}
)

// server is a running one.
type server struct {
	port, log string
}

// keyLogging is the environment in which peers write their keys.
func keyLogging(file string) []string {
	if file == "" {
		return os.Environ()
	}
	return append(os.Environ(), "SSLKEYLOGFILE="+file)
}

// serve starts a server on host, until the test's end.
func serve(t *testing.T, in, host string, p peer, cert ...string) *server {
	t.Helper()
	s := &server{log: filepath.Join(t.TempDir(), "server.jsonl")}
	args := append(append(p(t), "server", net.JoinHostPort(host, "0"), s.log), cert...)
	s.port, _, _ = listening(t, command(in, args[0], args[1:]...))
	return s
}

// listening starts a server and gives the port that it prints, what it prints
// behind that, and what it complains of.
func listening(t *testing.T, cmd *exec.Cmd) (port string, says *bufio.Scanner, stderr *bytes.Buffer) {
	t.Helper()
	stderr = new(bytes.Buffer)
	cmd.Stderr = stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	says = bufio.NewScanner(out)
	if !says.Scan() {
		t.Fatalf("%v does not listen: %s", cmd.Args, stderr)
	}
	return says.Text(), says, stderr
}

// dial runs a client through its plan and gives its log.
func dial(t *testing.T, in, url string, p peer, what plan, deflate, keys string) []entry {
	t.Helper()
	dir := t.TempDir()
	text, _ := json.Marshal(what)
	file, log := filepath.Join(dir, "plan.json"), filepath.Join(dir, "client.jsonl")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	args := p(t)
	if args[0] == "node" && keys != "" {
		args = append([]string{"node", "--tls-keylog=" + keys}, args[1:]...)
	}
	args = append(args, "client", url, log, file, deflate)
	cmd := command(in, args[0], args[1:]...)
	cmd.Env = keyLogging(keys)
	done := make(chan struct{})
	defer close(done)
	go func() {
		select {
		case <-done:
		case <-time.After(2 * time.Minute):
			cmd.Process.Kill()
		}
	}()
	if text, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v: %s", url, err, text)
	}
	return readLog(t, log)
}

func readLog(t *testing.T, name string) (all []entry) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	for l := range bytes.Lines(text) {
		var e entry
		if err := json.Unmarshal(l, &e); err != nil {
			if bytes.HasSuffix(l, []byte("\n")) {
				t.Fatalf("%s: %v: %s", name, err, l)
			}
			break // the server still writes
		}
		all = append(all, e)
	}
	return all
}

// await polls a server's log until it holds n close entries, or for some
// seconds: not every server tells of every Close.
func (s *server) await(t *testing.T, closes int) []entry {
	t.Helper()
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		all, n := readLog(t, s.log), 0
		for _, e := range all {
			if e.Opcode == 8 {
				n++
			}
		}
		if n >= closes || time.Since(begin) > 5*time.Second {
			return all
		}
	}
}

// url of a server; id tells connections apart.
func (s *server) url(scheme, host string, id string) string {
	return fmt.Sprintf("%s://%s/?id=%s", scheme, net.JoinHostPort(host, s.port), id)
}
