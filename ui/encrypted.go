package ui

import (
	"strings"

	"wsscope/event"
)

// encryptedAt gives the connection of TLS that cannot be read at a line of the
// connections pane: they stand behind those of WebSocket.
func (a *app) encryptedAt(line int) (event.Encrypted, bool) {
	return a.store.EncryptedConn(line - 1 - a.store.Connections())
}

// encryptedCount says how many there are, and how many more than are listed.
func (a *app) encryptedCount() string {
	n, more := uint64(a.store.EncryptedConns()), a.layout.stats.EncryptedUnlisted
	switch {
	case n == 0:
		return ""
	case more > 0:
		return "; " + grouped(n+more) + " encrypted, the first " + grouped(n) + " listed"
	}
	return "; " + grouped(n) + " encrypted"
}

// encryptedLine is the line of one, in width columns.
func encryptedLine(e *event.Encrypted, width int) line {
	server := e.SNI
	if server == "" {
		server = e.Server.String()
	}
	why, _, _ := strings.Cut(e.Reason, ": ")
	text := e.Client.String() + " → " + e.Server.String()
	layers := "TLS"
	if e.Version != "" {
		layers += " " + e.Version
	}
	if e.ALPN != "" {
		layers += " " + e.ALPN
	}
	return line{
		{"   · ", dim}, {"encrypted ", warn}, {pad(fit(server, 28), 28) + " ", strong},
		{pad(layers, 16) + " ", note}, {fit(why, max(10, width-62)) + "  ", warn}, {text, dim},
	}
}

// encryptedDoc says all that is known of one, and what to do about it.
func encryptedDoc(e *event.Encrypted, width int) doc {
	out := lines{
		{{"this TLS connection is not decrypted", strong}},
		{{"  client ", client}, {e.Client.String(), normal}, {"   server ", server}, {e.Server.String(), normal}},
		{},
	}
	for _, f := range [][2]string{{"server name", e.SNI}, {"protocol", e.ALPN}, {"version", e.Version}, {"cipher suite", e.Cipher}} {
		if f[1] == "" {
			f[1] = "not known"
		}
		out = append(out, line{{"  " + pad(f[0], 14), dim}, {f[1], normal}})
	}
	why, what, _ := strings.Cut(e.Reason, ": ")
	out = append(out, line{}, line{{"Why", heading}})
	out = append(out, wrapText("  "+why, width, warn)...)
	if what != "" {
		out = append(out, line{}, line{{"What to do", heading}})
		out = append(out, wrapText("  "+what, width, normal)...)
	}
	return append(out, line{}, line{{"  recognised at " + fullTime(e.Time) + ", packet " + grouped(e.Packet), dim}})
}
