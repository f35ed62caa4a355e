package save

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"

	"wsscope/capture"
	"wsscope/limits"
)

func packet(i int) *capture.Packet {
	data := fmt.Appendf(nil, "packet %d %0*d", i, i%50, i)
	return &capture.Packet{Number: uint64(i + 1), Time: 1_700_000_000*1e9 + int64(i)*1e6 + 7, Data: data, WireLen: len(data) + i%3, Link: 1}
}

// readBack reads captures with the reader of package capture. Any problem
// fails the test: what is written must be valid.
func readBack(t testing.TB, names ...string) (packets []capture.Packet, secrets []string, info capture.Info) {
	t.Helper()
	return collect(t, capture.Open(context.Background(), names, nil, capture.Options{}))
}

func readBytes(t testing.TB, b []byte) (packets []capture.Packet, secrets []string, info capture.Info) {
	t.Helper()
	return collect(t, capture.Open(context.Background(), []string{"-"}, bytes.NewReader(b), capture.Options{}))
}

func collect(t testing.TB, f *capture.Files) (packets []capture.Packet, secrets []string, info capture.Info) {
	t.Helper()
	defer f.Close()
	for {
		b, err := f.Next()
		if err == io.EOF {
			return packets, secrets, f.Info()
		}
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		for _, p := range b.Packets {
			p.Data = bytes.Clone(p.Data)
			packets = append(packets, p)
		}
		for _, s := range b.Secrets {
			secrets = append(secrets, string(s))
		}
		b.Release()
	}
}

func same(t *testing.T, have []capture.Packet, want ...*capture.Packet) {
	t.Helper()
	if len(have) != len(want) {
		t.Fatalf("%d packets, want %d", len(have), len(want))
	}
	for i := range have {
		if h, w := fmt.Sprintf("%+v", have[i]), fmt.Sprintf("%+v", *want[i]); h != w {
			t.Fatalf("have %s\nwant %s", h, w)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestWriter(t *testing.T) {
	var out bytes.Buffer
	w := New(&out, Options{Application: "wsscope 1", System: "Linux", Hardware: "amd64"})
	w.Describe(0, Interface{Name: "eth0", Filter: "tcp port 80", SnapLen: 1000})
	var want []*capture.Packet
	for i := range 100 {
		p := packet(i)
		if i%10 == 3 {
			p.Interface, p.Link = 1, 276 // written as the second interface block
		}
		want = append(want, p)
		must(t, w.Packet(p, []string{"", "a comment"}[i%2]))
	}
	must(t, w.Secrets([]byte("CLIENT_RANDOM 1 2\n")))
	w.Statistics(0, 1, 100, 3)
	must(t, w.Close())

	have, secrets, info := readBytes(t, out.Bytes())
	same(t, have, want...)
	if want := (capture.Info{Sections: 1, Interfaces: 2, Dropped: 3, Comments: 50}); info != want {
		t.Errorf("info %+v, want %+v", info, want)
	}
	if !slices.Equal(secrets, []string{"CLIENT_RANDOM 1 2\n"}) {
		t.Errorf("secrets %q", secrets)
	}

	opt := pcapgo.DefaultNgReaderOptions
	opt.WantMixedLinkType = true
	r, err := pcapgo.NewNgReader(&out, opt)
	must(t, err)
	for i, p := range want {
		data, ci, err := r.ReadPacketData()
		if err != nil {
			t.Fatalf("pcapgo, packet %d: %v", i, err)
		}
		if !bytes.Equal(data, p.Data) || ci.Timestamp.UnixNano() != p.Time || ci.Length != p.WireLen {
			t.Fatalf("pcapgo reads %+v %q, want %+v", ci, data, p)
		}
	}
	if _, _, err := r.ReadPacketData(); err != io.EOF {
		t.Errorf("pcapgo reads on: %v", err)
	}
	if s := r.SectionInfo(); s.Application != "wsscope 1" || s.OS != "Linux" || s.Hardware != "amd64" {
		t.Errorf("section %+v", s)
	}
	i, err := r.Interface(0)
	must(t, err)
	if i.Name != "eth0" || i.Filter != "tcp port 80" || i.SnapLength != 1000 {
		t.Errorf("interface %+v", i)
	}
	if i.Statistics.PacketsReceived != 100 || i.Statistics.PacketsDropped != 3 {
		t.Errorf("statistics %+v", i.Statistics)
	}
}

func TestOddPackets(t *testing.T) {
	var out bytes.Buffer
	w := New(&out, Options{})
	early := packet(0)
	early.Time = -5
	large := packet(1)
	large.Data = bytes.Repeat([]byte("x"), 2<<20)
	large.WireLen = len(large.Data)
	empty := packet(2)
	empty.Data, empty.WireLen = []byte{}, 0
	unknown := packet(3)
	unknown.Link = capture.LinkUnknown
	for _, p := range []*capture.Packet{early, large, empty, unknown} {
		must(t, w.Packet(p, strings.Repeat("ä", 40_000)))
	}
	must(t, w.Close())
	early.Time = 0
	have, _, info := readBytes(t, out.Bytes())
	same(t, have, early, large, empty)
	if info.Comments != 3 {
		t.Errorf("%d comments", info.Comments)
	}
	if bytes.Contains(out.Bytes(), []byte("\xC3\x00")) {
		t.Error("a comment is cut inside a character")
	}
}

func TestManySecrets(t *testing.T) {
	var out bytes.Buffer
	w := New(&out, Options{})
	text := strings.Repeat("CLIENT_RANDOM 1 2\n", 1_000_000)
	must(t, w.Secrets([]byte(text)))
	must(t, w.Close())
	_, secrets, _ := readBytes(t, out.Bytes())
	if len(secrets) != 2 || strings.Join(secrets, "") != text || !strings.HasSuffix(secrets[0], "\n") {
		t.Errorf("%d blocks of secrets", len(secrets))
	}
}

func TestNothingWritten(t *testing.T) {
	var out bytes.Buffer
	must(t, New(&out, Options{}).Close())
	if have, _, info := readBytes(t, out.Bytes()); len(have) != 0 || info.Sections != 1 {
		t.Errorf("%d packets, %+v", len(have), info)
	}
}

func TestCreate(t *testing.T) {
	name := filepath.Join(t.TempDir(), "out.pcapng")
	w, err := Create(name, Options{})
	must(t, err)
	must(t, w.Packet(packet(0), ""))
	must(t, w.Flush())
	have, _, _ := readBack(t, name) // whole before it is closed
	same(t, have, packet(0))
	must(t, w.Packet(packet(1), ""))
	must(t, w.Close())
	have, _, _ = readBack(t, name)
	same(t, have, packet(0), packet(1))

	_, err = Create(filepath.Join(t.TempDir(), "no", "where"), Options{})
	if err == nil || !strings.Contains(err.Error(), "no such file") && !strings.Contains(err.Error(), "cannot find") {
		t.Errorf("have %v", err)
	}
}

func files(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	for _, e := range entries {
		names = append(names, filepath.Join(dir, e.Name()))
	}
	return names
}

func TestRotation(t *testing.T) {
	for _, c := range []struct {
		name  string
		rot   Rotation
		n     int
		files int
		kept  int // packets in the files that are left
	}{
		{"by size", Rotation{Bytes: 2000}, 100, 4, 100},
		{"by time", Rotation{Every: 30 * time.Millisecond}, 100, 4, 100},
		{"ring", Rotation{Every: 30 * time.Millisecond, Files: 2}, 100, 2, 40},
		{"larger than the size", Rotation{Bytes: 1}, 3, 3, 3},
		{"no packets", Rotation{Bytes: 1}, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			w, err := Create(filepath.Join(dir, "ring.pcapng"), Options{Rotation: c.rot})
			must(t, err)
			must(t, w.Secrets([]byte("early\n")))
			for i := range c.n {
				must(t, w.Packet(packet(i), ""))
			}
			if c.n > 0 {
				w.Statistics(0, 1, uint64(c.n), 1)
			}
			must(t, w.Close())
			names := files(t, dir)
			if len(names) != c.files {
				t.Fatalf("files %v, want %d", names, c.files)
			}
			var want []*capture.Packet
			for i := c.n - c.kept; i < c.n; i++ {
				p := packet(i)
				p.Number = uint64(len(want) + 1)
				want = append(want, p)
			}
			have, secrets, _ := readBack(t, names...)
			same(t, have, want...)
			if len(secrets) != c.files {
				t.Errorf("%d secrets in %d files", len(secrets), c.files)
			}
			for _, name := range names {
				if st, err := os.Stat(name); err != nil || c.rot.Bytes > 1 && st.Size() > c.rot.Bytes+200 {
					t.Errorf("%s: %d bytes, %v", name, st.Size(), err)
				}
				if alone, _, _ := readBack(t, name); len(alone) == 0 {
					t.Errorf("%s is empty", name)
				}
			}
			if c.name == "by time" && filepath.Base(names[1]) != "ring_00002_20231114221320.pcapng" {
				t.Errorf("the second file is %s", names[1])
			}
		})
	}
}

// disk is a file on a disk with so much room.
type disk struct {
	*os.File
	room int
}

func (d *disk) Write(b []byte) (int, error) {
	if len(b) <= d.room {
		d.room -= len(b)
		return d.File.Write(b)
	}
	n, err := d.File.Write(b[:d.room])
	d.room = 0
	if err == nil {
		err = &os.PathError{Op: "write", Path: d.Name(), Err: syscall.ENOSPC}
	}
	return n, err
}

// Whenever the disk is full, the file ends with its last whole packet.
func TestDiskFull(t *testing.T) {
	for room := 0; room < 4000; room += 37 {
		name := filepath.Join(t.TempDir(), "out.pcapng")
		w, err := create(name, Options{Application: "wsscope"}, func(name string) (file, error) {
			f, err := os.Create(name)
			return &disk{f, room}, err
		})
		must(t, err)
		i := 0
		for ; err == nil; i++ {
			if err = w.Packet(packet(i), ""); err == nil && i%7 == 0 {
				err = w.Flush()
			}
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("room %d: %v", room, err)
		}
		if err2 := w.Packet(packet(i), ""); err2 != err {
			t.Fatalf("room %d: then %v", room, err2)
		}
		if err2 := w.Close(); err2 != err {
			t.Fatalf("room %d: at last %v", room, err2)
		}
		st, _ := os.Stat(name)
		if st.Size() == 0 {
			continue // no room for the header
		}
		have, _, _ := readBack(t, name)
		if text := fmt.Sprintf("the file ends after %d packets", len(have)); !strings.Contains(err.Error(), text) {
			t.Errorf("room %d, %d packets: %v", room, len(have), err)
		}
		var want []*capture.Packet
		for j := range have {
			want = append(want, packet(j))
		}
		same(t, have, want...)
	}
}

func TestManyInterfaces(t *testing.T) {
	var out bytes.Buffer
	w := New(&out, Options{})
	for i := range limits.Interfaces + 100 {
		p := packet(0)
		p.Interface = i
		must(t, w.Packet(p, ""))
	}
	must(t, w.Close())
	// The reader keeps no more descriptions than the writer's limit either.
	if len(w.interfaces) > limits.Interfaces+1 {
		t.Errorf("%d interfaces", len(w.interfaces))
	}
}

func TestAllocations(t *testing.T) {
	w := New(io.Discard, Options{})
	p := packet(40)
	write := func() {
		for range 1000 {
			must(t, w.Packet(p, "comment"))
		}
	}
	write()
	if n := testing.AllocsPerRun(20, write); n > 0 {
		t.Errorf("%v allocations in 1000 packets", n)
	}
}

func FuzzRoundTrip(f *testing.F) {
	f.Add([]byte("data"), int64(1_700_000_000_000_000_007), 4, uint16(1), 0, "", []byte("CLIENT_RANDOM"))
	f.Add([]byte{}, int64(0), 0, uint16(276), 3, "comment", []byte{})
	f.Fuzz(func(t *testing.T, data []byte, at int64, more int, link uint16, index int, comment string, secrets []byte) {
		if link == uint16(capture.LinkUnknown) {
			return
		}
		p := &capture.Packet{Number: 1, Time: max(at, 0), Data: data, WireLen: len(data) + more&0xFFFF, Link: capture.LinkType(link), Interface: index}
		var out bytes.Buffer
		w := New(&out, Options{Application: comment})
		must(t, w.Packet(p, comment))
		must(t, w.Secrets(secrets))
		must(t, w.Close())
		have, text, _ := readBytes(t, out.Bytes())
		p.Interface = 0 // the first to be seen
		same(t, have, p)
		if strings.Join(text, "") != string(secrets) {
			t.Fatalf("secrets %q, want %q", text, secrets)
		}
	})
}

func BenchmarkPacket(b *testing.B) {
	w := New(io.Discard, Options{})
	p := packet(1)
	p.Data = make([]byte, 300)
	b.SetBytes(300)
	b.ReportAllocs()
	for b.Loop() {
		if err := w.Packet(p, ""); err != nil {
			b.Fatal(err)
		}
	}
}
