package capture

import (
	"bytes"
	"encoding/binary"
	"io"

	"wsscope/limits"
)

// secretsTLSKeyLog marks a Decryption Secrets Block that holds lines of an
// NSS key log (draft-ietf-opsawg-pcapng section 4.7).
const secretsTLSKeyLog = 0x544C534B

// secrets gives a copy of the key log text of a Decryption Secrets Block:
// kind, length, data. Other kinds give nil.
func (d *pcapng) secrets(body []byte) []byte {
	if d.u32(body) != secretsTLSKeyLog {
		return nil
	}
	n := min(uint64(d.u32(body[4:])), uint64(len(body)-8))
	return bytes.Clone(body[8 : 8+n])
}

// tail is what stands after the last packet of a pcapng. Programs append the
// secrets of a capture that was already written, and they are of more use
// before the packets.
type tail struct {
	from    int64 // offset of the first block of the tail; 0 where the end was not looked at
	secrets [][]byte
}

// holds reports whether the block at offset was read with the tail.
func (t *tail) holds(offset int64) bool { return t.from > 0 && offset >= t.from }

// take gives the secrets once.
func (t *tail) take() [][]byte {
	s := t.secrets
	t.secrets = nil
	return s
}

// readTail walks from the end of the file back over blocks that are neither
// packets nor section headers, and collects secrets. What does not look like
// a block ends the walk without a word: reading judges it when it gets there.
func readTail(r io.ReaderAt, size int64) tail {
	t := tail{from: size}
	d := pcapng{} // both byte orders are tried on each block
	var word [8]byte
	for t.from >= 2*blockFrame && size-t.from < limits.TailBytes {
		if _, err := r.ReadAt(word[:4], t.from-4); err != nil {
			break
		}
		kind, start, ok := uint32(0), int64(0), false
		for _, d.swapped = range []bool{false, true} {
			total := d.u32(word[:])
			start = t.from - int64(total)
			if total < blockFrame || total%4 != 0 || total > limits.PcapngBlock || start < blockFrame {
				continue
			}
			var head [8]byte
			if _, err := r.ReadAt(head[:], start); err == nil && d.u32(head[4:]) == total {
				kind, ok = d.u32(head[:]), true
				break
			}
		}
		if !ok || kind == blockEnhanced || kind == blockSimple || kind == blockPacket || kind == blockSection {
			break
		}
		if kind == blockSecrets && t.from-start >= blockFrame+8 {
			body := make([]byte, t.from-start-blockFrame)
			if _, err := r.ReadAt(body, start+8); err != nil {
				break
			}
			if s := d.secrets(body); s != nil {
				t.secrets = append(t.secrets, s)
			}
		}
		t.from = start
	}
	return t
}

// isPcapng reports whether the file begins with a section header, without
// moving its reading position.
func isPcapng(r io.ReaderAt) bool {
	var magic [magicLen]byte
	_, err := r.ReadAt(magic[:], 0)
	return err == nil && binary.LittleEndian.Uint32(magic[:]) == blockSection
}
