package capture

import (
	"encoding/binary"

	"wsscope/limits"
)

// Neighbouring records are taken for such only where their times lie this
// close together, in nanoseconds.
const nearby = 24 * 3600 * 1e9

// chain is how many record headers must follow one another, each at the end
// of the record before, for the first to be believed.
const chain = 3

// next judges the bytes after a record, as far as they are there.
func (d *pcap) next(data []byte) *damage {
	if len(data) < d.recHeader {
		return nil
	}
	return d.impossible(d.record(data))
}

// plausible reports whether a record header looks like one written near the
// time t.
func (d *pcap) plausible(r record, t int64) bool {
	frac := int64(r.frac) * d.fraction
	return 0 < r.capLen && r.capLen <= d.max && r.capLen <= r.wireLen && r.wireLen <= limits.PcapngBlock &&
		frac < 1e9 && (*d.number == d.first || max(d.at(r)-t, t-d.at(r)) <= nearby)
}

// chained reports whether a chain of records begins at data; sure is false
// where that takes more bytes.
func (d *pcap) chained(data []byte, eof bool) (ok, sure bool) {
	t := d.time
	whole := false // the last record is all there
	for i := range chain {
		if len(data) < d.recHeader {
			return eof && (i > 0 && whole && len(data) == 0 || i == chain-1), eof
		}
		r := d.record(data)
		if !d.plausible(r, t) || r.capLen > limits.PcapRecord { // larger ones would need more of the input at once
			return false, true
		}
		t = d.at(r)
		end := d.recHeader + int(r.capLen)
		whole = end <= len(data)
		data = data[min(end, len(data)):]
	}
	return true, true
}

// search looks for a chain that begins at from or later, but before to. sure
// is false where one may begin at the place given, and that takes more bytes.
func (d *pcap) search(data []byte, from, to int, eof bool) (at int, found, sure bool) {
	for at = from; at < to; at++ {
		if found, sure = d.chained(data[at:], eof); found || !sure {
			return at, found, sure
		}
	}
	return to, false, true
}

// resume implements decoder. A record whose length lies has swallowed the
// start of the record that follows, so the search begins inside it.
func (d *pcap) resume(b *Batch, data []byte, eof bool) (used, skipped int, found bool) {
	if d.suspect {
		r := d.record(data)
		at, found, sure := d.search(data, d.recHeader, d.recHeader+int(r.capLen), eof)
		if !sure {
			return 0, 0, false // the record has to stay until it is searched
		}
		d.suspect = false
		d.add(b, r, data[d.recHeader:at:at])
		if used = at; found {
			return used, 0, true
		}
	}
	at, found, _ := d.search(data, used, len(data), eof)
	return at, at - used, found
}

// resume implements decoder: a block is believed where its type is known
// and both its lengths agree.
func (d *pcapng) resume(_ *Batch, data []byte, eof bool) (used, skipped int, found bool) {
	at := 0
	for ; at < len(data); at++ {
		ok, sure := d.plausible(data[at:])
		if ok || !sure && !eof {
			found = ok
			break
		}
	}
	d.offset += int64(at)
	return at, at, found
}

func (d *pcapng) plausible(data []byte) (ok, sure bool) {
	if len(data) < blockFrame {
		return false, false
	}
	swapped := d.swapped
	switch d.u32(data) {
	case blockSection:
		if len(data) < blockFrame+16 {
			return false, false
		}
		swapped = binary.LittleEndian.Uint32(data[8:]) != byteOrderMagic
	case blockEnhanced, blockSimple, blockPacket, blockInterface, blockStatistics, blockSecrets:
	default:
		return false, true
	}
	block := pcapng{swapped: swapped, inSection: true}
	kind, _, ok, dmg := block.frame(data)
	if ok && kind == blockSection {
		ok = block.u16(data[12:]) == 1
		return ok, true
	}
	return ok, ok || dmg != nil
}
