//go:build unix

package live

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"golang.org/x/sys/unix"
)

// A fifo is the reading end of a named pipe that somebody else will open to
// write, or never open: opening it does not wait, and reading waits for the
// first byte until expectNone.
type fifo struct {
	path string
	r    *os.File

	mu sync.Mutex
	w  *os.File // keeps the pipe from ending before it began
}

func newFIFO() (*fifo, error) {
	folder, err := os.MkdirTemp("", "wsscope-extcap-")
	if err != nil {
		return nil, err
	}
	f := &fifo{path: filepath.Join(folder, "fifo")}
	if err := f.open(); err != nil {
		os.RemoveAll(folder)
		return nil, fmt.Errorf("making a pipe: %w", err)
	}
	return f, nil
}

// open opens both ends. Each waits for the other to be there, but for a
// reader that was told not to.
func (f *fifo) open() error {
	if err := unix.Mkfifo(f.path, 0o600); err != nil {
		return err
	}
	first, err := unix.Open(f.path, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(first)
	if f.w, err = os.OpenFile(f.path, os.O_WRONLY, 0); err != nil {
		return err
	}
	if f.r, err = os.OpenFile(f.path, os.O_RDONLY, 0); err != nil {
		f.w.Close()
	}
	return err
}

// Read ends with io.EOF once something was written, or nothing is expected,
// and no writer is left.
func (f *fifo) Read(b []byte) (int, error) {
	n, err := f.r.Read(b)
	f.expectNone()
	return n, err
}

// expectNone says that nobody will open the pipe any more who has not yet.
func (f *fifo) expectNone() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.w != nil {
		f.w.Close()
		f.w = nil
	}
}

// Close removes the pipe.
func (f *fifo) Close() error {
	f.expectNone()
	err := f.r.Close()
	os.RemoveAll(filepath.Dir(f.path))
	return err
}
