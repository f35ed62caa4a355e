package timeline

import (
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
)

var errSpillFull = errors.New("the spill file has reached its limit")

// spillFile is the temporary file that takes what does not fit into memory.
// It is created when it is first needed and, where the system allows it,
// unlinked at once, so that no way of ending the program leaves it behind.
type spillFile struct {
	dir   string
	limit int64

	once   sync.Once
	file   *os.File
	path   string // to be removed at close; empty once unlinked
	failed atomic.Pointer[error]
	size   atomic.Int64
}

func (f *spillFile) open() {
	file, err := os.CreateTemp(f.dir, "wsscope-*.spill")
	if err != nil {
		f.fail(err)
		return
	}
	f.file = file
	if os.Remove(file.Name()) != nil { // Windows does not unlink open files
		f.path = file.Name()
	}
}

func (f *spillFile) fail(err error) { f.failed.CompareAndSwap(nil, &err) }

// Err is the first failure: from then on nothing is written any more.
func (f *spillFile) Err() error {
	if err := f.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// append writes b behind what is there and gives its offset.
func (f *spillFile) append(b []byte) (int64, error) {
	f.once.Do(f.open)
	if err := f.Err(); err != nil {
		return 0, err
	}
	at := f.size.Load()
	if at+int64(len(b)) > f.limit {
		f.fail(errSpillFull)
		return 0, errSpillFull
	}
	if _, err := f.file.WriteAt(b, at); err != nil {
		err = fmt.Errorf("temporary file: %w", err)
		f.fail(err)
		return 0, err
	}
	f.size.Add(int64(len(b)))
	return at, nil
}

// ReadAt reads what append wrote; it may run beside append.
func (f *spillFile) ReadAt(b []byte, off int64) (int, error) { return f.file.ReadAt(b, off) }

func (f *spillFile) close() error {
	if f.file == nil {
		return nil
	}
	err := f.file.Close()
	if f.path != "" {
		err = errors.Join(err, os.Remove(f.path))
	}
	return err
}
