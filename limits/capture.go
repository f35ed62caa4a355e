package limits

import "time"

// Limits of reading captures.
var (
	// BatchBytes is the size of the buffer of one batch of packets.
	BatchBytes = int(row("batch-bytes", 512<<10, "bytes",
		"large enough that a read costs little, small enough to stay in a processor's cache",
		"a batch ends; one record that is larger has a buffer of its own"))

	// BatchesKept is how many released batches wait to be used again.
	BatchesKept = int(row("batches-kept", 16, "batches",
		"as many as reader and decoder hold between them; more would only be memory that nobody uses",
		"a released batch is left to the garbage collector"))

	// PcapRecord is the most bytes that a pcap record may say it has.
	PcapRecord = uint32(row("pcap-record", 262_144, "bytes",
		"the largest snap length of libpcap, which writes no larger record; a larger length is damage",
		"the finding file-corrupt, unless the file's own snap length is larger (up to pcapng-block)"))

	// PcapngBlock is the most bytes of one pcapng block.
	PcapngBlock = uint32(row("pcapng-block", 16<<20, "bytes",
		"as in libpcap and Wireshark; a larger length is damage, and a buffer has to hold the block",
		"the finding file-corrupt"))

	// Interfaces is how many interfaces of one pcapng section are described,
	// and of one live capture told apart.
	Interfaces = int(row("interfaces", 65_536, "interfaces",
		"no machine has more at a time; a crafted file could describe one in every 20 bytes, and interfaces of containers come and go for days",
		"further descriptions in a file are not kept, and packets of those interfaces count as undecodable; further interfaces of a live capture share one name, \"others\""))

	// TailBytes is how far from a pcapng file's end secrets are looked for.
	TailBytes = int64(row("tail-bytes", 16<<20, "bytes",
		"editcap and Wireshark write secrets in one block, so the end is near; walking further delays the first packet",
		"secrets before that are found when reading arrives at them"))

	// ZstdWindow is the largest window of a Zstandard stream.
	ZstdWindow = uint64(row("zstd-window", 128<<20, "bytes",
		"what the zstd program accepts without being told otherwise (--long=27); the window is held in memory",
		"the stream is refused with the finding file-corrupt"))

	// Damages is how often one input is salvaged.
	Damages = int(row("damages", 100, "places",
		"an input damaged in more places is hardly a capture, and each place is a line on the screen",
		"the rest of the input is not read"))

	// StreamBytes is the size of one read from a pipe or the like.
	StreamBytes = int(row("stream-bytes", 64<<10, "bytes",
		"a pipe of Linux holds no more",
		"a larger record takes several reads"))

	// FollowEvery is how often a file that is followed is looked at.
	FollowEvery = time.Duration(row("follow-every", int64(100*time.Millisecond), "ns",
		"soon enough for eyes, seldom enough to cost nothing",
		"new packets show up that much later"))

	// SaveBuffer is how much of a capture waits to be written.
	SaveBuffer = int(row("save-buffer", 256<<10, "bytes",
		"large enough that a write costs little",
		"blocks are written to the file"))

	// SaveSecrets is how many secrets are repeated in each file of a series.
	SaveSecrets = row("save-secrets", 1<<20, "bytes",
		"a connection that goes on in the next file needs them there; 1 MiB is about 2,000 connections",
		"the oldest secrets stand only in the file of their time")
)
