// Package save writes captures as pcapng.
package save

import (
	"bytes"
	"fmt"
	"io"

	"wsscope/capture"
	"wsscope/limits"
)

// Options of a Writer.
type Options struct {
	// Application, System (the operating system) and Hardware are written
	// into each file; empty ones are not.
	Application, System, Hardware string
	Rotation                      Rotation // of Create; New has one output
}

// Interface is what is said of an interface; what is empty is left out.
type Interface struct {
	Name    string
	Filter  string // capture filter, as text
	SnapLen uint32 // 0: no limit
}

type statistics struct{ received, dropped uint64 }

// described is an interface block that every file begins with.
type described struct {
	key
	Interface
	stats *statistics // nil: none are known
}

// key tells interfaces apart: the index of the packets, and their link
// type, since several inputs number their interfaces alike.
type key struct {
	index int
	link  capture.LinkType
}

// Writer writes packets to a file, to several in turn, or to a stream. It
// writes whole blocks only, so that a file can be read at any time.
type Writer struct {
	opt   Options
	out   io.Writer // nil: none is open
	name  string    // of out
	ring  *ring     // nil: one output
	buf   []byte    // whole blocks that are not written yet
	err   error     // sticky
	size  int64     // of out, with what is in buf
	done  int64     // of out, in whole blocks
	count int       // packets in done

	last        int64 // time of the last packet
	interfaces  []described
	ids         map[key]uint32
	names       map[int]Interface // what Describe said, by index
	secrets     [][]byte          // of the files before, oldest first
	secretsSize int64
}

// New writes to w.
func New(w io.Writer, opt Options) *Writer {
	x := newWriter(opt)
	x.start(w, "output")
	return x
}

func newWriter(opt Options) *Writer {
	return &Writer{opt: opt, buf: make([]byte, 0, 2*limits.SaveBuffer), ids: map[key]uint32{}, names: map[int]Interface{}}
}

// start begins a file: section header, the interfaces so far, the secrets so
// far.
func (w *Writer) start(out io.Writer, name string) {
	w.out, w.name = out, name
	w.size, w.done, w.count = 0, 0, 0
	w.buf = appendSection(w.buf[:0], &w.opt)
	for i := range w.interfaces {
		w.buf = appendInterface(w.buf, w.interfaces[i].link, &w.interfaces[i].Interface)
	}
	for _, s := range w.secrets {
		w.buf = appendSecrets(w.buf, s)
	}
	w.size = int64(len(w.buf))
}

// Describe names the interface of the packets with that Interface field. It
// is to be called before the first of them; it is not needed.
func (w *Writer) Describe(index int, i Interface) { w.names[index] = i }

// id gives the number of an interface block, which it writes at need.
func (w *Writer) id(k key) uint32 {
	if id, ok := w.ids[k]; ok {
		return id
	}
	if len(w.interfaces) >= limits.Interfaces {
		k.index = -1 // one for all the others of this link type
		if id, ok := w.ids[k]; ok {
			return id
		}
	}
	id := uint32(len(w.interfaces))
	w.ids[k] = id
	w.interfaces = append(w.interfaces, described{key: k, Interface: w.names[k.index]})
	if w.out != nil {
		before := len(w.buf)
		w.buf = appendInterface(w.buf, k.link, &w.interfaces[id].Interface)
		w.size += int64(len(w.buf) - before)
	}
	return id
}

// Packet writes a packet, with a comment unless that is empty. A packet of
// capture.LinkUnknown is left out: no interface block can be written for it.
// After an error every call gives that error.
func (w *Writer) Packet(p *capture.Packet, comment string) error {
	if w.err != nil || p.Link == capture.LinkUnknown {
		return w.err
	}
	if w.ring != nil {
		if w.ring.due(w.size, p) {
			if w.rotate(p.Time); w.err != nil {
				return w.err
			}
		}
		w.ring.packets++
	}
	id := w.id(key{p.Interface, p.Link})
	before := len(w.buf)
	w.buf = appendPacket(w.buf, id, p, comment)
	w.size += int64(len(w.buf) - before)
	w.last = p.Time
	return w.flushIf(limits.SaveBuffer)
}

// Secrets writes lines of an NSS key log. Files that are begun later have
// them too, as far as limits.SaveSecrets goes.
func (w *Writer) Secrets(text []byte) error {
	if w.err != nil || len(text) == 0 {
		return w.err
	}
	if w.ring != nil {
		w.secrets = append(w.secrets, bytes.Clone(text))
		w.secretsSize += int64(len(text))
		for w.secretsSize > limits.SaveSecrets {
			w.secretsSize -= int64(len(w.secrets[0]))
			w.secrets = w.secrets[1:]
		}
	}
	if w.out == nil {
		return nil // the first file will have them
	}
	before := len(w.buf)
	for len(text) > 0 {
		n := len(text)
		if n > packetMost { // in several blocks, between lines if there are such
			n = packetMost
			if end := bytes.LastIndexByte(text[:n], '\n'); end >= 0 {
				n = end + 1
			}
		}
		w.buf = appendSecrets(w.buf, text[:n])
		text = text[n:]
	}
	w.size += int64(len(w.buf) - before)
	return w.flushIf(limits.SaveBuffer)
}

// Statistics tells how many packets of an interface, given by Describe's
// index and their link type, were received and dropped up to now. Each file
// ends with the last that was told.
func (w *Writer) Statistics(index int, link capture.LinkType, received, dropped uint64) {
	w.interfaces[w.id(key{index, link})].stats = &statistics{received, dropped}
}

// Flush writes what is still in memory.
func (w *Writer) Flush() error { return w.flushIf(0) }

func (w *Writer) flushIf(most int) error {
	if w.err != nil || len(w.buf) == 0 || len(w.buf) < most || w.out == nil {
		return w.err
	}
	n, err := w.out.Write(w.buf)
	whole, packets := lastWhole(w.buf, n)
	w.done += int64(whole)
	w.count += packets
	if err != nil {
		w.fail(err, n > whole)
		return w.err
	}
	w.buf = w.buf[:0]
	if cap(w.buf) > 4*limits.SaveBuffer {
		w.buf = nil // it grew for one packet
	}
	return nil
}

// fail keeps the error, and cuts off a block that was not written whole.
func (w *Writer) fail(err error, torn bool) {
	w.err = fmt.Errorf("%s: %w (the file ends after %d packets)", w.name, reason(err), w.count)
	if f, ok := w.out.(file); ok && torn {
		if err := f.Truncate(w.done); err != nil {
			w.err = fmt.Errorf("%w; and its last block is not whole: %w", w.err, reason(err))
		}
	}
}

// end writes the statistics and closes the file. It does nothing where none
// is open.
func (w *Writer) end() {
	if w.out == nil {
		return
	}
	for i := range w.interfaces {
		if s := w.interfaces[i].stats; s != nil {
			w.buf = appendStatistics(w.buf, uint32(i), w.last, s)
		}
	}
	w.Flush()
	if f, ok := w.out.(file); ok {
		if err := f.Close(); err != nil && w.err == nil {
			w.err = fmt.Errorf("%s: %w", w.name, reason(err))
		}
	}
	w.out = nil
}

// Close writes the statistics and closes what Create opened. It gives the
// error that an earlier call gave, if one did.
func (w *Writer) Close() error {
	w.end()
	return w.err
}
