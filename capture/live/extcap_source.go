//go:build unix

package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	"golang.org/x/sys/unix"

	"wsscope/capture"
)

// extcapExit is how long a program may run on behind its last packet.
const extcapExit = time.Second

// extcapSource is a running extcap program, a capture.Source.
type extcapSource struct {
	name   string
	files  *capture.Files
	fifo   *fifo
	stop   context.CancelFunc
	exited chan struct{}
	err    error // of the program; valid once exited
	said   *tail
	told   bool
	close  sync.Once
	closed error
}

// OpenExtcap starts the program with args of its own ("--remote-host=…"). It
// is told to end when ctx is done; what it delivers until then is read.
// Packets are not filtered.
func OpenExtcap(ctx context.Context, e Extcap, args []string) (capture.Source, error) {
	pipe, err := newFIFO()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	}
	running, stop := context.WithCancel(ctx)
	s := &extcapSource{name: e.Name, fifo: pipe, stop: stop, exited: make(chan struct{}), said: new(tail)}
	c := exec.CommandContext(running, e.Program, append([]string{"--capture", "--extcap-interface", e.Name, "--fifo", pipe.path}, args...)...)
	c.Stderr = s.said
	c.Cancel = func() error { return c.Process.Signal(unix.SIGTERM) }
	c.WaitDelay = 2 * time.Second // then it is killed
	if err := c.Start(); err != nil {
		stop()
		pipe.Close()
		return nil, fmt.Errorf("%s: %w", e.Name, err)
	}
	go func() {
		s.err = c.Wait()
		if running.Err() != nil {
			s.err = nil // it ended because it was told to
		}
		close(s.exited)
		pipe.expectNone()
	}()
	s.files = capture.Open(context.WithoutCancel(ctx), []string{"-"}, pipe, capture.Options{})
	return s, nil
}

// Next implements capture.Source. That the program failed is a *Problem in
// front of io.EOF.
func (s *extcapSource) Next() (*capture.Batch, error) {
	b, err := s.files.Next()
	var p *capture.Problem
	switch {
	case err != io.EOF && !errors.As(err, &p):
		return b, err
	case s.told:
		return nil, io.EOF
	}
	// Whatever ended the stream, what the program says of it is the reason.
	s.told = true
	select {
	case <-s.exited:
	case <-time.After(extcapExit):
		s.stop()
		<-s.exited
	}
	if s.err != nil {
		what := s.err.Error()
		if said := s.said.String(); said != "" {
			what += ": " + said
		}
		return nil, lost(s.name, what, "", true)
	}
	return nil, err
}

// Close ends the program.
func (s *extcapSource) Close() error {
	s.close.Do(func() {
		s.stop()
		s.fifo.Close()
		<-s.exited
		s.closed = s.files.Close()
	})
	return s.closed
}
