//go:build race

package deflate

// The race detector has sync.Pool drop some of what it is given.
func init() { poolDrops = true }
