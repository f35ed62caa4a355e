package extension

import (
	"strings"

	"wsscope/event"
)

// PermessageDeflate is the registered name of RFC 7692 section 7.
const PermessageDeflate = "permessage-deflate"

// The parameters of RFC 7692 section 7.1.
const (
	ServerNoContextTakeover = "server_no_context_takeover"
	ClientNoContextTakeover = "client_no_context_takeover"
	ServerMaxWindowBits     = "server_max_window_bits"
	ClientMaxWindowBits     = "client_max_window_bits"
)

// maxWindowBits is what holds where no *_max_window_bits was agreed: the
// whole window of DEFLATE (RFC 7692 section 7.1.2).
const maxWindowBits = 15

// Agreed gives the permessage-deflate parameters of a response's
// Sec-WebSocket-Extensions. It takes what can be understood of a broken
// value; a parameter without a legal value counts as not said. Where the
// extension is named twice the first counts.
func Agreed(response string) event.Deflate {
	list, _ := Parse(response)
	for _, e := range list {
		if strings.EqualFold(e.Name, PermessageDeflate) {
			return agreed(e.Params)
		}
	}
	return event.Deflate{ServerMaxWindowBits: maxWindowBits, ClientMaxWindowBits: maxWindowBits}
}

func agreed(params []Param) event.Deflate {
	d := event.Deflate{Agreed: true, ServerMaxWindowBits: maxWindowBits, ClientMaxWindowBits: maxWindowBits}
	for _, p := range params {
		bits, ok := WindowBits(p)
		switch {
		case p.Name == ServerNoContextTakeover:
			d.ServerNoContextTakeover = true
		case p.Name == ClientNoContextTakeover:
			d.ClientNoContextTakeover = true
		case p.Name == ServerMaxWindowBits && ok:
			d.ServerMaxWindowBits = bits
		case p.Name == ClientMaxWindowBits && ok:
			d.ClientMaxWindowBits = bits
		}
	}
	return d
}

// WindowBits reads the value of a *_max_window_bits parameter: a decimal
// number from 8 to 15 without leading zero (RFC 7692 section 7.1.2).
func WindowBits(p Param) (bits int, ok bool) {
	switch v := p.Value; {
	case !p.HasValue:
		return 0, false
	case len(v) == 1 && (v[0] == '8' || v[0] == '9'):
		return int(v[0] - '0'), true
	case len(v) == 2 && v[0] == '1' && v[1] >= '0' && v[1] <= '5':
		return 10 + int(v[1]-'0'), true
	}
	return 0, false
}
