package link

import (
	"encoding/binary"
	"math/bits"
)

// verify checks the checksum of a whole segment (RFC 9293 section 3.1).
func verify(segment []byte, s *Segment) Checksum {
	pseudo := pseudoSum(s, len(segment))
	if fold(add(pseudo, sum(segment))) == 0xffff {
		return ChecksumGood
	}
	// The network card would have completed it: the field is empty, or
	// holds the sum of the pseudo-header, in which some leave the length,
	// which changes a packet cut up by the card, for the card as well.
	switch field := binary.LittleEndian.Uint16(segment[16:]); field {
	case 0, fold(pseudo), fold(pseudoSum(s, 0)):
		return ChecksumUnknown
	}
	return ChecksumBad
}

// pseudoSum sums the pseudo-header. The ones' complement sum does not mind
// the 0xffff in IPv4-mapped addresses, so one form serves IPv4 and IPv6
// (RFC 8200 section 8.1).
func pseudoSum(s *Segment, length int) uint64 {
	const protocol = 6 << 8 // TCP's number as the second byte of a 16-bit word, read in little endian
	acc := add(sum(s.Src[:]), sum(s.Dst[:]))
	return add(acc, protocol+bits.ReverseBytes64(uint64(length))>>32)
}

// sum adds up b in 64-bit words with carry around the end. Folded, it is
// the Internet checksum's sum with its bytes swapped, whatever the word
// length (RFC 1071 section 2); an odd byte counts as followed by a zero.
func sum(b []byte) uint64 {
	var acc, carry uint64
	for len(b) >= 64 {
		w := (*[64]byte)(b)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(w[0:]), 0)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(w[8:]), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(w[16:]), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(w[24:]), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(w[32:]), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(w[40:]), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(w[48:]), carry)
		acc, carry = bits.Add64(acc, binary.LittleEndian.Uint64(w[56:]), carry)
		acc += carry // cannot overflow: a sum that carried is below its greatest value
		b = b[64:]
	}
	for len(b) >= 8 {
		acc = add(acc, binary.LittleEndian.Uint64(b))
		b = b[8:]
	}
	if len(b) > 0 {
		var last [8]byte
		copy(last[:], b)
		acc = add(acc, binary.LittleEndian.Uint64(last[:]))
	}
	return acc
}

// add is the ones' complement sum of 64-bit words.
func add(a, b uint64) uint64 {
	a, carry := bits.Add64(a, b, 0)
	return a + carry
}

// fold brings a sum to 16 bits, 0 only for a sum of zeros.
func fold(a uint64) uint16 {
	a = a>>32 + a&0xffffffff
	a = a>>16 + a&0xffff
	a = a>>16 + a&0xffff
	a = a>>16 + a&0xffff
	return uint16(a)
}
