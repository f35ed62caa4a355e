package e2e

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"testing"
)

// said is a message, a control frame or a close, as both an endpoint and the
// program tell it.
type said struct {
	opcode, len int
	sum         string
}

// connection is what the program printed of one.
type connection struct {
	open     line
	messages map[string][]said // by direction, in order
	controls map[string][]said
	frames   int
	errors   []string // findings of that severity
}

// connections sorts lines by connection, named by their URI.
func connections(t *testing.T, all []line) map[string]*connection {
	t.Helper()
	byURI, byID := map[string]*connection{}, map[int]*connection{}
	for _, l := range all {
		c := byID[l.Conn]
		switch l.Event {
		case "open":
			c = &connection{open: l, messages: map[string][]said{}, controls: map[string][]said{}}
			if byURI[l.URI] != nil {
				t.Errorf("%s was opened twice", l.URI)
			}
			byURI[l.URI], byID[l.Conn] = c, c
		case "message":
			if !l.Complete {
				t.Errorf("%s: a message is incomplete: %.300s", c.open.URI, l.raw)
			}
			c.messages[l.Dir] = append(c.messages[l.Dir], data(l.Opcode, l.payload()))
		case "frame":
			c.frames++
			switch {
			case l.Opcode == 8:
				c.controls[l.Dir] = append(c.controls[l.Dir], closing(l.CloseCode, l.Reason))
			case l.Opcode > 8:
				c.controls[l.Dir] = append(c.controls[l.Dir], data(l.Opcode, l.Payload))
			}
		case "finding":
			if l.Severity == "error" && c != nil {
				c.errors = append(c.errors, l.raw)
			}
		}
	}
	return byURI
}

func data(opcode int, payload []byte) said {
	sum := sha256.Sum256(payload)
	return said{opcode, len(payload), hex.EncodeToString(sum[:])}
}

func closing(code int, reason string) said { return said{8, code, reason} }

func (e *entry) said() said {
	if e.Opcode == 8 {
		return closing(e.Code, e.Reason)
	}
	return said{e.Opcode, e.Len, e.SHA256}
}

// compare holds connections against a log of one endpoint: the data messages
// are the same in number, order and bytes; every control frame that the
// endpoint tells of was seen. It gives how many entries were compared.
func compare(t *testing.T, got map[string]*connection, log []entry) (n int) {
	t.Helper()
	want := map[[3]string][]said{} // by connection, direction, act
	for i := range log {
		e := &log[i]
		c := got[e.ID]
		if c == nil {
			t.Errorf("connection %s was not seen", e.ID)
			return n
		}
		n++
		if e.Opcode < 8 {
			k := [3]string{e.ID, e.Dir, e.Act}
			want[k] = append(want[k], e.said())
		} else if !slices.Contains(c.controls[e.Dir], e.said()) && e.Code != 1005 && e.Code != 1006 {
			t.Errorf("%s %s: %v is not among the control frames %v", e.ID, e.Dir, e.said(), c.controls[e.Dir])
		}
	}
	for k, all := range want {
		if seen := got[k[0]].messages[k[1]]; !slices.Equal(seen, all) {
			t.Errorf("%s %s: %d messages were %s, %d seen%s", k[0], k[1], len(all), k[2], len(seen), difference(all, seen))
		}
	}
	return n
}

func difference(want, got []said) string {
	for i := range min(len(want), len(got)) {
		if want[i] != got[i] {
			return fmt.Sprintf("; the first that differs is %d: %v, seen %v", i, want[i], got[i])
		}
	}
	return ""
}
