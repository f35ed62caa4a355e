package anatomy

import (
	"encoding/binary"
	"fmt"

	"wsscope/limits"
)

// maxDump is the size that a dump may claim by its offsets: what explain
// takes, and a packet's headers.
var maxDump = uint64(limits.ExplainInput) + 1024

// tcpPayload leaves out the headers where b is a whole packet of IP and TCP,
// with or without Ethernet: its length fields fit. The note says what was
// left out.
func tcpPayload(b []byte) (payload []byte, note string) {
	ip, link := b, ""
	if len(b) > 14 {
		if t := binary.BigEndian.Uint16(b[12:]); t == 0x0800 && b[14]>>4 == 4 || t == 0x86dd && b[14]>>4 == 6 {
			ip, link = b[14:], "Ethernet, "
		}
	}
	tcp := ipPayload(ip, link != "")
	if len(tcp) < 20 {
		return b, ""
	}
	header := int(tcp[12]>>4) * 4
	if header < 20 || header > len(tcp) {
		return b, ""
	}
	return tcp[header:], fmt.Sprintf("The dump is a packet: its %s headers are left out.", link+"IP and TCP")
}

// ipPayload gives what an IPv4 or IPv6 packet carries, if that is TCP and the
// lengths fit; padding may follow only inside a link frame.
func ipPayload(b []byte, padded bool) []byte {
	var total, header int
	var protocol byte
	switch {
	case len(b) >= 20 && b[0]>>4 == 4:
		total, header, protocol = int(binary.BigEndian.Uint16(b[2:])), int(b[0]&15)*4, b[9]
	case len(b) >= 40 && b[0]>>4 == 6:
		total, header, protocol = int(binary.BigEndian.Uint16(b[4:]))+40, 40, b[6]
	default:
		return nil
	}
	if protocol != 6 || header < 20 || total < header || total > len(b) || total < len(b) && !padded {
		return nil
	}
	return b[header:total]
}
