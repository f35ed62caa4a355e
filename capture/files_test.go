package capture

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"wsscope/limits"
)

func TestSeveralInputs(t *testing.T) {
	a, b := somePcap(little, magicMicro, 3), someNg(big_, 4)
	names := writeFiles(t, a, nil, b)
	names = slices.Insert(names, 1, "-", filepath.Join(t.TempDir(), "nowhere"), t.TempDir())
	g := drain(t, Open(t.Context(), names, bytes.NewReader(a), Options{}))
	var numbers []uint64
	for _, p := range g.packets {
		numbers = append(numbers, p.Number)
	}
	if want := []uint64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}; !slices.Equal(numbers, want) {
		t.Errorf("numbers %v, want %v", numbers, want)
	}
	if want := []string{"", "", "file-empty"}; !slices.Equal(g.rules(), want) {
		t.Errorf("problems %v", g.problems)
	}
	for _, p := range g.problems {
		if !p.Fatal {
			t.Errorf("%v is not fatal", p)
		}
	}
	if want := (Info{Sections: 1, Interfaces: 3}); g.info != want {
		t.Errorf("info %+v, want %+v", g.info, want)
	}
}

func TestProblemText(t *testing.T) {
	for _, c := range []struct {
		file []byte
		want string
	}{
		{nil, "standard input: is empty"},
		{[]byte("{\"log\": {}}"), "standard input: is neither pcap nor pcapng (it begins with 7b 22 6c 6f 67 22 3a 20); it is a HAR file of a browser, which holds no packets"},
		{[]byte("PK\x03\x04more"), "standard input: is neither pcap nor pcapng (it begins with 50 4b 03 04 6d 6f 72 65); it is a ZIP archive: unpack it first"},
		{[]byte("\x1b[2Jevil"), "standard input: is neither pcap nor pcapng (it begins with 1b 5b 32 4a 65 76 69 6c)"},
		{somePcap(little, magicMicro, 1)[:45], "standard input: ends after 5 of the 29 bytes of a packet at offset 24"},
		{join(somePcap(little, magicMicro, 1), words(little, 1, 1, 1, 1)[:9]), "standard input: ends after 9 of the 16 bytes of a record header at offset 69, after packet 1"},
	} {
		g := readStream(t, bytes.NewReader(c.file), Options{})
		if len(g.problems) != 1 || g.problems[0].Error() != c.want {
			t.Errorf("have %v\nwant %s", g.problems, c.want)
		}
	}
}

// Any way of cutting the input into reads gives the same packets.
func TestChunking(t *testing.T) {
	for name, file := range map[string][]byte{
		"pcap":         somePcap(little, magicNano, 200),
		"pcapng":       join(someNg(little, 100), secretsBlock(little, "x\n"), someNg(big_, 100)),
		"one large":    join(pcapHeader(little, magicMicro, 4<<20, 1), pcapRecord(little, 1, 1, strings.Repeat("x", 3<<20)), pcapRecord(little, 1, 1, "y")),
		"gzip":         gzipped(someNg(little, 100)),
		"large record": join(pcapHeader(little, magicMicro, 262144, 1), pcapRecord(little, 1, 1, strings.Repeat("x", 200_000)), pcapRecord(little, 1, 1, "y")),
		"cut":          somePcap(big_, magicMicro, 200)[:5001],
		"not a packet": join(somePcap(little, magicMicro, 50), []byte("no packet at all, but text that goes on"), somePcap(little, magicMicro, 50)[24:]),
	} {
		t.Run(name, func(t *testing.T) {
			for _, opt := range []Options{{}, {Salvage: true}} {
				want := readFiles(t, opt, file)
				if len(file) < 1<<20 {
					t.Run("small buffers", func(t *testing.T) {
						buffers(t, 64, 100)
						equal(t, "file", readFiles(t, opt, file), want)
						equal(t, "stream", readStream(t, bytes.NewReader(file), opt), want)
					})
				}
				for kind, r := range chunkings(file) {
					if kind == "byte" && len(file) > 1<<20 {
						continue
					}
					equal(t, kind, readStream(t, r, opt), want)
				}
			}
		})
	}
}

func chunkings(file []byte) map[string]io.Reader {
	return map[string]io.Reader{
		"whole":        bytes.NewReader(file),
		"byte":         iotest.OneByteReader(bytes.NewReader(file)),
		"half":         iotest.HalfReader(bytes.NewReader(file)),
		"end and data": iotest.DataErrReader(bytes.NewReader(file)),
	}
}

// equal holds what two ways of reading gave against each other. The hint may
// differ, which counts bytes of a file.
func equal(t *testing.T, kind string, have, want *got) {
	t.Helper()
	if len(have.packets) != len(want.packets) {
		t.Fatalf("%s: %d packets, want %d (%v, %v)", kind, len(have.packets), len(want.packets), have.problems, want.problems)
	}
	for i, p := range have.packets {
		w := want.packets[i]
		if !bytes.Equal(p.Data, w.Data) {
			t.Fatalf("%s: packet %d has %q, want %q", kind, i+1, p.Data, w.Data)
		}
		if p.Data, w.Data = nil, nil; fmt.Sprint(p) != fmt.Sprint(w) {
			t.Fatalf("%s: packet %+v, want %+v", kind, p, w)
		}
	}
	if len(have.problems) != len(want.problems) {
		t.Fatalf("%s: problems %v, want %v", kind, have.problems, want.problems)
	}
	for i, p := range have.problems {
		h, w := *p, *want.problems[i]
		h.File, h.Hint, w.File, w.Hint = "", "", "", ""
		if h != w {
			t.Fatalf("%s: problem %+v, want %+v", kind, h, w)
		}
	}
	a, b := slices.Sorted(slices.Values(have.secrets)), slices.Sorted(slices.Values(want.secrets))
	if !slices.Equal(a, b) || have.info != want.info {
		t.Fatalf("%s: secrets %q and %+v, want %q and %+v", kind, have.secrets, have.info, want.secrets, want.info)
	}
}

// next calls Next and fails if that takes long.
func next(t *testing.T, f *Files) (*Batch, error) {
	t.Helper()
	type answer struct {
		b   *Batch
		err error
	}
	ch := make(chan answer, 1)
	go func() {
		b, err := f.Next()
		ch <- answer{b, err}
	}()
	select {
	case a := <-ch:
		return a.b, a.err
	case <-time.After(time.Minute):
		t.Fatal("Next does not return")
		return nil, nil
	}
}

// A packet on a pipe is delivered when it is there, not when a buffer is full.
func TestStreamIsPrompt(t *testing.T) {
	r, w := io.Pipe()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f := Open(ctx, []string{"-"}, r, Options{})
	header := somePcap(little, magicMicro, 0)
	for i := range 3 {
		go w.Write(join(header, pcapRecord(little, 1, 1, payload(i))))
		header = nil
		b, err := next(t, f)
		if err != nil || len(b.Packets) != 1 || string(b.Packets[0].Data) != payload(i) {
			t.Fatalf("packet %d: %v, %+v", i, err, b)
		}
		b.Release()
	}
	time.AfterFunc(20*time.Millisecond, cancel)
	if b, err := next(t, f); err != io.EOF {
		t.Errorf("after the context: %v, %v", b, err)
	}
}

func TestFollow(t *testing.T) {
	whole := somePcap(little, magicMicro, 5)
	names := writeFiles(t, somePcap(little, magicMicro, 2), nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	f := Open(ctx, names, nil, Options{Follow: true})
	out, err := os.OpenFile(names[1], os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	b, err := next(t, f) // the first file is read to its end, the last followed
	if err != nil || len(b.Packets) != 2 {
		t.Fatalf("first file: %v", err)
	}
	written := 0
	for _, step := range []struct{ upTo, packets int }{
		{pcapHeaderLen + 16 + len(payload(0)) + 3, 1},
		{len(whole) - 1, 3},
	} {
		out.Write(whole[written:step.upTo])
		written = step.upTo
		b, err := next(t, f)
		if err != nil || len(b.Packets) != step.packets {
			t.Fatalf("up to %d: %v", step.upTo, err)
		}
		b.Release()
	}
	time.AfterFunc(20*time.Millisecond, cancel)
	if b, err := next(t, f); err != io.EOF { // no complaint about the cut packet
		t.Errorf("after the context: %v, %v", b, err)
	}
}

func TestFollowedFileShrinks(t *testing.T) {
	names := writeFiles(t, somePcap(little, magicMicro, 5))
	f := Open(t.Context(), names, nil, Options{Follow: true})
	if b, err := next(t, f); err != nil || len(b.Packets) != 5 {
		t.Fatal(err)
	}
	if err := os.Truncate(names[0], 30); err != nil {
		t.Fatal(err)
	}
	_, err := next(t, f)
	if p := (*Problem)(nil); !errors.As(err, &p) || !strings.Contains(p.What, "shorter") {
		t.Errorf("have %v", err)
	}
}

func TestReadError(t *testing.T) {
	broken := io.MultiReader(bytes.NewReader(somePcap(little, magicMicro, 5)), iotest.ErrReader(errors.New("disk on fire")))
	g := readStream(t, broken, Options{})
	if len(g.packets) != 5 || len(g.problems) != 1 || g.problems[0].Rule != "" || !strings.Contains(g.problems[0].What, "disk on fire") {
		t.Errorf("%d packets, %v", len(g.packets), g.problems)
	}
}

func TestProgress(t *testing.T) {
	plain, packed := somePcap(little, magicMicro, 100), gzipped(somePcap(little, magicMicro, 100))
	names := writeFiles(t, plain, packed)
	f := Open(t.Context(), names, nil, Options{})
	size := int64(len(plain) + len(packed))
	if read, total := f.Progress(); read != 0 || total != size {
		t.Errorf("before: %d of %d", read, total)
	}
	drain(t, f)
	if read, total := f.Progress(); read != size || total != size {
		t.Errorf("after: %d of %d, want %d", read, total, size)
	}
	f = Open(t.Context(), append(names, "-"), bytes.NewReader(plain), Options{})
	if _, total := f.Progress(); total != 0 {
		t.Errorf("total %d with standard input", total)
	}
}

// Batches may be held, and are not overwritten while they are.
func TestHeldBatches(t *testing.T) {
	const n = 100_000
	f := Open(t.Context(), writeFiles(t, somePcap(little, magicMicro, n)), nil, Options{})
	var held []*Batch
	for {
		b, err := f.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, b)
	}
	i := 0
	for _, b := range held {
		for _, p := range b.Packets {
			if string(p.Data) != payload(i) {
				t.Fatalf("packet %d is %q", i, p.Data)
			}
			i++
		}
		b.Release()
	}
	if i != n || len(held) < 2 {
		t.Errorf("%d packets in %d batches", i, len(held))
	}
	if len(f.pool.free) > limits.BatchesKept {
		t.Errorf("%d batches kept", len(f.pool.free))
	}
}

// Reading a packet allocates nothing.
func TestAllocations(t *testing.T) {
	for name, file := range map[string][]byte{"pcap": somePcap(little, magicMicro, 200_000), "pcapng": someNg(little, 200_000)} {
		f := Open(t.Context(), writeFiles(t, file), nil, Options{})
		read := func() {
			b, err := f.Next()
			if err != nil {
				t.Fatal(err)
			}
			if len(b.Packets) < 1000 {
				t.Fatalf("%d packets in a batch", len(b.Packets))
			}
			b.Release()
		}
		read()
		read()
		if n := testing.AllocsPerRun(8, read); n > 0 {
			t.Errorf("%s: %v allocations a batch", name, n)
		}
	}
}

// A crafted length does not make the reader allocate.
func TestMemoryFollowsInput(t *testing.T) {
	file := join(section(little), describe(little, 1), words(little, blockEnhanced, 16<<20))
	var before, after runtime.MemStats
	names := writeFiles(t, file)
	runtime.ReadMemStats(&before)
	g := drain(t, Open(t.Context(), names, nil, Options{}))
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 3<<20 {
		t.Errorf("%d bytes for a file of %d", grown, len(file))
	}
	if !slices.Equal(g.rules(), []string{"file-truncated"}) {
		t.Errorf("problems %v", g.problems)
	}
}

func TestDamagesAreLimited(t *testing.T) {
	file := pcapHeader(little, magicMicro, 100, 1)
	for range limits.Damages * 2 {
		file = append(file, somePcap(little, magicMicro, 4)[pcapHeaderLen:]...)
		file = append(file, bytes.Repeat([]byte{0xFF}, 16)...)
	}
	g := readFiles(t, Options{Salvage: true}, file)
	if len(g.problems) != limits.Damages+1 || len(g.packets) != 4*(limits.Damages+1) || !strings.Contains(g.problems[limits.Damages].Hint, "not read") {
		t.Errorf("%d problems, %d packets", len(g.problems), len(g.packets))
	}
}
