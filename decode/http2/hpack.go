package http2

import (
	"errors"

	"golang.org/x/net/http2/hpack"

	"wsscope/event"
	"wsscope/limits"
)

// decoder decodes the header blocks of one direction (HPACK, RFC 7541).
//
// The decoder of x/net is made for an endpoint: it needs every block from the
// first on, and at the first fault it is done. Here blocks may be missing, so
// the dynamic table is kept as far as it is known. Its entries are counted
// from the newest (section 2.3.3), which makes that simple: a reference
// further back than the entries that were seen is a field that is not known,
// and a table that is larger than the encoder's never gives a wrong answer.
type decoder struct {
	table   []event.Header // known entries of the dynamic table, oldest first; an entry without a name is not known
	evicted int            // so many at the front of table are gone
	size    int            // of the entries, as section 4.1 counts
	max     int            // section 4.2
	whole   bool           // no entry is missing: the direction was followed from its beginning

	fields  []event.Header // of the block at hand; used again for the next
	list    int            // their size, as RFC 9113 section 6.5.2 counts
	partial bool           // some fields of the block are not known, or not kept
	over    bool           // because they are too large
}

// defaultTable is the initial size of the dynamic table (RFC 9113 section
// 6.5.2). What the peer allows in SETTINGS_HEADER_TABLE_SIZE needs no looking
// at: an encoder that makes use of it says so in a header block (RFC 7541
// section 4.2), where it cannot be out of step with the fields.
const defaultTable = 4096

func newDecoder(whole bool) decoder {
	if !whole {
		return decoder{max: int(limits.H2Table)}
	}
	return decoder{max: defaultTable, whole: true}
}

// forget notes that header blocks were missed: nothing is known of the table.
func (d *decoder) forget() {
	clear(d.table)
	d.table, d.evicted, d.size = d.table[:0], 0, 0
	d.max, d.whole = int(limits.H2Table), false
}

var (
	errShort   = errors.New("the header block ends inside a field")
	errInteger = errors.New("an integer of the header block is too large")
	errIndex   = errors.New("an index of the header block is not in the tables")
)

// decode decodes a whole block. The fields, also those before a fault, are
// valid until the next call; their strings stay.
func (d *decoder) decode(b []byte) ([]event.Header, error) {
	clear(d.fields)
	d.fields, d.list, d.partial, d.over = d.fields[:0], 0, false, false
	for len(b) > 0 {
		rest, err := d.field(b)
		if err != nil {
			d.partial = true
			d.forget()
			return d.fields, err
		}
		b = rest
	}
	return d.fields, nil
}

// field decodes one representation (RFC 7541 section 6).
func (d *decoder) field(b []byte) (rest []byte, err error) {
	switch {
	case b[0]&0x80 != 0: // indexed, section 6.1
		i, rest, err := integer(b, 7)
		if err != nil {
			return nil, err
		}
		f, err := d.at(i)
		d.keep(f)
		return rest, err
	case b[0]&0xc0 == 0x40: // literal with incremental indexing, section 6.2.1
		f, rest, err := d.literal(b, 6)
		if err != nil {
			return nil, err
		}
		d.add(f)
		d.keep(f)
		return rest, nil
	case b[0]&0xe0 == 0x20: // size update, section 6.3
		n, rest, err := integer(b, 5)
		if err != nil {
			return nil, err
		}
		d.resize(n)
		return rest, nil
	}
	f, rest, err := d.literal(b, 4) // without indexing or never indexed, sections 6.2.2 and 6.2.3
	if err != nil {
		return nil, err
	}
	d.keep(f)
	return rest, nil
}

// literal decodes a field whose value, and perhaps name, stands in the block.
func (d *decoder) literal(b []byte, prefix uint) (f event.Header, rest []byte, err error) {
	i, rest, err := integer(b, prefix)
	if err != nil {
		return f, nil, err
	}
	if i == 0 {
		f.Name, rest, err = text(rest)
	} else {
		f, err = d.at(i)
	}
	if err != nil {
		return f, nil, err
	}
	f.Value, rest, err = text(rest)
	return f, rest, err
}

// keep adds a field to those of the block.
func (d *decoder) keep(f event.Header) {
	if f.Name == "" {
		d.partial = true
		return
	}
	d.list += entrySize(f)
	if int64(d.list) > limits.H2HeaderList {
		d.partial, d.over = true, true
		return
	}
	d.fields = append(d.fields, f)
}

// entrySize is the size of a table entry (RFC 7541 section 4.1) and of a
// field in a header list (RFC 9113 section 6.5.2).
func entrySize(f event.Header) int { return len(f.Name) + len(f.Value) + 32 }

// at gives the field with an index (RFC 7541 section 2.3.3); one without a
// name where it is not known.
func (d *decoder) at(i uint32) (event.Header, error) {
	if i == 0 {
		return event.Header{}, errIndex
	}
	if i <= uint32(len(static)) {
		return static[i-1], nil
	}
	if back := int(i) - len(static); back <= len(d.table)-d.evicted {
		return d.table[len(d.table)-back], nil
	}
	if d.whole {
		return event.Header{}, errIndex
	}
	return event.Header{}, nil
}

// add puts a field into the dynamic table (RFC 7541 section 4.4). One whose
// name is not known counts as smaller than it is, and stays longer.
func (d *decoder) add(f event.Header) {
	d.size += entrySize(f)
	d.table = append(d.table, f)
	d.evict()
}

// resize takes a size update of the encoder (RFC 7541 section 6.3).
func (d *decoder) resize(n uint32) {
	if int64(n) > limits.H2Table {
		n = uint32(limits.H2Table)
		d.whole = false // the encoder may keep more
	}
	d.max = int(n)
	d.evict()
	if n == 0 {
		d.whole = true // an empty table is known
	}
}

// evict drops the oldest entries until the table is small enough (RFC 7541
// section 4.3).
func (d *decoder) evict() {
	for d.size > d.max {
		d.size -= entrySize(d.table[d.evicted])
		d.table[d.evicted] = event.Header{}
		d.evicted++
	}
	if d.evicted > len(d.table)/2 {
		n := copy(d.table, d.table[d.evicted:])
		clear(d.table[n:])
		d.table, d.evicted = d.table[:n], 0
	}
}

// integer decodes an integer with a prefix of n bits (RFC 7541 section 5.1).
func integer(b []byte, n uint) (v uint32, rest []byte, err error) {
	mask := byte(1)<<n - 1
	v = uint32(b[0] & mask)
	b = b[1:]
	if v < uint32(mask) {
		return v, b, nil
	}
	for shift := uint(0); ; shift += 7 {
		if len(b) == 0 {
			return 0, nil, errShort
		}
		// 28 bits are more than any length or index here. Some encoders write
		// more octets than they need, of which the last are zero.
		c := b[0]
		more := uint64(c&0x7f) << shift
		if shift > 56 || more >= 1<<28 {
			return 0, nil, errInteger
		}
		b = b[1:]
		v += uint32(more)
		if c&0x80 == 0 {
			return v, b, nil
		}
	}
}

// text decodes a string literal (RFC 7541 section 5.2) into a copy. It is no
// longer than 8/5 of the block.
func text(b []byte) (s string, rest []byte, err error) {
	if len(b) == 0 {
		return "", nil, errShort
	}
	huffman := b[0]&0x80 != 0
	n, b, err := integer(b, 7)
	if err != nil {
		return "", nil, err
	}
	if uint64(n) > uint64(len(b)) {
		return "", nil, errShort
	}
	if !huffman {
		return string(b[:n]), b[n:], nil
	}
	s, err = hpack.HuffmanDecodeToString(b[:n])
	return s, b[n:], err
}
