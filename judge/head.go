package judge

import (
	"bytes"
	"fmt"
	"strings"

	"wsscope/decode/extension"
	"wsscope/event"
)

// fields are the header lines of one head.
type fields struct {
	lines []event.Header
	whole bool // the head was kept to its end: what is absent was not sent
}

func headFields(lines []event.Header, raw []byte, partial bool) fields {
	return fields{lines, !partial && (raw == nil || bytes.HasSuffix(raw, []byte("\n\r\n")) || bytes.HasSuffix(raw, []byte("\n\n")))}
}

// all gives the values of the lines with a name, in any case.
func (h fields) all(name string) (values []string) {
	for i := range h.lines {
		if strings.EqualFold(strings.TrimRight(h.lines[i].Name, " \t"), name) {
			values = append(values, strings.Trim(h.lines[i].Value, " \t"))
		}
	}
	return values
}

func (h fields) has(name string) bool { return len(h.all(name)) > 0 }

// lacks reports whether a field was certainly not sent.
func (h fields) lacks(name string) bool { return h.whole && !h.has(name) }

// tokens gives the elements of a list field over all its lines
// (RFC 9110 section 5.6.1); empty elements are left out.
func (h fields) tokens(name string) (list []string) {
	for _, v := range h.all(name) {
		for t := range strings.SplitSeq(v, ",") {
			if t = strings.Trim(t, " \t"); t != "" {
				list = append(list, t)
			}
		}
	}
	return list
}

func hasFold(list []string, token string) bool {
	for _, t := range list {
		if strings.EqualFold(t, token) {
			return true
		}
	}
	return false
}

// startLine gives the first line of a raw head without its line end.
func startLine(raw []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimLeft(raw, "\r\n"), []byte("\n"))
	return string(bytes.TrimSuffix(line, []byte("\r")))
}

// malformed holds a raw head against the grammar of RFC 9112 sections 2 to 5
// and gives the first fault, empty if there is none. A head that was cut is
// judged as far as it goes.
func malformed(raw []byte, start func(line string) string) string {
	raw = bytes.TrimLeft(raw, "\r\n") // blank lines before it are ignored (RFC 9112 section 2.2)
	for n := 1; len(raw) > 0; n++ {
		i := bytes.IndexByte(raw, '\n')
		if i < 0 {
			return "" // cut
		}
		line := raw[:i]
		raw = raw[i+1:]
		if !bytes.HasSuffix(line, []byte("\r")) {
			return fmt.Sprintf("line %d ends in a bare LF", n)
		}
		line = line[:len(line)-1]
		if len(line) == 0 {
			return ""
		}
		fault := ""
		if n == 1 {
			fault = start(string(line))
		} else {
			fault = malformedField(line)
		}
		if fault != "" {
			return fmt.Sprintf("line %d %s: %s", n, fault, quote(string(line)))
		}
	}
	return ""
}

func malformedField(line []byte) string {
	if line[0] == ' ' || line[0] == '\t' {
		return "is folded"
	}
	name, value, colon := bytes.Cut(line, []byte(":"))
	switch {
	case !colon:
		return "has no colon"
	case len(name) == 0:
		return "has no name"
	case name[len(name)-1] == ' ' || name[len(name)-1] == '\t':
		return "has white space before the colon"
	case !extension.IsToken(string(name)):
		return "has a name that is no token"
	}
	return control(value)
}

// control finds bytes that RFC 9110 section 5.5 forbids in a value.
func control(value []byte) string {
	for _, c := range value {
		if c < ' ' && c != '\t' || c == 0x7f {
			return fmt.Sprintf("holds the control byte 0x%02x", c)
		}
	}
	return ""
}

// requestLine is the grammar of RFC 9112 section 3.
func requestLine(line string) string {
	part := strings.Split(line, " ")
	switch {
	case len(part) != 3:
		return "is not method, target and version with one space between them"
	case !extension.IsToken(part[0]):
		return "has a method that is no token"
	case !httpVersion(part[2]):
		return "does not end in an HTTP version"
	}
	return control([]byte(line))
}

// statusLine is the grammar of RFC 9112 section 4. The space after the status
// code is part of it even where no reason follows.
func statusLine(line string) string {
	version, rest, _ := strings.Cut(line, " ")
	code, _, space := strings.Cut(rest, " ")
	switch {
	case !httpVersion(version):
		return "does not begin with an HTTP version"
	case len(code) != 3 || strings.Trim(code, "0123456789") != "":
		return "has no status code of three digits"
	case !space:
		return "lacks the space after the status code"
	}
	return control([]byte(line))
}

func httpVersion(s string) bool {
	return len(s) == 8 && s[:5] == "HTTP/" && s[5] >= '0' && s[5] <= '9' && s[6] == '.' && s[7] >= '0' && s[7] <= '9'
}
