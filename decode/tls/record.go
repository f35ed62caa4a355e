package tls

import "encoding/binary"

// Record content types (RFC 8446 section 5.1).
const (
	changeCipherSpec = 20
	alertRecord      = 21
	handshakeRecord  = 22
	applicationData  = 23
)

// Protocol versions as they stand on the wire.
const (
	tls10 = 0x0301
	tls11 = 0x0302
	tls12 = 0x0303
	tls13 = 0x0304
)

const (
	headLen = 5
	// maxFragment is the longest fragment: 2^14 bytes of plaintext and what
	// TLS 1.2 allows for its protection (RFC 5246 section 6.2.3).
	maxFragment = 1<<14 + 2048
	// scanFragment bounds the header that is believed after lost bytes, more
	// strictly: no suite really adds more (RFC 8446 section 5.2).
	scanFragment = 1<<14 + 256
)

// fragmentLen is the length in a record header of 5 bytes.
func fragmentLen(head []byte) int { return int(binary.BigEndian.Uint16(head[3:])) }

// isHead reports whether b, of at least 5 bytes, can be the header of a record
// with a fragment of at most most bytes. SSL 3.0 and up write 3 as their major
// version.
func isHead(b []byte, most int) bool {
	return b[0] >= changeCipherSpec && b[0] <= applicationData && b[1] == 3 && b[2] <= 4 && fragmentLen(b) <= most
}

// Verdict is the answer of Sniff.
type Verdict uint8

const (
	No Verdict = iota
	Yes
	NeedMore
)

// Sniff says whether a stream, of either side, starts like TLS: with a
// ClientHello or a ServerHello, or, where the capture began late, with the
// header of a protected record.
func Sniff(b []byte) Verdict {
	for i, c := range b[:min(len(b), 3)] {
		switch {
		case i == 0 && (c < changeCipherSpec || c > applicationData),
			i == 1 && c != 3,
			i == 2 && c > 4:
			return No
		}
	}
	if len(b) < headLen {
		return NeedMore
	}
	n := fragmentLen(b)
	if n == 0 || n > maxFragment {
		return No
	}
	switch b[0] {
	case changeCipherSpec:
		if n != 1 {
			return No
		}
	case handshakeRecord:
		if len(b) == headLen {
			return NeedMore
		}
		if t := b[headLen]; t != clientHello && t != serverHello {
			return No
		}
	}
	return Yes
}

// Continues says whether b, the beginning of a segment in the middle of a
// stream, is a row of protected records: each begins where the one before ends,
// and the last one ends with b, or is the third.
func Continues(b []byte) bool {
	for range 3 {
		if len(b) < headLen || b[0] != applicationData || !isHead(b, scanFragment) || fragmentLen(b) == 0 {
			return false
		}
		n := headLen + fragmentLen(b)
		if n >= len(b) {
			return n == len(b)
		}
		b = b[n:]
	}
	return true
}
