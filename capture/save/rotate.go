package save

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"wsscope/capture"
)

// Rotation says when a new file is begun, as dumpcap's -b does. The zero
// value is one file.
type Rotation struct {
	Bytes int64         // before a file would become larger; 0: never
	Every time.Duration // of packet time; 0: never
	Files int           // the oldest of more files are removed; 0: none
}

// file is what a file can do and a stream cannot.
type file interface {
	io.WriteCloser
	Truncate(size int64) error
}

// ring is a series of files.
type ring struct {
	Rotation
	base, ext string
	create    func(name string) (file, error)
	begun     int      // files so far
	names     []string // of those that are kept, the last being open
	packets   int      // in the open file
	first     int64    // time of its first packet
}

// Create writes to a new file of that name, or where there is a rotation to
// files named like dumpcap's: capture_00001_20060102150405.pcapng, by the
// time of their first packet in UTC. An existing file is overwritten.
func Create(name string, opt Options) (*Writer, error) { return create(name, opt, createFile) }

// createFile lets nobody else read what may be private.
func createFile(name string) (file, error) {
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
}

func create(name string, opt Options, open func(string) (file, error)) (*Writer, error) {
	w := newWriter(opt)
	if opt.Rotation.Bytes > 0 || opt.Rotation.Every > 0 {
		ext := filepath.Ext(name)
		w.ring = &ring{Rotation: opt.Rotation, base: strings.TrimSuffix(name, ext), ext: ext, create: open}
		return w, nil
	}
	f, err := open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, reason(err))
	}
	w.start(f, name)
	return w, nil
}

// due reports whether p belongs into a new file. size is that of the open one.
func (r *ring) due(size int64, p *capture.Packet) bool {
	if r.begun == 0 {
		return true
	}
	// 32 bytes are what surrounds a packet, padding and comment aside.
	return r.packets > 0 && (r.Bytes > 0 && size+int64(len(p.Data))+32 > r.Bytes ||
		r.Every > 0 && p.Time-r.first >= int64(r.Every))
}

// rotate ends the file and begins the next, whose first packet has that time.
func (w *Writer) rotate(first int64) {
	if w.end(); w.err != nil {
		return
	}
	r := w.ring
	r.begun++
	r.packets, r.first = 0, first
	name := fmt.Sprintf("%s_%05d_%s%s", r.base, r.begun, time.Unix(0, first).UTC().Format("20060102150405"), r.ext)
	f, err := r.create(name)
	if err != nil {
		w.err = fmt.Errorf("%s: %w", name, reason(err))
		return
	}
	w.start(f, name)
	r.names = append(r.names, name)
	if r.Files > 0 && len(r.names) > r.Files {
		if err := os.Remove(r.names[0]); err != nil && !errors.Is(err, fs.ErrNotExist) {
			w.err = fmt.Errorf("%s: cannot be removed: %w", r.names[0], reason(err))
		}
		r.names = r.names[1:]
	}
}

// reason is the system's error without the call and the path.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
