package capture

import (
	"bytes"
	"compress/gzip"
	"io"
	"slices"
	"testing"

	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

func gzipped(b []byte) []byte {
	return packed(b, func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) })
}

func zstdPacked(b []byte) []byte {
	return packed(b, func(w io.Writer) io.WriteCloser {
		z, err := zstd.NewWriter(w)
		if err != nil {
			panic(err)
		}
		return z
	})
}

func lz4Packed(b []byte) []byte {
	return packed(b, func(w io.Writer) io.WriteCloser {
		z := lz4.NewWriter(w)
		if err := z.Apply(lz4.BlockSizeOption(lz4.Block64Kb)); err != nil {
			panic(err)
		}
		return z
	})
}

func packed(b []byte, writer func(io.Writer) io.WriteCloser) []byte {
	var out bytes.Buffer
	w := writer(&out)
	if _, err := w.Write(b); err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func TestCompressed(t *testing.T) {
	plain := somePcap(little, magicMicro, 3_000)
	want := readFiles(t, Options{}, plain)
	half := len(plain)/2 + 3
	skippable := "\x50\x2A\x4D\x18\x03\x00\x00\x00abc"
	for _, c := range []struct {
		name string
		file []byte
	}{
		{"gzip", gzipped(plain)},
		{"gzip of two members", join(gzipped(plain[:half]), gzipped(plain[half:]))},
		{"zstd", zstdPacked(plain)},
		{"zstd of two frames", join(zstdPacked(plain[:half]), zstdPacked(plain[half:]))},
		{"zstd after a skippable frame", join([]byte(skippable), zstdPacked(plain))},
		{"lz4", lz4Packed(plain)},
		{"lz4 of two frames", join(lz4Packed(plain[:half]), lz4Packed(plain[half:]))},
	} {
		t.Run(c.name, func(t *testing.T) {
			equal(t, "file", readFiles(t, Options{}, c.file), want)
			equal(t, "stream", readStream(t, bytes.NewReader(c.file), Options{}), want)
		})
	}
}

func TestDamagedCompressed(t *testing.T) {
	plain := somePcap(little, magicMicro, 3_000)
	for name, pack := range map[string]func([]byte) []byte{"gzip": gzipped, "zstd": zstdPacked, "lz4": lz4Packed} {
		file := pack(plain)
		for _, c := range []struct {
			name  string
			file  []byte
			rules []string // one of them
			some  bool     // packets are read before it
		}{
			{"cut", file[:len(file)*9/10], []string{"file-truncated"}, true},
			{"cut in the header", file[:5], []string{"file-truncated"}, false},
			{"of nothing", pack(nil), []string{"file-empty"}, false},
			// What damage looks like depends on where it struck.
			{"damaged", func() []byte {
				b := slices.Clone(file)
				copy(b[len(b)*9/10:], bytes.Repeat([]byte{0xAA}, 50))
				return b
			}(), []string{"file-corrupt", "file-truncated"}, true},
		} {
			t.Run(name+" "+c.name, func(t *testing.T) {
				g := readFiles(t, Options{}, c.file)
				if len(g.problems) != 1 || !slices.Contains(c.rules, g.problems[0].Rule) {
					t.Fatalf("problems %v", g.problems)
				}
				if s := readFiles(t, Options{Salvage: true}, c.file); len(s.problems) == 0 || len(s.packets) < len(g.packets) {
					t.Errorf("salvaged %d packets, problems %v", len(s.packets), s.problems)
				}
				if c.some != (len(g.packets) > 0) {
					t.Errorf("%d packets", len(g.packets))
				}
				for i, p := range g.packets[:len(g.packets)/2] {
					if string(p.Data) != payload(i) {
						t.Fatalf("packet %d is %q", i+1, p.Data)
					}
				}
			})
		}
	}
}

func TestUnpacksOnce(t *testing.T) {
	g := readFiles(t, Options{}, gzipped(gzipped(somePcap(little, magicMicro, 1))))
	if !slices.Equal(g.rules(), []string{"file-unrecognized"}) {
		t.Errorf("problems %v", g.problems)
	}
}
