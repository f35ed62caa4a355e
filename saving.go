package main

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"os"
	"runtime"
	"slices"
	"time"

	"wsscope/capture"
	"wsscope/capture/live"
	"wsscope/capture/save"
	"wsscope/pipeline"
)

// saving writes the packets that are looked at to a file (-w).
type saving struct {
	w       *save.Writer
	handle  *live.Handle
	filter  string
	named   int
	err     error
	packets uint64
	flushed time.Time
	keys    []embedded
	growing bool      // the key logs may grow
	looked  time.Time // valid only if growing: when they were looked at
}

// flushEvery bounds how much a saved file lags behind a live capture.
const flushEvery = time.Second

func openSave(o *options, src *source, run *pipeline.Options) (*saving, error) {
	s := &saving{handle: src.handle, filter: o.capFilter, growing: src.live}
	if o.save == "" {
		return s, nil
	}
	for _, name := range o.files {
		if a, err := os.Stat(name); err == nil {
			if b, err := os.Stat(o.save); err == nil && os.SameFile(a, b) {
				return nil, fmt.Errorf("%s would be overwritten while it is read; name another file with -w", o.save)
			}
		}
	}
	w, err := save.Create(o.save, save.Options{
		Application: "wsscope " + programVersion(), System: runtime.GOOS, Hardware: runtime.GOARCH,
		Rotation: save.Rotation{Bytes: int64(o.saveBytes), Every: o.saveEvery, Files: o.saveFiles},
	})
	if err != nil {
		return nil, err
	}
	s.w = w
	if o.saveKeys {
		for _, name := range o.keylogs {
			s.keys = append(s.keys, embedded{name: name})
		}
		if err := s.secrets(); err != nil {
			return nil, err
		}
	}
	run.Save, run.SaveWebSocket = s.packet, o.saveWS
	return s, nil
}

func (s *saving) packet(p *capture.Packet) {
	if s.err != nil {
		return
	}
	if s.handle != nil {
		for seen := s.handle.Seen(); s.named < len(seen); s.named++ {
			s.w.Describe(s.named, save.Interface{Name: seen[s.named].Name, Filter: s.filter})
		}
	}
	s.packets++
	if s.growing && time.Since(s.looked) > keyLogEvery {
		if s.err = s.secrets(); s.err != nil {
			return
		}
	}
	if s.err = s.w.Packet(p, ""); s.err == nil && s.handle != nil && s.packets%64 == 0 && time.Since(s.flushed) > flushEvery {
		s.err = s.w.Flush()
		s.flushed = time.Now()
	}
}

// embedded is a key log whose lines go into the saved file.
type embedded struct {
	name string
	done int64 // bytes of it that are there
}

// secrets writes what is new in the key logs: before the packets that it
// opens, where it was there in time.
func (s *saving) secrets() error {
	s.looked = time.Now()
	for i := range s.keys {
		k := &s.keys[i]
		text, err := k.read(s.growing)
		if s.growing && os.IsNotExist(err) {
			continue
		}
		if err == nil && len(text) > 0 {
			err = s.w.Secrets(text)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// read gives the new lines, of a growing file the whole ones.
func (k *embedded) read(growing bool) ([]byte, error) {
	f, err := os.Open(k.name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.Size() < k.done {
		k.done = 0 // it was made anew
	}
	text, err := io.ReadAll(io.NewSectionReader(f, k.done, math.MaxInt64-k.done))
	if growing {
		text = text[:bytes.LastIndexByte(text, '\n')+1]
	}
	k.done += int64(len(text))
	return text, err
}

// firstSaved is the first interface whose packets a file can hold, -1 if there
// is none: the counts, which are those of all, stand with it.
func firstSaved(seen []live.Seen) int {
	return slices.IndexFunc(seen, func(i live.Seen) bool { return i.Link != capture.LinkUnknown })
}

// close ends the file; what was written stands, whatever went wrong.
func (s *saving) close(stderr io.Writer) {
	if s.w == nil {
		return
	}
	if s.growing && s.err == nil {
		s.err = s.secrets()
	}
	if s.handle != nil {
		seen := s.handle.Seen()[:s.named]
		if i := firstSaved(seen); i >= 0 {
			st := s.handle.Stats()
			s.w.Statistics(i, seen[i].Link, st.Received, st.Dropped)
		}
	}
	if err := s.w.Close(); err != nil && s.err == nil {
		say(stderr, err.Error())
	}
}
