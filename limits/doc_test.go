package limits_test

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"testing"
	"time"

	"wsscope/limits"
)

var update = flag.Bool("update", false, "rewrite docs/limits.md")

// TestDoc keeps docs/limits.md equal to the table that the code uses.
func TestDoc(t *testing.T) {
	rows := append([]limits.Limit(nil), limits.Table...)
	if len(rows) == 0 {
		t.Fatal("no limits")
	}
	sort.SliceStable(rows, func(i, j int) bool { return rows[i].Name < rows[j].Name })
	var b strings.Builder
	b.WriteString("# Limits\n\nEverything that input can grow has a limit. A limit that strikes is counted\nand named in the summary (`limits`). This page is made from package `limits`.\n\n| name | at most | why | when it strikes |\n| --- | --- | --- | --- |\n")
	seen := map[string]bool{}
	for _, r := range rows {
		if r.Name == "" || r.Reason == "" || r.Struck == "" || r.Value <= 0 || seen[r.Name] {
			t.Errorf("incomplete or repeated: %+v", r)
		}
		seen[r.Name] = true
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", r.Name, amount(r), cell(r.Reason), cell(r.Struck))
	}
	const file = "../docs/limits.md"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Error("docs/limits.md is not what the table says; run go test ./limits -update")
	}
}

func cell(s string) string { return strings.ReplaceAll(s, "|", "\\|") }

func amount(r limits.Limit) string {
	switch {
	case r.Unit == "ns":
		return time.Duration(r.Value).String()
	case r.Unit == "bytes" && r.Value >= 1<<20 && r.Value%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", r.Value>>20)
	case r.Unit == "bytes" && r.Value >= 1<<10 && r.Value%(1<<10) == 0:
		return fmt.Sprintf("%d KiB", r.Value>>10)
	}
	return fmt.Sprintf("%d %s", r.Value, r.Unit)
}
