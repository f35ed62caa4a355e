//go:build unix

package ui

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stopTime is far more than the kernel needs to stop a process. Without a
// shell that could let the program go on, the kernel does not stop it at all.
const stopTime = time.Second

// suspend stops the program's process group, as Ctrl-Z does elsewhere; it
// returns when the shell lets it go on. The signal may take effect a while
// after kill has returned: the terminal must not be taken back before.
func suspend() (stopped bool) {
	goOn := make(chan os.Signal, 1)
	signal.Notify(goOn, syscall.SIGCONT)
	defer signal.Stop(goOn)
	if syscall.Kill(0, syscall.SIGTSTP) != nil {
		return false
	}
	select {
	case <-goOn:
		return true
	case <-time.After(stopTime):
		return false
	}
}
