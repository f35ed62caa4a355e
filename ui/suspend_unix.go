//go:build unix

package ui

import "syscall"

// suspend stops the program's process group, as Ctrl-Z does elsewhere; it
// returns when the shell lets it go on.
func suspend() { _ = syscall.Kill(0, syscall.SIGTSTP) }
