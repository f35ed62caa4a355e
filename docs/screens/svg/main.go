// Command svg draws a terminal's screen, as tmux capture-pane -pe gives it,
// as an SVG picture: standard input to standard output.
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/rivo/uniseg"
)

// The look of the picture.
const (
	cellWidth  = 8.4
	cellHeight = 17.0
	margin     = 12.0
	foreground = "#d6d9de"
	background = "#14171c"
	fonts      = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"
)

func main() {
	if err := draw(os.Stdout, os.Stdin); err != nil {
		fmt.Fprintln(os.Stderr, "svg:", err)
		os.Exit(1)
	}
}

// style is what escape sequences have set; colours are empty where they are
// the terminal's own.
type style struct {
	fg, bg                        string
	bold, dim, underline, reverse bool
}

// run is a piece of a line in one style.
type run struct {
	col, cells int
	text       string
	style      style
}

func draw(w io.Writer, r io.Reader) error {
	var screen [][]run
	columns := 0
	in := bufio.NewScanner(r)
	in.Buffer(nil, 1<<20)
	st := style{}
	for in.Scan() {
		var line []run
		line, st = parse(in.Text(), st)
		for _, p := range line {
			columns = max(columns, p.col+p.cells)
		}
		screen = append(screen, line)
	}
	if err := in.Err(); err != nil {
		return err
	}
	out := bufio.NewWriter(w)
	width, height := float64(columns)*cellWidth+2*margin, float64(len(screen))*cellHeight+2*margin
	fmt.Fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\">\n", width, height, width, height)
	fmt.Fprintf(out, "<rect width=\"100%%\" height=\"100%%\" rx=\"8\" fill=\"%s\"/>\n<g font-family=\"%s\" font-size=\"14\" fill=\"%s\">\n", background, fonts, foreground)
	for y, line := range screen {
		for _, p := range line {
			p.draw(out, y)
		}
	}
	fmt.Fprint(out, "</g>\n</svg>\n")
	return out.Flush()
}

// draw writes the run of line y: its background, then its text.
func (p *run) draw(w io.Writer, y int) {
	fg, bg := p.style.fg, p.style.bg
	if p.style.reverse {
		fg, bg = bg, fg
		if fg == "" {
			fg = background
		}
		if bg == "" {
			bg = foreground
		}
	}
	x, top := margin+float64(p.col)*cellWidth, margin+float64(y)*cellHeight
	if bg != "" {
		fmt.Fprintf(w, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>\n", x, top, float64(p.cells)*cellWidth, cellHeight, bg)
	}
	if strings.TrimSpace(p.text) == "" {
		return
	}
	extra := ""
	if fg != "" {
		extra += " fill=\"" + fg + "\""
	}
	if p.style.bold {
		extra += " font-weight=\"bold\""
	}
	if p.style.dim {
		extra += " opacity=\"0.6\""
	}
	if p.style.underline {
		extra += " text-decoration=\"underline\""
	}
	// textLength keeps the columns where they are with any font.
	fmt.Fprintf(w, "<text x=\"%.1f\" y=\"%.1f\" textLength=\"%.1f\" xml:space=\"preserve\"%s>%s</text>\n", x, top+13, float64(p.cells)*cellWidth, extra, escape.Replace(p.text))
}

var escape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// parse splits a line into runs. The style goes on from line to line.
func parse(s string, st style) ([]run, style) {
	var line []run
	col := 0
	for len(s) > 0 {
		if rest, ok := strings.CutPrefix(s, "\x1b["); ok {
			end := strings.IndexFunc(rest, func(r rune) bool { return r >= 0x40 && r <= 0x7e })
			if end < 0 {
				break
			}
			if rest[end] == 'm' {
				st.set(rest[:end])
			}
			s = rest[end+1:]
			continue
		}
		end := strings.IndexByte(s, '\x1b')
		switch {
		case end == 0: // a sequence of another kind, such as a character set
			s = s[min(len(s), 3):]
			continue
		case end < 0:
			end = len(s)
		}
		cells := uniseg.StringWidth(s[:end])
		line = append(line, run{col, cells, s[:end], st})
		col += cells
		s = s[end:]
	}
	return line, st
}

// set applies the parameters of one SGR sequence (ECMA-48 section 8.3.117).
func (st *style) set(params string) {
	codes := strings.FieldsFunc(params, func(r rune) bool { return r == ';' || r == ':' })
	if len(codes) == 0 {
		codes = []string{"0"}
	}
	for i := 0; i < len(codes); i++ {
		n, _ := strconv.Atoi(codes[i])
		switch {
		case n == 0:
			*st = style{}
		case n == 1:
			st.bold = true
		case n == 2:
			st.dim = true
		case n == 4:
			st.underline = true
		case n == 7:
			st.reverse = true
		case n == 22:
			st.bold, st.dim = false, false
		case n == 24:
			st.underline = false
		case n == 27:
			st.reverse = false
		case n == 39:
			st.fg = ""
		case n == 49:
			st.bg = ""
		case n >= 30 && n <= 37:
			st.fg = palette(n - 30)
		case n >= 90 && n <= 97:
			st.fg = palette(n - 90 + 8)
		case n >= 40 && n <= 47:
			st.bg = palette(n - 40)
		case n >= 100 && n <= 107:
			st.bg = palette(n - 100 + 8)
		case n == 38 || n == 48:
			c, used := color(codes[i+1:])
			i += used
			if n == 38 {
				st.fg = c
			} else {
				st.bg = c
			}
		}
	}
}

// color reads what follows 38 or 48, and says how many codes that took.
func color(codes []string) (string, int) {
	number := func(i int) int {
		if i >= len(codes) {
			return 0
		}
		n, _ := strconv.Atoi(codes[i])
		return n
	}
	switch number(0) {
	case 5:
		return palette(number(1)), 2
	case 2:
		return fmt.Sprintf("#%02x%02x%02x", number(1), number(2), number(3)), 4
	}
	return "", 1
}

// sixteen are the first colours, as most terminals show them today.
var sixteen = [16]string{
	"#1c1f26", "#e06c75", "#98c379", "#d5b06b", "#61afef", "#c678dd", "#56b6c2", "#c8ccd4",
	"#6b7280", "#ff7b72", "#7ee787", "#f2cc60", "#79c0ff", "#d7a6ff", "#76e3ea", "#ffffff",
}

// palette gives a colour of the 256: sixteen, a cube of 216, and 24 grays.
func palette(n int) string {
	switch {
	case n < 0 || n > 255:
		return ""
	case n < 16:
		return sixteen[n]
	case n < 232:
		n -= 16
		level := func(i int) int {
			if i == 0 {
				return 0
			}
			return 55 + 40*i
		}
		return fmt.Sprintf("#%02x%02x%02x", level(n/36), level(n/6%6), level(n%6))
	}
	gray := 8 + 10*(n-232)
	return fmt.Sprintf("#%02x%02x%02x", gray, gray, gray)
}
