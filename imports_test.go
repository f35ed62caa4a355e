package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport says which packages of this module a package may import: data
// travels one way (docs/architecture.md). Package limits may be imported by
// all, and is not listed.
var mayImport = map[string][]string{
	"event": {}, "limits": {}, "printable": {}, "truth": {},
	"stream":                {"event"},
	"capture":               {},
	"capture/bpf":           {"capture"},
	"capture/live":          {"capture", "capture/bpf"},
	"capture/save":          {"capture"},
	"link":                  {"capture"},
	"reassembly":            {"event", "link", "stream"},
	"decode/frame":          {},
	"decode/text":           {},
	"decode/deflate":        {"event"},
	"decode/extension":      {"event"},
	"decode/http1":          {"event"},
	"decode/http2":          {"event", "stream"},
	"decode/tls":            {"event", "stream"},
	"decode":                {"event", "stream", "judge", "decode/deflate", "decode/extension", "decode/frame", "decode/http1", "decode/http2", "decode/text", "decode/tls"},
	"judge":                 {"event", "decode/extension"},
	"pipeline":              {"capture", "link", "reassembly", "stream", "decode", "decode/http2", "decode/tls", "judge", "event"},
	"export":                {"event", "printable"},
	"timeline":              {"event"},
	"timeline/timelinetest": {"event"},
	"filter":                {"event"},
	"anatomy":               {"event", "printable", "decode/frame", "decode/deflate"},
	"ui":                    {"event", "printable", "timeline", "filter", "anatomy"},
}

// parsers are the packages that do no I/O and know no clock but that of the
// packets.
var parsers = []string{"event", "stream", "link", "reassembly", "decode", "decode/frame", "decode/text", "decode/deflate",
	"decode/extension", "decode/http1", "decode/http2", "decode/tls", "judge", "filter", "printable"}

// banned from parsers. "net" is the network; addresses are in net/netip.
var banned = []string{"os", "net", "net/http", "io/fs", "os/exec", "os/signal", "syscall", "bufio", "sync", "context", "log", "math/rand", "math/rand/v2"}

// allowed are the exceptions, with their reasons.
var allowed = map[string]string{
	"decode/tls sync":     "keys come in from the reader while workers use them",
	"decode/deflate sync": "the tables of the fixed code are made once",
}

// TestImports keeps the layers apart.
func TestImports(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == "bench" || d.Name() == "docs" || d.Name() == "e2e" || strings.HasPrefix(d.Name(), ".") && name != ".") {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		pkg := path.Dir(filepath.ToSlash(name))
		if pkg == "." {
			return nil // main wires everything
		}
		may, known := mayImport[pkg]
		if !known {
			t.Errorf("package %s has no place in the table", pkg)
			return nil
		}
		seen[pkg] = true
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			own, inside := strings.CutPrefix(imported, "wsscope/")
			switch {
			case inside && own != "limits" && !slices.Contains(may, own):
				t.Errorf("%s imports %s", name, own)
			case !inside && slices.Contains(parsers, pkg) && slices.Contains(banned, imported) && allowed[pkg+" "+imported] == "":
				t.Errorf("%s is a parser and imports %s", name, imported)
			}
		}
		if slices.Contains(parsers, pkg) {
			clocks(t, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range mayImport {
		if !seen[pkg] {
			t.Errorf("package %s is in the table, not in the tree", pkg)
		}
	}
}

// clocks looks for calls of the clock and for goroutines.
func clocks(t *testing.T, name string) {
	f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			t.Errorf("%s starts a goroutine", name)
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "After", "Sleep", "NewTimer", "NewTicker"}, n.Sel.Name) {
				t.Errorf("%s calls time.%s", name, n.Sel.Name)
			}
		}
		return true
	})
}
