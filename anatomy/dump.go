package anatomy

import (
	"fmt"
	"strconv"
	"strings"
)

// dumpOffset splits a line of a hexdump into its offset and the rest: hex or
// octal digits, then a colon or enough blanks.
func dumpOffset(line string) (digits, rest string, colon, ok bool) {
	line = strings.TrimLeft(line, " \t")
	line = strings.TrimPrefix(line, "0x")
	n := 0
	for n < len(line) && nibble(line[n]) >= 0 {
		n++
	}
	digits, rest = line[:n], line[n:]
	if n < 4 || n > 16 {
		return "", "", false, false
	}
	if strings.HasPrefix(rest, ":") {
		rest = rest[1:]
		return digits, rest, true, rest == "" || rest[0] == ' ' || rest[0] == '\t'
	}
	return digits, rest, false, rest == "" || rest[0] == ' ' && n >= 6 || strings.HasPrefix(rest, "  ")
}

// isDump reports that s has a line that begins with an offset: any with a
// colon, else 0.
func isDump(s string) bool {
	for line := range strings.Lines(s) {
		digits, rest, colon, ok := dumpOffset(strings.TrimRight(line, "\r\n"))
		if ok && strings.TrimSpace(rest) != "" && (colon || strings.Trim(digits, "0") == "") {
			return true
		}
	}
	return false
}

// dump gathers the bytes of a hexdump.
type dump struct {
	blocks []([]byte) // a packet each
	block  []byte
	size   uint64 // bytes of the finished blocks
	base   uint64 // offset of the first byte of block
	last   []byte // bytes of the last line
	star   bool   // a line "*" says that the last one repeats
	radix  int    // of the offsets; 0 until known
}

// parseDump reads the lines that begin with an offset and passes over others.
// Each offset says how many bytes stand before it: it cuts off characters
// that were taken for hex, and shows what is missing.
func parseDump(s string) (Input, error) {
	var d dump
	n := 0
	for line := range strings.Lines(s) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if strings.TrimSpace(line) == "*" {
			d.star = true
			continue
		}
		digits, rest, colon, ok := dumpOffset(line)
		if !ok {
			continue
		}
		if err := d.offset(digits); err != nil {
			return Input{}, fmt.Errorf("line %d: %w", n, err)
		}
		b, err := dumpBytes(rest, colon)
		if err != nil {
			return Input{}, fmt.Errorf("line %d: %w", n, err)
		}
		d.last = b
		d.block = append(d.block, b...)
	}
	d.blocks = append(d.blocks, d.block)
	var in Input
	for _, b := range d.blocks {
		payload, note := tcpPayload(b)
		switch {
		case note != "" && in.Note == "": // what stood before is no packet
			in.Note, in.Bytes = note, nil
		case note == "" && in.Note != "": // Wireshark adds what it unmasked and joined
			continue
		}
		in.Bytes = append(in.Bytes, payload...)
	}
	if len(in.Bytes) == 0 {
		return in, fmt.Errorf("the dump has no payload")
	}
	return in, nil
}

// offset makes the block as long as the offset of the next line says. An
// offset of 0 begins the next packet.
func (d *dump) offset(digits string) error {
	hex, err := strconv.ParseUint(digits, 16, 64)
	if err != nil {
		return err
	}
	if len(d.block) == 0 && !d.star || hex == 0 {
		if len(d.block) > 0 {
			d.blocks = append(d.blocks, d.block)
			d.size += uint64(len(d.block))
		}
		d.block, d.base, d.star = nil, hex, false
		return nil
	}
	at := hex
	octal, err := strconv.ParseUint(digits, 8, 64)
	if d.radix == 0 {
		d.radix = 16
		if err == nil && hex-d.base != uint64(len(d.block)) && (octal-d.base == uint64(len(d.block)) || d.star && len(digits) == 7) {
			d.radix = 8
		}
	}
	if d.radix == 8 {
		if err != nil {
			return fmt.Errorf("%q is no octal offset", digits)
		}
		at = octal
	}
	if at < d.base {
		return fmt.Errorf("offset %s is smaller than the first", digits)
	}
	want := at - d.base
	if want+d.size > maxDump {
		return fmt.Errorf("offset %s is too large", digits)
	}
	for d.star && len(d.last) > 0 && uint64(len(d.block)) < want {
		d.block = append(d.block, d.last...)
	}
	d.star = false
	if uint64(len(d.block)) < want {
		return fmt.Errorf("offset %s, but only %d bytes stand before it", digits, len(d.block))
	}
	d.block = d.block[:want]
	return nil
}

// dumpBytes reads the hex of one line, up to its characters.
func dumpBytes(s string, colon bool) ([]byte, error) {
	var b []byte
	first := 0
	for i := 0; i < len(s); {
		gap := i
		for i < len(s) && (s[i] == ' ' || s[i] == '\t') {
			i++
		}
		gap = i - gap
		from := i
		for i < len(s) && s[i] != ' ' && s[i] != '\t' {
			i++
		}
		token := s[from:i]
		if first == 0 {
			first = len(token)
			if !colon && token != "" && first != 2 && first != 4 {
				return nil, fmt.Errorf("%q is neither a byte nor a word in hex (od prints bytes with -tx1)", shorten(token))
			}
		}
		// Two blanks end the hex, but those in the middle of hexdump -C do not.
		middle := gap == 2 && first == 2 && len(b) == 8
		if len(b) > 0 && gap > 1 && !middle || len(token) > first || len(token)%2 != 0 {
			break
		}
		n := len(b)
		for j := 0; j < len(token); j += 2 {
			hi, lo := nibble(token[j]), nibble(token[j+1])
			if hi < 0 || lo < 0 {
				if n == 0 {
					return nil, fmt.Errorf("%q is no hex", shorten(token))
				}
				return b[:n], nil
			}
			b = append(b, byte(hi<<4|lo))
		}
		if !colon && first == 4 && len(token) == 4 { // hexdump and od -x print words as a little-endian machine reads them
			b[n], b[n+1] = b[n+1], b[n]
		}
	}
	return b, nil
}
