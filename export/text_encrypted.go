package export

import "wsscope/event"

// Encrypted implements event.EncryptedSink: a line for a connection that
// cannot be read, and why.
func (t *Text) Encrypted(e *event.Encrypted) {
	if !t.Encryption {
		return
	}
	t.head(e.Stamp, 0)
	t.styled(styleYellow, "▷")
	t.to(colType)
	t.styled(styleYellow, "TLS")
	t.to(colSize)
	what := ": not decrypted: " + e.Reason
	if e.Opened {
		what = ": decrypted from here on"
	}
	t.words(e.Client.String()+" → "+e.Server.String()+" "+e.Describe()+what, colSize)
	t.newline()
	t.lastConn, t.lastFrame = 0, 0
}
