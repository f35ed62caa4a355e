package capture

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"wsscope/limits"
)

var (
	little = binary.LittleEndian
	big_   = binary.BigEndian
)

type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// pcapHeader is a file header of version 2.4.
func pcapHeader(o order, magic, snap, link uint32) []byte {
	b := o.AppendUint32(nil, magic)
	b = o.AppendUint16(b, 2)
	b = o.AppendUint16(b, 4)
	b = append(b, make([]byte, 8)...)
	b = o.AppendUint32(b, snap)
	return o.AppendUint32(b, link)
}

func recordHeader(o order, sec, frac, capLen, wireLen uint32) []byte {
	b := o.AppendUint32(nil, sec)
	b = o.AppendUint32(b, frac)
	b = o.AppendUint32(b, capLen)
	return o.AppendUint32(b, wireLen)
}

func pcapRecord(o order, sec, frac uint32, data string) []byte {
	return append(recordHeader(o, sec, frac, uint32(len(data)), uint32(len(data))), data...)
}

// somePcap has n packets of differing lengths, 1 ms apart.
func somePcap(o order, magic uint32, n int) []byte {
	b := pcapHeader(o, magic, 262144, 1)
	for i := range n {
		b = append(b, pcapRecord(o, 1_700_000_000, uint32(i)*1000, payload(i))...)
	}
	return b
}

// payload differs in length and content from packet to packet.
func payload(i int) string { return fmt.Sprintf("packet %d %0*d", i, 20+i*7%90, i) }

// option is one option of a pcapng block, padded.
func option(o order, code uint16, value []byte) []byte {
	b := o.AppendUint16(nil, code)
	b = o.AppendUint16(b, uint16(len(value)))
	return pad(append(b, value...))
}

func pad(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

func block(o order, kind uint32, body ...[]byte) []byte {
	var all []byte
	for _, p := range body {
		all = append(all, p...)
	}
	all = pad(all)
	b := o.AppendUint32(nil, kind)
	b = o.AppendUint32(b, uint32(len(all)+blockFrame))
	b = append(b, all...)
	return o.AppendUint32(b, uint32(len(all)+blockFrame))
}

func words(o order, w ...uint32) []byte {
	var b []byte
	for _, v := range w {
		b = o.AppendUint32(b, v)
	}
	return b
}

func section(o order, options ...[]byte) []byte {
	body := o.AppendUint32(nil, byteOrderMagic)
	body = o.AppendUint16(body, 1)
	body = o.AppendUint16(body, 0)
	body = o.AppendUint64(body, 1<<64-1)
	return block(o, blockSection, append([][]byte{body}, options...)...)
}

func describe(o order, link uint16, options ...[]byte) []byte {
	body := o.AppendUint16(nil, link)
	body = o.AppendUint16(body, 0)
	body = o.AppendUint32(body, 0)
	return block(o, blockInterface, append([][]byte{body}, options...)...)
}

func enhanced(o order, id uint32, time uint64, data string, options ...[]byte) []byte {
	n := uint32(len(data))
	body := words(o, id, uint32(time>>32), uint32(time), n, n)
	return block(o, blockEnhanced, append([][]byte{body, pad([]byte(data))}, options...)...)
}

func simple(o order, wire uint32, data string) []byte {
	return block(o, blockSimple, words(o, wire), []byte(data))
}

func obsolete(o order, id uint16, time uint64, data string) []byte {
	body := o.AppendUint16(nil, id)
	body = o.AppendUint16(body, 7) // drops
	n := uint32(len(data))
	return block(o, blockPacket, body, words(o, uint32(time>>32), uint32(time), n, n), []byte(data))
}

func secretsBlock(o order, text string) []byte {
	return block(o, blockSecrets, words(o, secretsTLSKeyLog, uint32(len(text))), []byte(text))
}

// someNg has n packets in one section, in the units of microseconds.
func someNg(o order, n int) []byte {
	b := append(section(o), describe(o, 1)...)
	for i := range n {
		b = append(b, enhanced(o, 0, 1_700_000_000_000_000+uint64(i)*1000, payload(i))...)
	}
	return b
}

func join(parts ...[]byte) []byte {
	var b []byte
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

// buffers makes batches and reads small, so that batches end often and
// buffers grow.
func buffers(t testing.TB, batchBytes, streamBytes int) {
	batch, read := limits.BatchBytes, limits.StreamBytes
	t.Cleanup(func() { limits.BatchBytes, limits.StreamBytes = batch, read })
	limits.BatchBytes, limits.StreamBytes = batchBytes, streamBytes
}

// got is all that a Files gave, copied.
type got struct {
	packets  []Packet
	secrets  []string
	problems []*Problem
	info     Info
	batches  int
}

func (g *got) data() (s []string) {
	for _, p := range g.packets {
		s = append(s, string(p.Data))
	}
	return s
}

func (g *got) rules() (s []string) {
	for _, p := range g.problems {
		s = append(s, p.Rule)
	}
	return s
}

// drain reads to the end.
func drain(t testing.TB, f *Files) *got {
	t.Helper()
	g := &got{}
	for {
		b, err := f.Next()
		if err == io.EOF {
			break
		}
		if p := (*Problem)(nil); errors.As(err, &p) {
			g.problems = append(g.problems, p)
			continue
		}
		if err != nil {
			t.Fatalf("Next: %v", err)
		}
		g.batches++
		for _, p := range b.Packets {
			p.Data = append([]byte{}, p.Data...)
			g.packets = append(g.packets, p)
		}
		for _, s := range b.Secrets {
			g.secrets = append(g.secrets, string(s))
		}
		b.Release()
	}
	if b, err := f.Next(); err != io.EOF {
		t.Fatalf("after the end: %v, %v", b, err)
	}
	g.info = f.Info()
	f.Close()
	return g
}

func readStream(t testing.TB, r io.Reader, opt Options) *got {
	t.Helper()
	return drain(t, Open(context.Background(), []string{"-"}, r, opt))
}

func readFiles(t testing.TB, opt Options, contents ...[]byte) *got {
	t.Helper()
	return drain(t, Open(context.Background(), writeFiles(t, contents...), nil, opt))
}

func writeFiles(t testing.TB, contents ...[]byte) (names []string) {
	t.Helper()
	dir := t.TempDir()
	for i, c := range contents {
		name := filepath.Join(dir, fmt.Sprintf("%d.pcap", i))
		if err := os.WriteFile(name, c, 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}
