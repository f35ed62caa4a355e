package capture

import (
	"math"
	"math/bits"

	"wsscope/limits"
)

// Options of pcapng blocks, draft-ietf-opsawg-pcapng sections 3.5, 4.2, 4.6.
const (
	optEnd           = 0
	optComment       = 1
	optTimeUnit      = 9  // if_tsresol
	optTimeOffset    = 14 // if_tsoffset
	optInterfaceDrop = 5  // isb_ifdrop
	optSystemDrop    = 7  // isb_osdrop
)

// netInterface is an Interface Description Block.
type netInterface struct {
	link    LinkType
	snapLen uint32 // 0 no limit
	clock   clock
	dropped uint64 // as its last statistics say
}

// options calls each for every option of a block; what follows an option
// that does not fit is left alone.
func (d *pcapng) options(b []byte, each func(code uint16, value []byte)) {
	for len(b) >= 4 {
		code, n := d.u16(b), int(d.u16(b[2:]))
		if code == optEnd || n > len(b)-4 {
			return
		}
		each(code, b[4:4+n])
		b = b[min(4+(n+3)&^3, len(b)):]
	}
}

func (d *pcapng) countComments(options []byte) {
	d.options(options, func(code uint16, _ []byte) {
		if code == optComment {
			d.info.Comments++
		}
	})
}

// addInterface is section 4.2: link type, two unused bytes, snap length,
// options.
func (d *pcapng) addInterface(body []byte) {
	if len(d.interfaces) >= limits.Interfaces {
		return
	}
	i := netInterface{link: LinkType(d.u16(body)), snapLen: d.u32(body[4:]), clock: microseconds}
	d.options(body[8:], func(code uint16, v []byte) {
		switch {
		case code == optComment:
			d.info.Comments++
		case code == optTimeUnit && len(v) == 1:
			i.clock.setUnit(v[0])
		case code == optTimeOffset && len(v) == 8:
			i.clock.offset = int64(d.u64(v))
		}
	})
	d.info.Interfaces++
	d.interfaces = append(d.interfaces, i)
}

// statistics is section 4.6: interface, time, options. Counters run from the
// start of the capture, so the last block counts.
func (d *pcapng) statistics(body []byte) {
	id := d.u32(body)
	var dropped uint64
	if len(body) > 12 {
		d.options(body[12:], func(code uint16, v []byte) {
			switch {
			case code == optComment:
				d.info.Comments++
			case (code == optInterfaceDrop || code == optSystemDrop) && len(v) == 8:
				dropped += d.u64(v)
			}
		})
	}
	if uint64(id) < uint64(len(d.interfaces)) {
		d.info.Dropped += dropped - d.interfaces[id].dropped
		d.interfaces[id].dropped = dropped
	}
}

// clock turns the time stamps of an interface into nanoseconds: a time stamp
// t is offset + t*mul/div >> shift. One of div and shift does nothing.
type clock struct {
	mul, div uint64
	shift    uint
	offset   int64 // seconds
}

var microseconds = clock{mul: 1000, div: 1}

// setUnit takes if_tsresol: a negative power of 10, or of 2 where the
// highest bit is set.
func (c *clock) setUnit(resolution byte) {
	n := uint(resolution & 0x7F)
	switch {
	case resolution&0x80 != 0:
		c.mul, c.div, c.shift = 1e9, 1, n
	case n <= 9:
		c.mul, c.div, c.shift = pow10(9-n), 1, 0
	case n-9 <= 19: // 10^19 is the last that 64 bits hold
		c.mul, c.div, c.shift = 1, pow10(n-9), 0
	default:
		c.mul, c.div, c.shift = 0, 1, 0
	}
}

func pow10(n uint) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// nanoseconds since 1970; a time that 64 bits cannot hold becomes the
// nearest that they can.
func (c *clock) nanoseconds(t uint64) int64 {
	hi, lo := bits.Mul64(t, c.mul)
	switch {
	case c.div > 1: // mul is 1, so hi is 0
		lo /= c.div
	case c.shift >= 64:
		hi, lo = 0, hi>>(c.shift-64)
	case c.shift > 0:
		hi, lo = hi>>c.shift, lo>>c.shift|hi<<(64-c.shift)
	}
	if c.offset != 0 {
		return c.withOffset(hi, lo)
	}
	if hi > 0 || lo > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(lo)
}

// withOffset adds if_tsoffset in 128 bits.
func (c *clock) withOffset(hi, lo uint64) int64 {
	offset := c.offset
	oHi, oLo := bits.Mul64(uint64(max(offset, -offset)), 1e9)
	var carry uint64
	if offset < 0 {
		lo, carry = bits.Sub64(lo, oLo, 0)
		hi, _ = bits.Sub64(hi, oHi, carry)
	} else {
		lo, carry = bits.Add64(lo, oLo, 0)
		hi, _ = bits.Add64(hi, oHi, carry)
	}
	switch {
	case int64(hi) < 0 && (hi != math.MaxUint64 || int64(lo) >= 0):
		return math.MinInt64
	case int64(hi) < 0:
		return int64(lo)
	case hi > 0 || lo > math.MaxInt64:
		return math.MaxInt64
	}
	return int64(lo)
}
