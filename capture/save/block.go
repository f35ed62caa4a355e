package save

import (
	"encoding/binary"
	"unicode/utf8"

	"wsscope/capture"
	"wsscope/limits"
)

// Blocks and options of draft-ietf-opsawg-pcapng, sections 4 and 3.5. All
// are written little endian.
const (
	blockSection    = 0x0A0D0D0A
	blockInterface  = 1
	blockStatistics = 5
	blockEnhanced   = 6
	blockSecrets    = 0xA

	optEnd     = 0
	optComment = 1

	optHardware    = 2 // of a section
	optSystem      = 3
	optApplication = 4

	optName     = 2 // of an interface
	optFilter   = 11
	optTimeUnit = 9

	optReceived = 4 // of statistics
	optDropped  = 5

	secretsTLSKeyLog = 0x544C534B
)

var le = binary.LittleEndian

// begin appends a block's type, leaves room for its length, and gives the
// place where the block begins.
func begin(b []byte, kind uint32) ([]byte, int) {
	at := len(b)
	b = le.AppendUint32(b, kind)
	return le.AppendUint32(b, 0), at
}

// finish pads the block that begins at at, and writes its length on both
// sides.
func finish(b []byte, at int) []byte {
	b = pad(b)
	n := uint32(len(b) - at + 4)
	le.PutUint32(b[at+4:], n)
	return le.AppendUint32(b, n)
}

// pad fills up to a multiple of 4 bytes; what b begins with always is one.
func pad(b []byte) []byte { return append(b, "\x00\x00\x00"[:-len(b)&3]...) }

// option appends an option, or nothing where value is empty. Options have a
// length of 16 bits: longer text is cut, and not inside a character.
func option(b []byte, code uint16, value string) []byte {
	if value == "" {
		return b
	}
	const most = 1<<16 - 1
	if len(value) > most {
		cut := most
		for cut > most-utf8.UTFMax && !utf8.RuneStart(value[cut]) {
			cut--
		}
		value = value[:cut]
	}
	b = le.AppendUint16(b, code)
	b = le.AppendUint16(b, uint16(len(value)))
	return pad(append(b, value...))
}

func option64(b []byte, code uint16, value uint64) []byte {
	b = le.AppendUint16(b, code)
	b = le.AppendUint16(b, 8)
	return le.AppendUint64(b, value)
}

func endOptions(b []byte) []byte { return le.AppendUint32(b, optEnd) }

// appendSection is section 4.1, of a length that is not said.
func appendSection(b []byte, o *Options) []byte {
	b, at := begin(b, blockSection)
	b = le.AppendUint32(b, 0x1A2B3C4D) // byte order
	b = le.AppendUint16(b, 1)          // version 1.0
	b = le.AppendUint16(b, 0)
	b = le.AppendUint64(b, 1<<64-1)
	b = option(b, optHardware, o.Hardware)
	b = option(b, optSystem, o.System)
	b = option(b, optApplication, o.Application)
	return finish(endOptions(b), at)
}

// appendInterface is section 4.2, with times in nanoseconds.
func appendInterface(b []byte, link capture.LinkType, i *Interface) []byte {
	b, at := begin(b, blockInterface)
	b = le.AppendUint16(b, uint16(link))
	b = le.AppendUint16(b, 0)
	b = le.AppendUint32(b, i.SnapLen)
	b = option(b, optName, i.Name)
	b = option(b, optTimeUnit, "\x09")
	if i.Filter != "" {
		b = option(b, optFilter, "\x00"+i.Filter) // 0: a libpcap filter as text
	}
	return finish(endOptions(b), at)
}

// packetMost is the most bytes of a packet or of secrets in a block, so that
// it stays, with a comment, within what readers accept.
var packetMost = int(limits.PcapngBlock) - 1<<17

// appendPacket is section 4.3. A time before 1970 cannot be told and becomes 0.
func appendPacket(b []byte, id uint32, p *capture.Packet, comment string) []byte {
	data := p.Data[:min(len(p.Data), packetMost)]
	time := uint64(max(p.Time, 0))
	b, at := begin(b, blockEnhanced)
	b = le.AppendUint32(b, id)
	b = le.AppendUint32(b, uint32(time>>32))
	b = le.AppendUint32(b, uint32(time))
	b = le.AppendUint32(b, uint32(len(data)))
	b = le.AppendUint32(b, uint32(p.WireLen))
	b = pad(append(b, data...))
	if comment != "" {
		b = endOptions(option(b, optComment, comment))
	}
	return finish(b, at)
}

// appendStatistics is section 4.6.
func appendStatistics(b []byte, id uint32, time int64, s *statistics) []byte {
	b, at := begin(b, blockStatistics)
	b = le.AppendUint32(b, id)
	b = le.AppendUint32(b, uint32(uint64(max(time, 0))>>32))
	b = le.AppendUint32(b, uint32(max(time, 0)))
	b = option64(b, optReceived, s.received)
	b = option64(b, optDropped, s.dropped)
	return finish(endOptions(b), at)
}

// appendSecrets is section 4.7: lines of an NSS key log.
func appendSecrets(b []byte, text []byte) []byte {
	b, at := begin(b, blockSecrets)
	b = le.AppendUint32(b, secretsTLSKeyLog)
	b = le.AppendUint32(b, uint32(len(text)))
	return finish(append(b, text...), at)
}

// lastWhole gives where the last block ends that lies whole in b[:n], and
// how many of those blocks are packets.
func lastWhole(b []byte, n int) (end, packets int) {
	for end+12 <= n {
		next := end + int(le.Uint32(b[end+4:]))
		if next > n {
			break
		}
		if le.Uint32(b[end:]) == blockEnhanced {
			packets++
		}
		end = next
	}
	return end, packets
}
