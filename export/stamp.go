package export

import (
	"strconv"
	"time"
)

// clock appends times as RFC 3339 in UTC with nanoseconds. It keeps the text
// of the last second, since packets come many to a second.
type clock struct {
	second int64
	text   [len("2006-01-02T15:04:05.")]byte
	known  bool
}

func (c *clock) append(b []byte, ns int64) []byte {
	second, nano := ns/1e9, ns%1e9
	if nano < 0 {
		second, nano = second-1, nano+1e9
	}
	if !c.known || second != c.second {
		c.second, c.known = second, true
		time.Unix(second, 0).UTC().AppendFormat(c.text[:0], "2006-01-02T15:04:05.")
	}
	b = append(b, c.text[:]...)
	return append(appendDigits(b, uint64(nano), 9), 'Z')
}

// appendDigits appends the last n decimal digits of v.
func appendDigits(b []byte, v uint64, n int) []byte {
	var d [20]byte
	for i := n - 1; i >= 0; i-- {
		d[i] = byte('0' + v%10)
		v /= 10
	}
	return append(b, d[:n]...)
}

// appendMillis appends a duration in milliseconds as the shortest exact
// decimal number.
func appendMillis(b []byte, d time.Duration) []byte {
	if d < 0 {
		b = append(b, '-')
		d = -d
	}
	b = strconv.AppendUint(b, uint64(d)/1e6, 10)
	rest := uint64(d) % 1e6
	if rest == 0 {
		return b
	}
	b = appendDigits(append(b, '.'), rest, 6)
	for b[len(b)-1] == '0' {
		b = b[:len(b)-1]
	}
	return b
}
