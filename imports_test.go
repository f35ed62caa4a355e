package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// mayImport is the map of docs/architecture.md as a table: which package of
// the module each package may import. Tests, and the tools under bench and
// docs, may import anything.
var mayImport = map[string]string{
	".":                     "anatomy capture capture/bpf capture/live capture/save decode/tls event export filter limits pipeline timeline ui",
	"limits":                "",
	"event":                 "",
	"printable":             "",
	"stream":                "event",
	"capture":               "limits",
	"capture/bpf":           "capture limits",
	"capture/live":          "capture capture/bpf limits",
	"capture/save":          "capture limits",
	"link":                  "capture limits",
	"reassembly":            "event limits link stream",
	"decode":                "decode/deflate decode/extension decode/frame decode/http1 decode/http2 decode/text decode/tls event judge limits stream",
	"decode/deflate":        "event limits",
	"decode/extension":      "event",
	"decode/frame":          "",
	"decode/http1":          "event",
	"decode/http2":          "event limits stream",
	"decode/text":           "",
	"decode/tls":            "event limits stream",
	"judge":                 "decode/extension event limits",
	"pipeline":              "capture decode decode/http2 decode/tls event judge limits link reassembly stream",
	"export":                "event limits printable",
	"filter":                "event limits",
	"timeline":              "event limits",
	"timeline/timelinetest": "event",
	"anatomy":               "decode/deflate decode/frame event limits printable",
	"ui":                    "anatomy event filter limits printable timeline",
	"truth":                 "",
}

// isParser tells the packages that take captured bytes apart: no I/O, no
// goroutine, no clock but packet time.
func isParser(pkg string) bool {
	return pkg == "link" || pkg == "reassembly" || pkg == "judge" || pkg == "decode" || strings.HasPrefix(pkg, "decode/")
}

// TestImports keeps the direction of the data flow.
func TestImports(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		pkg := path.Dir(filepath.ToSlash(name))
		switch {
		case d.IsDir() && (name == "bench" || name == "docs" || name == "testdata" || name == ".git"):
			return fs.SkipDir
		case !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		seen[pkg] = true
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		checkImports(t, pkg, name, file)
		if isParser(pkg) {
			checkParser(t, name, file)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for pkg := range maps.Keys(mayImport) {
		if !seen[pkg] {
			t.Errorf("%s stands in the table and nowhere else", pkg)
		}
	}
}

func checkImports(t *testing.T, pkg, name string, file *ast.File) {
	allowed, known := mayImport[pkg]
	if !known {
		t.Errorf("%s: the package %s is not in the table", name, pkg)
	}
	for _, spec := range file.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value)
		own, isOwn := strings.CutPrefix(imported, "wsscope/")
		if isOwn && !slices.Contains(strings.Fields(allowed), own) {
			t.Errorf("%s imports %s", name, own)
		}
		if isParser(pkg) && (imported == "os" || imported == "net" || strings.HasPrefix(imported, "os/")) {
			t.Errorf("%s imports %s: parsers do no I/O", name, imported)
		}
	}
}

func checkParser(t *testing.T, name string, file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			t.Errorf("%s starts a goroutine", name)
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && (n.Sel.Name == "Now" || n.Sel.Name == "Since") {
				t.Errorf("%s asks for the time", name)
			}
		}
		return true
	})
}
