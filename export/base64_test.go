package export

import (
	"encoding/base64"
	"testing"
)

func FuzzBase64(f *testing.F) {
	for n := range 20 {
		f.Add([]byte("\x00\xff\x10abcdefghijklmnopqrs")[:n])
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		if got, want := string(appendBase64([]byte("x"), p)), "x"+base64.StdEncoding.EncodeToString(p); got != want {
			t.Fatalf("%q, not %q", got, want)
		}
	})
}

func BenchmarkBase64(b *testing.B) {
	p, buffer := sampleFrame(300).Payload, make([]byte, 0, 500)
	b.Run("own", func(b *testing.B) {
		b.SetBytes(300)
		for b.Loop() {
			buffer = appendBase64(buffer[:0], p)
		}
	})
	b.Run("standard", func(b *testing.B) {
		b.SetBytes(300)
		for b.Loop() {
			buffer = base64.StdEncoding.AppendEncode(buffer[:0], p)
		}
	})
}
