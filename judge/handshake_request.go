package judge

import (
	"encoding/base64"
	"net/netip"
	"strconv"
	"strings"

	"wsscope/decode/extension"
	"wsscope/event"
)

// requestJudge holds the client's half of the handshake against RFC 6455
// section 4.1.
type requestJudge struct {
	j    *Conn
	o    *event.Open
	head fields
	bad  *Rule // the first rule broken for which a server must refuse

	offers    []extension.Extension
	deflate   []offer // its permessage-deflate offers
	protocols []string
}

func (r *requestJudge) tell(rule *Rule, format string, args ...any) {
	r.j.tell(rule, r.o.Stamp, event.ClientToServer, 0, format, args...)
}

// refuse tells a violation for which the server must answer with an error
// (RFC 6455 section 4.2.1).
func (r *requestJudge) refuse(rule *Rule, format string, args ...any) {
	r.tell(rule, format, args...)
	if r.bad == nil {
		r.bad = rule
	}
}

func (r *requestJudge) judge() {
	if !r.j.h2 {
		r.requestLine()
		r.host()
		r.upgrade()
		r.key()
		r.body()
	} else {
		r.http2()
	}
	r.version()
	r.subprotocols()
	r.extensions()
	r.origin()
}

func (r *requestJudge) requestLine() {
	if raw := r.o.RequestRaw; raw != nil {
		if fault := malformed(raw, requestLine); fault != "" {
			r.refuse(reqMalformed, "The request is not valid HTTP: %s.", fault)
		}
		line := startLine(raw)
		if v := line[strings.LastIndexByte(line, ' ')+1:]; httpVersion(v) && v < "HTTP/1.1" {
			r.refuse(reqHTTPVersion, "The request is %s; an upgrade needs HTTP/1.1.", v)
		}
	}
	if r.o.Method != "" && r.o.Method != "GET" {
		r.refuse(reqMethod, "The method of the request is %s; it must be GET.", quote(r.o.Method))
	}
	if fault := badTarget(r.o.URI); fault != "" {
		r.refuse(reqTargetInvalid, "The request target %s %s.", quote(r.o.URI), fault)
	}
}

// badTarget says what is wrong with a request target; empty: nothing.
func badTarget(target string) string {
	lower := strings.ToLower(target[:min(len(target), 8)])
	switch {
	case strings.IndexByte(target, '#') >= 0:
		return "has a fragment, which must not travel"
	case !strings.HasPrefix(target, "/") && !strings.HasPrefix(lower, "http://") && !strings.HasPrefix(lower, "https://"):
		return "is neither an absolute path nor an http or https URI"
	}
	for i := range len(target) {
		if c := target[i]; c < ' ' || c >= 0x7f {
			return "holds a byte that is not allowed in a URI"
		}
	}
	return ""
}

func (r *requestJudge) host() {
	hosts := r.head.all("Host")
	switch {
	case r.head.lacks("Host"):
		r.refuse(reqHostMissing, "The request has no Host field.")
	case len(hosts) > 1:
		r.refuse(reqHostDuplicate, "The request has %d Host lines; a server must answer 400.", len(hosts))
	case len(hosts) == 1:
		r.port(hosts[0])
	}
}

// port compares the port of Host with that of the connection.
func (r *requestJudge) port(host string) {
	server := r.j.conn.Server
	if !server.IsValid() {
		return
	}
	want := uint16(80)
	if r.o.TLS != "" {
		want = 443
	}
	if i := strings.LastIndexByte(host, ':'); i >= 0 && !strings.HasSuffix(host, "]") {
		n, err := strconv.ParseUint(host[i+1:], 10, 16)
		if err != nil {
			return
		}
		want = uint16(n)
	} else if _, err := netip.ParseAddr(host); err == nil && strings.Contains(host, ":") {
		return
	}
	if want != server.Port() {
		r.tell(reqHostPort, "Host %s stands for port %d, the connection goes to port %d: a forwarded port or a proxy.", quote(host), want, server.Port())
	}
}

func (r *requestJudge) upgrade() {
	switch {
	case r.head.lacks("Upgrade"):
		r.refuse(reqUpgradeMissing, "The request has no Upgrade field; a proxy may have removed it.")
	case r.head.has("Upgrade") && !hasFold(r.head.tokens("Upgrade"), "websocket"):
		r.refuse(reqUpgradeInvalid, "Upgrade is %s; it must include \"websocket\".", quote(join(r.head.all("Upgrade"))))
	}
	switch {
	case r.head.lacks("Connection"):
		r.refuse(reqConnectionMissing, "The request has no Connection field; a proxy may have removed it.")
	case r.head.has("Connection") && !hasFold(r.head.tokens("Connection"), "upgrade"):
		r.refuse(reqConnectionInvalid, "Connection is %s; it must include \"Upgrade\".", quote(join(r.head.all("Connection"))))
	}
}

func join(values []string) string { return strings.Join(values, ", ") }

func (r *requestJudge) key() {
	keys := r.head.all("Sec-WebSocket-Key")
	switch {
	case len(keys) == 0:
		if r.head.whole {
			r.refuse(reqKeyMissing, "The request has no Sec-WebSocket-Key.")
		}
		return
	case len(keys) > 1:
		r.refuse(reqKeyDuplicate, "The request has %d Sec-WebSocket-Key lines; there must be one.", len(keys))
	}
	if fault := badKey(keys[0]); fault != "" {
		r.refuse(reqKeyInvalid, "Sec-WebSocket-Key %s %s; it must be 16 bytes in base64.", quote(keys[0]), fault)
	}
}

// badKey says what is wrong with a key; empty: nothing. The decoder's
// leniency about pad bits is wanted (RFC 6455 section 4.1's example).
func badKey(key string) string {
	if strings.ContainsAny(key, "\r\n") {
		return "is not base64"
	}
	b, err := base64.StdEncoding.DecodeString(key)
	switch {
	case key == "":
		return "is empty"
	case err != nil:
		return "is not base64"
	case len(b) != 16:
		return "holds " + strconv.Itoa(len(b)) + " bytes"
	}
	return ""
}

func (r *requestJudge) version() {
	versions := r.head.all("Sec-WebSocket-Version")
	switch {
	case len(versions) == 0:
		if r.head.whole {
			r.refuse(reqVersionMissing, "The request has no Sec-WebSocket-Version.")
		}
		return
	case len(versions) > 1:
		r.refuse(reqVersionDuplicate, "The request has %d Sec-WebSocket-Version lines; there must be one.", len(versions))
	}
	if versions[0] != "13" {
		r.refuse(reqVersionInvalid, "Sec-WebSocket-Version is %s; it must be 13.", quote(versions[0]))
	}
}

func (r *requestJudge) subprotocols() {
	var invalid, twice bool
	seen := map[string]bool{}
	for _, v := range r.head.all("Sec-WebSocket-Protocol") {
		for p := range strings.SplitSeq(v, ",") {
			p = strings.Trim(p, " \t")
			r.protocols = append(r.protocols, p)
			if !extension.IsToken(p) && !invalid {
				invalid = true
				r.refuse(reqProtocolInvalid, "The offered subprotocol %s is no token.", quote(p))
			}
			if seen[p] && p != "" && !twice {
				twice = true
				r.refuse(reqProtocolDuplicate, "The subprotocol %s is offered twice.", quote(p))
			}
			seen[p] = true
		}
	}
}

// registered are the extensions of the IANA registry (RFC 6455 section 11.4).
var registered = map[string]bool{extension.PermessageDeflate: true, "bbf-usp-protocol": true}

func (r *requestJudge) extensions() {
	lines := r.head.all("Sec-WebSocket-Extensions")
	if len(lines) == 0 {
		return
	}
	list, err := extension.Parse(join(lines))
	r.offers = list
	if err != nil {
		r.refuse(reqExtensionsInvalid, "Sec-WebSocket-Extensions %s breaks the grammar: %v.", quote(join(lines)), err)
	}
	for _, e := range list {
		if !registered[e.Name] && err == nil {
			r.tell(reqExtensionUnregistered, "The extension %s is not registered with IANA; servers ignore it.", quote(e.Name))
			break
		}
	}
	if err == nil {
		r.deflateOffers()
	}
}

func (r *requestJudge) origin() {
	origins := r.head.all("Origin")
	switch {
	case len(origins) > 1:
		r.tell(reqOriginInvalid, "The request has %d Origin lines; there may be one.", len(origins))
	case len(origins) == 1 && !goodOrigin(origins[0]):
		r.tell(reqOriginInvalid, "Origin %s is neither scheme://host, perhaps with a port, nor \"null\".", quote(origins[0]))
	}
}

// goodOrigin is the grammar of RFC 6454 section 7.1; the host of schemes that
// do not go to one may be empty (file://). A list of origins, which that section allows, is never sent by a
// WebSocket client.
func goodOrigin(s string) bool {
	if s == "null" {
		return true
	}
	scheme, host, ok := strings.Cut(s, "://")
	if !ok || scheme == "" || strings.ContainsAny(host, "/?# \t,@") {
		return false
	}
	for i := range len(scheme) {
		c := scheme[i] | 0x20
		if !(c >= 'a' && c <= 'z' || i > 0 && strings.IndexByte("0123456789+-.", scheme[i]) >= 0) {
			return false
		}
	}
	if host == "" || host[0] == ':' {
		return host == "" && !strings.EqualFold(scheme, "http") && !strings.EqualFold(scheme, "https")
	}
	_, port, ok := strings.Cut(host[strings.LastIndexByte(host, ']')+1:], ":") // behind an IPv6 address
	if !ok {
		return true
	}
	n, err := strconv.ParseUint(port, 10, 16)
	return err == nil && n > 0
}

func (r *requestJudge) body() {
	if te := r.head.all("Transfer-Encoding"); len(te) > 0 {
		r.tell(reqBody, "The GET has a body (Transfer-Encoding %s); frames begin after it.", quote(join(te)))
		return
	}
	for _, v := range r.head.all("Content-Length") {
		if strings.Trim(v, "0") != "" {
			r.tell(reqBody, "The GET has a body (Content-Length %s); frames begin after it.", quote(v))
			return
		}
	}
}
