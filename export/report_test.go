package export

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"wsscope/event"
	"wsscope/limits"
)

func TestFindingsGolden(t *testing.T) {
	var w bytes.Buffer
	play(NewFindings(&w, Options{Width: 100}))
	golden(t, "sample-findings.txt", w.Bytes())
}

func TestFindingsOfACleanCapture(t *testing.T) {
	var w bytes.Buffer
	v := NewFindings(&w, Options{})
	v.Open(&event.Open{Conn: &event.Conn{ID: 1}})
	v.End(&event.End{Conn: &event.Conn{ID: 1}})
	v.Summary(&event.Summary{Connections: 1})
	if got := w.String(); got != "No broken rule was seen in 1 connection.\n" {
		t.Errorf("%q", got)
	}
}

// TestFindingsStaysBounded holds the limits: many findings in one connection,
// many refused connections.
func TestFindingsStaysBounded(t *testing.T) {
	var w bytes.Buffer
	v := NewFindings(&w, Options{})
	c := &event.Conn{ID: 1}
	v.Open(&event.Open{Conn: c, Method: "GET", URI: strings.Repeat("/long", 100000)})
	if n := len(v.conns[1].title); n > longestTitle+3 {
		t.Errorf("%d bytes of a handshake are kept", n)
	}
	for n := range uint64(5000) {
		v.Finding(&event.Finding{Conn: c, Frame: n + 1, Rule: "mask-key-zero", Severity: event.Warning, Text: "the masking key is zero"})
	}
	if n := len(v.conns[1].rules[0].places); int64(n) != limits.ReportPlaces {
		t.Errorf("%d places are kept", n)
	}
	for n := range int(limits.ReportRefused) + 500 {
		c := &event.Conn{ID: n + 2, Client: netip.MustParseAddrPort("192.0.2.7:1"), Server: netip.MustParseAddrPort("192.0.2.1:80")}
		v.Open(&event.Open{Conn: c, Refused: true, Status: 400})
		v.Finding(&event.Finding{Conn: c, Rule: "req-key-missing", Severity: event.Error, Text: "no key"})
	}
	for n := range int(limits.ReportRefused) + 500 { // of sections that are printed
		v.Finding(&event.Finding{Conn: &event.Conn{ID: n + 10000}, Rule: "tcp-conflict", Text: "two copies differ"})
	}
	if n := int64(len(v.conns)); n > limits.ReportRefused+1 || int64(len(v.refused)) > limits.ReportRefused {
		t.Errorf("%d sections are kept, %d of them without an end", n, len(v.refused))
	}
	v.End(&event.End{Conn: c})
	v.Summary(&event.Summary{Connections: 1, Refused: uint64(limits.ReportRefused) + 500})
	for _, want := range []string{
		"mask-key-zero ×5000", "frame 8 and 4992 more",
		fmt.Sprintf("Rules are broken in %d of %[1]d connections.", limits.ReportRefused+501),
	} {
		if !strings.Contains(w.String(), want) {
			t.Errorf("no %q in the report", want)
		}
	}
}
