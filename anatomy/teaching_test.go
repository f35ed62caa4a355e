package anatomy

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// TestTeachingTranscripts runs the explain commands of docs/teaching.md: the
// lines below each must come in this order, those for … left out.
func TestTeachingTranscripts(t *testing.T) {
	doc, err := os.ReadFile("../docs/teaching.md")
	if err != nil {
		t.Fatal(err)
	}
	const prompt = "```\n$ wsscope explain "
	blocks := strings.Split(string(doc), prompt)[1:]
	if len(blocks) < 6 {
		t.Fatalf("only %d transcripts", len(blocks))
	}
	for _, block := range blocks {
		block, _, _ = strings.Cut(block, "\n```")
		input, want, _ := strings.Cut(block, "\n")
		var w bytes.Buffer
		if err := Explain(&w, strings.NewReader(input), false, 0); err != nil {
			t.Errorf("%s: %v", input, err)
			continue
		}
		rest, gap := w.String(), false
		for line := range strings.Lines(want + "\n") {
			if line == "…\n" {
				gap = true
				continue
			}
			i := strings.Index("\n"+rest, "\n"+line)
			if i < 0 || i > 0 && !gap {
				t.Errorf("%s: no line %q here in\n%s", input, line, rest)
				break
			}
			rest, gap = rest[i+len(line):], false
		}
		if !gap && rest != "" && !strings.HasSuffix(want, "…") {
			t.Errorf("%s: the transcript lacks %q", input, rest)
		}
	}
}
