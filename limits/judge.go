package limits

// Limits of judging, and the thresholds from which a rule of docs/rules.md
// calls something too long, too large or too late.
var (
	FindingsPerRule = row("findings-per-rule", 1000, "findings",
		"one rule broken in every frame of a long connection says nothing new",
		"further findings of that rule and connection are counted; one finding at the end says how many")
	JudgedPings = row("judged-pings", 16, "pings",
		"unanswered pings of one direction whose data are remembered",
		"the oldest is forgotten and never reported")
	HugeFrame = row("frame-huge-length", 4<<30, "bytes",
		"declared length from which a frame is reported: no known peer accepts a frame of 4 GiB",
		"a finding")
	EmptyFragments = row("empty-fragment-flood", 256, "fragments",
		"empty continuation frames in one message from which they are reported: libraries send one at the end, or one per flush",
		"a finding")
	BombSize = row("decompression-bomb", 8<<20, "bytes",
		"inflated size from which a message that grew a hundredfold is reported; smaller ones are everyday test data",
		"a finding")
	BombRatio = row("decompression-bomb-ratio", 100, "to 1",
		"growth from which a large inflated message is reported; text reaches 5 to 20",
		"a finding")
	CloseAnswer = row("close-answer", 1e9, "ns",
		"time that a side gets to answer a Close before the closer ends TCP; a closer that is faster did not wait",
		"no finding about the missing Close")
	LateTCPClose = row("server-late-tcp-close", 2e9, "ns",
		"time from the second Close to the server's end of TCP from which it is late; one lost FIN costs up to a second",
		"a finding")
	GoesOn = row("did-not-fail", 1e9, "ns",
		"time after a violation from which a further frame of the receiver shows that it goes on; before it the frame may have been on its way",
		"a finding")
	PingPatience = row("ping-unanswered", 1e9, "ns",
		"time after which a further frame of the pinged side shows that it went on without a Pong",
		"a finding when the connection ends")
	PingPatienceCut = row("ping-unanswered-cut", 10e9, "ns",
		"the same where the capture ends first and the Pong may come after it",
		"a finding when the capture ends")
	QuickReconnect = row("reconnect-without-backoff", 100e6, "ns",
		"time from an abnormal end to the next handshake below which there was no delay worth the name",
		"a finding from the second time in a row")
	SyncTrust = row("sync-trust", 8, "frames",
		"frames without fault after frame boundaries were found again; a fault before them is rather a wrong boundary",
		"no findings about the framing of those frames")
	KnownKeys = row("known-keys", 1<<16, "keys",
		"latest handshake keys, and starts of masking key sequences, that are compared between connections: 44 bytes each",
		"the oldest are forgotten; their reuse is not reported")
	KnownPeers = row("known-peers", 1<<12, "pairs",
		"pairs of client and server address whose latest handshakes and ends are compared",
		"the oldest are forgotten; parallel handshakes and quick reconnects of that pair are not reported")
)
