package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestBrowser(t *testing.T)      { browse(t, "wss", "h1") }
func TestBrowserHTTP2(t *testing.T) { browse(t, "h2", "h2") }

// browse lets a headless Chromium talk to a node server, with its key log
// beside the capture.
func browse(t *testing.T, kind, transport string) {
	needRoot(t)
	chromium := need(t, func() (string, error) { return exec.LookPath("chromium") })
	node := need(t, nodePeers)
	_, long := plans()
	dir, cert := t.TempDir(), certificate(t)
	keys, log, what := filepath.Join(dir, "keys.log"), filepath.Join(dir, "log.jsonl"), filepath.Join(dir, "plan.json")
	text, _ := json.Marshal(long)
	if err := os.WriteFile(what, text, 0o600); err != nil {
		t.Fatal(err)
	}
	port, says, stderr := listening(t, exec.Command("node", node+"/browser.mjs", kind, "127.0.0.1:0", log, what, cert[0], cert[1]))
	c := listen(t, "", "-i", "lo", "-o", "json", "--keylog", keys, "port "+port)

	browser := exec.Command(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
		"--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
		"--ignore-certificate-errors", "--user-data-dir="+filepath.Join(dir, "profile"), "--remote-debugging-port=0", "https://127.0.0.1:"+port+"/")
	browser.Env = append(keyLogging(keys), "HOME="+dir)
	var words bytes.Buffer
	browser.Stderr = &words
	browser.WaitDelay = 5 * time.Second // processes of its own may outlive it
	if err := browser.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { browser.Wait(); close(ended) }()
	t.Cleanup(func() { browser.Process.Kill(); <-ended })
	done := make(chan bool, 1)
	go func() { done <- says.Scan() && says.Text() == "done" }()
	select {
	case ok := <-done:
		if !ok {
			t.Fatalf("the server ended: %s", stderr)
		}
	case <-ended:
		t.Skipf("skipped: the browser does not run here: %s", &words)
	case <-time.After(2 * time.Minute):
		t.Fatalf("the page is not done after a minute: %s %s", &words, stderr)
	}
	all := c.finish(t)
	got := connections(t, all)
	n := compare(t, got, readLog(t, log))
	for id := range 2 {
		o := got[fmt.Sprintf("/?id=%d", id)]
		if o == nil {
			continue // told already
		}
		if o.open.Transport != transport || o.open.TLS != "1.3" || !strings.HasPrefix(o.open.Extensions, "permessage-deflate") || len(o.errors) > 0 {
			t.Errorf("transport %s, tls %s, extensions %q, errors %v", o.open.Transport, o.open.TLS, o.open.Extensions, o.errors)
		}
	}
	if n < 2*4*len(long.Messages) {
		t.Errorf("the logs have only %d entries", n)
	}
	t.Logf("%d entries of the endpoints' logs compared", n)
}
