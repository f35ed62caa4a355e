package decode

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"wsscope/decode/frame"
	"wsscope/event"
)

const (
	request = "GET /chat HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
	response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)

// with adds a header to a head.
func with(head, header string) string { return head[:len(head)-2] + header + "\r\n\r\n" }

// client makes a masked frame; b0 is FIN, RSV and opcode.
func client(b0 byte, payload string) string {
	return framed(b0, payload, [4]byte{0x37, 0xfa, 0x21, byte(0x3d + len(payload))}, true)
}

// server makes an unmasked frame.
func server(b0 byte, payload string) string { return framed(b0, payload, [4]byte{}, false) }

func framed(b0 byte, payload string, key [4]byte, masked bool) string {
	b := []byte{b0}
	bit := byte(0)
	if masked {
		bit = 0x80
	}
	switch n := len(payload); {
	case n < 126:
		b = append(b, bit|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, bit|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, bit|127), uint64(n))
	}
	if !masked {
		return string(append(b, payload...))
	}
	b = append(b, key[:]...)
	p := []byte(payload)
	frame.Mask(p, key, 0)
	return string(append(b, p...))
}

// talker makes a conversation: turns of random frames, as a library sends them.
type talker struct {
	r       *rand.Rand
	deflate bool
	comp    [2]*flate.Writer
	out     [2]*bytes.Buffer
	steps   []step
}

func (k *talker) say(dir event.Dir, b string) {
	k.steps = append(k.steps, step{side: dir, data: []byte(b)})
}

func (k *talker) frame(dir event.Dir, b0 byte, payload string) string {
	if dir == event.ServerToClient {
		return server(b0, payload)
	}
	var key [4]byte
	binary.LittleEndian.PutUint32(key[:], k.r.Uint32())
	return framed(b0, payload, key, true)
}

func (k *talker) compress(dir event.Dir, text string) string {
	if k.comp[dir] == nil {
		k.out[dir] = &bytes.Buffer{}
		k.comp[dir], _ = flate.NewWriter(k.out[dir], 6)
	}
	k.out[dir].Reset()
	k.comp[dir].Write([]byte(text))
	k.comp[dir].Flush()
	b := k.out[dir].Bytes()
	return string(b[:len(b)-4])
}

// text makes JSON as an application sends it.
func (k *talker) text() string {
	s := fmt.Sprintf(`{"type":"update","seq":%d,"name":"Größe %d","items":[`, k.r.IntN(1000), k.r.IntN(10))
	for range k.r.IntN(8) {
		s += fmt.Sprintf(`{"bid":%d.%02d,"ask":%d},`, k.r.IntN(900), k.r.IntN(100), k.r.IntN(1000))
	}
	return s + "null]}"
}

func (k *talker) bytes(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(k.r.Uint32())
	}
	return string(b)
}

// message gives the frames of one message, perhaps fragmented, with control
// frames between.
func (k *talker) message(dir event.Dir) string {
	op, payload := byte(event.OpText), k.text()
	if k.r.IntN(4) == 0 {
		op, payload = event.OpBinary, k.bytes(k.r.IntN(300)*k.r.IntN(20))
	}
	if k.deflate && k.r.IntN(4) > 0 {
		payload = k.compress(dir, payload)
		op |= 0x40
	}
	out := ""
	for k.r.IntN(3) == 0 && len(payload) > 1 {
		n := k.r.IntN(len(payload))
		out += k.frame(dir, op, payload[:n])
		payload, op = payload[n:], 0
		if k.r.IntN(3) == 0 {
			out += k.frame(dir, 0x89, k.bytes(4))
		}
	}
	return out + k.frame(dir, 0x80|op, payload)
}

// conversation makes a whole connection: handshake, turns, closing.
func conversation(seed uint64) []step {
	k := &talker{r: rand.New(rand.NewPCG(seed, 9)), deflate: seed%2 == 0}
	req, res := request, response
	if k.deflate {
		req = with(req, "Sec-WebSocket-Extensions: permessage-deflate")
		res = with(res, "Sec-WebSocket-Extensions: permessage-deflate")
	}
	k.say(0, req)
	k.say(1, res)
	for range 2 + k.r.IntN(20) {
		dir := event.Dir(k.r.IntN(2))
		turn := ""
		for range 1 + k.r.IntN(3) {
			turn += k.message(dir)
		}
		k.say(dir, turn)
	}
	k.say(0, k.frame(0, 0x88, "\x03\xe8bye"))
	k.say(1, k.frame(1, 0x88, "\x03\xe8bye"))
	k.steps = append(k.steps, step{side: 1, kind: isEnd}, step{side: 0, kind: isEnd})
	return k.steps
}
