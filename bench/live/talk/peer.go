package main

import (
	"bufio"
	"bytes"
	"compress/flate"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc64"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
)

const acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11" // RFC 6455 section 1.3

// count is what was sent, or seen: equal counts and an equal sum of checksums
// mean, but for one case in 2^64, the same messages.
type count struct {
	messages, bytes, sum, closes atomic.Uint64
}

var table = crc64.MakeTable(crc64.ECMA)

// add takes one data message. Safe for any goroutine.
func (c *count) add(dir string, opcode byte, payload []byte) {
	c.messages.Add(1)
	c.bytes.Add(uint64(len(payload)))
	c.sum.Add(crc64.Update(crc64.Checksum([]byte{dir[0], opcode}, table), table, payload))
}

func (c *count) String() string {
	return fmt.Sprintf("%d messages, %d bytes, checksums %016x", c.messages.Load(), c.bytes.Load(), c.sum.Load())
}

// peer is one end of a connection, behind its handshake. One goroutine sends
// messages and one receives.
type peer struct {
	conn    net.Conn
	in      *bufio.Reader
	dir     string // c2s sends masked
	deflate bool
	window  *flate.Writer // with context takeover; nil without
	flated  bytes.Buffer
	sent    *count

	mu     sync.Mutex // of what follows: both goroutines send
	out    []byte
	closed bool // a close frame was sent: nothing follows it
}

// dial opens a connection and sends frames right after the request's answer.
func dial(addr string, deflate bool, sent *count) (*peer, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	p := &peer{conn: conn, in: bufio.NewReader(conn), dir: "c2s", sent: sent}
	extension := ""
	if deflate {
		extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
	}
	var key [16]byte
	binary.BigEndian.PutUint64(key[:], rand.Uint64())
	fmt.Fprintf(conn, "GET /soak HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n%s\r\n", addr, base64.StdEncoding.EncodeToString(key[:]), extension)
	resp, err := http.ReadResponse(p.in, nil)
	if err != nil || resp.StatusCode != http.StatusSwitchingProtocols {
		conn.Close()
		return nil, fmt.Errorf("no upgrade: %v", err)
	}
	p.compress(deflate)
	return p, nil
}

// accept answers the request of a connection just accepted.
func accept(conn net.Conn, sent *count) (*peer, error) {
	p := &peer{conn: conn, in: bufio.NewReader(conn), dir: "s2c", sent: sent}
	req, err := http.ReadRequest(p.in)
	if err != nil {
		return nil, err
	}
	deflate := strings.Contains(req.Header.Get("Sec-WebSocket-Extensions"), "permessage-deflate")
	extension := ""
	if deflate {
		extension = "Sec-WebSocket-Extensions: permessage-deflate\r\n"
	}
	sum := sha1.Sum([]byte(req.Header.Get("Sec-WebSocket-Key") + acceptGUID))
	fmt.Fprintf(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Accept: %s\r\n%s\r\n", base64.StdEncoding.EncodeToString(sum[:]), extension)
	p.compress(deflate)
	return p, nil
}

func (p *peer) compress(on bool) {
	p.deflate = on
	if on {
		p.window, _ = flate.NewWriter(&p.flated, flate.BestSpeed)
	}
}

// message sends payload, compressed where that was agreed, cut into
// fragments.
func (p *peer) message(opcode byte, payload []byte, fragments int) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent.add(p.dir, opcode, payload)
	rsv1 := byte(0)
	if p.deflate {
		p.flated.Reset()
		p.window.Write(payload)
		p.window.Flush()
		payload, rsv1 = bytes.TrimSuffix(p.flated.Bytes(), []byte{0, 0, 0xff, 0xff}), 0x40
	}
	p.out = p.out[:0]
	for i := range fragments {
		part := payload[len(payload)*i/fragments : len(payload)*(i+1)/fragments]
		first := rsv1 | opcode
		if i > 0 {
			first = 0
		}
		if i == fragments-1 {
			first |= 0x80
		}
		p.frame(first, part)
	}
	_, err := p.conn.Write(p.out)
	return err
}

// frame appends a frame (RFC 6455 section 5.2) to out.
func (p *peer) frame(first byte, payload []byte) {
	mask := byte(0)
	if p.dir == "c2s" {
		mask = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		p.out = append(p.out, first, mask|byte(n))
	case n < 1<<16:
		p.out = binary.BigEndian.AppendUint16(append(p.out, first, mask|126), uint16(n))
	default:
		p.out = binary.BigEndian.AppendUint64(append(p.out, first, mask|127), uint64(n))
	}
	if mask == 0 {
		p.out = append(p.out, payload...)
		return
	}
	var key [4]byte
	binary.BigEndian.PutUint32(key[:], rand.Uint32())
	p.out = append(p.out, key[:]...)
	at := len(p.out)
	p.out = append(p.out, payload...)
	for i := range payload {
		p.out[at+i] ^= key[i&3]
	}
}

// control sends one control frame.
func (p *peer) control(opcode byte, payload []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.out = p.out[:0]
	p.frame(0x80|opcode, payload)
	_, err := p.conn.Write(p.out)
	if opcode == 8 {
		p.closed = true
		p.sent.closes.Add(1)
	}
	return err
}

// receive reads frames until a close frame or an error, and answers pings. It
// looks at no other payload: what was sent is known.
func (p *peer) receive() (closed bool) {
	for {
		var h [14]byte
		if _, err := io.ReadFull(p.in, h[:2]); err != nil {
			return false
		}
		opcode, masked, extra, n := h[0]&0xf, h[1]&0x80 != 0, 0, uint64(h[1]&0x7f)
		switch n {
		case 126:
			extra = 2
		case 127:
			extra = 8
		}
		rest := h[2 : 2+extra]
		if masked {
			rest = h[2 : 6+extra]
		}
		if _, err := io.ReadFull(p.in, rest); err != nil {
			return false
		}
		switch extra {
		case 2:
			n = uint64(binary.BigEndian.Uint16(rest))
		case 8:
			n = binary.BigEndian.Uint64(rest)
		}
		if opcode != 9 {
			if _, err := io.CopyN(io.Discard, p.in, int64(n)); err != nil {
				return false
			}
			if opcode == 8 {
				return true
			}
			continue
		}
		payload := make([]byte, n)
		if _, err := io.ReadFull(p.in, payload); err != nil {
			return false
		}
		for i := range payload {
			if masked {
				payload[i] ^= rest[extra+i&3]
			}
		}
		p.control(10, payload)
	}
}
