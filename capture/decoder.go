package capture

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// decoder takes the bytes of one input apart. It keeps no bytes: data begins
// with what it did not use the time before. eof tells that nothing follows.
type decoder interface {
	// decode appends the packets that lie whole in data to b, as views, and
	// gives the number of bytes that it is done with.
	decode(b *Batch, data []byte, eof bool) (used int, dmg *damage)
	// end judges the bytes that are left at the end of the input.
	end(rest []byte) *damage
	// resume looks for the place at which decode can go on after damage. Of
	// the bytes used, the last skipped are the damaged ones.
	resume(b *Batch, data []byte, eof bool) (used, skipped int, found bool)
}

// damage is what a decoder has against the bytes after those it used.
type damage struct {
	rule, what, hint string

	at     int  // where it is, counted from the first byte that is not used
	goesOn bool // the decoder can be fed further
	final  bool // nothing can be read after it
}

// numbering is what the decoders of several inputs share and continue.
type numbering struct {
	number *uint64 // of the last packet
	first  uint64  // number of the last packet before this input
	time   int64   // of the last packet of this input
}

// format names the format whose magic number data begins with.
type format uint8

const (
	formatUnknown format = iota
	formatPcap
	formatPcapng
)

const magicLen = 4

func recognize(data []byte) format {
	switch {
	case len(data) < magicLen:
	case binary.LittleEndian.Uint32(data) == blockSection:
		return formatPcapng
	case isPcapMagic(binary.LittleEndian.Uint32(data)) || isPcapMagic(binary.BigEndian.Uint32(data)):
		return formatPcap
	}
	return formatUnknown
}

// cutMagic reports a start of a magic number.
func cutMagic(data []byte) bool {
	for _, m := range []uint32{magicMicro, magicNano, magicModified, blockSection} {
		if bytes.HasPrefix(binary.LittleEndian.AppendUint32(nil, m), data) || bytes.HasPrefix(binary.BigEndian.AppendUint32(nil, m), data) {
			return true
		}
	}
	return false
}

// others are formats that a capture is taken for, or comes wrapped in.
var others = []struct{ magic, hint string }{
	{"PK\x03\x04", "it is a ZIP archive: unpack it first"},
	{"BZh", "it is compressed with bzip2: unpack it first"},
	{"\xFD7zXZ\x00", "it is compressed with xz: unpack it first"},
	{"7z\xBC\xAF\x27\x1C", "it is a 7-Zip archive: unpack it first"},
	{"Rar!", "it is a RAR archive: unpack it first"},
	{"snoop\x00\x00\x00", "it is a snoop capture: convert it with editcap"},
	{"btsnoop\x00", "it is a Bluetooth capture (btsnoop)"},
	{"RTSS", "it is a Network Monitor capture: convert it with editcap"},
	{"GMBU", "it is a Network Monitor capture: convert it with editcap"},
	{"\xAC\x01\x00\x1C", "it is an Ixia capture: convert it with editcap"},
	{"\xAB\x01\x00\x1C", "it is an Ixia capture: convert it with editcap"},
	{"iptrace ", "it is an AIX iptrace: convert it with editcap"},
	{"TRSNIFF data ", "it is a Sniffer capture: convert it with editcap"},
	{"XCP\x00", "it is a NetXray capture: convert it with editcap"},
	{"\x89PNG", "it is a picture"},
	{"\x7FELF", "it is a program"},
	{"MZ", "it is a program"},
	{"%PDF", "it is a PDF document"},
	{"CLIENT_", "it is a key log: give it with --keylog"},
	{"SERVER_", "it is a key log: give it with --keylog"},
	{"# SSL", "it is a key log: give it with --keylog"},
	{"-----BEGIN ", "it is a PEM file: a private key is given with --tls-key"},
}

// unrecognized says that the input that begins with data is no capture, and
// what it is where that can be seen.
func unrecognized(data []byte) *damage {
	dmg := &damage{rule: "file-unrecognized", what: fmt.Sprintf("is neither pcap nor pcapng (it begins with % x)", data[:min(len(data), 8)])}
	for _, o := range others {
		if bytes.HasPrefix(data, []byte(o.magic)) {
			dmg.hint = o.hint
			return dmg
		}
	}
	data = bytes.TrimLeft(data[:min(len(data), 512)], "\xEF\xBB\xBF \t\r\n")
	isText := len(data) > 0 && bytes.IndexFunc(data, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' }) < 0
	switch {
	case !isText:
	case bytes.Contains(data, []byte(`"log"`)) && data[0] == '{':
		dmg.hint = "it is a HAR file of a browser, which holds no packets"
	case data[0] == '{' || data[0] == '[':
		dmg.hint = "it is JSON"
	case data[0] == '<':
		dmg.hint = "it is HTML or XML"
	default:
		dmg.hint = "it is text: text2pcap turns a hex dump into a capture"
	}
	return dmg
}
