package tls

import (
	"crypto"
	"strings"
)

// suite is what a cipher suite lays down about the protection of records.
// Everything is read from its IANA name, which says all of it:
// TLS_<key exchange>_WITH_<cipher>_<hash>, or TLS_<cipher>_<hash> in TLS 1.3.
type suite struct {
	id     uint16
	name   string
	cipher bulkCipher
	keyLen int
	tagLen int         // of an AEAD
	mac    crypto.Hash // of a CBC suite
	prf    crypto.Hash // of TLS 1.2 and 1.3; older versions have their own
	rsa    bool        // RSA key exchange: the client encrypts the premaster secret (RFC 5246 section 7.4.7.1)
}

type bulkCipher uint8

const (
	unsupported bulkCipher = iota
	aesGCM                 // RFC 5288
	aesCCM                 // RFC 6655
	chacha20               // RFC 7905
	aesCBC                 // RFC 5246 section 6.2.3.2
	tripleDES
)

// suiteByID describes a suite of the IANA registry. An unknown one has no
// name, one that cannot be decrypted has the cipher unsupported.
func suiteByID(id uint16) suite {
	s := suite{id: id, name: suiteNames[id], prf: crypto.SHA256, mac: crypto.SHA1}
	kx, cipher, old := strings.Cut(s.name, "_WITH_")
	if !old {
		cipher = s.name
	}
	s.rsa = kx == "TLS_RSA"
	s.keyLen = 16
	if strings.Contains(cipher, "AES_256") {
		s.keyLen = 32
	}
	switch {
	case strings.HasSuffix(cipher, "_SHA384"):
		s.prf, s.mac = crypto.SHA384, crypto.SHA384
	case strings.HasSuffix(cipher, "_SHA256"):
		s.mac = crypto.SHA256
	}
	s.tagLen = 16
	switch {
	case strings.Contains(cipher, "CHACHA20_POLY1305"):
		s.cipher, s.keyLen = chacha20, 32
	case strings.Contains(cipher, "3DES_EDE_CBC"):
		s.cipher, s.keyLen = tripleDES, 24
	case !strings.Contains(cipher, "AES_"):
	case strings.Contains(cipher, "_GCM"):
		s.cipher = aesGCM
	case strings.Contains(cipher, "_CCM_8"):
		s.cipher, s.tagLen = aesCCM, 8
	case strings.Contains(cipher, "_CCM"):
		s.cipher = aesCCM
	case strings.Contains(cipher, "_CBC"):
		s.cipher = aesCBC
	}
	return s
}

// aead reports whether records are protected by an AEAD cipher.
func (s *suite) aead() bool {
	return s.cipher == aesGCM || s.cipher == aesCCM || s.cipher == chacha20
}
