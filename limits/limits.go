// Package limits holds every limit of the program in one place, each with
// its reason. docs/limits.md is generated from Table.
package limits

// Limit is one row of the limits table.
type Limit struct {
	Name   string // as it stands in the summary when it strikes
	Value  int64
	Unit   string // "bytes", "packets", "ns", …
	Reason string
	Struck string // what happens when it strikes
}

// Table lists all limits. Each file of this package adds its rows.
var Table []Limit

func row(name string, value int64, unit, reason, struck string) int64 {
	Table = append(Table, Limit{name, value, unit, reason, struck})
	return value
}
