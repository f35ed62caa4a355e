package tls

import (
	"crypto/cipher"
	"crypto/hmac"
	"hash"
)

// cbc opens the records of block ciphers in CBC mode: MAC-then-encrypt
// (RFC 5246 section 6.2.3.2) or encrypt-then-MAC (RFC 7366). It does not run
// in constant time, since nobody can ask it questions.
type cbc struct {
	mode     ivMode
	size     int // of a block
	mac      hash.Hash
	macLen   int
	etm      bool
	explicit bool // TLS 1.1 and later: the IV stands before the ciphertext (RFC 4346 section 6.2.3.2)

	// TLS 1.0: the IV is the last block of ciphertext of the record before
	// (RFC 2246 section 6.2.3.2). tail holds the last bytes of the stream;
	// with encrypt-then-MAC the MAC stands behind that block.
	tail []byte

	extra [13]byte
	sum   []byte
}

// ivMode is what the standard library's CBC decrypter is.
type ivMode interface {
	cipher.BlockMode
	SetIV([]byte)
}

// newCBC takes the IV of the key block, which only TLS 1.0 has.
func newCBC(s *suite, key, macKey, iv []byte, etm bool) *cbc {
	block, err := newBlock(s, key)
	if err != nil {
		return nil
	}
	size := block.BlockSize()
	mode, ok := cipher.NewCBCDecrypter(block, make([]byte, size)).(ivMode)
	if !ok {
		return nil
	}
	c := &cbc{mode: mode, size: size, mac: hmac.New(s.mac.New, macKey), macLen: s.mac.Size(), etm: etm, explicit: iv == nil}
	if !c.explicit {
		c.tail = make([]byte, 0, c.tailLen())
		c.tail = append(c.tail, iv...)
		c.tail = c.tail[:c.tailLen()]
	}
	return c
}

// blind reports that the end of the record before is lost, and the IV with it.
func (c *cbc) blind() bool { return !c.explicit && len(c.tail) < c.tailLen() }

func (c *cbc) tailLen() int {
	if c.etm {
		return c.size + c.macLen
	}
	return c.size
}

func (c *cbc) open(dst []byte, seq uint64, head, fragment []byte) ([]byte, bool) {
	var iv, mac []byte
	sealed := fragment
	if c.etm {
		if len(sealed) < c.macLen {
			return nil, false
		}
		sealed, mac = sealed[:len(sealed)-c.macLen], sealed[len(sealed)-c.macLen:]
		if !c.authentic(seq, head, sealed, mac) {
			return nil, false
		}
	}
	if c.explicit {
		if len(sealed) < c.size {
			return nil, false
		}
		iv, sealed = sealed[:c.size], sealed[c.size:]
	} else {
		if c.blind() {
			return nil, false
		}
		iv = c.tail[:c.size]
	}
	if len(sealed) == 0 || len(sealed)%c.size != 0 {
		return nil, false
	}
	at := len(dst)
	dst = append(dst, sealed...)
	plain := dst[at:]
	c.mode.SetIV(iv)
	c.mode.CryptBlocks(plain, plain)
	n, ok := unpad(plain)
	if !ok {
		return nil, false
	}
	if !c.etm {
		n -= c.macLen
		if n < 0 || !c.authentic(seq, head, plain[:n], plain[n:n+c.macLen]) {
			return nil, false
		}
	}
	return dst[:at+n], true
}

// authentic checks the MAC of RFC 5246 section 6.2.3.1, or that of RFC 7366
// section 3, which is made over the ciphertext in the same way.
func (c *cbc) authentic(seq uint64, head, text, mac []byte) bool {
	additionalData(&c.extra, seq, head, len(text))
	c.mac.Reset()
	c.mac.Write(c.extra[:])
	c.mac.Write(text)
	c.sum = c.mac.Sum(c.sum[:0])
	return hmac.Equal(c.sum, mac)
}

// unpad gives the length without padding: each padding byte holds the number
// of those before it (RFC 5246 section 6.2.3.2).
func unpad(b []byte) (n int, ok bool) {
	last := b[len(b)-1]
	n = len(b) - 1 - int(last)
	if n < 0 {
		return 0, false
	}
	for _, p := range b[n:] {
		if p != last {
			return 0, false
		}
	}
	return n, true
}

func (c *cbc) pass(b []byte) {
	if c.explicit {
		return
	}
	if b == nil {
		c.tail = c.tail[:0]
		return
	}
	want := c.tailLen()
	if len(b) < want {
		keep := min(len(c.tail), want-len(b))
		c.tail = append(c.tail[:0], c.tail[len(c.tail)-keep:]...)
	} else {
		c.tail, b = c.tail[:0], b[len(b)-want:]
	}
	c.tail = append(c.tail, b...)
}

func (c *cbc) plainLen(int) int { return -1 }
