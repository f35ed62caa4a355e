package capture

import (
	"bytes"
	"testing"
	"testing/iotest"
	"time"
)

// holds checks what is true of any input: each way of cutting it into reads
// gives the same, numbers run on, packets have no more bytes than the input,
// and there is an end.
func holds(t *testing.T, file []byte, most int, opt Options) *got {
	t.Helper()
	start := time.Now()
	want := readStream(t, bytes.NewReader(file), opt)
	equal(t, "half", readStream(t, iotest.HalfReader(bytes.NewReader(file)), opt), want)
	if len(file) < 2000 {
		equal(t, "byte", readStream(t, iotest.OneByteReader(bytes.NewReader(file)), opt), want)
	}
	sum := 0
	for i, p := range want.packets {
		if p.Number != uint64(i+1) {
			t.Fatalf("packet %d has number %d", i+1, p.Number)
		}
		if p.WireLen < len(p.Data) {
			t.Fatalf("packet %d has %d bytes of %d", i+1, len(p.Data), p.WireLen)
		}
		sum += len(p.Data)
	}
	if sum > most {
		t.Fatalf("%d bytes of packets in %d bytes of input", sum, most)
	}
	if len(want.packets) == 0 && len(want.problems) == 0 && len(file) < magicLen {
		t.Fatal("nothing was read, and nobody says so")
	}
	if d := time.Since(start); d > time.Minute {
		t.Fatalf("took %v", d)
	}
	return want
}

func FuzzPcap(f *testing.F) {
	buffers(f, 64, 100)
	for _, o := range []order{little, big_} {
		for _, magic := range []uint32{magicMicro, magicNano} {
			f.Add(somePcap(o, magic, 5), false)
		}
		f.Add(join(pcapHeader(o, magicModified, 100, 1), recordHeader(o, 1, 2, 3, 3), make([]byte, 8), []byte("abc")), true)
	}
	whole := somePcap(little, magicMicro, 8)
	f.Add(whole[:100], true)
	f.Add(join(whole[:150], bytes.Repeat([]byte{0xFF}, 30), whole[150:]), true)
	f.Fuzz(func(t *testing.T, file []byte, salvage bool) {
		if len(file) >= magicLen && recognize(file) != formatPcap {
			return
		}
		holds(t, file, len(file), Options{Salvage: salvage})
	})
}

func FuzzPcapng(f *testing.F) {
	buffers(f, 64, 100)
	for _, o := range []order{little, big_} {
		f.Add(someNg(o, 5), false)
		f.Add(join(someNg(o, 2), secretsBlock(o, "a\n"), section(o), describe(o, 1, option(o, optTimeUnit, []byte{0xFF})), obsolete(o, 0, 1<<63, "x"), simple(o, 9, "y")), true)
		f.Add(join(someNg(o, 3)[:200], bytes.Repeat([]byte{0xFF}, 30), someNg(o, 3)[200:]), true)
		f.Add(join(section(o), enhanced(o, 0, 1, "no interface")), false)
	}
	f.Fuzz(func(t *testing.T, file []byte, salvage bool) {
		if len(file) < magicLen || recognize(file) != formatPcapng {
			return
		}
		g := holds(t, file, len(file), Options{Salvage: salvage})
		secrets := 0
		for _, s := range g.secrets {
			secrets += len(s)
		}
		if secrets > len(file) {
			t.Fatalf("%d bytes of secrets in %d bytes of input", secrets, len(file))
		}
		tail := readTail(bytes.NewReader(file), int64(len(file)))
		if tail.from < 0 || tail.from > int64(len(file)) {
			t.Fatalf("the tail begins at %d", tail.from)
		}
	})
}

func FuzzCompressed(f *testing.F) {
	buffers(f, 8192, 500) // some bytes of input can be megabytes
	plain := somePcap(little, magicMicro, 50)
	for _, file := range [][]byte{gzipped(plain), zstdPacked(plain), lz4Packed(plain)} {
		f.Add(file, false)
		f.Add(file[:len(file)-9], true)
	}
	f.Fuzz(func(t *testing.T, file []byte, salvage bool) {
		if _, name, done, err := decompressed(file[:min(len(file), magicLen)], bytes.NewReader(file)); err != nil || name == "" {
			return
		} else {
			done()
		}
		holds(t, file, 1<<30, Options{Salvage: salvage})
	})
}
