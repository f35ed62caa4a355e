package export

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"wsscope/event"
)

func TestTextEncrypted(t *testing.T) {
	e := event.Encrypted{
		Stamp: event.Stamp{Packet: 7, Time: 1}, Client: netip.MustParseAddrPort("[::1]:5000"), Server: netip.MustParseAddrPort("[::1]:443"),
		Version: "1.3", Cipher: "TLS_AES_128_GCM_SHA256", SNI: "a\x1b[2J", Reason: "no keys were given: name a key log with --keylog",
	}
	opened := e
	opened.Reason, opened.Opened = "", true
	for _, test := range []struct {
		e    *event.Encrypted
		on   bool
		want string
	}{
		{&e, false, ""},
		{&e, true, `7 00:00:00.000000 ▷ TLS [::1]:5000 → [::1]:443 TLS 1.3 TLS_AES_128_GCM_SHA256 to "a\x1b[2J": not decrypted: no keys were given: name a key log with --keylog`},
		{&opened, true, `7 00:00:00.000000 ▷ TLS [::1]:5000 → [::1]:443 TLS 1.3 TLS_AES_128_GCM_SHA256 to "a\x1b[2J": decrypted from here on`},
	} {
		var b bytes.Buffer
		text := NewText(&b, Options{Width: -1})
		text.Encryption = test.on
		text.Encrypted(test.e)
		text.Flush()
		_, line, _ := strings.Cut(b.String(), "──\n")
		if got := strings.Join(strings.Fields(line), " "); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}
