package capture

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math/bits"

	"wsscope/limits"
)

// Block types, draft-ietf-opsawg-pcapng section 4.
const (
	blockSection    = 0x0A0D0D0A // reads the same in both byte orders
	blockInterface  = 1
	blockPacket     = 2 // obsolete
	blockSimple     = 3
	blockStatistics = 5
	blockEnhanced   = 6
	blockSecrets    = 0xA
)

const byteOrderMagic = 0x1A2B3C4D

// blockFrame is what surrounds every block body: type and total length
// before it, total length again after it.
const blockFrame = 12

// pcapng decodes the block format.
type pcapng struct {
	numbering
	swapped    bool // the section is big endian
	inSection  bool
	interfaces []netInterface // of the section
	base       int            // interfaces of the sections before
	info       *Info
	told       bool  // damage inside a block was reported
	offset     int64 // of the next block
	tail       tail
}

func (d *pcapng) u16(b []byte) uint16 {
	v := binary.LittleEndian.Uint16(b)
	if d.swapped {
		v = bits.ReverseBytes16(v)
	}
	return v
}

func (d *pcapng) u32(b []byte) uint32 {
	v := binary.LittleEndian.Uint32(b)
	if d.swapped {
		v = bits.ReverseBytes32(v)
	}
	return v
}

func (d *pcapng) u64(b []byte) uint64 {
	v := binary.LittleEndian.Uint64(b)
	if d.swapped {
		v = bits.ReverseBytes64(v)
	}
	return v
}

// minBody is the shortest body of a block, by type.
func minBody(kind uint32) uint32 {
	switch kind {
	case blockSection:
		return 16
	case blockPacket, blockEnhanced:
		return 20
	case blockInterface, blockStatistics, blockSecrets:
		return 8
	case blockSimple:
		return 4
	}
	return 0
}

// frame reads type and total length at the start of data, and the byte order
// where a section begins there. ok is false where more bytes are needed.
func (d *pcapng) frame(data []byte) (kind, total uint32, ok bool, dmg *damage) {
	if len(data) < blockFrame {
		return 0, 0, false, nil
	}
	if kind = d.u32(data); kind == blockSection {
		switch binary.LittleEndian.Uint32(data[8:]) {
		case byteOrderMagic:
			d.swapped = false
		case 0x4D3C2B1A:
			d.swapped = true
		default:
			if !d.inSection {
				return 0, 0, false, unrecognized(data)
			}
			return 0, 0, false, &damage{rule: "file-corrupt", what: "a section header has no byte order"}
		}
	}
	total = d.u32(data[4:])
	if total < blockFrame+minBody(kind) || total%4 != 0 || total > limits.PcapngBlock {
		return 0, 0, false, &damage{rule: "file-corrupt", what: fmt.Sprintf("a block of type 0x%X cannot be %d bytes long", kind, total)}
	}
	if int(total) > len(data) {
		return kind, total, false, nil
	}
	if end := d.u32(data[total-4:]); end != total {
		return 0, 0, false, &damage{rule: "file-corrupt", what: fmt.Sprintf("a block of type 0x%X has length %d at its start and %d at its end", kind, total, end)}
	}
	return kind, total, true, nil
}

func (d *pcapng) decode(b *Batch, data []byte, _ bool) (int, *damage) {
	b.Secrets = append(b.Secrets, d.tail.take()...)
	pos := 0
	for {
		kind, total, ok, dmg := d.frame(data[pos:])
		if !ok {
			return pos, dmg
		}
		dmg = d.block(b, kind, data[pos+8:pos+int(total)-4])
		if dmg == nil || dmg.goesOn {
			pos += int(total)
			d.offset += int64(total)
		}
		if dmg != nil {
			if dmg.goesOn {
				dmg.at = -int(total)
			}
			return pos, dmg
		}
	}
}

func (d *pcapng) block(b *Batch, kind uint32, body []byte) *damage {
	switch kind {
	case blockEnhanced:
		return d.enhanced(b, body)
	case blockSimple:
		return d.simple(b, body)
	case blockPacket:
		return d.packet(b, body)
	case blockSection:
		return d.section(body)
	case blockInterface:
		d.addInterface(body)
	case blockStatistics:
		d.statistics(body)
	case blockSecrets:
		if s := d.secrets(body); s != nil && !d.tail.holds(d.offset) {
			b.Secrets = append(b.Secrets, s)
		}
	}
	return nil
}

// section begins anew: interfaces are numbered from 0 in each.
func (d *pcapng) section(body []byte) *damage {
	if major := d.u16(body[4:]); major != 1 {
		dmg := &damage{rule: "file-unrecognized", what: fmt.Sprintf("is pcapng version %d, and only 1 is known", major)}
		if d.inSection {
			dmg.rule, dmg.what = "file-corrupt", fmt.Sprintf("a section has version %d, and only 1 is known", major)
		}
		return dmg
	}
	d.base += len(d.interfaces)
	d.interfaces = d.interfaces[:0]
	d.inSection = true
	d.info.Sections++
	d.countComments(body[16:])
	return nil
}

// add appends a packet of an interface of this section.
func (d *pcapng) add(b *Batch, id int, time int64, data []byte, wire uint32) (dmg *damage) {
	*d.number++
	p := Packet{Number: *d.number, Time: time, Data: data, WireLen: wireLen(wire, uint32(len(data))), Link: LinkUnknown, Interface: d.base + id}
	d.time = time
	if id < len(d.interfaces) {
		p.Link = d.interfaces[id].link
	} else {
		dmg = d.once(fmt.Sprintf("a packet is of interface %d, which was not described", id))
	}
	b.Packets = append(b.Packets, p)
	return dmg
}

// once is damage inside one block, told once an input: blocks are still
// found, and a file may hold millions of such.
func (d *pcapng) once(what string) *damage {
	if d.told {
		return nil
	}
	d.told = true
	return &damage{rule: "file-corrupt", what: what, goesOn: true}
}

// clock gives the time units of an interface.
func (d *pcapng) clock(id int) *clock {
	if id < len(d.interfaces) {
		return &d.interfaces[id].clock
	}
	return &microseconds
}

// enhanced is section 4.3: interface, time in two halves, captured length,
// length on the wire, the packet padded to 32 bits, options.
func (d *pcapng) enhanced(b *Batch, body []byte) *damage {
	id, capLen := d.u32(body), d.u32(body[12:])
	return d.timed(b, id, capLen, body)
}

// packet is the obsolete block of appendix A: as the enhanced one, but with
// 16 bits of interface and 16 bits of drop count.
func (d *pcapng) packet(b *Batch, body []byte) *damage {
	return d.timed(b, uint32(d.u16(body)), d.u32(body[12:]), body)
}

func (d *pcapng) timed(b *Batch, iface, capLen uint32, body []byte) *damage {
	id := int(min(iface, 1<<30)) // an int of 32 bits holds it
	time := d.clock(id).nanoseconds(uint64(d.u32(body[4:]))<<32 | uint64(d.u32(body[8:])))
	wire := d.u32(body[16:])
	if uint64(capLen) > uint64(len(body)-20) {
		dmg := d.add(b, id, time, body[20:len(body):len(body)], wire)
		return cmp.Or(dmg, d.once(fmt.Sprintf("a packet of %d bytes does not fit its block", capLen)))
	}
	end := 20 + int(capLen)
	if options := (end + 3) &^ 3; options < len(body) {
		d.countComments(body[options:])
	}
	return d.add(b, id, time, body[20:end:end], wire)
}

// simple is section 4.4: the length on the wire and the packet, of the first
// interface. It has no time of its own: it gets that of the packet before.
func (d *pcapng) simple(b *Batch, body []byte) *damage {
	wire := d.u32(body)
	n := min(wire, uint32(len(body)-4))
	if len(d.interfaces) > 0 && d.interfaces[0].snapLen > 0 {
		n = min(n, d.interfaces[0].snapLen)
	}
	return d.add(b, 0, d.time, body[4:4+n:4+n], wire)
}

func (d *pcapng) end(rest []byte) *damage {
	if len(rest) == 0 {
		return nil
	}
	if len(rest) < blockFrame {
		return &damage{rule: "file-truncated", what: "ends inside the header of a block"}
	}
	return &damage{rule: "file-truncated", what: fmt.Sprintf("ends after %d of the %d bytes of a block", len(rest), d.u32(rest[4:]))}
}
