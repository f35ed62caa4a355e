//go:build linux

package live

import (
	"fmt"
	"os"
	"runtime"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// keptByRoot are for the files of a program under sudo: the user's key log
// and captures are not root's.
const keptByRoot = 1<<unix.CAP_DAC_OVERRIDE | 1<<unix.CAP_DAC_READ_SEARCH

// DropPrivileges gives up, in all threads and for good, every capability,
// and the way to get new ones by starting programs; an open Handle goes on.
// Root keeps the two that let it open files. It cannot be done in programs
// with cgo.
func DropPrivileges() error {
	if err := everyThread("no new privileges", unix.SYS_PRCTL, unix.PR_SET_NO_NEW_PRIVS, 1, 0); err != nil {
		return err
	}
	if err := everyThread("ambient capabilities", unix.SYS_PRCTL, unix.PR_CAP_AMBIENT, unix.PR_CAP_AMBIENT_CLEAR_ALL, 0); err != nil {
		return err
	}
	header := &unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var now, then [2]unix.CapUserData
	if err := unix.Capget(header, &now[0]); err != nil {
		return fmt.Errorf("capabilities: %w", err)
	}
	if os.Geteuid() == 0 {
		then[0].Permitted = now[0].Permitted & keptByRoot
		then[0].Effective = then[0].Permitted
	}
	err := everyThread("capabilities", unix.SYS_CAPSET, uintptr(unsafe.Pointer(header)), uintptr(unsafe.Pointer(&then[0])), 0)
	runtime.KeepAlive(header)
	runtime.KeepAlive(&then)
	return err
}

// everyThread makes a system call in every thread, as the kernel keeps
// capabilities by thread.
func everyThread(what string, call, a, b, c uintptr) error {
	if _, _, errno := syscall.AllThreadsSyscall6(call, a, b, c, 0, 0, 0); errno != 0 {
		return fmt.Errorf("dropping privileges (%s): %w", what, errno)
	}
	return nil
}
