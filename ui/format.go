package ui

import (
	"fmt"
	"strconv"
	"time"
)

// grouped writes n with a comma between each three digits.
func grouped(n uint64) string { return string(appendGrouped(nil, n)) }

func appendGrouped(b []byte, n uint64) []byte {
	var digits [20]byte
	d := strconv.AppendUint(digits[:0], n, 10)
	for i, c := range d {
		if i > 0 && (len(d)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, c)
	}
	return b
}

// size writes a number of bytes in at most six characters: exact below
// 10,000, then in decimal units.
func size(n uint64) string { return string(appendSize(nil, n)) }

func appendSize(b []byte, n uint64) []byte {
	if n < 10_000 {
		return strconv.AppendUint(b, n, 10)
	}
	v := float64(n)
	for _, unit := range "kMGTPE" {
		v /= 1000
		if v < 999.5 || unit == 'E' {
			prec := 0
			if v < 9.95 {
				prec = 1
			}
			b = strconv.AppendFloat(b, v, 'f', prec, 64)
			return append(b, ' ', byte(unit))
		}
	}
	return b
}

// count is "1 frame", "2 frames", "1,234 frames".
func count(n uint64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return grouped(n) + " " + noun + "s"
}

// span of time for people: three digits that matter.
func duration(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + duration(-d)
	case d < time.Microsecond:
		return fmt.Sprintf("%d ns", d)
	case d < time.Millisecond:
		return fmt.Sprintf("%.3g µs", float64(d)/1e3)
	case d < time.Second:
		return fmt.Sprintf("%.3g ms", float64(d)/1e6)
	case d < time.Minute:
		return fmt.Sprintf("%.3g s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min %02d s", d/time.Minute, d%time.Minute/time.Second)
	}
	return fmt.Sprintf("%d h %02d min", d/time.Hour, d%time.Hour/time.Minute)
}

// timeFormat is how the timeline gives times.
type timeFormat uint8

const (
	sinceStart timeFormat = iota
	sinceRowBefore
	clockTime
	clockUTC
	timeFormats
)

func (f timeFormat) String() string {
	return [...]string{"since start", "since the row before", "local time", "UTC"}[f]
}

// width is the number of columns that times of a capture that lasts so many
// nanoseconds need.
func (f timeFormat) width(lasts int64) int {
	if f == clockTime || f == clockUTC {
		return 15
	}
	return len(appendSeconds(nil, max(lasts, 0), '+'))
}

// appendTime writes the time of a row; start is the first row's, before the
// row before's, all in nanoseconds since 1970.
func appendTime(b []byte, f timeFormat, t, start, before int64) []byte {
	switch f {
	case clockTime:
		return time.Unix(0, t).AppendFormat(b, "15:04:05.000000")
	case clockUTC:
		return time.Unix(0, t).UTC().AppendFormat(b, "15:04:05.000000")
	case sinceRowBefore:
		return appendSeconds(b, t-before, '+')
	}
	return appendSeconds(b, t-start, 0)
}

// appendSeconds writes nanoseconds as seconds with six decimals, a positive
// number behind the sign plus, unless that is 0.
func appendSeconds(b []byte, ns int64, plus byte) []byte {
	if ns < 0 {
		b = append(b, '-')
		ns = -ns
	} else if plus != 0 {
		b = append(b, plus)
	}
	b = strconv.AppendInt(b, ns/1e9, 10)
	b = append(b, '.')
	us := ns % 1e9 / 1e3
	for div := int64(100_000); div > 0; div /= 10 {
		b = append(b, byte('0'+us/div%10))
	}
	return b
}

// fullTime is a time with its date and zone.
func fullTime(t int64) string {
	return time.Unix(0, t).UTC().Format("2006-01-02 15:04:05.000000000 UTC")
}
