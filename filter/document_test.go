package filter

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "rewrite docs/filters.md")

// TestDocument fails where docs/filters.md is not what Document writes.
func TestDocument(t *testing.T) {
	const path = "../docs/filters.md"
	var w bytes.Buffer
	if err := Document(&w); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, w.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, w.Bytes()) {
		t.Error("docs/filters.md is out of date; run with -update")
	}
}

func TestExamplesCompile(t *testing.T) {
	for _, e := range Examples {
		if _, err := Compile(e.Expr); err != nil {
			t.Errorf("%s: %v", e.Expr, err)
		}
	}
}

// TestWiresharkFields has the fields that `tshark -G fields` of version 4.0
// lists for websocket, and those of 1.8 that it lacks.
func TestWiresharkFields(t *testing.T) {
	for _, name := range []string{
		"", ".fin", ".rsv", ".pmc", ".opcode", ".mask", ".payload_length", ".payload_length_ext_16", ".payload_length_ext_64", ".masking_key",
		".payload", ".masked_payload", ".payload.continue", ".payload.text", ".payload.close", ".payload.close.status_code", ".payload.close.reason",
		".payload.ping", ".payload.pong", ".payload.unknown", ".fragments", ".fragment", ".fragment.overlap", ".fragment.overlap.conflict",
		".fragment.multipletails", ".fragment.toolongfragment", ".fragment.error", ".fragment.count", ".reassembled.length",
		".payload.unknown.expert", ".decompression.failed.expert",
		".payload.unmask", ".payload.text_mask", ".payload.text_unmask", ".payload.binary", ".payload.binary_mask", ".payload.binary_unmask",
		".payload.close_mask", ".payload.close_unmask", ".payload.ping_mask", ".payload.ping_unmask", ".payload.pong_mask", ".payload.pong_unmask",
	} {
		if byName["websocket"+name] == nil {
			t.Errorf("no field websocket%s", name)
		}
	}
}

// TestFieldTable looks for rows that say too little, and names used twice.
func TestFieldTable(t *testing.T) {
	seen := map[string]bool{}
	for i := range fields {
		f := &fields[i]
		for _, name := range append([]string{f.name}, f.aliases...) {
			if seen[name] {
				t.Errorf("%s stands twice in the table", name)
			}
			seen[name] = true
		}
		getters := 0
		for _, has := range []bool{f.boolean != nil, f.number != nil, f.signed != nil, f.text != nil, f.texts != nil, f.bytes != nil, f.addresses != nil, f.ports != nil, f.typ == typeKinds} {
			if has {
				getters++
			}
		}
		if getters != 1 || f.help == "" || f.on == "" || f.group == "" {
			t.Errorf("%s has %d getters, help %q, rows %q", f.name, getters, f.help, f.on)
		}
	}
}
