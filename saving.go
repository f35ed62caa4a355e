package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
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
}

// flushEvery bounds how much a saved file lags behind a live capture.
const flushEvery = time.Second

func openSave(o *options, src *source, run *pipeline.Options) (*saving, error) {
	s := &saving{handle: src.handle, filter: o.capFilter}
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
			text, err := os.ReadFile(name)
			if err == nil {
				err = w.Secrets(text)
			}
			if err != nil {
				return nil, err
			}
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
	if s.err = s.w.Packet(p, ""); s.err == nil && s.handle != nil && s.packets%64 == 0 && time.Since(s.flushed) > flushEvery {
		s.err = s.w.Flush()
		s.flushed = time.Now()
	}
}

// close ends the file; what was written stands, whatever went wrong.
func (s *saving) close(stderr io.Writer) {
	if s.w == nil {
		return
	}
	if s.handle != nil && s.named > 0 {
		st := s.handle.Stats()
		s.w.Statistics(0, s.handle.Seen()[0].Link, st.Received, st.Dropped)
	}
	if err := s.w.Close(); err != nil && s.err == nil {
		say(stderr, err.Error())
	}
}
