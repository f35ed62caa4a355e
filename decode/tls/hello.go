package tls

import "encoding/binary"

// Extension types (IANA TLS ExtensionType Values).
const (
	extServerName           = 0  // RFC 6066 section 3
	extALPN                 = 16 // RFC 7301
	extEncryptThenMAC       = 22 // RFC 7366
	extExtendedMasterSecret = 23 // RFC 7627
	extSessionTicket        = 35 // RFC 5077
	extPreSharedKey         = 41 // RFC 8446 section 4.2.11
	extEarlyData            = 42
	extSupportedVersions    = 43
)

// field walks over the fields of a message. What is asked beyond the end
// comes out short: a hello cut off by lost bytes still tells what it has.
type field []byte

func (f *field) next(n int) []byte {
	n = min(n, len(*f))
	b := (*f)[:n:n]
	*f = (*f)[n:]
	return b
}

func (f *field) uint8() int {
	b := f.next(1)
	if len(b) < 1 {
		return 0
	}
	return int(b[0])
}

func (f *field) uint16() int {
	b := f.next(2)
	if len(b) < 2 {
		return 0
	}
	return int(binary.BigEndian.Uint16(b))
}

func (f *field) vector8() field  { return f.next(f.uint8()) }
func (f *field) vector16() field { return f.next(f.uint16()) }

// extensions calls each with every extension.
func (f *field) extensions(each func(t int, data field)) {
	list := f.vector16()
	for len(list) >= 4 {
		t := list.uint16()
		each(t, list.vector16())
	}
}

// hello is a ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2) or
// a ServerHello (4.1.3, 7.4.1.3).
type hello struct {
	version    uint16
	random     [32]byte
	sessionID  []byte // view
	suite      uint16 // ServerHello only
	compressed bool   // ServerHello only

	ticket               []byte // view
	serverName, alpn     string // alpn of a ServerHello only
	ems, etm, psk, early bool
}

// parseHello gives false where not even the random is there.
func parseHello(t byte, body []byte) (h hello, ok bool) {
	f := field(body)
	h.version = uint16(f.uint16())
	if copy(h.random[:], f.next(32)) < 32 {
		return h, false
	}
	h.sessionID = f.vector8()
	if t == clientHello {
		f.vector16() // cipher_suites
		f.vector8()  // compression methods
	} else {
		h.suite = uint16(f.uint16())
		h.compressed = f.uint8() != 0
	}
	f.extensions(func(e int, data field) {
		switch e {
		case extServerName:
			h.serverName = serverName(data)
		case extALPN:
			list := data.vector16()
			h.alpn = string(list.vector8())
		case extEncryptThenMAC:
			h.etm = true
		case extExtendedMasterSecret:
			h.ems = true
		case extSessionTicket:
			h.ticket = data
		case extPreSharedKey:
			h.psk = true
		case extEarlyData:
			h.early = true
		case extSupportedVersions:
			if t == serverHello && len(data) == 2 {
				h.version = uint16(data.uint16())
			}
		}
	})
	return h, true
}

// serverName is the host_name of RFC 6066 section 3.
func serverName(data field) string {
	list := data.vector16()
	for len(list) > 0 {
		t := list.uint8()
		if name := list.vector16(); t == 0 {
			return string(name)
		}
	}
	return ""
}

// retryRandom marks a ServerHello as a HelloRetryRequest (RFC 8446 section
// 4.1.3): the SHA-256 of "HelloRetryRequest".
var retryRandom = [32]byte{
	0xCF, 0x21, 0xAD, 0x74, 0xE5, 0x9A, 0x61, 0x11, 0xBE, 0x1D, 0x8C, 0x02, 0x1E, 0x65, 0xB8, 0x91,
	0xC2, 0xA2, 0x11, 0x16, 0x7A, 0xBB, 0x8C, 0x5E, 0x07, 0x9E, 0x09, 0xE2, 0xC8, 0xA8, 0x33, 0x9C,
}
