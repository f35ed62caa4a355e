package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"wsscope/truth"
)

// TestTruth holds the program against what the endpoints of real captures
// logged: every fact that must be there is there, nothing is invented.
func TestTruth(t *testing.T) {
	t.Setenv("SSLKEYLOGFILE", "")
	for group, least := range map[string]float64{"plain": 0.95, "bad": 0.95, "hurt": 0.9, "wss": 0.9, "h2": 0.9} {
		t.Run(group, func(t *testing.T) {
			cases, err := truth.Load(filepath.Join("testdata", "captures", group))
			if err != nil {
				t.Fatal(err)
			}
			if len(cases) == 0 {
				t.Fatal("no cases")
			}
			var should, hit int
			for _, c := range cases {
				s := compare(t, &c)
				should, hit = should+s.Should, hit+s.ShouldHit
			}
			if float64(hit) < least*float64(should) {
				t.Errorf("%d of %d facts that a good analyzer has", hit, should)
			}
		})
	}
}

func compare(t *testing.T, c *truth.Case) (score *truth.Score) {
	t.Run(c.Name, func(t *testing.T) {
		args := append([]string{"-o", "json"}, c.Meta.Args...)
		if c.KeyLog != "" {
			args = append(args, "--keylog", c.KeyLog)
		} else if c.RSAKey != "" {
			args = append(args, "--tls-key", c.RSAKey)
		}
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), append(args, c.Capture), strings.NewReader(""), &stdout, &stderr)
		if code != 0 && stderr.Len() == 0 {
			t.Error("an exit code without a word")
		}
		score = c.Compare(stdout.Bytes(), code)
		for _, w := range score.Wrong {
			t.Error(w)
		}
		for _, l := range score.Lacking {
			t.Log("lacks ", l)
		}
	})
	if score == nil {
		score = &truth.Score{}
	}
	return score
}
