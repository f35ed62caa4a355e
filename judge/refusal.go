package judge

import (
	"fmt"

	"wsscope/event"
)

// Refusal tells in words, a line each, what a refused handshake means. It is
// the life story of a connection that never was.
func Refusal(o *event.Open) []string {
	lines := []string{fmt.Sprintf("The server refused the handshake with %d: %s.", o.Status, statusMeaning(o.Status))}
	if o.HandshakeTime >= 0 {
		lines = append(lines, fmt.Sprintf("It answered after %s.", span(int64(o.HandshakeTime))))
	}
	return lines
}

// statusMeaning says what an HTTP status means as the answer to an upgrade.
func statusMeaning(status int) string {
	switch status {
	case 200:
		return "an ordinary page, so no WebSocket endpoint stands there, or a proxy removed the Upgrade"
	case 301, 302, 303, 307, 308:
		return "a redirect, which browsers do not follow for WebSockets"
	case 400:
		return "the request is malformed, or the endpoint did not see an upgrade"
	case 401:
		return "credentials are missing or wrong"
	case 403:
		return "not allowed, often because of the Origin"
	case 404:
		return "no such path"
	case 405:
		return "the path does not take GET"
	case 407:
		return "a proxy wants credentials"
	case 408, 504:
		return "a time limit was reached"
	case 421:
		return "the server is not responsible for this host"
	case 426:
		return "another version of the protocol is required"
	case 429:
		return "too many requests"
	case 500, 501:
		return "an error inside the server, or no support for upgrades"
	case 502:
		return "a proxy got no usable answer from its backend"
	case 503:
		return "the server is overloaded or down"
	}
	switch status / 100 {
	case 2:
		return "a success, but not a switch to WebSocket"
	case 3:
		return "a redirect"
	case 4:
		return "the server blames the request"
	case 5:
		return "the server blames itself"
	}
	return "not a final status"
}
