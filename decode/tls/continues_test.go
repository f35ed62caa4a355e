package tls

import (
	"bytes"
	"testing"
)

func TestContinues(t *testing.T) {
	record := func(n int) []byte {
		return append([]byte{applicationData, 3, 3, byte(n >> 8), byte(n)}, make([]byte, n)...)
	}
	one := record(40)
	for _, c := range []struct {
		name string
		b    []byte
		want bool
	}{
		{"nothing", nil, false},
		{"one record", one, true},
		{"one and a half", append(bytes.Clone(one), one[:20]...), false},
		{"two", bytes.Repeat(one, 2), true},
		{"three and a half", append(bytes.Repeat(one, 3), one[:20]...), true},
		{"cut", one[:30], false},
		{"empty record", record(0), false},
		{"too long", record(scanFragment + 1), false},
		{"alert", append([]byte{alertRecord}, one[1:]...), false},
		{"second is none", append(bytes.Clone(one), bytes.Repeat([]byte{1}, 50)...), false},
		{"WebSocket frame", []byte{0x82, 3, 3, 0, 1}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Continues(c.b); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}
