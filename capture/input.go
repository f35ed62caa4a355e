package capture

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
)

// input is one opened file or stream, uncompressed.
type input struct {
	io.Reader
	name        string
	streaming   bool   // more may come: what a read gives is handed on at once
	compression string // empty: none
	size        int64  // of an uncompressed file; -1 unknown
	file        *os.File
	close       func()
	tail        tail
}

// counter counts what is read, compressed bytes where the input is.
type counter struct {
	r io.Reader
	n *atomic.Int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// open opens what name stands for. Failing that it gives a *Problem.
func (f *Files) open(name string, last bool) (*input, *Problem) {
	in := &input{name: name, size: -1, close: func() {}}
	var raw io.Reader
	if name == "-" {
		in.name, raw = "standard input", f.stdin
		in.file, _ = f.stdin.(*os.File)
	} else if st, err := os.Stat(name); err == nil && st.Mode()&fs.ModeNamedPipe != 0 {
		raw = &namedPipe{name: name}
	} else {
		file, err := os.Open(name)
		if err != nil {
			return nil, &Problem{File: name, Offset: -1, What: "cannot be opened: " + reason(err), Fatal: true}
		}
		in.file, raw = file, file
		in.close = func() { file.Close() }
	}
	in.streaming = true
	regular := false
	if in.file != nil {
		st, err := in.file.Stat()
		switch {
		case err != nil:
		case st.IsDir():
			in.close()
			return nil, &Problem{File: in.name, Offset: -1, What: "is a directory", Hint: "name the captures in it", Fatal: true}
		case st.Mode().IsRegular():
			regular = true
			in.streaming = f.opt.Follow && last
			if at, err := in.file.Seek(0, io.SeekCurrent); err == nil && at == 0 { // else standard input was read from before
				in.size = st.Size()
			}
		}
	}
	switch {
	case regular && in.streaming:
		raw = &follower{ctx: f.ctx, file: in.file}
	case in.streaming:
		ctx, stop := context.WithCancel(f.ctx)
		file := in.close
		in.close = func() {
			stop()
			file()
		}
		raw = newPump(ctx, raw)
	}
	return in, in.recognize(&counter{raw, &f.read})
}

// recognize looks at the first bytes for a compression, and at the end of an
// uncompressed pcapng.
func (in *input) recognize(raw io.Reader) *Problem {
	head := make([]byte, 512) // more than the magic number, to say what it is if it is no capture
	n, err := io.ReadAtLeast(raw, head, magicLen)
	head = head[:n]
	if err != nil && !cut(err) {
		in.close()
		return &Problem{File: in.name, Offset: 0, What: "cannot be read: " + reason(err), Fatal: true}
	}
	if in.size >= 0 && !in.streaming && recognize(head) == formatPcapng && isPcapng(in.file) {
		in.tail = readTail(in.file, in.size)
	}
	plain, name, done, err := decompressed(head, io.MultiReader(bytes.NewReader(head), raw))
	if err != nil {
		in.close()
		rule := "file-corrupt"
		if cut(err) {
			rule = "file-truncated"
		}
		return &Problem{Rule: rule, File: in.name, Offset: 0, What: "begins like " + name + " and is none: " + err.Error(), Fatal: true}
	}
	in.Reader, in.compression = plain, name
	if name != "" {
		in.size = -1
	}
	file := in.close
	in.close = func() {
		done()
		file()
	}
	return nil
}

// reason is what the operating system says, without the call and the path.
func reason(err error) string {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err.Error()
	}
	return err.Error()
}

// totalSize is the sum of the sizes of regular files; 0 where one input is
// no such file.
func totalSize(names []string, stdin io.Reader) int64 {
	var total int64
	for _, name := range names {
		st, err := os.Stat(name)
		if name == "-" {
			file, ok := stdin.(*os.File)
			if !ok {
				return 0
			}
			st, err = file.Stat()
		}
		if err != nil {
			continue // is no input at all
		}
		if !st.Mode().IsRegular() {
			return 0
		}
		total += st.Size()
	}
	return total
}
