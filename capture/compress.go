package capture

import (
	"bytes"
	"errors"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"

	"wsscope/limits"
)

// compressions by the magic number at the start of their streams: RFC 1952
// section 2.3.1, RFC 8878 sections 3.1.1 and 3.1.2, the LZ4 frame format. A
// capture's own magic number is none of these.
var compressions = []struct {
	name  string
	magic []string
	open  func(io.Reader) (io.Reader, func(), error)
}{
	{"gzip", []string{"\x1F\x8B\x08"}, openGzip},
	{"zstd", []string{"\x28\xB5\x2F\xFD", "\x50\x2A\x4D\x18", "\x51\x2A\x4D\x18"}, openZstd},
	{"lz4", []string{"\x04\x22\x4D\x18"}, openLZ4},
}

func openGzip(r io.Reader) (io.Reader, func(), error) {
	z, err := gzip.NewReader(r) // reads on from member to member
	return z, func() {}, err
}

func openZstd(r io.Reader) (io.Reader, func(), error) {
	// One goroutine, ours: blocks come out as soon as they are read.
	z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(limits.ZstdWindow))
	if err != nil {
		return nil, nil, err
	}
	return z, z.Close, nil
}

func openLZ4(r io.Reader) (io.Reader, func(), error) {
	return lz4.NewReader(r), func() {}, nil
}

// decompressed gives r uncompressed. name is empty where head, the first
// bytes of r, are of no compressed stream. done frees what the stream holds.
func decompressed(head []byte, r io.Reader) (plain io.Reader, name string, done func(), err error) {
	for _, c := range compressions {
		for _, m := range c.magic {
			if bytes.HasPrefix(head, []byte(m)) {
				plain, done, err = c.open(r)
				return plain, c.name, done, err
			}
		}
	}
	return r, "", func() {}, nil
}

// cut reports whether a decompressor ran out of input.
func cut(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) }
