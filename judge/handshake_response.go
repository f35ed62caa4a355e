package judge

import (
	"crypto/sha1"
	"encoding/base64"
	"slices"
	"strings"

	"wsscope/decode/extension"
	"wsscope/event"
)

// responseJudge holds the server's half of the handshake against RFC 6455
// section 4.2.2. request is nil where it was not captured.
type responseJudge struct {
	j       *Conn
	o       *event.Open
	head    fields
	request *requestJudge
	bad     bool // a client must fail the connection (RFC 6455 section 4.1)
}

func (j *Conn) response(o *event.Open, request *requestJudge) {
	r := &responseJudge{j: j, o: o, head: headFields(o.ResponseHeaders, o.ResponseRaw, o.ResponsePartial), request: request}
	if raw := o.ResponseRaw; raw != nil && !j.h2 {
		if fault := malformed(raw, statusLine); fault != "" {
			r.tell(resMalformed, "The response is not valid HTTP: %s.", fault)
		}
	}
	if o.Refused {
		r.refusal()
		return
	}
	if !j.h2 {
		r.upgrade()
		r.accept()
	} else {
		r.http2()
	}
	r.subprotocol()
	r.extensions()
	r.acceptedBad()
	j.badAccept = r.bad
}

func (r *responseJudge) tell(rule *Rule, format string, args ...any) {
	r.j.tell(rule, r.o.Stamp, event.ServerToClient, 0, format, args...)
}

// fail tells a violation for which a client must fail the connection.
func (r *responseJudge) fail(rule *Rule, format string, args ...any) {
	r.tell(rule, format, args...)
	r.bad = true
}

// refusal judges an answer other than 101.
func (r *responseJudge) refusal() {
	wrongVersion := r.request != nil && slices.ContainsFunc(r.request.head.all("Sec-WebSocket-Version"), func(v string) bool { return v != "13" })
	if (r.o.Status == 426 || r.o.Status == 400 && wrongVersion) && r.head.lacks("Sec-WebSocket-Version") {
		r.tell(resVersionMissing, "The server refuses with %d and does not say in Sec-WebSocket-Version which versions it knows.", r.o.Status)
	}
	if r.o.Status == 426 && !r.j.h2 && r.head.lacks("Upgrade") {
		r.tell(res426UpgradeMissing, "The 426 has no Upgrade field; it must say which protocol is required.")
	}
}

func (r *responseJudge) upgrade() {
	if raw := r.o.ResponseRaw; raw != nil {
		if v, _, _ := strings.Cut(startLine(raw), " "); httpVersion(v) && v != "HTTP/1.1" {
			r.tell(resHTTPVersion, "The 101 is %s; it must be HTTP/1.1.", v)
		}
	}
	switch up := r.head.all("Upgrade"); {
	case r.head.lacks("Upgrade"):
		r.fail(resUpgradeMissing, "The 101 has no Upgrade field; a client must fail the connection.")
	case len(up) > 0 && !strings.EqualFold(join(up), "websocket"):
		r.fail(resUpgradeInvalid, "Upgrade of the 101 is %s; it must be \"websocket\" alone.", quote(join(up)))
	}
	switch {
	case r.head.lacks("Connection"):
		r.fail(resConnectionMissing, "The 101 has no Connection field; a client must fail the connection.")
	case r.head.has("Connection") && !hasFold(r.head.tokens("Connection"), "upgrade"):
		r.fail(resConnectionInvalid, "Connection of the 101 is %s; it must include \"Upgrade\".", quote(join(r.head.all("Connection"))))
	}
	for _, field := range []string{"Content-Length", "Transfer-Encoding"} {
		if v := r.head.all(field); len(v) > 0 {
			r.tell(resBodyHeaders, "The 101 has %s: %s; it has no body, frames begin after the blank line.", field, quote(join(v)))
			break
		}
	}
}

// acceptGUID is from RFC 6455 section 1.3.
const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

func (r *responseJudge) accept() {
	values := r.head.all("Sec-WebSocket-Accept")
	switch {
	case len(values) == 0:
		if r.head.whole {
			r.fail(resAcceptMissing, "The 101 has no Sec-WebSocket-Accept; a client must fail the connection.")
		}
		return
	case len(values) > 1:
		r.fail(resAcceptDuplicate, "The 101 has %d Sec-WebSocket-Accept lines; there must be one.", len(values))
	}
	if r.request == nil {
		return
	}
	keys := r.request.head.all("Sec-WebSocket-Key")
	if len(keys) == 0 {
		return
	}
	for _, key := range keys { // one right value among several: the fault is their number
		if slices.Contains(values, acceptOf(key)) {
			return
		}
	}
	hint := ""
	if values[0] == keys[0] {
		hint = ", which is the key itself"
	}
	r.fail(resAcceptInvalid, "Sec-WebSocket-Accept is %s%s; for this key it must be %q.", quote(values[0]), hint, acceptOf(keys[0]))
}

// acceptOf gives the Sec-WebSocket-Accept for a key (RFC 6455 section 4.2.2).
func acceptOf(key string) string {
	sum := sha1.Sum([]byte(key + acceptGUID))
	return base64.StdEncoding.EncodeToString(sum[:])
}

func (r *responseJudge) subprotocol() {
	values := r.head.all("Sec-WebSocket-Protocol")
	if len(values) == 0 {
		return
	}
	if len(values) > 1 {
		r.tell(resProtocolDuplicate, "The response has %d Sec-WebSocket-Protocol lines; there may be one.", len(values))
	}
	for _, v := range values {
		if !extension.IsToken(v) {
			r.fail(resProtocolInvalid, "Sec-WebSocket-Protocol of the response is %s; it must be exactly one token.", quote(v))
			return
		}
	}
	if r.request == nil || !r.request.head.whole {
		return
	}
	for _, v := range values {
		if slices.Contains(r.request.protocols, v) {
			continue
		}
		what := "the client offered none"
		if len(r.request.protocols) > 0 {
			what = "the client offered " + quote(join(r.request.protocols))
		}
		r.fail(resProtocolNotOffered, "The server selected the subprotocol %s, but %s.", quote(v), what)
		return
	}
}

func (r *responseJudge) extensions() {
	lines := r.head.all("Sec-WebSocket-Extensions")
	r.j.extKnown = r.head.whole
	if len(lines) == 0 {
		return
	}
	if len(lines) > 1 {
		r.tell(resExtensionsDuplicate, "The response has %d Sec-WebSocket-Extensions lines; section 11.3.2 allows one.", len(lines))
	}
	list, err := extension.Parse(join(lines))
	for _, e := range list {
		switch {
		case strings.EqualFold(e.Name, extension.PermessageDeflate):
			r.j.deflate = true
		case !registered[e.Name]:
			r.j.extKnown = false // it may define any bit and opcode
		}
	}
	if err != nil {
		r.fail(resExtensionsInvalid, "Sec-WebSocket-Extensions %s breaks the grammar: %v.", quote(join(lines)), err)
		return
	}
	if r.request != nil && r.request.head.whole {
		for _, e := range list {
			if !slices.ContainsFunc(r.request.offers, func(o extension.Extension) bool { return o.Name == e.Name }) {
				r.fail(resExtensionNotOffered, "The server accepted the extension %s, which the client did not offer.", quote(e.Name))
				break
			}
		}
	}
	r.deflateAnswer(list)
}

// acceptedBad tells that the server accepted what it had to refuse.
func (r *responseJudge) acceptedBad() {
	if r.request != nil && r.request.bad != nil {
		r.tell(resAcceptedBadRequest, "The server accepted a request that breaks %s; it must answer such a handshake with an error.", r.request.bad.ID)
	}
}
