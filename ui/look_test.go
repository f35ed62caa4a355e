package ui

import (
	"slices"
	"testing"

	"github.com/gdamore/tcell/v2"
)

func TestCapturedTextIsHarmless(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	cells, _, _ := b.screen.GetContents()
	for _, c := range cells {
		for _, r := range c.Runes {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e {
				t.Fatalf("%U reached the screen", r)
			}
		}
	}
	b.sees("evil ␛[31m[red]tag[-] \uFFFDtxt \uFFFD \uFFFD 漢字")
}

// Direction and severity can be told without colours.
func TestNoColour(t *testing.T) {
	b := newBench(t, sample(t), 160, 45)
	b.a.colors = 0
	b.a.setTheme("dark")
	b.draw()
	cells, _, _ := b.screen.GetContents()
	for _, c := range cells {
		fg, bg, _ := c.Style.Decompose()
		if fg != tcell.ColorDefault || bg != tcell.ColorDefault {
			t.Fatalf("a colour in spite of NO_COLOR: %v on %v", fg, bg)
		}
	}
	b.sees("→ text", "← text", "E")
}

func TestThemes(t *testing.T) {
	for _, colors := range []int{0, 8, 16, 256, 1 << 24} {
		for _, name := range ThemeNames {
			th := NewTheme(name, colors)
			if th.Name != name {
				t.Errorf("theme %q is called %q", name, th.Name)
			}
			if _, bg, _ := th.styles[normal].Decompose(); bg != tcell.ColorDefault {
				t.Errorf("%s: the background is not the terminal's own", name)
			}
			if colors == 0 {
				continue
			}
			for _, pair := range [][2]role{{client, server}, {bad, warn}, {good, bad}, {normal, dim}} {
				if th.styles[pair[0]] == th.styles[pair[1]] {
					t.Errorf("%s with %d colours: roles %d and %d look the same", name, colors, pair[0], pair[1])
				}
			}
			for r := range roles {
				if fg, _, _ := th.styles[r].Decompose(); !fg.Valid() && fg != tcell.ColorDefault {
					t.Errorf("%s with %d colours: role %d has no valid colour", name, colors, r)
				}
			}
		}
	}
	for env, want := range map[string]string{"": "dark", "15;0": "dark", "0;15": "light", "0;default;7": "light"} {
		if got := guessTheme(env); got != want {
			t.Errorf("COLORFGBG=%q: %s, want %s", env, got, want)
		}
	}
	b := newBench(t, sample(t), 100, 30)
	b.press("T")
	b.sees("theme light")
	b.press("T", "T")
	b.sees("theme dark")
}

// The panes cover the screen and do not overlap, whatever its size.
func TestLayout(t *testing.T) {
	for w := minWidth; w <= 220; w += 7 {
		for h := minHeight; h <= 70; h += 3 {
			for _, focus := range []place{inConns, inTimeline, inDetails} {
				for _, conns := range []int{0, 1, 5, 1000} {
					for _, zoomed := range []bool{false, true} {
						l := lay(w, h, focus, zoomed, conns)
						area := 0
						panes := slices.DeleteFunc([]rect{l.conns, l.rows, l.details}, func(r rect) bool { return r.h == 0 })
						for i, r := range panes {
							area += r.w * r.h
							if r.x < 0 || r.y < 2 || r.x+r.w > w || r.y+r.h > h-1 || r.h < 2 || r.w < 30 {
								t.Fatalf("%d×%d focus %v conns %d: pane %d is %+v", w, h, focus, conns, i, r)
							}
							for _, q := range panes[:i] {
								if r.x < q.x+q.w && q.x < r.x+r.w && r.y < q.y+q.h && q.y < r.y+r.h {
									t.Fatalf("%d×%d focus %v conns %d: %+v and %+v overlap", w, h, focus, conns, q, r)
								}
							}
						}
						if area < w*(h-3)-h {
							t.Fatalf("%d×%d focus %v: %d of %d cells are used", w, h, focus, area, w*(h-3))
						}
					}
				}
			}
		}
	}
}

// Where a wide character does not fit any more, nothing of what follows
// stands in its place.
func TestWideAtTheEdge(t *testing.T) {
	screen := tcell.NewSimulationScreen("UTF-8")
	if err := screen.Init(); err != nil {
		t.Fatal(err)
	}
	defer screen.Fini()
	c := &canvas{screen, NewTheme("dark", 256), 0, 0, 4, 1}
	c.putLine(0, 0, line{{"a日本語", normal}, {"L", accent}}, 0, normal)
	if got, _, _ := screen.Get(3, 0); got != " " {
		t.Errorf("%q stands at the edge", got)
	}
}
