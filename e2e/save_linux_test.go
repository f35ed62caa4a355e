package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"wsscope/capture"
)

// packets reads a saved capture to its end; it must be whole.
func packets(t *testing.T, name string) (all []capture.Packet) {
	t.Helper()
	in := capture.Open(context.Background(), []string{name}, nil, capture.Options{})
	defer in.Close()
	for {
		b, err := in.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, p := range b.Packets {
			p.Data = bytes.Clone(p.Data)
			all = append(all, p)
		}
		b.Release()
	}
}

// tcpdump captures beside the program, until the function that it gives is
// called and what the program captured stands in its file too.
func tcpdump(t *testing.T, filter string) (stop func(got []capture.Packet) []capture.Packet) {
	t.Helper()
	if _, err := exec.LookPath("tcpdump"); err != nil {
		t.Skip("skipped: ", err)
	}
	name := filepath.Join(t.TempDir(), "tcpdump.pcap")
	cmd := exec.Command("tcpdump", "-i", "lo", "-U", "-B", "65536", "--time-stamp-precision=nano", "-Z", "root", "-w", name, filter)
	out, err := cmd.StderrPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	var said []byte
	for b := make([]byte, 512); !bytes.Contains(said, []byte("listening on")); {
		n, err := out.Read(b)
		if said = append(said, b[:n]...); err != nil {
			t.Fatalf("tcpdump: %s", said)
		}
	}
	return func(got []capture.Packet) []capture.Packet {
		size := int64(24) // of a classic pcap
		for _, p := range got {
			size += int64(16 + len(p.Data))
		}
		for begin := time.Now(); time.Since(begin) < time.Minute; time.Sleep(10 * time.Millisecond) {
			if st, err := os.Stat(name); err == nil && st.Size() >= size {
				break // its buffer is handed over late
			}
		}
		time.Sleep(100 * time.Millisecond) // for what it alone has
		cmd.Process.Signal(os.Interrupt)
		cmd.Wait()
		return packets(t, name)
	}
}

// TestSave: the file that -w writes holds the packets that tcpdump captured
// beside it, tshark and capinfos read it without complaint, and the program
// says of it what it said live.
func TestSave(t *testing.T) {
	needRoot(t)
	s := serve(t, "", "127.0.0.1", gorilla)
	file := filepath.Join(t.TempDir(), "saved.pcapng")
	stop := tcpdump(t, "port "+s.port)
	c := listen(t, "", "-i", "lo", "-o", "json", "-w", file, "port "+s.port)
	_, long := plans()
	for i := range 3 {
		dial(t, "", s.url("ws", "127.0.0.1", fmt.Sprint(i)), coder, long, "takeover", "")
	}
	live := c.finish(t)

	got := packets(t, file)
	want := stop(got)
	if len(got) != len(want) || len(got) == 0 {
		t.Fatalf("%d packets were saved, %d by tcpdump", len(got), len(want))
	}
	// On lo the kernel stamps a packet anew for each socket, and two processors
	// give two packets to two sockets in any order.
	for _, all := range [][]capture.Packet{got, want} {
		slices.SortStableFunc(all, func(a, b capture.Packet) int { return bytes.Compare(a.Data, b.Data) })
	}
	const apart = int64(time.Second)
	for i := range got {
		if !bytes.Equal(got[i].Data, want[i].Data) || got[i].WireLen != want[i].WireLen || max(got[i].Time-want[i].Time, want[i].Time-got[i].Time) > apart {
			t.Fatalf("packet %d differs: %d bytes at %d, by tcpdump %d at %d", i+1, got[i].WireLen, got[i].Time, want[i].WireLen, want[i].Time)
		}
	}
	t.Logf("%d packets as tcpdump has them", len(got))

	again := reread(t, file)
	text := func(l line) string { return l.raw }
	if !slices.EqualFunc(live, again, func(a, b line) bool { return text(a) == text(b) }) {
		t.Errorf("the file says something else than the interface: %d lines, live %d%s", len(again), len(live), firstOther(again, live))
	}
	for _, tool := range [][]string{{"tshark", "-r", file, "-q", "-z", "io,stat,0"}, {"capinfos", file}} {
		if _, err := exec.LookPath(tool[0]); err != nil {
			t.Logf("skipped: %v", err)
			continue
		}
		var stderr bytes.Buffer
		cmd := exec.Command(tool[0], tool[1:]...)
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		complaint := strings.ReplaceAll(stderr.String(), "Running as user \"root\" and group \"root\". This could be dangerous.\n", "")
		if err != nil || complaint != "" {
			t.Errorf("%s: %v: %s", tool[0], err, complaint)
		}
		if !bytes.Contains(out, fmt.Append(nil, len(got))) {
			t.Errorf("%s counts other packets than %d: %s", tool[0], len(got), out)
		}
	}
}

// TestSaveKeys: keys that are written during the capture go into the file, so
// that it can be read without the key log.
func TestSaveKeys(t *testing.T) {
	needRoot(t)
	s := serve(t, "", "127.0.0.1", gorilla, certificate(t)...)
	short, _ := plans()
	dir := t.TempDir()
	file, keys := filepath.Join(dir, "saved.pcapng"), filepath.Join(dir, "keys.log")
	c := listen(t, "", "-i", "lo", "-o", "json", "-w", file, "--keylog", keys, "--write-keys", "port "+s.port)
	log := dial(t, "", s.url("wss", "127.0.0.1", "1"), coder, short, "takeover", keys)
	compare(t, connections(t, c.finish(t)), log)
	if err := os.Remove(keys); err != nil {
		t.Fatal(err)
	}
	compare(t, connections(t, reread(t, file)), log)
}

func firstOther(got, want []line) string {
	for i := range min(len(got), len(want)) {
		if got[i].raw != want[i].raw {
			return fmt.Sprintf("; line %d is %.400s, live %.400s", i+1, got[i].raw, want[i].raw)
		}
	}
	return ""
}

// reread lets the program read a file that must be whole.
func reread(t *testing.T, file string) []line {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command(built(t, program), "-o", "json", file)
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Errorf("reading %s again: %v: %s", file, err, &stderr)
	}
	return parse(t, out)
}

// TestSignals: each signal that ends a program ends the capture with all that
// was captured, as exit code 0, and the file valid.
func TestSignals(t *testing.T) {
	needRoot(t)
	s := serve(t, "", "127.0.0.1", coder)
	short, _ := plans()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "saved.pcapng")
			c := listen(t, "", "-i", "lo", "-o", "json", "-w", file, "port "+s.port)
			log := dial(t, "", s.url("ws", "127.0.0.1", signal.String()), gorilla, short, "off", "")
			if code := c.signal(t, signal); code != 0 || c.stderr.Len() > 0 {
				t.Errorf("exit code %d: %s", code, &c.stderr)
			}
			compare(t, connections(t, c.lines(t)), log)
			compare(t, connections(t, reread(t, file)), log)
		})
	}
}

// TestSuspend: what passes while the program stands still waits in the ring.
func TestSuspend(t *testing.T) {
	needRoot(t)
	s := serve(t, "", "127.0.0.1", coder)
	short, long := plans()
	c := listen(t, "", "-i", "lo", "-o", "json", "port "+s.port)
	log := dial(t, "", s.url("ws", "127.0.0.1", "before"), gorilla, long, "off", "")
	c.cmd.Process.Signal(syscall.SIGSTOP)
	// Little traffic over a while is as hard as much at once: the kernel hands
	// over blocks of the ring that are nearly empty.
	for begin, i := time.Now(), 0; time.Since(begin) < 1200*time.Millisecond; i++ {
		log = append(log, dial(t, "", s.url("ws", "127.0.0.1", fmt.Sprint("meanwhile", i)), gorilla, short, "off", "")...)
	}
	c.cmd.Process.Signal(syscall.SIGCONT)
	log = append(log, dial(t, "", s.url("ws", "127.0.0.1", "after"), gorilla, long, "off", "")...)
	compare(t, connections(t, c.finish(t)), log)
}

// TestVanish: an interface goes away below the capture.
func TestVanish(t *testing.T) {
	n := namespaces(t)
	trunk(t, n)
	s := serve(t, n.a, n.server, coder)
	short, _ := plans()
	file := filepath.Join(t.TempDir(), "saved.pcapng")
	c := listen(t, n.a, "-i", "left", "-o", "json", "-w", file, "port "+s.port)
	log := dial(t, n.b, s.url("ws", n.server, "1"), gorilla, short, "off", "")
	run(t, "ip", "-n", n.a, "link", "delete", "left")
	if code := c.wait(t); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if text := c.stderr.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "left: the interface vanished") {
		t.Errorf("it says %q", text)
	}
	compare(t, connections(t, c.lines(t)), log)
	compare(t, connections(t, reread(t, file)), log)
}

// TestFullDisk: the file ends where the disk was full, and is valid; what is
// printed goes on.
func TestFullDisk(t *testing.T) {
	needRoot(t)
	dir := t.TempDir()
	if text, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", dir).CombinedOutput(); err != nil {
		t.Skipf("skipped: no tmpfs: %v: %s", err, text)
	}
	t.Cleanup(func() { exec.Command("umount", dir).Run() })
	s := serve(t, "", "127.0.0.1", coder)
	_, long := plans()
	file := filepath.Join(dir, "saved.pcapng")
	c := listen(t, "", "-i", "lo", "-o", "json", "-w", file, "port "+s.port)
	log := dial(t, "", s.url("ws", "127.0.0.1", "1"), gorilla, long, "off", "")
	if code := c.signal(t, os.Interrupt); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if text := c.stderr.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, "no space left on device") {
		t.Errorf("it says %q", text)
	}
	compare(t, connections(t, c.lines(t)), log)
	if n := len(packets(t, file)); n == 0 {
		t.Error("no packet was kept")
	}
}

// TestClosedPipe: the reader of the output goes away, as head does.
func TestClosedPipe(t *testing.T) {
	needRoot(t)
	s := serve(t, "", "127.0.0.1", coder)
	short, _ := plans()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	c := &capturing{}
	file := filepath.Join(t.TempDir(), "saved.pcapng")
	c.start(t, "", w, "-i", "lo", "-o", "json", "-w", file, "port "+s.port)
	w.Close()
	dial(t, "", s.url("ws", "127.0.0.1", "1"), gorilla, short, "off", "")
	if n, err := r.Read(make([]byte, 100)); n == 0 {
		t.Fatal(err)
	}
	r.Close()
	dial(t, "", s.url("ws", "127.0.0.1", "2"), gorilla, short, "off", "")
	if code := c.wait(t); code != 0 || c.stderr.Len() > 0 {
		t.Errorf("exit code %d: %s", code, &c.stderr)
	}
	if n := len(packets(t, file)); n == 0 {
		t.Error("no packet was kept")
	}
}
