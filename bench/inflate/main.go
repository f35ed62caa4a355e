// Command inflate tells how long a bare loop takes that only inflates the
// compressed messages of a capture: the measure for how much wsscope adds. It
// takes the messages out first, untimed, and inflates the directions of all
// connections on two processors, each as the one DEFLATE stream that it is
// (RFC 7692 section 7.2.1 with context takeover), with the standard library
// and with klauspost/compress. It prints the median seconds of each as JSON.
package main

import (
	stdflate "compress/flate"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/klauspost/compress/flate"

	"wsscope/capture"
	"wsscope/event"
	"wsscope/limits"
	"wsscope/pipeline"
)

const processors = 2

func main() {
	runs := flag.Int("runs", 5, "measure so often")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: inflate [-runs N] FILE")
		os.Exit(2)
	}
	if err := measure(flag.Arg(0), *runs); err != nil {
		fmt.Fprintln(os.Stderr, "inflate:", err)
		os.Exit(1)
	}
}

func measure(name string, runs int) error {
	c := collector{streams: map[direction]*stream{}}
	opt := pipeline.Options{}
	opt.Decode.Payload, opt.Decode.InflateLimit = limits.FramePayload, int64(limits.InflatedMessage)
	src := capture.Open(context.Background(), []string{name}, nil, capture.Options{})
	defer src.Close()
	if _, err := pipeline.New(&c, opt).Run(context.Background(), src); err != nil {
		return err
	}
	if c.messages == 0 {
		return fmt.Errorf("%s: no compressed message", name)
	}
	var streams []*stream
	for _, s := range c.streams {
		streams = append(streams, s)
	}
	slices.SortFunc(streams, func(a, b *stream) int { return b.size - a.size }) // the longest first: both processors end together
	result := map[string]any{"messages": c.messages}
	for lib, open := range map[string]func(io.Reader) io.Reader{
		"klauspost": func(r io.Reader) io.Reader { return flate.NewReader(r) },
		"standard":  func(r io.Reader) io.Reader { return stdflate.NewReader(r) },
	} {
		var seconds []float64
		for range runs {
			begin := time.Now()
			n, err := inflate(streams, open)
			if err != nil {
				return fmt.Errorf("%s: %w", lib, err)
			}
			seconds = append(seconds, time.Since(begin).Seconds())
			result["bytes"] = n
		}
		slices.Sort(seconds)
		result[lib] = seconds[len(seconds)/2]
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

// inflate gives the bytes that came out.
func inflate(streams []*stream, open func(io.Reader) io.Reader) (int64, error) {
	work := make(chan *stream, len(streams))
	for _, s := range streams {
		work <- s
	}
	close(work)
	var wg sync.WaitGroup
	var total [processors]int64
	var failed [processors]error
	for i := range processors {
		wg.Go(func() {
			buf := make([]byte, 64<<10)
			for s := range work {
				r := open(&reader{parts: s.parts})
				for {
					n, err := r.Read(buf)
					total[i] += int64(n)
					if err == io.EOF {
						break
					}
					if err != nil {
						failed[i] = err
						return
					}
				}
			}
		})
	}
	wg.Wait()
	var sum int64
	for i, err := range failed {
		if err != nil {
			return 0, err
		}
		sum += total[i]
	}
	return sum, nil
}

var (
	flushed = []byte{0, 0, 0xFF, 0xFF} // what RFC 7692 section 7.2.1 takes off the end of a message
	final   = []byte{1, 0, 0, 0xFF, 0xFF}
)

// reader gives the parts one after the other, and an empty final block. It is
// an io.ByteReader so that the inflaters put no buffer before it.
type reader struct {
	parts [][]byte
	at    []byte
	ended bool
}

func (r *reader) more() bool {
	for len(r.at) == 0 {
		switch {
		case len(r.parts) > 0:
			r.at, r.parts = r.parts[0], r.parts[1:]
		case !r.ended:
			r.at, r.ended = final, true
		default:
			return false
		}
	}
	return true
}

// Read implements io.Reader.
func (r *reader) Read(p []byte) (int, error) {
	if !r.more() {
		return 0, io.EOF
	}
	n := copy(p, r.at)
	r.at = r.at[n:]
	return n, nil
}

// ReadByte implements io.ByteReader.
func (r *reader) ReadByte() (byte, error) {
	if !r.more() {
		return 0, io.EOF
	}
	b := r.at[0]
	r.at = r.at[1:]
	return b, nil
}

// direction is one side of one connection.
type direction struct {
	conn int
	dir  event.Dir
}

// stream is the DEFLATE stream of a direction.
type stream struct {
	parts [][]byte
	size  int
	open  bool // inside a compressed message
}

// collector takes the compressed payloads out of the frames.
type collector struct {
	streams  map[direction]*stream
	messages int
}

func (c *collector) Frame(f *event.Frame) {
	if event.IsControl(f.Opcode) {
		return
	}
	key := direction{f.Conn.ID, f.Dir}
	s := c.streams[key]
	if f.Opcode != event.OpContinuation && f.RSV1() {
		if s == nil {
			s = &stream{}
			c.streams[key] = s
		}
		s.open = true
		c.messages++
	}
	if s == nil || !s.open {
		return
	}
	s.parts = append(s.parts, slices.Clone(f.Payload))
	s.size += len(f.Payload)
	if f.FIN {
		s.parts = append(s.parts, flushed)
		s.open = false
	}
}

func (*collector) Open(*event.Open)       {}
func (*collector) Message(*event.Message) {}
func (*collector) Finding(*event.Finding) {}
func (*collector) End(*event.End)         {}
func (*collector) Summary(*event.Summary) {}
