package tls

import (
	"crypto/cipher"
	"encoding/binary"
)

// aead13 opens the records of TLS 1.3 (RFC 8446 section 5.2). The plaintext is
// a TLSInnerPlaintext, type and padding still on it.
type aead13 struct {
	aead  cipher.AEAD
	iv    [12]byte
	nonce [12]byte // of the record being opened; here so that it is not allocated for each
}

func (a *aead13) open(dst []byte, seq uint64, head, fragment []byte) ([]byte, bool) {
	// Section 5.3: the sequence number, padded to the left, xor the IV.
	a.nonce = a.iv
	binary.BigEndian.PutUint64(a.nonce[4:], binary.BigEndian.Uint64(a.iv[4:])^seq)
	plain, err := a.aead.Open(dst, a.nonce[:], fragment, head)
	return plain, err == nil
}

func (a *aead13) pass([]byte) {}

// plainLen is unknown: zeros may follow the inner type (section 5.4).
func (a *aead13) plainLen(int) int { return -1 }

// aead12 opens the records of AEAD suites in TLS 1.2 (RFC 5246 section
// 6.2.3.3).
type aead12 struct {
	aead     cipher.AEAD
	iv       [12]byte // 4 bytes are used where the nonce is explicit
	explicit bool     // GCM and CCM write 8 bytes of nonce into the record (RFC 5288 section 3, RFC 6655 section 3); ChaCha20 does not (RFC 7905 section 2)
	nonce    [12]byte
	extra    [13]byte // additional_data
}

func (a *aead12) open(dst []byte, seq uint64, head, fragment []byte) ([]byte, bool) {
	n := a.plainLen(len(fragment))
	if n < 0 {
		return nil, false
	}
	a.nonce = a.iv
	if a.explicit {
		copy(a.nonce[4:], fragment[:explicitNonce])
		fragment = fragment[explicitNonce:]
	} else {
		binary.BigEndian.PutUint64(a.nonce[4:], binary.BigEndian.Uint64(a.iv[4:])^seq)
	}
	additionalData(&a.extra, seq, head, n)
	plain, err := a.aead.Open(dst, a.nonce[:], fragment, a.extra[:])
	return plain, err == nil
}

func (a *aead12) pass([]byte) {}

func (a *aead12) plainLen(n int) int { return max(n-a.overhead(), -1) }

func (a *aead12) overhead() int {
	if a.explicit {
		return explicitNonce + a.aead.Overhead()
	}
	return a.aead.Overhead()
}

const explicitNonce = 8

// additionalData is seq_num, type, version and length of the plaintext: what
// TLS up to 1.2 authenticates besides it (RFC 5246 sections 6.2.3.1, 6.2.3.3).
func additionalData(b *[13]byte, seq uint64, head []byte, n int) {
	binary.BigEndian.PutUint64(b[:], seq)
	copy(b[8:11], head)
	binary.BigEndian.PutUint16(b[11:], uint16(n))
}
