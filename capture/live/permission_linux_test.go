//go:build linux && !libpcap

package live

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestDropPrivileges starts itself anew, as what is dropped is dropped for
// good: an open capture goes on, a second cannot be opened, no thread has a
// capability left but root's two for files.
func TestDropPrivileges(t *testing.T) {
	open(t, t.Context(), Options{Interface: "lo"}).Close()
	if os.Getenv("LIVE_DROP_PRIVILEGES") == "" {
		c := exec.Command(os.Args[0], "-test.run=^TestDropPrivileges$", "-test.v")
		c.Env = append(os.Environ(), "LIVE_DROP_PRIVILEGES=1")
		out, err := c.CombinedOutput()
		if strings.Contains(string(out), "--- SKIP") {
			t.Skip("built with cgo, where it cannot be done")
		}
		if err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	d := newDatagrams(t, "127.0.0.1")
	h := open(t, t.Context(), Options{Interface: "lo", Filter: d.filter()})
	if err := DropPrivileges(); errors.Is(err, unix.ENOTSUP) {
		t.Skip(err)
	} else if err != nil {
		t.Fatal(err)
	}
	d.send(3, 20)
	if list, _ := collect(t, h, 3); len(list) != 3 {
		t.Error(len(list))
	}
	if _, err := Open(t.Context(), Options{Interface: "lo"}); !errors.Is(err, os.ErrPermission) {
		t.Error("a second capture:", err)
	}
	kept := uint64(0)
	if os.Geteuid() == 0 {
		kept = keptByRoot
	}
	threads, err := filepath.Glob("/proc/self/task/*/status")
	if err != nil || len(threads) == 0 {
		t.Fatal(err)
	}
	for _, name := range threads {
		status, _ := os.ReadFile(name)
		for _, field := range []string{"CapEff", "CapPrm"} {
			_, value, _ := strings.Cut(string(status), field+":\t")
			var has uint64
			if _, err := fmt.Sscanf(value, "%x", &has); err != nil || has&^kept != 0 {
				t.Errorf("%s: %s %x, %v", name, field, has, err)
			}
		}
		if !strings.Contains(string(status), "NoNewPrivs:\t1") {
			t.Error(name, "may get new privileges")
		}
	}
}
