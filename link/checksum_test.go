package link

import (
	"bytes"
	"math/bits"
	"math/rand/v2"
	"testing"
)

func TestSum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 300 {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		checkSum(t, b)
		checkSum(t, bytes.Repeat([]byte{0xff}, n))
		checkSum(t, make([]byte, n))
	}
}

// checkSum holds sum against its naive twin.
func checkSum(t *testing.T, b []byte) {
	t.Helper()
	if got, want := bits.ReverseBytes16(fold(sum(b))), naiveSum(b); got != want {
		t.Fatalf("sum of %x: %04x, want %04x", b, got, want)
	}
}

func FuzzSum(f *testing.F) {
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0xff}, 129))
	f.Add([]byte("sixty-four bytes and some more, so that both of the loops are run once"))
	f.Fuzz(func(t *testing.T, b []byte) { checkSum(t, b) })
}
