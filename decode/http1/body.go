package http1

import (
	"strconv"
	"strings"
)

// Body follows a message body to its end (RFC 9112 section 6). The zero
// value is an empty body.
type Body struct {
	kind kind
	left uint64 // bytes of the body, or of the present chunk, that follow
	line []byte // unfinished line of a chunk header or trailer
}

type kind uint8

const (
	none kind = iota
	counted
	chunkSize
	chunkData
	chunkEnd // the CRLF after a chunk's data
	trailer
	untilClose
)

// longestLine is the longest chunk header or trailer line that is followed.
const longestLine = 16 << 10

// RequestBody gives the body that follows a request head.
func RequestBody(r *Request) Body { return framed(&r.Head, none) }

// ResponseBody gives the body that follows a final response head to a
// request with the given method (RFC 9112 section 6.3).
func ResponseBody(r *Response, method string) Body {
	if r.Status/100 == 1 || r.Status == 204 || r.Status == 304 || method == "HEAD" {
		return Body{}
	}
	return framed(&r.Head, untilClose)
}

func framed(h *Head, otherwise kind) Body {
	if te, ok := h.Get("Transfer-Encoding"); ok {
		last := te[strings.LastIndexByte(te, ',')+1:]
		if strings.EqualFold(strings.TrimSpace(last), "chunked") {
			return Body{kind: chunkSize}
		}
		return Body{kind: otherwise}
	}
	if cl, ok := h.Get("Content-Length"); ok {
		first, _, _ := strings.Cut(cl, ",")
		if n, err := strconv.ParseUint(strings.TrimSpace(first), 10, 63); err == nil {
			if n == 0 {
				return Body{}
			}
			return Body{kind: counted, left: n}
		}
	}
	return Body{kind: otherwise}
}

// Done reports whether the body has ended.
func (b *Body) Done() bool { return b.kind == none }

// UntilClose reports whether only the end of the stream ends the body.
func (b *Body) UntilClose() bool { return b.kind == untilClose }

// Skip tells the body that n of its bytes are lost. It reports false where
// that leaves its end unknown.
func (b *Body) Skip(n uint64) bool {
	switch b.kind {
	case untilClose:
		return true
	case counted:
		if n > b.left {
			return false
		}
		if b.left -= n; b.left == 0 {
			b.kind = none
		}
		return true
	case chunkData:
		if n > b.left {
			return false
		}
		if b.left -= n; b.left == 0 {
			b.kind = chunkEnd
		}
		return true
	}
	return false
}

// Feed takes bytes of the stream and says how many of them belong to the
// body. It reports false where the chunked coding is broken.
func (b *Body) Feed(p []byte) (used int, ok bool) {
	for used < len(p) && b.kind != none {
		rest := p[used:]
		switch b.kind {
		case untilClose:
			return len(p), true
		case counted, chunkData:
			n := min(b.left, uint64(len(rest)))
			used += int(n)
			if b.left -= n; b.left == 0 {
				if b.kind == counted {
					b.kind = none
				} else {
					b.kind = chunkEnd
				}
			}
		default:
			line, n, whole := b.takeLine(rest)
			used += n
			if !whole {
				return used, len(b.line) < longestLine
			}
			switch b.kind {
			case chunkEnd:
				b.kind = chunkSize
			case trailer:
				if line == "" {
					b.kind = none
				}
			default:
				size, _, _ := strings.Cut(line, ";")
				n, err := strconv.ParseUint(strings.TrimSpace(size), 16, 63)
				if err != nil {
					return used, false
				}
				if b.left = n; n == 0 {
					b.kind = trailer
				} else {
					b.kind = chunkData
				}
			}
		}
	}
	return used, true
}

func (b *Body) takeLine(p []byte) (line string, used int, whole bool) {
	for i, c := range p {
		if c == '\n' {
			line = strings.TrimRight(string(b.line)+string(p[:i]), "\r")
			b.line = b.line[:0]
			return line, i + 1, true
		}
	}
	b.line = append(b.line, p...)
	return "", len(p), false
}
