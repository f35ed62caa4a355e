package judge

import (
	"strings"

	"wsscope/decode/extension"
)

// offer is what one permessage-deflate element says (RFC 7692 section 7.1).
// In an offer client_max_window_bits may stand without a value.
type offer struct {
	valid        bool
	serverBits   int // 0: not said
	clientBits   int // 0: not said, or said without a value
	clientWindow bool
	serverNoTake bool
}

// readDeflate reads the parameters of one element and tells, by the three
// rules given, what is wrong with them.
func readDeflate(e extension.Extension, response bool, tell func(rule *Rule, format string, args ...any), unknown, value, twice *Rule) offer {
	o := offer{valid: true}
	wrong := func(rule *Rule, format string, args ...any) {
		o.valid = false
		tell(rule, format, args...)
	}
	seen := map[string]bool{}
	for _, p := range e.Params {
		if seen[p.Name] {
			wrong(twice, "permessage-deflate has the parameter %s twice.", quote(p.Name))
		}
		seen[p.Name] = true
		bits, ok := extension.WindowBits(p)
		switch p.Name {
		case extension.ServerNoContextTakeover, extension.ClientNoContextTakeover:
			if p.HasValue {
				wrong(value, "%s has the value %s; it has none.", p.Name, quote(p.Value))
			}
			o.serverNoTake = o.serverNoTake || p.Name == extension.ServerNoContextTakeover
		case extension.ServerMaxWindowBits:
			if !ok {
				wrong(value, "server_max_window_bits has %s; it needs 8 to 15.", valueWords(p))
			}
			o.serverBits = bits
		case extension.ClientMaxWindowBits:
			if !ok && (response || p.HasValue) {
				wrong(value, "client_max_window_bits has %s; it needs 8 to 15.", valueWords(p))
			}
			o.clientBits, o.clientWindow = bits, true
		default:
			wrong(unknown, "permessage-deflate has the parameter %s, which RFC 7692 does not define.", quote(p.Name))
		}
	}
	return o
}

func valueWords(p extension.Param) string {
	if !p.HasValue {
		return "no value"
	}
	return "the value " + quote(p.Value)
}

// once lets a rule be told once a handshake.
func once(tell func(rule *Rule, format string, args ...any)) func(rule *Rule, format string, args ...any) {
	told := map[*Rule]bool{}
	return func(rule *Rule, format string, args ...any) {
		if !told[rule] {
			told[rule] = true
			tell(rule, format, args...)
		}
	}
}

// deflateOffers judges the client's offers. A wrong offer is to be declined,
// not the handshake refused.
func (r *requestJudge) deflateOffers() {
	tell := once(r.tell)
	for _, e := range r.offers {
		if e.Name == extension.PermessageDeflate {
			r.deflate = append(r.deflate, readDeflate(e, false, tell, pmdOfferUnknownParam, pmdOfferInvalidValue, pmdOfferDuplicateParam))
		}
	}
}

// rsv1Users are extensions, registered or known from drafts, that use RSV1.
var rsv1Users = map[string]bool{extension.PermessageDeflate: true, "permessage-compress": true, "permessage-bzip2": true,
	"permessage-lz4": true, "permessage-snappy": true, "deflate-frame": true, "x-webkit-deflate-frame": true}

// deflateAnswer judges the server's permessage-deflate against the offers.
func (r *responseJudge) deflateAnswer(list []extension.Extension) {
	tell := once(r.fail)
	var answer *offer
	users := 0
	for _, e := range list {
		if rsv1Users[strings.ToLower(e.Name)] {
			users++
		}
		if e.Name == extension.PermessageDeflate {
			o := readDeflate(e, true, tell, pmdResponseUnknownParam, pmdResponseInvalidValue, pmdResponseDuplicateParam)
			if answer == nil {
				answer = &o
			}
		}
	}
	if users > 1 {
		tell(pmdResponseRSV1Conflict, "The server accepted %d extensions that use RSV1.", users)
	}
	if answer != nil && answer.valid && r.request != nil && len(r.request.deflate) > 0 {
		r.againstOffers(answer, tell)
	}
}

// againstOffers holds the answer against the valid offers, one of which it
// must fit (RFC 7692 sections 7.1.1 and 7.1.2).
func (r *responseJudge) againstOffers(a *offer, tell func(rule *Rule, format string, args ...any)) {
	var valid int
	var serverFree, takeoverFree bool // an offer leaves the server's window, its context open
	var clientOpen bool               // an offer has client_max_window_bits without a value
	var clientWindow bool             // an offer has it at all
	var server, client int            // largest windows offered
	for _, o := range r.request.deflate {
		if !o.valid {
			continue
		}
		valid++
		serverFree = serverFree || o.serverBits == 0
		takeoverFree = takeoverFree || !o.serverNoTake
		clientWindow = clientWindow || o.clientWindow
		clientOpen = clientOpen || o.clientWindow && o.clientBits == 0
		server, client = max(server, o.serverBits), max(client, o.clientBits)
	}
	if valid == 0 {
		r.tell(pmdAcceptedInvalidOffer, "The server accepted permessage-deflate although every offer of it is invalid.")
		return
	}
	if !serverFree && a.serverBits == 0 {
		tell(pmdResponseServerWindowMissing, "Every offer has server_max_window_bits, the response has not.")
	}
	if !serverFree && a.serverBits > server {
		tell(pmdResponseServerWindowLarger, "server_max_window_bits of the response is %d, the client offered %d.", a.serverBits, server)
	}
	if !takeoverFree && !a.serverNoTake {
		tell(pmdResponseServerTakeoverMissing, "Every offer has server_no_context_takeover, the response has not.")
	}
	if a.clientWindow && !clientWindow {
		tell(pmdResponseClientWindowNotOffered, "client_max_window_bits is in the response but in no offer; the client must fail the connection.")
	}
	if clientWindow && !clientOpen && a.clientBits > client {
		r.tell(pmdResponseClientWindowLarger, "client_max_window_bits of the response is %d, the client offered %d.", a.clientBits, client)
	}
}
