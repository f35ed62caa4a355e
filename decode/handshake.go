package decode

import (
	"crypto/sha1"
	"encoding/base64"
	"strings"

	"wsscope/decode/extension"
	"wsscope/decode/http1"
	"wsscope/event"
	"wsscope/limits"
)

// guid is the constant of RFC 6455 section 1.3.
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// Accept computes the Sec-WebSocket-Accept for a key (RFC 6455 section
// 4.2.2, item 5.4).
func Accept(key string) string {
	sum := sha1.Sum([]byte(key + guid))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// open describes an HTTP/1.1 handshake; either half may be nil.
func (h *httpLayer) open(x *exchange, res *http1.Response, now event.Stamp) *event.Open {
	if x == nil {
		return h.c.open(nil, event.Stamp{}, res, now)
	}
	return h.c.open(&x.req, x.sent, res, now)
}

// open describes a handshake out of the halves that are known; either may be
// nil. sent is the packet of the request's last byte.
func (c *Conn) open(r *http1.Request, sent event.Stamp, res *http1.Response, now event.Stamp) *event.Open {
	o := &event.Open{
		Stamp: now, Transport: "h1", Handshake: event.HandshakeFull, HandshakeTime: -1,
		Conn: &event.Conn{Client: c.addr[c.client], Server: c.addr[c.client.Reverse()]},
	}
	c.setTLS(o)
	if r != nil {
		o.Method, o.URI = r.Method, r.Target
		o.Host, _ = r.Get("Host")
		o.Origin, _ = r.Get("Origin")
		o.Version, _ = r.Get("Sec-WebSocket-Version")
		o.Key, _ = r.Get("Sec-WebSocket-Key")
		if v, ok := r.Get("Sec-WebSocket-Protocol"); ok {
			for p := range strings.SplitSeq(v, ",") {
				o.OfferedSubprotocols = append(o.OfferedSubprotocols, strings.TrimSpace(p))
			}
		}
		o.OfferedExtensions, _ = r.Get("Sec-WebSocket-Extensions")
		o.RequestHeaders = r.Fields
		o.RequestRaw = keepHead(r.Raw)
		o.RequestStamp = sent
	} else {
		o.Handshake = event.HandshakeResponseOnly
	}
	if res == nil {
		o.Handshake = event.HandshakeRequestOnly
		return o
	}
	o.Status = res.Status
	o.Accept, _ = res.Get("Sec-WebSocket-Accept")
	o.Subprotocol, _ = res.Get("Sec-WebSocket-Protocol")
	o.Extensions, _ = res.Get("Sec-WebSocket-Extensions")
	o.Deflate = extension.Agreed(o.Extensions)
	o.ResponseHeaders = res.Fields
	o.ResponseRaw = keepHead(res.Raw)
	if r != nil && res.Status == 101 {
		o.AcceptValid = event.No
		if o.Accept == Accept(o.Key) {
			o.AcceptValid = event.Yes
		}
	}
	return o
}

func keepHead(raw []byte) []byte {
	return raw[:min(int64(len(raw)), limits.HeadKept)]
}

// setTLS says which TLS connection carries the WebSocket one.
func (c *Conn) setTLS(o *event.Open) {
	if c.tls != nil {
		o.TLS, o.Cipher = c.tls.conn.Info().Version, c.tls.conn.Info().Cipher
	}
}
