package ui

import "strings"

var eighths = []string{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}

// sparkline draws values as a row of bars, the largest a full cell high. A
// value above zero is never drawn as nothing.
func sparkline(values []float64) string {
	top := 0.0
	for _, v := range values {
		top = max(top, v)
	}
	var b strings.Builder
	for _, v := range values {
		i := 0
		if top > 0 && v > 0 {
			i = max(1, min(8, int(v/top*8+0.5)))
		}
		b.WriteString(eighths[i])
	}
	return b.String()
}

// barOf draws one horizontal bar of v out of top in width cells.
func barOf(v, top uint64, width int) string {
	if v == 0 || top == 0 {
		return ""
	}
	n := int(float64(v)/float64(top)*float64(width) + 0.5)
	return strings.Repeat("█", max(n, 1))
}

// resample brings values to at most n by adding neighbours.
func resample(values []float64, n int) []float64 {
	if len(values) <= n || n < 1 {
		return values
	}
	out := make([]float64, n)
	for i, v := range values {
		out[i*n/len(values)] += v
	}
	return out
}
