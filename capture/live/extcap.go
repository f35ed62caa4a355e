//go:build unix

package live

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Extcap is an interface of a program of Wireshark's, which captures where no
// packet socket can: over ssh, in a phone, from a journal (extcap(4)).
type Extcap struct {
	Name        string
	Description string
	Program     string // path
}

// extcapFolders are where Wireshark installs the programs.
func extcapFolders() []string {
	home, _ := os.UserHomeDir()
	return []string{
		os.Getenv("WIRESHARK_EXTCAP_DIR"),
		filepath.Join(home, ".local/lib/wireshark/extcap"),
		filepath.Join(home, ".config/wireshark/extcap"),
		"/usr/lib/*/wireshark/extcap",
		"/usr/lib*/wireshark/extcap",
		"/usr/libexec/wireshark/extcap",
		"/usr/local/lib/wireshark/extcap",
		"/opt/homebrew/lib/wireshark/extcap",
		"/Applications/Wireshark.app/Contents/MacOS/extcap",
	}
}

// extcapTimeout is for a program to say what interfaces it has; some look for
// phones first.
const extcapTimeout = 5 * time.Second

// Extcaps asks the programs that are installed for their interfaces, all at
// the same time. One that fails has none.
func Extcaps(ctx context.Context) []Extcap {
	ctx, cancel := context.WithTimeout(ctx, extcapTimeout)
	defer cancel()
	var programs []string
	for _, folder := range extcapFolders() {
		if folder != "" {
			found, _ := filepath.Glob(filepath.Join(folder, "*"))
			programs = append(programs, found...)
		}
	}
	slices.Sort(programs)
	lists := make([][]Extcap, len(slices.Compact(programs)))
	var all sync.WaitGroup
	for i := range lists {
		all.Go(func() { lists[i] = extcapsOf(ctx, programs[i]) })
	}
	all.Wait()
	return slices.Concat(lists...)
}

// extcapLine is "interface {value=randpkt}{display=Random packet generator}".
var extcapLine = regexp.MustCompile(`(?m)^interface .*?\{value=([^}]*)\}(?:.*?\{display=([^}]*)\})?`)

func extcapsOf(ctx context.Context, program string) (list []Extcap) {
	if i, err := os.Stat(program); err != nil || !i.Mode().IsRegular() || i.Mode()&0o111 == 0 {
		return nil
	}
	c := exec.CommandContext(ctx, program, "--extcap-interfaces", "--extcap-version=4.0")
	c.WaitDelay = time.Second
	out, err := c.Output()
	if err != nil {
		return nil
	}
	for _, m := range extcapLine.FindAllSubmatch(out, -1) {
		list = append(list, Extcap{Name: string(m[1]), Description: string(m[2]), Program: program})
	}
	return list
}

// tail keeps the last line of what a program says of its failure.
type tail struct {
	mu   sync.Mutex
	line []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.line = append(t.line, b...)
	if n := len(t.line) - 500; n > 0 {
		t.line = t.line[n:]
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := bytes.Split(bytes.TrimSpace(t.line), []byte("\n"))
	return strings.TrimSpace(string(lines[len(lines)-1]))
}
