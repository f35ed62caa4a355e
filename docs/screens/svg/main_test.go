package main

import (
	"encoding/xml"
	"io"
	"strings"
	"testing"
)

func TestDraw(t *testing.T) {
	in := "plain \x1b[1mbold\x1b[0m \x1b[38;5;117mblue\x1b[39m \x1b[48;2;1;2;3m漢<&>\x1b[49m\n\x1b[7mcursor\x1b[27m\x1b(B end\n"
	var b strings.Builder
	if err := draw(&b, strings.NewReader(in)); err != nil {
		t.Fatal(err)
	}
	got := b.String()
	for _, want := range []string{
		`font-weight="bold">bold<`, `fill="#87d7ff">blue<`, `fill="#010203"`, "漢&lt;&amp;&gt;", `fill="#14171c">cursor<`, `<text x="12.0" y="25.0" textLength="50.4" xml:space="preserve">plain <`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in\n%s", want, got)
		}
	}
	for d := xml.NewDecoder(strings.NewReader(got)); ; {
		if _, err := d.Token(); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
