package tls

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
)

type rsaKey = rsa.PrivateKey

// AddRSA takes the RSA private keys of a PEM text, PKCS #1 or PKCS #8; other
// blocks, such as certificates, are skipped. They open connections whose key
// exchange is RSA (RFC 5246 section 7.4.7.1), and no others.
func (k *Keys) AddRSA(text []byte) error {
	var found []*rsaKey
	other := errors.New("no PEM block of a private key")
	if bytes.HasPrefix(text, []byte{0x30, 0x82}) { // a SEQUENCE of over 255 bytes
		other = errors.New("the private key is not PEM but DER; convert it with: openssl pkey -inform DER -in KEY -out PEM")
	}
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		switch block.Type {
		case "RSA PRIVATE KEY":
			if block.Headers["DEK-Info"] != "" {
				other = errors.New("the private key is encrypted with a passphrase; decrypt it with: openssl rsa -in KEY -out PLAIN")
				continue
			}
			key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
			if err != nil {
				return err
			}
			found = append(found, key)
		case "PRIVATE KEY":
			key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
			if err != nil {
				return err
			}
			if key, ok := key.(*rsaKey); ok {
				found = append(found, key)
			} else {
				other = errors.New("not an RSA key: only RSA key exchange can be opened with a private key; use a key log")
			}
		case "ENCRYPTED PRIVATE KEY":
			other = errors.New("the private key is encrypted with a passphrase; decrypt it with: openssl rsa -in KEY -out PLAIN")
		case "EC PRIVATE KEY":
			other = errors.New("not an RSA key: only RSA key exchange can be opened with a private key; use a key log")
		}
	}
	if len(found) == 0 {
		return other
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, key := range found {
		if !slices.ContainsFunc(k.rsa, func(old *rsaKey) bool { return old.Equal(key) }) {
			k.rsa = append(k.rsa, key)
		}
	}
	k.generation.Add(1)
	return nil
}

// premaster opens the premaster secret that a client encrypted: by a line of
// a key log, or by a private key. It begins with the version that the client
// offered, which a wrong key does not give.
func (k *Keys) premaster(encrypted []byte) []byte {
	if len(encrypted) < 8 {
		return nil
	}
	k.mu.RLock()
	secret, keys := k.premasters[[8]byte(encrypted)], k.rsa
	k.mu.RUnlock()
	if secret != nil {
		return secret
	}
	for _, key := range keys {
		if key.Size() != len(encrypted) {
			continue
		}
		//lint:ignore SA1019 what the advice guards against, an oracle for others, is not here
		secret, err := rsa.DecryptPKCS1v15(nil, key, encrypted)
		if err == nil && len(secret) == masterLen && secret[0] == 3 {
			return secret
		}
	}
	return nil
}
