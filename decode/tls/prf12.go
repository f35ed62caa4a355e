package tls

import (
	"crypto"
	"crypto/hmac"
	_ "crypto/md5"  // the hashes of TLS 1.0 and 1.1, by crypto.Hash
	_ "crypto/sha1" // (RFC 2246 section 5)
)

// prf is the pseudorandom function of TLS 1.2 (RFC 5246 section 5), and the
// one of TLS 1.0 and 1.1 made of MD5 and SHA-1 (RFC 2246 section 5).
func prf(version uint16, h crypto.Hash, secret []byte, label string, seed []byte, n int) []byte {
	seed = append([]byte(label), seed...)
	out := make([]byte, n)
	if version >= tls12 {
		pHash(out, h, secret, seed)
		return out
	}
	half := (len(secret) + 1) / 2 // the halves share a byte where the length is odd
	pHash(out, crypto.MD5, secret[:half], seed)
	pHash(out, crypto.SHA1, secret[len(secret)-half:], seed)
	return out
}

// pHash adds P_hash(secret, seed) to out by xor (RFC 5246 section 5).
func pHash(out []byte, h crypto.Hash, secret, seed []byte) {
	mac := hmac.New(h.New, secret)
	sum := func(parts ...[]byte) []byte {
		mac.Reset()
		for _, p := range parts {
			mac.Write(p)
		}
		return mac.Sum(nil)
	}
	for a := sum(seed); len(out) > 0; a = sum(a) {
		block := sum(a, seed)
		n := min(len(block), len(out))
		for i := range n {
			out[i] ^= block[i]
		}
		out = out[n:]
	}
}

const masterLen = 48

// masterFromPremaster is the master secret of RFC 5246 section 8.1.
func masterFromPremaster(hs *handshake, premaster []byte) []byte {
	seed := append(hs.clientRandom[:], hs.serverRandom[:]...)
	return prf(hs.version, hs.suite.prf, premaster, "master secret", seed, masterLen)
}

// extendedMaster is the extended master secret of RFC 7627 section 4: it
// hashes the handshake messages up to the ClientKeyExchange.
func extendedMaster(hs *handshake, premaster []byte) []byte {
	session := hs.sessionHash()
	return prf(hs.version, hs.suite.prf, premaster, "extended master secret", session, masterLen)
}

// newProtection12 derives the protection of one direction from the key block
// of RFC 5246 section 6.3: the MAC keys, the keys, the IVs, the client's
// before the server's. It returns nil where the suite is not supported.
func newProtection12(hs *handshake, master []byte, server bool) protection {
	s := &hs.suite
	if s.cipher == unsupported {
		return nil
	}
	macLen, ivLen := 0, 4
	switch {
	case s.cipher == chacha20:
		ivLen = 12
	case !s.aead():
		macLen, ivLen = s.mac.Size(), 0
		if hs.version <= tls10 {
			ivLen = 16
			if s.cipher == tripleDES {
				ivLen = 8
			}
		}
	}
	seed := append(hs.serverRandom[:], hs.clientRandom[:]...)
	block := prf(hs.version, s.prf, master, "key expansion", seed, 2*(macLen+s.keyLen+ivLen))
	next := func(n int) []byte {
		pair := block[:2*n]
		block = block[2*n:]
		if server {
			return pair[n:]
		}
		return pair[:n]
	}
	macKey, key, iv := next(macLen), next(s.keyLen), next(ivLen)
	if s.aead() {
		a := &aead12{aead: newAEAD(s, key), explicit: s.cipher != chacha20}
		copy(a.iv[:], iv)
		return a
	}
	if ivLen == 0 {
		iv = nil
	}
	if c := newCBC(s, key, macKey, iv, hs.etm); c != nil {
		return c
	}
	return nil
}
