package judge

import (
	"bytes"
	"compress/flate"
	"regexp"
	"strings"
	"testing"

	"wsscope/event"
)

func deflated(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, 9)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	w.Flush()
	return bytes.TrimSuffix(b.Bytes(), []byte{0, 0, 0xff, 0xff})
}

// elsewhere are the rules that are found outside of this package, about
// no WebSocket connection; the tests that show them are there.
var elsewhere = []string{"packet-snapped", "bad-checksum", "timestamps-not-monotonic", "file-truncated", "file-corrupt",
	"file-empty", "file-unrecognized", "handshake-unanswered", "tcp-no-data",
	"h2-settings-invalid", "h2-settings-withdrawn"}

// TestExamples plays the example of every rule: it breaks that rule.
func TestExamples(t *testing.T) {
	for _, r := range Table {
		if r.Example == "" {
			if !strings.Contains(strings.Join(elsewhere, " "), r.ID) {
				t.Errorf("%s has no example", r.ID)
			}
			continue
		}
		t.Run(r.ID, func(t *testing.T) {
			p := play(t, r.Example)
			if p.count(r.ID) == 0 {
				t.Fatalf("the example does not break the rule; it gives\n%s", p)
			}
			for _, f := range p.findings {
				if f.Rule != r.ID {
					continue
				}
				switch {
				case f.Severity != r.Severity || f.RFC != r.RFC || f.Conn == nil || f.Packet == 0 || f.Time == 0:
					t.Errorf("finding %+v does not carry its rule", f)
				case r.Side == Client && f.Dir != event.ClientToServer, r.Side == Server && f.Dir != event.ServerToClient:
					t.Errorf("a rule of the %v blames %v", r.Side, f.Dir)
				case !strings.HasSuffix(f.Text, ".") || strings.Contains(f.Text, "%!"):
					t.Errorf("text %q", f.Text)
				}
			}
		})
	}
}

// TestTable holds the table against the shape that findings promise.
func TestTable(t *testing.T) {
	rfc := regexp.MustCompile(`^RFC (6455|7692|8441|9110|9112|9113|6454) section \d+(\.\d+)*$`)
	severities := map[event.Severity]int{}
	for _, r := range Table {
		if r.Side == Capture {
			if r.RFC != "" || r.Severity != event.Info {
				t.Errorf("the note %s blames somebody", r.ID)
			}
			continue
		}
		severities[r.Severity]++
		if !rfc.MatchString(r.RFC) {
			t.Errorf("%s: section %q", r.ID, r.RFC)
		}
		if !strings.HasSuffix(r.Wants, ".") || !strings.HasSuffix(r.Why, ".") || strings.HasSuffix(r.Cause, ".") {
			t.Errorf("%s: its sentences do not end as sentences do", r.ID)
		}
	}
	if severities[event.Error] != 76+14 || severities[event.Warning] != 23 || severities[event.Info] != 5+1 {
		t.Errorf("errors, warnings, infos: %v, want 76 and 14 of HTTP/2, 23, 5 and 1 of HTTP/2", severities)
	}
	if n := len(Table) - 104 - 15; n != 17 {
		t.Errorf("%d notes, want 17", n)
	}
}

// TestNote gives findings of rules that are found elsewhere.
func TestNote(t *testing.T) {
	f := Note("file-truncated", "cut")
	if f.Rule != "file-truncated" || f.Severity != event.Info || f.RFC != "" || f.Dir != event.NoDir || f.Text != "cut" {
		t.Errorf("%+v", f)
	}
	defer func() {
		if recover() == nil {
			t.Error("an unknown rule makes a finding")
		}
	}()
	Note("no-such-rule", "")
}
