//go:build unix

package live

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wsscope/capture"
)

// program writes an extcap program of this test's own.
func program(t *testing.T, script string) Extcap {
	t.Helper()
	folder := t.TempDir()
	path := filepath.Join(folder, "testdump")
	text := `#!/bin/sh
case "$1" in --extcap-interfaces)
	echo 'extcap {version=1.0}{help=none}'
	echo 'interface {value=test0}{display=A test}'
	echo 'interface {value=test1}'
	exit;;
esac
fifo=$5
` + script
	if err := os.WriteFile(path, []byte(text), 0o777); err != nil {
		t.Fatal(err)
	}
	t.Setenv("WIRESHARK_EXTCAP_DIR", folder)
	for _, e := range Extcaps(t.Context()) {
		if e.Program == path && e.Name == "test0" {
			if e.Description != "A test" {
				t.Error(e)
			}
			return e
		}
	}
	t.Fatal("the program is not found")
	return Extcap{}
}

const pcapHeader = `printf '\324\303\262\241\002\000\004\000\000\000\000\000\000\000\000\000\000\000\004\000\145\000\000\000'`
const pcapPacket = `printf '\001\000\000\000\002\000\000\000\003\000\000\000\003\000\000\000abc'`

func TestExtcapDelivers(t *testing.T) {
	e := program(t, "{ "+pcapHeader+"; "+pcapPacket+"; "+pcapPacket+"; } > $fifo\n")
	s, err := OpenExtcap(t.Context(), e, []string{"--more"})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	n := 0
	for {
		b, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range b.Packets {
			if n++; string(p.Data) != "abc" || p.Link != 101 {
				t.Errorf("%+v", p)
			}
		}
		b.Release()
	}
	if n != 2 {
		t.Error(n, "packets")
	}
}

func TestExtcapFails(t *testing.T) {
	e := program(t, "echo starting >&2; echo 'no such phone' >&2; exit 3\n")
	s, err := OpenExtcap(t.Context(), e, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	_, err = s.Next()
	var p *capture.Problem
	if !errors.As(err, &p) || !strings.Contains(p.What, "no such phone") || !p.Fatal || p.File != "test0" {
		t.Error(err)
	}
	if _, err := s.Next(); err != io.EOF {
		t.Error(err)
	}
}

// TestExtcapTalksNonsense: the program goes on, its reader does not.
func TestExtcapTalksNonsense(t *testing.T) {
	e := program(t, "exec > $fifo\necho nonsense, no capture at all\nsleep 600\n")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := OpenExtcap(ctx, e, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var p *capture.Problem
	if _, err := s.Next(); !errors.As(err, &p) || ctx.Err() != nil {
		t.Error(err, ctx.Err())
	}
}

// TestExtcapIsStopped: it is told to end, and what it still has arrives.
func TestExtcapIsStopped(t *testing.T) {
	e := program(t, "exec > $fifo\n"+pcapHeader+"\n"+pcapPacket+"\ntrap '"+strings.ReplaceAll(pcapPacket, "'", `"`)+"; exit 1' TERM\nwhile :; do sleep 0.05; done\n")
	ctx, cancel := context.WithCancel(t.Context())
	s, err := OpenExtcap(ctx, e, nil)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for {
		b, err := s.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if n += len(b.Packets); n == 1 {
			time.AfterFunc(100*time.Millisecond, cancel)
		}
		b.Release()
	}
	cancel()
	if n != 2 {
		t.Error(n, "packets")
	}
	s.Close()
	if _, err := os.Stat(s.(*extcapSource).fifo.path); !os.IsNotExist(err) {
		t.Error("the pipe is left behind")
	}
}

// TestRandpkt starts a program of Wireshark's, where it is installed.
func TestRandpkt(t *testing.T) {
	for _, e := range Extcaps(t.Context()) {
		if e.Name != "randpkt" {
			continue
		}
		s, err := OpenExtcap(t.Context(), e, []string{"--count=50"})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		n := 0
		for {
			b, err := s.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			n += len(b.Packets)
			b.Release()
		}
		if n != 50 {
			t.Error(n, "packets")
		}
		return
	}
	t.Skip("Wireshark's randpktdump is not installed")
}

// TestFIFO: neither a writer that never comes nor one that was gone before
// the reader looked keeps it waiting.
func TestFIFO(t *testing.T) {
	for _, writes := range []string{"", "all of it"} {
		f, err := newFIFO()
		if err != nil {
			t.Fatal(err)
		}
		if writes != "" {
			if err := os.WriteFile(f.path, []byte(writes), 0); err != nil {
				t.Fatal(err)
			}
		}
		f.expectNone()
		if b, err := io.ReadAll(f); string(b) != writes || err != nil {
			t.Errorf("%q, %v, want %q", b, err, writes)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestFIFOIsAwaited: what ends before anything was written is not the end.
func TestFIFOIsAwaited(t *testing.T) {
	f, err := newFIFO()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	time.AfterFunc(20*time.Millisecond, func() { os.WriteFile(f.path, []byte("late"), 0) })
	if b, err := io.ReadAll(f); string(b) != "late" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
}
