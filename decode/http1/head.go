// Package http1 reads HTTP/1.1 messages (RFC 9112) as far as they matter
// before and around an upgrade to WebSocket: heads, and where bodies end.
// It is lenient; what is wrong with a head is for the judge, who gets its
// raw bytes.
package http1

import (
	"bytes"
	"strconv"
	"strings"

	"wsscope/event"
)

// Head is the head of a request or a response, without the start line.
type Head struct {
	Raw    []byte // the head with its final blank line
	Fields []event.Header
}

// Request is the head of a request (RFC 9112 section 3).
type Request struct {
	Head
	Method, Target, Proto string
}

// Response is the head of a response (RFC 9112 section 4).
type Response struct {
	Head
	Proto  string
	Status int // 0 where the status line holds no number
	Reason string
}

// End finds the end of a head: the index after its blank line, or -1.
// Bare LF line ends are taken too (RFC 9112 section 2.2). The search starts
// at from, where an earlier one on a shorter b ended.
func End(b []byte, from int) int {
	for i := max(from-3, 0); i < len(b); {
		j := bytes.IndexByte(b[i:], '\n')
		if j < 0 {
			return -1
		}
		i += j + 1
		if i < len(b) && b[i] == '\n' {
			return i + 1
		}
		if i+1 < len(b) && b[i] == '\r' && b[i+1] == '\n' {
			return i + 2
		}
	}
	return -1
}

// ParseRequest takes raw, a head as End delimits it, apart.
func ParseRequest(raw []byte) Request {
	line, rest := cutLine(raw)
	r := Request{Head: parseFields(raw, rest)}
	r.Method, line, _ = strings.Cut(line, " ")
	if i := strings.LastIndexByte(line, ' '); i >= 0 {
		r.Target, r.Proto = line[:i], line[i+1:]
	} else {
		r.Target = line
	}
	return r
}

// ParseResponse takes raw, a head as End delimits it, apart.
func ParseResponse(raw []byte) Response {
	line, rest := cutLine(raw)
	r := Response{Head: parseFields(raw, rest)}
	var code string
	r.Proto, line, _ = strings.Cut(line, " ")
	code, r.Reason, _ = strings.Cut(strings.TrimLeft(line, " "), " ")
	if n, err := strconv.ParseUint(code, 10, 16); err == nil && n < 1000 {
		r.Status = int(n)
	}
	return r
}

func cutLine(b []byte) (line string, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return strings.TrimRight(string(b), "\r"), nil
	}
	return strings.TrimRight(string(b[:i]), "\r"), b[i+1:]
}

func parseFields(raw, rest []byte) Head {
	h := Head{Raw: raw}
	for len(rest) > 0 {
		var line string
		line, rest = cutLine(rest)
		if line == "" {
			break
		}
		if (line[0] == ' ' || line[0] == '\t') && len(h.Fields) > 0 { // obs-fold, RFC 9112 section 5.2
			f := &h.Fields[len(h.Fields)-1]
			f.Value = strings.TrimSpace(f.Value + " " + strings.Trim(line, " \t"))
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			h.Fields = append(h.Fields, event.Header{Name: line})
			continue
		}
		h.Fields = append(h.Fields, event.Header{Name: strings.TrimRight(name, " \t"), Value: strings.Trim(value, " \t")})
	}
	return h
}

// Get gives the value of a header, repeated ones joined with ", ".
func (h *Head) Get(name string) (value string, present bool) {
	for i := range h.Fields {
		if strings.EqualFold(h.Fields[i].Name, name) {
			if present {
				value += ", " + h.Fields[i].Value
			} else {
				value, present = h.Fields[i].Value, true
			}
		}
	}
	return value, present
}

// HasToken reports whether a list header (RFC 9110 section 5.6.1) holds
// token, in any case.
func (h *Head) HasToken(name, token string) bool {
	v, _ := h.Get(name)
	for part := range strings.SplitSeq(v, ",") {
		if strings.EqualFold(strings.TrimSpace(part), token) {
			return true
		}
	}
	return false
}

// LooksLikeRequest tells from the first bytes of a stream whether it may be
// a sequence of requests: a method in capitals, a space.
func LooksLikeRequest(b []byte) (yes, more bool) {
	b = bytes.TrimLeft(b, "\r\n")
	const wrong = "get /" // methods are case-sensitive (RFC 9110 section 9.1); not every client knows
	if n := min(len(b), len(wrong)); n > 0 && string(b[:n]) == wrong[:n] {
		return n == len(wrong), n < len(wrong)
	}
	for i, c := range b {
		switch {
		case c >= 'A' && c <= 'Z' || c == '-':
			if i >= 20 {
				return false, false
			}
		case c == ' ' && i >= 3:
			return true, false
		default:
			return false, false
		}
	}
	return false, true
}

// LooksLikeResponse is the same for responses.
func LooksLikeResponse(b []byte) (yes, more bool) {
	b = bytes.TrimLeft(b, "\r\n")
	const begin = "HTTP/1."
	n := min(len(b), len(begin))
	if string(b[:n]) != begin[:n] {
		return false, false
	}
	return n == len(begin), n < len(begin)
}
