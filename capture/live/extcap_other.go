//go:build !unix

package live

import (
	"context"
	"errors"

	"wsscope/capture"
)

// Extcap is an interface of a program of Wireshark's; there are none here,
// for they need a pipe with a name in the file system.
type Extcap struct{ Name, Description, Program string }

// Extcaps has none to list.
func Extcaps(context.Context) []Extcap { return nil }

// OpenExtcap always fails.
func OpenExtcap(context.Context, Extcap, []string) (capture.Source, error) {
	return nil, errors.New("extcap programs are used on Unix alone")
}
