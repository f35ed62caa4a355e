package limits

import "time"

// Limits of capture filters.
var (
	// FilterBytes is the length of a filter's text.
	FilterBytes = int(row("filter-bytes", 32<<10, "bytes",
		"twice what fits into filter-instructions as a list of addresses; compiling takes time by length",
		"the filter is refused"))

	// FilterDepth is how deep parentheses and operators nest; a level of
	// parentheses counts twice.
	FilterDepth = int(row("filter-depth", 200, "levels",
		"each level is a level of the parser's stack; no filter written by a person comes near",
		"the filter is refused"))

	// FilterInstructions is the length of a compiled filter.
	FilterInstructions = int(row("filter-instructions", 4096, "instructions",
		"BPF_MAXINSNS of Linux: a longer program cannot be attached to a socket",
		"the filter is refused"))
)

// Limits of live capture.
var (
	// RingBytes is the size of the kernel's buffer.
	RingBytes = int(row("ring-bytes", 64<<20, "bytes",
		"holds 2 s of a reader that stands still, and 10 Gbit/s for 50 ms; the kernel keeps it in memory that is never swapped",
		"the kernel drops packets and counts them; a flag sets another size"))

	// RingBlock is the size of the pieces in which the ring is handed over.
	RingBlock = int(row("ring-block", 256<<10, "bytes",
		"the largest frame has to fit into one, and a ring of small ones stands a longer pause",
		"a larger frame is cut, as by the snap length"))

	// RingDelay is how long the kernel fills a block that has packets.
	RingDelay = time.Duration(row("ring-delay", int64(8*time.Millisecond), "ns",
		"packets are seen 5 ms late at the median; a quiet interface uses up a block each time, so that the ring stands a pause of 2 s of the reader",
		"the block is handed over as it is"))

	// LiveWait is the longest that live capture waits for a packet before it
	// answers that there is none.
	LiveWait = time.Duration(row("live-wait", int64(50*time.Millisecond), "ns",
		"short enough that whoever reads can flush, show and stop in time, long enough to cost nothing",
		"an empty batch is delivered"))

	// LiveDrain is how long packets are awaited that the kernel took before
	// the capture was told to stop.
	LiveDrain = time.Duration(row("live-drain", int64(40*time.Millisecond), "ns",
		"several times ring-delay: the last block has been handed over by then",
		"the capture ends"))

	// LiveBatches is how many released batches wait to be used again.
	LiveBatches = int(row("live-batches", 32, "batches",
		"as many as a pipeline holds while it keeps up, 8 MiB",
		"a released batch is left to the garbage collector"))
)
