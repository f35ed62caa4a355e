package link

import "encoding/binary"

// parseMPLS parses a label stack (RFC 3032 section 2.1). Nothing in it says
// what follows: the first half-byte tells IPv4 and IPv6 from a pseudowire
// (RFC 4928), and an Ethernet pseudowire may have a control word, which
// begins with a zero half-byte (RFC 4448 section 4.6). As that may be the
// beginning of an Ethernet address too, the EtherType decides.
func parseMPLS(p part) (part, header) {
	for {
		if len(p.b) < 4 {
			return p, malformed
		}
		bottom := p.b[2]&1 != 0
		p = p.skip(4)
		if bottom {
			break
		}
	}
	if len(p.b) == 0 {
		return p, malformed
	}
	const controlWord = 4
	switch version := p.b[0] >> 4; {
	case version == 4:
		return p, ipv4
	case version == 6:
		return p, ipv6
	case version == 0 && plausibleEthernet(p.b, controlWord):
		return p.skip(controlWord), ethernet
	case plausibleEthernet(p.b, 0):
		return p, ethernet
	}
	return p, other
}

// plausibleEthernet tells whether b has, from at, an Ethernet header that
// leads further.
func plausibleEthernet(b []byte, at int) bool {
	return len(b) >= at+14 && etherType(binary.BigEndian.Uint16(b[at+12:])) != other
}
