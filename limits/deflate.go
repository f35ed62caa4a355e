package limits

// InflateFollow bounds the work on a message that inflates to more than is
// given of it.
const InflateFollow = 16

var _ = row("inflate-follow", InflateFollow, "times the limit on an inflated message",
	"one byte can inflate to 1,030; later messages may refer to this one's end, so it is worth following for a while",
	"the rest of the message is not inflated, and later messages that refer to it cannot be read")
