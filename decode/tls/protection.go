package tls

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"

	"github.com/pion/dtls/v3/pkg/crypto/ccm"
	"golang.org/x/crypto/chacha20poly1305"
)

// protection opens the protected records of one direction under one key.
type protection interface {
	// open checks the record whose 5 bytes of header are head against the
	// sequence number and appends its plaintext to dst, which must not
	// overlap. It changes no state, so that sequence numbers can be tried.
	open(dst []byte, seq uint64, head, fragment []byte) (plain []byte, ok bool)
	// pass is told every byte of the stream of records after it was used,
	// opened or not; nil stands for lost bytes.
	pass(b []byte)
	// plainLen is the length of the plaintext of a fragment of n bytes, -1
	// where padding hides it.
	plainLen(n int) int
}

// newAEAD makes the AEAD cipher of a suite with nonces of 12 bytes; nil where
// the key has not the suite's length.
func newAEAD(s *suite, key []byte) cipher.AEAD {
	if len(key) != s.keyLen {
		return nil
	}
	if s.cipher == chacha20 {
		a, err := chacha20poly1305.New(key)
		return orNil(a, err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil
	}
	if s.cipher == aesCCM {
		a, err := ccm.NewCCM(block, s.tagLen, 12)
		return orNil(a, err)
	}
	a, err := cipher.NewGCM(block)
	return orNil(a, err)
}

func orNil(a cipher.AEAD, err error) cipher.AEAD {
	if err != nil {
		return nil
	}
	return a
}

// newBlock makes the block cipher of a CBC suite.
func newBlock(s *suite, key []byte) (cipher.Block, error) {
	if s.cipher == tripleDES {
		return des.NewTripleDESCipher(key)
	}
	return aes.NewCipher(key)
}
