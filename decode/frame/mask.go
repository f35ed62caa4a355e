package frame

import (
	"encoding/binary"
	"math/bits"
)

// Mask applies the masking of RFC 6455 section 5.3 to b in place; pos is the
// place of b[0] in the payload. Masking twice gives the original.
func Mask(b []byte, key [4]byte, pos uint64) {
	k32 := bits.RotateLeft32(binary.LittleEndian.Uint32(key[:]), -8*int(pos&3))
	k := uint64(k32) | uint64(k32)<<32
	for len(b) >= 32 {
		w := b[:32:32]
		binary.LittleEndian.PutUint64(w, binary.LittleEndian.Uint64(w)^k)
		binary.LittleEndian.PutUint64(w[8:], binary.LittleEndian.Uint64(w[8:])^k)
		binary.LittleEndian.PutUint64(w[16:], binary.LittleEndian.Uint64(w[16:])^k)
		binary.LittleEndian.PutUint64(w[24:], binary.LittleEndian.Uint64(w[24:])^k)
		b = b[32:]
	}
	for len(b) >= 8 {
		binary.LittleEndian.PutUint64(b, binary.LittleEndian.Uint64(b)^k)
		b = b[8:]
	}
	for i := range b {
		b[i] ^= byte(k >> (8 * i))
	}
}
