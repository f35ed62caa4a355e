// Package link takes a captured packet apart down to its TCP segment:
// link-layer header, tags, labels and tunnels, IP and its fragments, TCP.
// It copies nothing but fragments.
package link

import (
	"maps"

	"wsscope/capture"
	"wsscope/limits"
)

// Decoder decodes packets. It keeps the fragments of IP datagrams between
// packets and is not safe for concurrent use.
type Decoder struct {
	fragments fragmentTable
	stats     Stats
}

// Stats counts what a Decoder saw.
type Stats struct {
	Snapped      uint64                      // packets of which less was captured than was on the wire
	Undecodable  uint64                      // packets with that result
	TooDeep      uint64                      // those of them that have more headers than limits.LinkHeaders
	UnknownLinks map[capture.LinkType]uint64 // packets with a link type not known here, by type
	Fragments    FragmentStats
}

// NewDecoder returns a Decoder.
func NewDecoder() *Decoder {
	return &Decoder{
		fragments: newFragmentTable(),
		// Grown by input, but a link type has 16 bits only.
		stats: Stats{UnknownLinks: make(map[capture.LinkType]uint64)},
	}
}

// Stats returns a copy of the counters.
func (d *Decoder) Stats() Stats {
	s := d.stats
	s.UnknownLinks = maps.Clone(s.UnknownLinks)
	s.Fragments = d.fragments.stats
	return s
}

// Decode takes p apart. What s holds means something only if Decode
// returns TCP.
func (d *Decoder) Decode(p *capture.Packet, s *Segment) Result {
	snapped := p.WireLen > len(p.Data)
	if snapped {
		d.stats.Snapped++
	}
	next := linkHeader(p.Link)
	if next == unknown {
		d.stats.UnknownLinks[p.Link]++
		return UnknownLink
	}
	rest := part{p.Data, max(p.WireLen, len(p.Data))}
	for range limits.LinkHeaders {
		switch next {
		case ethernet:
			rest, next = parseEthernet(rest)
		case vlan:
			rest, next = parseVLAN(rest)
		case llc:
			rest, next = parseLLC(rest)
		case sll:
			rest, next = parseSLL(rest)
		case sll2:
			rest, next = parseSLL2(rest)
		case null:
			rest, next = parseNull(rest)
		case nflog:
			rest, next = parseNFLOG(rest)
		case pflog:
			rest, next = parsePFLOG(rest)
		case enc:
			rest, next = parseEnc(rest)
		case pktap:
			rest, next = parsePKTAP(rest)
		case ppp:
			rest, next = parsePPP(rest)
		case pppDirection:
			rest, next = parsePPPDirection(rest)
		case pppoe:
			rest, next = parsePPPoE(rest)
		case hdlc:
			rest, next = parseHDLC(rest)
		case mpls:
			rest, next = parseMPLS(rest)
		case gre:
			rest, next = parseGRE(rest)
		case etherIP:
			rest, next = parseEtherIP(rest)
		case udp:
			rest, next = parseUDP(rest)
		case vxlan:
			rest, next = parseVXLAN(rest)
		case geneve:
			rest, next = parseGeneve(rest)
		case gtpu:
			rest, next = parseGTPU(rest)
		case l2tp:
			rest, next = parseL2TP(rest)
		case anyIP:
			next = ipVersion(rest)
		case ipv4:
			rest, next = d.parseIPv4(rest, s, p.Time)
		case ipv6:
			rest, next = parseIPv6(rest, s)
		case ipv6Options:
			rest, next = parseIPv6Options(rest)
		case ipv6Routing:
			rest, next = parseIPv6Routing(rest, s)
		case ipv6Fragment:
			rest, next = d.parseIPv6Fragment(rest, s, p.Time)
		case authentication:
			rest, next = parseAuthentication(rest)
		case tcp:
			if parseTCP(rest, s, snapped) {
				return TCP
			}
			next = malformed
		case held:
			return Held
		case other:
			return Other
		default:
			d.stats.Undecodable++
			return Undecodable
		}
	}
	d.stats.TooDeep++
	d.stats.Undecodable++
	return Undecodable
}

// part is what remains of a packet after the headers parsed so far.
type part struct {
	b    []byte // captured; a view into the packet
	wire int    // length on the wire, at least len(b)
}

// skip takes n bytes off, n ≤ len(p.b).
func (p part) skip(n int) part { return part{p.b[n:], p.wire - n} }

// header says what a part begins with: the format to parse next, or that
// there is nothing more to parse.
type header uint8

const (
	malformed header = iota // the header before was cut short or impossible
	other                   // nothing that carries TCP
	held                    // a fragment, kept
	unknown                 // a link type not known here

	ethernet
	vlan
	llc
	sll
	sll2
	null
	nflog
	pflog
	enc
	pktap
	ppp
	pppDirection
	pppoe
	hdlc
	mpls
	gre
	etherIP
	udp
	vxlan
	geneve
	gtpu
	l2tp
	anyIP // IPv4 or IPv6 by the version field
	ipv4
	ipv6
	ipv6Options // hop-by-hop, destination options and others of their shape
	ipv6Routing
	ipv6Fragment
	authentication
	tcp
)
