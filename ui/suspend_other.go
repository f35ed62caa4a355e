//go:build !unix

package ui

// suspend does nothing: this system has no such thing.
func suspend() (stopped bool) { return false }
