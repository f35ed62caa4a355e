package tls

import (
	"crypto"
	"crypto/hkdf"
	"hash"

	_ "crypto/sha256" // the hashes of the suites, by crypto.Hash
	_ "crypto/sha512"
)

// traffic is the state of one direction under one traffic secret of TLS 1.3.
type traffic struct {
	secret []byte
	seq    uint64
	*aead13
}

// newTraffic derives the traffic keys of RFC 8446 section 7.3. It returns nil
// where the secret does not fit the suite: its length is that of the hash.
func newTraffic(s *suite, secret []byte) *traffic {
	if !s.aead() || len(secret) != s.prf.Size() {
		return nil
	}
	a := &aead13{aead: newAEAD(s, expandLabel(s.prf, secret, "key", s.keyLen))}
	if a.aead == nil {
		return nil
	}
	copy(a.iv[:], expandLabel(s.prf, secret, "iv", len(a.iv)))
	return &traffic{secret: secret, aead13: a}
}

// update is the next generation of the secret after a KeyUpdate (RFC 8446
// section 7.2).
func (t *traffic) update(s *suite) *traffic {
	return newTraffic(s, expandLabel(s.prf, t.secret, "traffic upd", s.prf.Size()))
}

// expandLabel is HKDF-Expand-Label with an empty context (RFC 8446 section
// 7.1).
func expandLabel(h crypto.Hash, secret []byte, label string, n int) []byte {
	label = "tls13 " + label
	info := []byte{byte(n >> 8), byte(n), byte(len(label))}
	info = append(info, label...)
	info = append(info, 0)
	out, err := hkdf.Expand(func() hash.Hash { return h.New() }, secret, string(info), n)
	if err != nil {
		return nil
	}
	return out
}
