package capture

import (
	"context"
	"io"
	"sync/atomic"
)

// Options of reading files.
type Options struct {
	// Follow waits for more at the end of the last file until the context
	// is done, as tail -f does.
	Follow bool
	// Salvage goes on after damage where the next record or block can be
	// made out. Without it damage is the end of an input.
	Salvage bool
}

// Info is what the inputs say about themselves. It is whole after the end.
type Info struct {
	Sections   int    // of pcapng
	Interfaces int    // described in pcapng, or one a pcap
	Dropped    uint64 // packets that the interfaces' last statistics call dropped
	Comments   int    // on packets, interfaces, statistics and sections
}

// Files reads captures one after the other. It implements Source.
type Files struct {
	ctx   context.Context
	names []string // that are still to come
	stdin io.Reader
	opt   Options

	pool   pool
	number uint64 // of the last packet
	info   Info
	read   atomic.Int64
	total  int64

	in      *input
	dec     decoder // nil until the format is known
	batch   *Batch  // being filled
	begin   int     // batch.buf[begin:end] is not decoded yet
	end     int
	offset  int64 // of begin in the input
	eof     error // how the input ended; nil as long as it goes on
	problem *Problem
	lost    *Problem // a place to go on after it is being looked for
	skipped int64
	damages int // of this input
}

var _ Source = (*Files)(nil)

// Open reads the named captures in order, as one timeline; "-" is stdin.
// Files are opened as their turn comes; what cannot be opened is a *Problem
// that Next gives. When ctx is done, Next gives io.EOF.
func Open(ctx context.Context, names []string, stdin io.Reader, opt Options) *Files {
	f := &Files{ctx: ctx, names: names, stdin: stdin, opt: opt}
	if !opt.Follow {
		f.total = totalSize(names, stdin)
	}
	f.batch = f.pool.get()
	return f
}

// Progress tells how many bytes of how many were read; of compressed inputs
// compressed ones. total is 0 where it is not known. It may be called at any
// time from any goroutine.
func (f *Files) Progress() (read, total int64) { return f.read.Load(), f.total }

// Info is to be called from the goroutine that calls Next.
func (f *Files) Info() Info { return f.info }

// Close frees what is open. Batches that were given out stay valid.
func (f *Files) Close() error {
	f.names = nil
	f.closeInput()
	return nil
}

func (f *Files) closeInput() {
	if f.in != nil {
		f.in.close()
		f.in = nil
	}
}

// Next implements Source.
func (f *Files) Next() (*Batch, error) {
	for {
		if p := f.problem; p != nil {
			f.problem = nil
			return nil, p
		}
		if f.ctx.Err() != nil {
			f.Close()
			return nil, io.EOF
		}
		if f.in == nil && !f.openNext() {
			return nil, io.EOF
		}
		if f.in != nil && f.step() {
			return f.deliver(), nil
		}
	}
}

// openNext opens the next input; it is false where there is none. An input
// that cannot be opened leaves f.in nil and a problem.
func (f *Files) openNext() bool {
	if len(f.names) == 0 {
		return false
	}
	name := f.names[0]
	f.names = f.names[1:]
	f.in, f.problem = f.open(name, len(f.names) == 0)
	if f.problem != nil {
		f.in = nil
	}
	f.dec, f.eof = nil, nil
	f.begin, f.end, f.offset = 0, 0, 0
	f.lost, f.damages = nil, 0
	return true
}

// step decodes what is there, or else reads. It is true when the batch is
// to be delivered.
func (f *Files) step() bool {
	data := f.batch.buf[f.begin:f.end]
	if f.dec == nil {
		f.dec = f.newDecoder(data)
	}
	var used int
	var dmg *damage
	switch {
	case f.lost != nil:
		return f.resume(data)
	case f.dec != nil:
		used, dmg = f.dec.decode(f.batch, data, f.eof != nil)
		f.use(used)
	case len(data) >= magicLen:
		dmg = unrecognized(data)
	}
	if dmg == nil && f.eof != nil {
		if dmg = f.atEnd(); dmg == nil {
			f.closeInput()
			return f.filled()
		}
	}
	if dmg != nil {
		f.judge(dmg)
		return f.filled()
	}
	if f.filled() && (f.in.streaming || f.end == len(f.batch.buf)) {
		return true
	}
	f.fill()
	return false
}

// filled reports whether there is anything in the batch to deliver.
func (f *Files) filled() bool { return len(f.batch.Packets) > 0 || len(f.batch.Secrets) > 0 }

func (f *Files) use(n int) {
	f.begin += n
	f.offset += int64(n)
}

// deliver gives the batch out and begins the next one with the bytes that
// were not decoded.
func (f *Files) deliver() *Batch {
	b := f.batch
	f.batch = f.pool.get()
	rest := b.buf[f.begin:f.end]
	if len(rest) > len(f.batch.buf) {
		f.batch.buf = make([]byte, len(b.buf))
	}
	f.begin, f.end = 0, copy(f.batch.buf, rest)
	return b
}

// fill reads into the batch's buffer: to its end from a file, once from
// anything that may have to be waited for.
func (f *Files) fill() {
	b := f.batch
	if f.begin > 0 && len(b.Packets) == 0 { // nothing points into the buffer
		f.begin, f.end = 0, copy(b.buf, b.buf[f.begin:f.end])
	}
	if f.end == len(b.buf) {
		// One record larger than the buffer. It grows with what is there,
		// not to what the record says of itself.
		b.buf = append(b.buf, make([]byte, len(b.buf))...)
	}
	for f.end < len(b.buf) && f.eof == nil {
		n, err := f.in.Read(b.buf[f.end:])
		f.end += n
		f.eof = err
		if f.in.streaming && n > 0 {
			return
		}
	}
}

func (f *Files) newDecoder(data []byte) decoder {
	n := numbering{number: &f.number, first: f.number}
	switch recognize(data) {
	case formatPcap:
		f.info.Interfaces++
		return &pcap{numbering: n, salvage: f.opt.Salvage}
	case formatPcapng:
		return &pcapng{numbering: n, info: &f.info, tail: f.in.tail}
	}
	return nil
}

// atEnd judges how the input ended.
func (f *Files) atEnd() *damage {
	rest := f.batch.buf[f.begin:f.end]
	switch {
	case f.ctx.Err() != nil:
		return nil // what is cut off was cut off by us
	case f.eof != io.EOF:
		return f.unreadable()
	case f.dec != nil:
		return f.dec.end(rest)
	case len(rest) == 0:
		return &damage{rule: "file-empty", what: "is empty"}
	case cutMagic(rest):
		return &damage{rule: "file-truncated", what: "ends inside its magic number"}
	}
	return unrecognized(rest)
}

// unreadable is an end that came from below.
func (f *Files) unreadable() *damage {
	z := f.in.compression
	switch {
	case z == "":
		return &damage{what: "cannot be read further: " + reason(f.eof)}
	case cut(f.eof):
		return &damage{rule: "file-truncated", what: "the " + z + " stream ends too early"}
	}
	return &damage{rule: "file-corrupt", what: "the " + z + " stream is damaged (" + f.eof.Error() + ")", final: true}
}
