package judge

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"wsscope/event"
)

var update = flag.Bool("update", false, "write docs/rules.md anew")

const rulesDoc = "../docs/rules.md"

// TestRulesDoc holds docs/rules.md against the table; -update writes it.
func TestRulesDoc(t *testing.T) {
	want := document()
	if *update {
		if err := os.WriteFile(rulesDoc, []byte(want), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(rulesDoc)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("docs/rules.md is not what the table says; run: go test ./judge -run TestRulesDoc -update")
	}
}

const preface = `# The rules of the judge

Generated from the rules table in package ` + "`judge`" + ` by ` + "`go test ./judge -run TestRulesDoc -update`" + `; do not edit.

A finding names one of these rules. **Errors** break a MUST of an RFC, **warnings** break a SHOULD, or a MUST that can only be inferred with overwhelming probability, or are a documented danger; **infos** are allowed, or cannot be decided from outside. Notes about the capture blame nobody: what is missing from the capture is never held against client or server, and rules that would need it stay silent. What counts as too long, too large or too late stands in [limits.md](limits.md).

Each rule has an example that breaks it, which the tests play to the judge. An example tells what differs from this handshake and what follows it:

` + "```" + `
%s

%s
` + "```" + `

or, after a line ` + "`h2`" + `, from this one over HTTP/2:

` + "```" + `
%s

%s
` + "```" + `

| line | meaning |
| --- | --- |
| ` + "`> Name: value`, `< Name: value`" + ` | the request (>) or the response (<) has this line instead |
| ` + "`> + Name: value`, `> no Name`" + ` | it has this line besides; it lacks this line |
| ` + "`settings none`" + ` | the server's SETTINGS do not allow Extended CONNECT |
| ` + "`deflate PARAMETERS`" + ` | permessage-deflate was agreed, with these parameters |
| ` + "`c2s BYTES`, `s2c BYTES`" + ` | client or server sends these bytes, in hex |
| ` + "`c2s FIN`, `c2s RST`" + ` | it ends TCP, or resets it |
| ` + "`c2s GAP 100`, `c2s SYNC LOST`, `c2s CONFLICT`" + ` | bytes of it are missing from the capture, a frame header among them, or came twice and differ |
| ` + "`early`" + ` | the client's first frame was sent before the response |
| ` + "`later 2 s`, `again later 1 s`, `again pending`" + ` | time passes; the same client connects again; it connects while the first handshake is pending |
| ` + "`inferred`, `request only`, `response only`" + ` | what of the handshake was captured |

`

// document writes the page.
func document() string {
	var b strings.Builder
	fmt.Fprintf(&b, preface, baseRequest, baseResponse, http2Request, http2Response)
	for _, g := range groups {
		fmt.Fprintf(&b, "## %s\n\n", g)
		fmt.Fprintf(&b, "| rule | severity | section |\n| --- | --- | --- |\n")
		for _, r := range Table {
			if r.Group == g {
				fmt.Fprintf(&b, "| [`%s`](#%s) | %s | %s |\n", r.ID, r.ID, severity(r), section(r))
			}
		}
		b.WriteByte('\n')
		for _, r := range Table {
			if r.Group == g {
				rule(&b, r)
			}
		}
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func severity(r *Rule) string {
	if r.Side == Capture {
		return "note"
	}
	return r.Severity.String()
}

func section(r *Rule) string {
	if r.RFC == "" {
		return "–"
	}
	words := strings.Fields(r.RFC)
	return fmt.Sprintf("[%s](https://www.rfc-editor.org/rfc/rfc%s#section-%s)", r.RFC, words[1], words[3])
}

func rule(b *strings.Builder, r *Rule) {
	fmt.Fprintf(b, "### %s\n\n", r.ID)
	if r.Side != Capture {
		fmt.Fprintf(b, "%s of the %s, %s.\n\n", map[event.Severity]string{event.Error: "Error", event.Warning: "Warning", event.Info: "Info"}[r.Severity], r.Side, section(r))
	}
	fmt.Fprintf(b, "%s", r.Wants)
	if r.Why != "" {
		fmt.Fprintf(b, " %s", r.Why)
	}
	b.WriteString("\n\n")
	if r.Cause != "" {
		fmt.Fprintf(b, "Usual cause: %s.\n\n", r.Cause)
	}
	if r.Example != "" {
		fmt.Fprintf(b, "```\n%s\n```\n\n", r.Example)
	}
}
