package ui

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"wsscope/event"
)

// guid is what RFC 6455 section 1.3 appends to the key.
const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

// handshakeTab shows both halves of the opening handshake, what each line is
// for, and how the Accept value comes about.
func (a *app) handshakeTab(s *subject, width int) doc {
	if !s.hasConn || s.conn.Open == nil {
		return lines{{{"this row belongs to no connection", dim}}}
	}
	o := s.conn.Open
	out := lines{{{fmt.Sprintf("connection %d: ", s.conn.ID), strong}, {o.Handshake.String() + " handshake", normal}}}
	if o.Handshake == event.HandshakeInferred {
		return append(append(out, line{}), say("The capture began later: the connection was recognised by its frames alone.", width, dim)...)
	}
	if o.HandshakeTime >= 0 {
		out = append(out, line{{"answered after " + duration(o.HandshakeTime), dim}})
	}
	if s.conn.HeadDropped {
		out = append(out, line{{"the header lines were dropped: memory limit (--memory)", warn}})
	}
	out = append(out, line{}, line{{"Request", heading}})
	if o.Handshake == event.HandshakeResponseOnly {
		out = append(out, line{{"  not captured", dim}})
	} else {
		out = append(out, line{{"  " + o.Method + " " + o.URI, strong}})
		out = append(out, headerLines(o.RequestHeaders, true, o, width)...)
	}
	out = append(out, line{}, line{{"Response", heading}})
	if o.Handshake == event.HandshakeRequestOnly {
		out = append(out, line{{"  not captured", dim}})
	} else {
		out = append(out, line{{fmt.Sprintf("  %d ", o.Status), strong}, {statusMeaning(o), dim}})
		out = append(out, headerLines(o.ResponseHeaders, false, o, width)...)
	}
	out = append(out, line{})
	out = append(out, acceptLines(o, width)...)
	return append(out, agreedLines(o)...)
}

func statusMeaning(o *event.Open) string {
	switch {
	case o.Status == 101:
		return "Switching Protocols: frames follow the blank line (RFC 6455 section 4.2.2)"
	case o.Transport == "h2" && o.Status == 200:
		return "the stream is a WebSocket now (RFC 8441 section 5)"
	case o.Refused:
		return "refused: this is no WebSocket connection"
	}
	return ""
}

// headerLines shows field lines with what each is for.
func headerLines(headers []event.Header, request bool, o *event.Open, width int) lines {
	var out lines
	for _, h := range headers {
		out = append(out, line{{"  " + h.Name, jsonKey}, {": ", dim}, {h.Value, normal}})
		if why := headerMeaning(h, request, o); why != "" {
			for _, l := range wrap(why, width-8) {
				out = append(out, line{{"      " + l, dim}})
			}
		}
	}
	return out
}

// headerMeaning explains a field line of an opening handshake.
func headerMeaning(h event.Header, request bool, o *event.Open) string {
	switch strings.ToLower(h.Name) {
	case "host":
		return "which site is meant, where one server has several (RFC 9110 section 7.2)"
	case "upgrade":
		return "asks for, or agrees to, another protocol on this connection; it must name websocket, in any case (RFC 6455 section 4.1)"
	case "connection":
		return "says that Upgrade is meant for the next hop only; it must name Upgrade (RFC 6455 section 4.1)"
	case "sec-websocket-key":
		if b, err := base64.StdEncoding.DecodeString(h.Value); err == nil && len(b) == 16 {
			return "16 random bytes, no secret: the answer must show that the server understood them (RFC 6455 section 4.1)"
		}
		return "must be 16 bytes in base64, and is not (RFC 6455 section 4.1)"
	case "sec-websocket-accept":
		return "the server's proof that it read the key; worked out below (RFC 6455 section 4.2.2)"
	case "sec-websocket-version":
		if request {
			return "13 is the version of RFC 6455 (section 4.1)"
		}
		return "the versions that the server speaks (RFC 6455 section 4.4)"
	case "sec-websocket-protocol":
		if request {
			return "subprotocols that the client speaks, the preferred first (RFC 6455 section 1.9)"
		}
		return "the one subprotocol that the server chose from the offer (RFC 6455 section 4.2.2)"
	case "sec-websocket-extensions":
		if request {
			return "extensions that the client offers, the preferred first (RFC 6455 section 9.1)"
		}
		return "extensions in use from here on; none that was not offered (RFC 6455 section 9.1)"
	case "origin":
		return "the page whose script opened this; browsers always send it, and servers should check it (RFC 6455 section 10.2)"
	case "cookie":
		return "sent along as with any request to this host: without a check of Origin, any page may use it (RFC 6455 section 10.5)"
	case "authorization":
		return "credentials for the server (RFC 9110 section 11.6.2)"
	case "user-agent":
		return "the client's program"
	case "server":
		return "the server's program"
	case "set-cookie":
		return "a cookie for later requests"
	case "content-length", "transfer-encoding":
		if !request && o.Status == 101 {
			return "has no place in a 101, which has no body (RFC 9110 section 8.6)"
		}
	}
	return ""
}

// acceptLines works out Sec-WebSocket-Accept step by step.
func acceptLines(o *event.Open, width int) lines {
	if o.Key == "" {
		return nil
	}
	sum := sha1.Sum([]byte(o.Key + guid))
	want := base64.StdEncoding.EncodeToString(sum[:])
	out := lines{
		{{"Sec-WebSocket-Accept, step by step", heading}, {"  (RFC 6455 section 4.2.2)", dim}},
		{{"  1  the key as sent    ", dim}, {o.Key, accent}},
		{{"  2  the GUID behind it ", dim}, {o.Key, accent}, {guid, jsonNumber}},
	}
	if textWidth(out[2].text()) > width { // the whole GUID must be seen
		out[2] = out[2][:2]
		out = append(out, line{{"                         ", dim}, {guid, jsonNumber}})
	}
	out = append(out, lines{
		{{"  3  SHA-1 of that      ", dim}, {hex.EncodeToString(sum[:]), normal}},
		{{"  4  in base64          ", dim}, {want, strong}},
	}...)
	switch {
	case o.Accept == "":
		out = append(out, line{{"  5  the server sent    ", dim}, {"none", warn}})
	case o.Accept == want:
		out = append(out, line{{"  5  the server sent    ", dim}, {o.Accept, strong}, {"  equal ✓", good}})
	default:
		out = append(out, line{{"  5  the server sent    ", dim}, {o.Accept, strong}, {"  DIFFERENT", bad}})
	}
	return append(out, line{})
}

// agreedLines says what both sides agreed on.
func agreedLines(o *event.Open) lines {
	out := lines{{{"Agreed", heading}}}
	sub := o.Subprotocol
	if sub == "" {
		sub = "none"
	}
	out = append(out, line{{"  subprotocol  ", dim}, {sub, normal}})
	if d := o.Deflate; d.Agreed {
		out = append(out, line{{"  compression  ", dim}, {"permessage-deflate (RFC 7692)", normal}})
		for _, side := range []struct {
			name string
			bits int
			none bool
		}{{"client", d.ClientMaxWindowBits, d.ClientNoContextTakeover}, {"server", d.ServerMaxWindowBits, d.ServerNoContextTakeover}} {
			keeps := "keeps its window from message to message"
			if side.none {
				keeps = "starts each message with an empty window"
			}
			out = append(out, line{{"               ", dim}, {fmt.Sprintf("the %s's window is %d bits (%s bytes); it %s", side.name, side.bits, grouped(1<<side.bits), keeps), dim}})
		}
	} else {
		out = append(out, line{{"  compression  ", dim}, {"none", normal}})
	}
	transport := "HTTP/1.1 upgrade"
	if o.Transport == "h2" {
		transport = "HTTP/2 stream (RFC 8441)"
	}
	if o.TLS != "" {
		transport += ", TLS " + o.TLS + " " + o.Cipher
	}
	return append(out, line{{"  transport    ", dim}, {transport, normal}})
}
