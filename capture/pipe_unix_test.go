//go:build unix

package capture

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func makePipe(t *testing.T) (name string) {
	name = filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	return name
}

func TestNamedPipe(t *testing.T) {
	name := makePipe(t)
	go func() {
		out, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err == nil {
			out.Write(somePcap(little, magicMicro, 3))
			out.Close()
		}
	}()
	if b, err := next(t, Open(t.Context(), []string{name}, nil, Options{})); err != nil || len(b.Packets) != 3 {
		t.Fatalf("%v, %v", b, err)
	}
}

// Waiting for the other side of a named pipe ends with the context.
func TestNamedPipeNobodyWrites(t *testing.T) {
	name := makePipe(t)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if b, err := next(t, Open(ctx, []string{name}, nil, Options{})); err != io.EOF {
		t.Fatalf("%v, %v", b, err)
	}
	out, err := os.OpenFile(name, os.O_RDWR, 0) // lets the goroutine go that may still wait; to write alone would wait for it
	if err != nil {
		t.Fatal(err)
	}
	out.Close()
}
