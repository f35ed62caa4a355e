package capture

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"wsscope/limits"
)

var errShrunk = errors.New("the file became shorter while it was followed")

// follower reads a file that grows. It ends with its context.
type follower struct {
	ctx  context.Context
	file *os.File
	at   int64
}

func (f *follower) Read(p []byte) (int, error) {
	for {
		n, err := f.file.Read(p)
		f.at += int64(n)
		if n > 0 || err != io.EOF {
			return n, err
		}
		if st, err := f.file.Stat(); err == nil && st.Size() < f.at {
			return 0, errShrunk
		}
		select {
		case <-f.ctx.Done():
			return 0, io.EOF
		case <-time.After(limits.FollowEvery):
		}
	}
}

// pump reads a stream in a goroutine of its own, because nothing wakes a
// read from a pipe or a terminal when the context ends. The goroutine ends
// with the stream, or with the read that it was in when the context ended.
type pump struct {
	ctx   context.Context // done also when nobody will read from the pump any more
	full  chan chunk
	empty chan []byte
	have  chunk
	at    int // bytes of have that were read
}

type chunk struct {
	data []byte
	err  error
}

func newPump(ctx context.Context, r io.Reader) *pump {
	p := &pump{ctx: ctx, full: make(chan chunk), empty: make(chan []byte, 2)}
	for range cap(p.empty) {
		p.empty <- make([]byte, limits.StreamBytes)
	}
	go p.run(r)
	return p
}

func (p *pump) run(r io.Reader) {
	for {
		var buf []byte
		select {
		case buf = <-p.empty:
		case <-p.ctx.Done():
			return
		}
		n, err := r.Read(buf[:cap(buf)])
		select {
		case p.full <- chunk{buf[:n], err}:
		case <-p.ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

func (p *pump) Read(b []byte) (int, error) {
	for p.at == len(p.have.data) {
		if p.have.err != nil {
			return 0, p.have.err
		}
		if p.have.data != nil {
			p.empty <- p.have.data
		}
		select {
		case p.have = <-p.full:
			p.at = 0
		case <-p.ctx.Done():
			p.have = chunk{err: io.EOF}
			p.at = 0
		}
	}
	n := copy(b, p.have.data[p.at:])
	p.at += n
	return n, nil
}

// namedPipe opens when it is first read, since opening waits for the other
// side, and closes at its end.
type namedPipe struct {
	name string
	file *os.File
}

func (p *namedPipe) Read(b []byte) (int, error) {
	if p.file == nil {
		file, err := os.Open(p.name)
		if err != nil {
			return 0, err
		}
		p.file = file
	}
	n, err := p.file.Read(b)
	if err != nil {
		p.file.Close()
	}
	return n, err
}
