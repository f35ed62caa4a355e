package main

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// documents are the pages for users.
func documents(t *testing.T) []string {
	pages, err := filepath.Glob(filepath.Join("docs", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatal("no documents: ", err)
	}
	return append(pages, "README.md")
}

// codeLines gives the lines of a page that are code: in fences, and behind
// four spaces.
func codeLines(page string) (list []string) {
	fenced := false
	for line := range strings.Lines(page) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case fenced:
			list = append(list, line)
		case strings.HasPrefix(line, "    "):
			list = append(list, line[4:])
		}
	}
	return list
}

// TestDocumentedFlags takes every command line of the program that stands in
// the documents: flags, values and filters must be understood.
func TestDocumentedFlags(t *testing.T) {
	seen := 0
	for _, name := range documents(t) {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range codeLines(string(page)) {
			args := arguments(line)
			if args == nil || args[0] == "explain" {
				continue
			}
			seen++
			if _, err := parseFlags(args, io.Discard); err != nil && err != errHelp {
				t.Errorf("%s: %s: %v", name, line, err)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d command lines were found", seen)
	}
}

// arguments finds the program in a line of shell and gives its arguments;
// nil: it is not there, or has none.
func arguments(line string) []string {
	list := words(line)
	for i, word := range list {
		switch {
		case word == "wsscope" && (i == 0 || strings.HasPrefix(line, "$ ") || isShell(list[i-1]) || list[i-1] == "sudo"):
			list = list[i+1:]
		case word == "." && i >= 2 && list[i-1] == "run" && list[i-2] == "go":
			list = list[i+1:]
		default:
			continue
		}
		for i, word := range list {
			if isShell(word) {
				return list[:i]
			}
		}
		return list
	}
	return nil
}

// isShell tells what ends the arguments of a command.
func isShell(word string) bool {
	switch word {
	case "|", ">", "2>", ">>", "&", "&&", "||", ";", "#", "<", "\\":
		return true
	}
	return strings.HasPrefix(word, "#")
}

// words splits a command line as a shell does, as far as the documents need
// it: at blanks that stand neither in quotes nor in $(…).
func words(line string) (list []string) {
	var word []rune
	var quote rune
	open := false
	for _, c := range line + " " {
		if c == '(' && quote == 0 && len(word) > 0 && word[len(word)-1] == '$' {
			quote = ')'
		}
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '\'' || c == '"'):
			quote, open = c, true
		case quote == 0 && c == ' ':
			if open {
				list = append(list, string(word))
			}
			word, open = nil, false
		default:
			word, open = append(word, c), true
		}
	}
	return list
}

// TestLinks follows the links of the documents to files of the repository.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	for _, name := range append(documents(t), "CONTRIBUTING.md", "CHANGELOG.md", filepath.Join("testdata", "README.md")) {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(page), -1) {
			if _, err := os.Stat(filepath.Join(filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

// TestTranscripts runs what the documents show: in a fenced block each line
// that begins with "$ " is a command line, and the lines below it are its
// output, those for … left out.
func TestTranscripts(t *testing.T) {
	sh, err := exec.LookPath("sh")
	if err != nil || runtime.GOOS == "windows" {
		t.Skip("no shell to run them with")
	}
	t.Setenv("SSLKEYLOGFILE", "")
	ran := 0
	for _, name := range documents(t) {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, block := range strings.Split("\n"+string(page), "\n```")[1:] {
			for _, part := range strings.Split(block, "\n$ ")[1:] {
				command, want, _ := strings.Cut(part, "\n")
				if arguments("$ "+command) == nil {
					continue // another program's
				}
				ran++
				t.Run(name+"/"+command, func(t *testing.T) {
					if strings.Contains(command, "jq") {
						if _, err := exec.LookPath("jq"); err != nil {
							t.Skip("no jq")
						}
					}
					c := exec.Command(sh, "-c", strings.Replace(command, "go run .", "wsscope", 1))
					var both bytes.Buffer
					c.Stdout, c.Stderr = &both, &both
					c.Run() // what it prints tells enough
					compareTranscript(t, both.String(), want)
				})
			}
		}
	}
	if ran < 15 {
		t.Errorf("only %d transcripts were found", ran)
	}
}

func compareTranscript(t *testing.T, got, want string) {
	gap := false
	for line := range strings.Lines(strings.TrimSuffix(want, "\n") + "\n") {
		if line == "\n" && want == "" {
			return
		}
		if line == "…\n" {
			gap = true
			continue
		}
		i := strings.Index("\n"+got, "\n"+line)
		if i < 0 || i > 0 && !gap {
			t.Fatalf("no line %q here in\n%.3000s", line, got)
		}
		got, gap = got[i+len(line):], false
	}
	if !gap && got != "" {
		t.Errorf("the transcript lacks\n%.3000s", got)
	}
}
