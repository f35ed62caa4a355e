// Command wssgen writes the same WebSocket traffic twice: as a capture of
// wss:// (TLS 1.3, TLS_AES_128_GCM_SHA256, one record a frame) with its key
// log, and as a capture of ws://. It prints what it wrote as one JSON object,
// so that an analyzer's totals can be held against it, and so that the cost of
// decryption is the difference between two runs.
package main

import (
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
)

// totals are what an analyzer should count, in either capture.
type totals struct {
	Connections uint64            `json:"connections"`
	Frames      uint64            `json:"frames"`
	Messages    uint64            `json:"messages"`
	Payload     uint64            `json:"payload_bytes"`
	ByOpcode    map[string]uint64 `json:"by_opcode"`
	Records     uint64            `json:"records"`      // of application data
	RecordBytes uint64            `json:"record_bytes"` // headers included
	TLS         fileTotals        `json:"tls"`
	Clear       fileTotals        `json:"clear"`
}

// fileTotals count one of the captures.
type fileTotals struct {
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
}

// generator makes the frames and sends them into both captures.
type generator struct {
	tls, clear *captureFile
	sealer     *sealer
	rng        *rand.Rand
	total      totals
}

// conn is one connection, in both captures.
type conn struct {
	tls, clear *flow
	session    *session
	left       int // messages until it closes
}

func main() {
	size := flag.Uint64("bytes", 512<<20, "stop after about this many bytes of TLS packets")
	conns := flag.Int("conns", 64, "concurrent connections")
	per := flag.Int("messages", 5000, "messages a connection, then it closes and another opens")
	record := flag.Int("record", 350, "mean length of a record, its header included")
	seed := flag.Uint64("seed", 1, "random seed of the traffic (the keys are new each time)")
	out := flag.String("o", "wss", "writes OUT.pcap, OUT.keys and OUT-clear.pcap")
	flag.Parse()
	if err := write(*out, *size, *conns, *per, *record, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "wssgen:", err)
		os.Exit(1)
	}
}

func write(out string, size uint64, conns, per, record int, seed uint64) error {
	keys, err := os.Create(out + ".keys")
	if err != nil {
		return err
	}
	g := &generator{rng: rand.New(rand.NewPCG(seed, 8446))}
	g.total.ByOpcode = map[string]uint64{}
	if g.sealer, err = newSealer(keys); err != nil {
		return err
	}
	if g.tls, err = createCapture(out+".pcap", &g.total.TLS); err != nil {
		return err
	}
	if g.clear, err = createCapture(out+"-clear.pcap", &g.total.Clear); err != nil {
		return err
	}
	if err := g.run(size, make([]*conn, conns), per, record); err != nil {
		return err
	}
	for _, f := range []*captureFile{g.tls, g.clear} {
		if err := f.close(); err != nil {
			return err
		}
	}
	if err := keys.Close(); err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(&g.total)
}

// run lets connections talk, in turns by chance, until the capture is large
// enough; then all close.
func (g *generator) run(size uint64, live []*conn, per, record int) error {
	for i := range live {
		if err := g.open(&live[i], per); err != nil {
			return err
		}
	}
	for g.total.TLS.Bytes < size {
		i := g.rng.IntN(len(live))
		g.talk(live[i], record)
		if live[i].left--; live[i].left > 0 {
			continue
		}
		g.close(live[i])
		if err := g.open(&live[i], per); err != nil {
			return err
		}
	}
	for _, c := range live {
		g.close(c)
	}
	return nil
}

// Sides of a connection.
const (
	client = iota
	server
)

// open makes a connection: TCP, TLS in one of the captures, HTTP.
func (g *generator) open(to **conn, per int) error {
	g.total.Connections++
	n := g.total.Connections
	c := &conn{tls: g.tls.open(n, 443), clear: g.clear.open(n, 80), left: per}
	var err error
	if c.session, err = g.sealer.handshake(c.tls); err != nil {
		return err
	}
	var nonce [16]byte
	binary.LittleEndian.PutUint64(nonce[:], g.rng.Uint64())
	key := base64.StdEncoding.EncodeToString(nonce[:])
	accept := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	g.send(c, client, []byte("GET /chat HTTP/1.1\r\nHost: example.test\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "+key+"\r\n\r\n"))
	g.send(c, server, []byte("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "+base64.StdEncoding.EncodeToString(accept[:])+"\r\n\r\n"))
	*to = c
	return nil
}

// talk sends one message: JSON, mostly from the server; at times a ping that
// is answered.
func (g *generator) talk(c *conn, record int) {
	side := server
	if g.rng.IntN(3) == 0 {
		side = client
	}
	if g.rng.IntN(200) == 0 {
		p := binary.BigEndian.AppendUint32(nil, g.rng.Uint32())
		g.frame(c, side, 0x9, p)
		g.frame(c, 1-side, 0xA, p)
		return
	}
	const around = 5 + 1 + 16 + 5 // record header, inner type, tag, frame header (a client's is 8)
	mean := max(record-around, 80)
	g.frame(c, side, 0x1, g.json(mean/2+g.rng.IntN(mean+1)))
}

func (g *generator) close(c *conn) {
	for side := range 2 {
		g.frame(c, side, 0x8, []byte{3, 232})
	}
	c.session.close(c.tls)
	for _, f := range []*flow{c.tls, c.clear} {
		f.close()
	}
}

var opcodes = map[byte]string{0x1: "text", 0x8: "close", 0x9: "ping", 0xA: "pong"}

// frame sends one unfragmented frame (RFC 6455 section 5.2).
func (g *generator) frame(c *conn, side int, opcode byte, payload []byte) {
	g.total.Frames++
	g.total.ByOpcode[opcodes[opcode]]++
	g.total.Payload += uint64(len(payload))
	if opcode == 0x1 {
		g.total.Messages++
	}
	b := []byte{0x80 | opcode}
	mask := byte(0)
	if side == client {
		mask = 0x80
	}
	if len(payload) < 126 {
		b = append(b, mask|byte(len(payload)))
	} else {
		b = binary.BigEndian.AppendUint16(append(b, mask|126), uint16(len(payload)))
	}
	if side == server {
		g.send(c, side, append(b, payload...))
		return
	}
	var key [4]byte
	binary.LittleEndian.PutUint32(key[:], g.rng.Uint32())
	b = append(b, key[:]...)
	for i, v := range payload {
		b = append(b, v^key[i&3])
	}
	g.send(c, side, b)
}

// send sends bytes of one side in both captures.
func (g *generator) send(c *conn, side int, b []byte) {
	c.clear.send(side, b)
	sealed := c.session.seal(side, b)
	g.total.Records++
	g.total.RecordBytes += uint64(len(sealed))
	c.tls.send(side, sealed)
}

var names = strings.Fields("ada grace alan edsger barbara donald tony leslie radia vint")
var words = strings.Fields("the a deploy is done again please look at build green red who has time for review lunch at noon in room four yes no thanks")

// json makes a message of about n bytes.
func (g *generator) json(n int) []byte {
	b := fmt.Appendf(nil, `{"type":"chat","id":%d,"from":%q,"text":"`, g.total.Messages, names[g.rng.IntN(len(names))])
	for len(b) < n-4 {
		b = append(append(b, words[g.rng.IntN(len(words))]...), ' ')
	}
	return append(b, `"}`...)
}
