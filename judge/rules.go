// Package judge holds what the decoder tells against RFC 6455 and RFC 7692.
// It is a pure state machine: events in, findings out, no clock but packet
// time. Parsing never depends on it.
//
// An endpoint fails a connection at the first violation; the judge tells all
// of them, each with its section, and goes on. What is missing from the
// capture is never held against a peer: after lost bytes a rule that would
// need them stays silent.
package judge

import (
	"fmt"
	"strconv"
	"strings"

	"wsscope/event"
)

// Side says whose fault a broken rule is.
type Side uint8

const (
	Either  Side = iota // client or server, whoever sent the bytes
	Client              // the side that opened the connection
	Server              // the side that accepted it
	Capture             // nobody's: the capture is incomplete or damaged
)

func (s Side) String() string {
	return [...]string{"client or server", "client", "server", "the capture"}[s]
}

// Rule is one row of the rules table: one requirement that a passive observer
// can check, or one note about the capture.
type Rule struct {
	ID       string // as findings carry it
	Group    string // heading in docs/rules.md
	RFC      string // "RFC 6455 section 5.1"; empty for notes
	Severity event.Severity
	Side     Side
	Wants    string // what the RFC demands
	Why      string // what it means in practice
	Cause    string // what usually causes it; may be empty
	Example  string // a trace that breaks the rule, in the notation of docs/rules.md
}

// Table lists all rules.
var Table []*Rule

var byID = map[string]*Rule{}

// groups are the headings in their order.
var groups []string

// group returns the function that adds the rules of one heading.
func group(name string) func(Rule) *Rule {
	groups = append(groups, name)
	return func(r Rule) *Rule {
		r.Group = name
		r.Example = strings.TrimSpace(r.Example)
		if byID[r.ID] != nil {
			panic("judge: rule " + r.ID + " stands in the table twice")
		}
		byID[r.ID] = &r
		Table = append(Table, &r)
		return &r
	}
}

// Groups of rules, in the order of docs/rules.md.
var (
	request     = group("Opening handshake: the client's request")
	response    = group("Opening handshake: the server's response")
	http2       = group("Opening handshake: over HTTP/2")
	negotiation = group("permessage-deflate: the negotiation")
	framing     = group("Frames")
	masking     = group("Masking keys")
	content     = group("Messages and text")
	pingPong    = group("Ping and Pong")
	closing     = group("Closing")
	compression = group("permessage-deflate: the data")
	capture     = group("Notes about the capture")
)

// Lookup gives the rule with an id, nil where there is none.
func Lookup(id string) *Rule { return byID[id] }

// Note makes a finding of a rule that is found outside of this package: about
// the file, a packet, or a TCP connection without WebSocket. The caller adds
// place and stamp.
func Note(id, text string) *event.Finding {
	r := byID[id]
	if r == nil {
		panic("judge: no rule " + id)
	}
	return &event.Finding{Dir: event.NoDir, Rule: r.ID, Severity: r.Severity, RFC: r.RFC, Text: text}
}

// longestQuote is how much of a wire string a finding's text shows.
const longestQuote = 80

// quote shows bytes of the wire in a text: escaped, cut.
func quote(s string) string {
	if len(s) > longestQuote {
		return fmt.Sprintf("%q and %d more bytes", s[:longestQuote], len(s)-longestQuote)
	}
	return strconv.Quote(s)
}
