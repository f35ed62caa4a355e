package deflate

// prefetch asks for the n sources in seqs, counted from base, to be brought
// into the cache, and does not wait for them. Go has no such statement, and a
// load would hold everything up behind it.
//
//go:noescape
func prefetch(base *byte, seqs *seq, n int)
