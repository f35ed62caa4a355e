package capture

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"

	"wsscope/limits"
)

// Magic numbers of the classic format, draft-ietf-opsawg-pcap section 4, as
// they read in the byte order of the file.
const (
	magicMicro    = 0xA1B2C3D4
	magicNano     = 0xA1B23C4D
	magicModified = 0xA1B2CD34 // A. Kuznetzov's patch to libpcap: longer record headers
)

const pcapHeaderLen = 24

// pcap decodes the classic format.
type pcap struct {
	numbering
	swapped   bool // big endian
	modified  bool
	minor     uint16
	fraction  int64  // nanoseconds in the unit of the second time field
	max       uint32 // no record has more captured bytes
	link      LinkType
	recHeader int // bytes of a record header; 0 until the file header was read

	salvage bool // a record counts only if what follows it can be a record
	suspect bool // what follows the record that decode stopped at cannot
}

func isPcapMagic(m uint32) bool {
	return m == magicMicro || m == magicNano || m == magicModified
}

func (d *pcap) u32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if d.swapped {
		v = bits.ReverseBytes32(v)
	}
	return v
}

// header reads the file header: magic, version, two unused fields, snap
// length, link type.
func (d *pcap) header(h []byte) *damage {
	magic := binary.LittleEndian.Uint32(h)
	if d.swapped = !isPcapMagic(magic); d.swapped {
		magic = bits.ReverseBytes32(magic)
	}
	version := d.u32(h[4:])
	major, minor := uint16(version), uint16(version>>16)
	if d.swapped {
		major, minor = minor, major
	}
	if major != 2 {
		return &damage{rule: "file-unrecognized", what: fmt.Sprintf("is pcap version %d.%d, and only 2 is known", major, minor)}
	}
	d.minor = minor
	d.fraction, d.recHeader = 1000, 16
	switch magic {
	case magicNano:
		d.fraction = 1
	case magicModified:
		d.modified, d.recHeader = true, 24 // interface index, protocol, packet type and padding follow
	}
	d.max = limits.PcapRecord
	if snap := d.u32(h[16:]); snap > d.max && snap <= limits.PcapngBlock {
		d.max = snap
	}
	// The upper bits say whether and how long frame check sequences are.
	d.link = LinkType(d.u32(h[20:]))
	return nil
}

// record holds the fields of a record header.
type record struct{ sec, frac, capLen, wireLen uint32 }

func (d *pcap) record(h []byte) record {
	_ = h[15]
	r := record{d.u32(h), d.u32(h[4:]), d.u32(h[8:]), d.u32(h[12:])}
	if d.minor <= 3 && r.capLen > r.wireLen { // before 2.3 the lengths stood the other way round, in 2.3 either way
		r.capLen, r.wireLen = r.wireLen, r.capLen
	}
	return r
}

// at is the time of a record in nanoseconds. A fraction of a second or more
// carries into the seconds; 32 bits of each never overflow the sum.
func (d *pcap) at(r record) int64 { return int64(r.sec)*1e9 + int64(r.frac)*d.fraction }

// impossible tells why a record header cannot be one.
func (d *pcap) impossible(r record) *damage {
	if r.capLen > d.max {
		return &damage{rule: "file-corrupt", what: fmt.Sprintf("a record of %d bytes is impossible", r.capLen)}
	}
	if r == (record{}) {
		return &damage{rule: "file-corrupt", what: "zeros stand where a record should begin"}
	}
	return nil
}

func (d *pcap) decode(b *Batch, data []byte, eof bool) (int, *damage) {
	pos := 0
	if d.recHeader == 0 {
		if len(data) < pcapHeaderLen {
			return 0, nil
		}
		if dmg := d.header(data); dmg != nil {
			return 0, dmg
		}
		pos = pcapHeaderLen
	}
	var dmg *damage
	for len(data)-pos >= d.recHeader {
		r := d.record(data[pos:])
		if dmg = d.impossible(r); dmg != nil {
			break
		}
		start := pos + d.recHeader
		end := start + int(r.capLen)
		if end > len(data) {
			break
		}
		if d.salvage {
			if len(data)-end < d.recHeader && !eof {
				break
			}
			if dmg = d.next(data[end:]); dmg != nil {
				dmg.at = end - pos
				d.suspect = true
				break
			}
		}
		d.add(b, r, data[start:end:end])
		pos = end
	}
	return pos, dmg
}

func (d *pcap) add(b *Batch, r record, data []byte) {
	*d.number++
	d.time = d.at(r)
	b.Packets = append(b.Packets, Packet{Number: *d.number, Time: d.time, Data: data, WireLen: wireLen(r.wireLen, r.capLen), Link: d.link})
}

// wireLen is never less than what was captured, whatever the record says.
func wireLen(wire, captured uint32) int {
	return int(min(max(wire, captured), math.MaxInt32))
}

func (d *pcap) end(rest []byte) *damage {
	switch {
	case d.recHeader == 0:
		return &damage{rule: "file-truncated", what: fmt.Sprintf("ends after %d of the %d bytes of its header", len(rest), pcapHeaderLen)}
	case len(rest) == 0:
		return nil
	case len(rest) < d.recHeader:
		return &damage{rule: "file-truncated", what: fmt.Sprintf("ends after %d of the %d bytes of a record header", len(rest), d.recHeader)}
	}
	r := d.record(rest)
	have := len(rest) - d.recHeader
	if !d.plausible(r, d.time) {
		return &damage{rule: "file-corrupt", what: fmt.Sprintf("a record says it has %d bytes, the file has %d, and its other fields are not plausible either", r.capLen, have)}
	}
	return &damage{rule: "file-truncated", what: fmt.Sprintf("ends after %d of the %d bytes of a packet", have, r.capLen)}
}
