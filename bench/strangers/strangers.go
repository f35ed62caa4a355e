package main

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"strings"

	"wsscope/event"
)

// kind is a protocol, as it looks in the middle of a connection.
type kind struct {
	name string
	talk func(*rand.Rand) []turn
}

// dialogue makes requests and answers.
func dialogue(ask, answer func(*rand.Rand) []byte) func(*rand.Rand) []turn {
	return func(r *rand.Rand) []turn {
		var turns []turn
		for size := 0; size < 60_000 && len(turns) < 400; {
			var q, a []byte
			for range 1 + r.IntN(3)*r.IntN(2) {
				q = append(q, ask(r)...)
			}
			for range 1 + r.IntN(4)*r.IntN(2) {
				a = append(a, answer(r)...)
			}
			turns = append(turns, turn{dir: event.ClientToServer, data: q}, turn{dir: event.ServerToClient, data: a})
			size += len(q) + len(a)
		}
		return turns
	}
}

func random(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// words makes text.
func words(r *rand.Rand, n int) []byte {
	list := strings.Fields("select order user id price total time stamp value name item count status ok error Ärger key Größe 42 3.14 null true")
	var b bytes.Buffer
	for b.Len() < n {
		b.WriteString(list[r.IntN(len(list))])
		b.WriteByte(" ,;\n\t"[r.IntN(5)])
	}
	return b.Bytes()[:n]
}

// body is text or noise of a random length, mostly short.
func body(r *rand.Rand) []byte {
	n := r.IntN(200)
	if r.IntN(6) == 0 {
		n = r.IntN(5000)
	}
	if r.IntN(2) == 0 {
		return random(r, n)
	}
	return words(r, n)
}

func concat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func be16(n int) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }
func be24(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n))[1:] }
func be32(n int) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }
func be64(n int) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
func le24(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n))[:3] }
func le32(n int) []byte { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }

// prefixed puts a length before each message, as Kafka, and many others, do.
func prefixed(length func(int) []byte, message func(*rand.Rand) []byte) func(*rand.Rand) []byte {
	return func(r *rand.Rand) []byte {
		m := message(r)
		return append(length(len(m)), m...)
	}
}

// noise is one direction of random bytes; both directions are.
func noise(r *rand.Rand) []byte { return random(r, 1+r.IntN(3000)) }

func tlsRecord(r *rand.Rand) []byte {
	n := 24 + r.IntN(400)
	if r.IntN(3) == 0 {
		n = 1 + r.IntN(16400)
	}
	return concat([]byte{23, 3, 3}, be16(n), random(r, n))
}

func ssh(r *rand.Rand) []byte { return random(r, 16*(2+r.IntN(20))) } // encrypted throughout

func mysqlQuery(r *rand.Rand) []byte {
	q := words(r, 20+r.IntN(200))
	return concat(le24(len(q)+1), []byte{0, 3}, q)
}

func mysqlRows(r *rand.Rand) []byte {
	var out []byte
	for i := range 2 + r.IntN(12) {
		var row []byte
		for range 1 + r.IntN(6) {
			v := words(r, r.IntN(40))
			row = append(append(row, byte(len(v))), v...)
		}
		out = concat(out, le24(len(row)), []byte{byte(i + 1)}, row)
	}
	return out
}

func postgresQuery(r *rand.Rand) []byte {
	q := append(words(r, 10+r.IntN(100)), 0)
	return concat([]byte{"QPBDES"[r.IntN(6)]}, be32(4+len(q)), q)
}

func postgresRows(r *rand.Rand) []byte {
	var out []byte
	for range 1 + r.IntN(20) {
		var row []byte
		fields := 1 + r.IntN(6)
		for range fields {
			v := words(r, r.IntN(30))
			row = concat(row, be32(len(v)), v)
		}
		out = concat(out, []byte{'D'}, be32(6+len(row)), be16(fields), row)
	}
	return concat(out, []byte{'Z'}, be32(5), []byte{'I'})
}

func redisQuery(r *rand.Rand) []byte {
	k, v := words(r, 5+r.IntN(20)), body(r)
	return fmt.Appendf(nil, "*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$%d\r\n%s\r\n", len(k), k, len(v), v)
}

func redisAnswer(r *rand.Rand) []byte {
	switch r.IntN(3) {
	case 0:
		return []byte("+OK\r\n")
	case 1:
		return fmt.Appendf(nil, ":%d\r\n", r.IntN(10000))
	}
	v := body(r)
	return fmt.Appendf(nil, "$%d\r\n%s\r\n", len(v), v)
}

func bson(r *rand.Rand) []byte {
	var b []byte
	for range 1 + r.IntN(12) {
		name := append(words(r, 1+r.IntN(8)), 0)
		switch r.IntN(4) {
		case 0:
			v := append(words(r, r.IntN(60)), 0)
			b = concat(b, []byte{2}, name, le32(len(v)), v)
		case 1:
			b = concat(b, []byte{16}, name, le32(r.IntN(1000)))
		case 2:
			b = concat(b, []byte{1}, name, random(r, 8))
		default:
			b = concat(b, []byte{7}, name, random(r, 12))
		}
	}
	return concat(le32(len(b)+5), b, []byte{0})
}

func mongo(r *rand.Rand) []byte {
	d := bson(r)
	return concat(le32(21+len(d)), le32(r.IntN(1<<16)), le32(r.IntN(1<<16)), le32(2013), le32(0), []byte{0}, d)
}

func varint(n int) (b []byte) {
	for ; n > 127; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(b, byte(n))
}

func mqtt(r *rand.Rand) []byte {
	switch r.IntN(5) {
	case 0:
		return []byte{0xC0, 0}
	case 1:
		return []byte{0xD0, 0}
	case 2:
		return concat([]byte{0x40, 2}, be16(r.IntN(1<<16)))
	}
	topic, b := words(r, 5+r.IntN(20)), body(r)
	p := concat(be16(len(topic)), topic, be16(r.IntN(1<<16)), b)
	return concat([]byte{0x32}, varint(len(p)), p)
}

func amqp(r *rand.Rand) []byte {
	if r.IntN(6) == 0 {
		return []byte{8, 0, 0, 0, 0, 0, 0, 0xCE}
	}
	b := body(r)
	return concat([]byte{byte(1 + r.IntN(3)), 0, byte(1 + r.IntN(3))}, be32(len(b)), b, []byte{0xCE})
}

func kafka(r *rand.Rand) []byte {
	id := words(r, 8)
	return concat(be16(r.IntN(20)), be16(r.IntN(10)), be32(r.IntN(100000)), be16(len(id)), id, be32(-1), body(r))
}

func dns(r *rand.Rand) []byte {
	name := concat([]byte{3}, []byte("www"), []byte{7}, []byte("example"), []byte{3}, []byte("com"), []byte{0})
	b := concat(random(r, 2), []byte{0x81, 0x80, 0, 1, 0, 2, 0, 0, 0, 0}, name, []byte{0, 1, 0, 1})
	for range 2 {
		b = concat(b, []byte{0xC0, 12, 0, 1, 0, 1, 0, 0}, be16(r.IntN(3600)), []byte{0, 4}, random(r, 4))
	}
	return b
}

// download is the middle of an HTTP body.
func download(content func(*rand.Rand, int) []byte) func(*rand.Rand) []turn {
	return func(r *rand.Rand) []turn {
		return []turn{{dir: event.ServerToClient, data: content(r, 100_000+r.IntN(200_000))}}
	}
}

func html(r *rand.Rand, n int) []byte {
	var b bytes.Buffer
	for b.Len() < n {
		fmt.Fprintf(&b, "<div class=\"%s\"><p>%s</p></div>\n", words(r, 6), words(r, 80))
	}
	return b.Bytes()
}

func zipped(r *rand.Rand, n int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	for b.Len() < n {
		z.Write(html(r, 10_000))
	}
	z.Close()
	return b.Bytes()
}

func chunked(r *rand.Rand, n int) []byte {
	var b bytes.Buffer
	for b.Len() < n {
		c := html(r, 1+r.IntN(4000))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", len(c), c)
	}
	return b.Bytes()
}

func jsonLines(r *rand.Rand, n int) []byte {
	var b bytes.Buffer
	for b.Len() < n {
		fmt.Fprintf(&b, "{\"time\":%d,\"user\":\"%s\",\"text\":\"%s\"}\n", r.IntN(1<<30), words(r, 5), strings.ReplaceAll(string(words(r, r.IntN(300))), "\n", " "))
	}
	return b.Bytes()
}

// video is a transport stream: packets of 188 bytes that begin with 0x47.
func video(r *rand.Rand, n int) []byte {
	var b []byte
	for i := 0; len(b) < n; i++ {
		b = concat(b, []byte{0x47, byte(r.IntN(2) << 6), byte(r.IntN(3)), 0x10 | byte(i&15)}, random(r, 184))
	}
	return b
}

// boxes are those of an MP4: length, name, content.
func boxes(r *rand.Rand, n int) []byte {
	var b []byte
	for len(b) < n {
		c := random(r, r.IntN(20_000))
		b = concat(b, be32(8+len(c)), []byte("mdat"), c, be32(24), []byte("moof"), make([]byte, 16))
	}
	return b
}

// periodic repeats a few bytes, or almost: uncompressed pictures and sound,
// tables, disk images.
func periodic(r *rand.Rand, n int) []byte {
	unit := random(r, 1+r.IntN(64))
	b := make([]byte, n)
	for i := range b {
		b[i] = unit[i%len(unit)]
		if r.IntN(500) == 0 {
			b[i] = byte(r.Uint32())
		}
	}
	return b
}

// sparse is mostly one byte.
func sparse(r *rand.Rand, n int) []byte {
	b := bytes.Repeat([]byte{[]byte{0, 0xff, 0x81, 0x82, 0x88, 0x89, 0x8a, 0x01}[r.IntN(8)]}, n)
	for range r.IntN(200) {
		b[r.IntN(n)] = byte(r.Uint32())
	}
	return b
}

// samples are 16-bit sound.
func samples(r *rand.Rand, n int) []byte {
	b := make([]byte, 0, n)
	v := 0
	for len(b) < n {
		v += r.IntN(401) - 200
		b = append(b, byte(v), byte(v>>8))
	}
	return b
}

func protobuf(r *rand.Rand) []byte {
	var b []byte
	for field := range 1 + r.IntN(14) {
		switch r.IntN(3) {
		case 0:
			b = concat(b, []byte{byte((field + 1) << 3)}, varint(r.IntN(1<<20)))
		case 1:
			v := words(r, r.IntN(50))
			b = concat(b, []byte{byte((field+1)<<3 | 2)}, varint(len(v)), v)
		default:
			b = concat(b, []byte{byte((field+1)<<3 | 1)}, random(r, 8))
		}
	}
	return b
}

// grpc is HTTP/2: header blocks, and messages behind a byte and a length.
func grpc(r *rand.Rand) []byte {
	m := protobuf(r)
	stream := be32(1 + 2*r.IntN(1000))
	block := random(r, 3+r.IntN(12))
	return concat(be24(len(block)), []byte{1, 4}, stream, block,
		be24(5+len(m)), []byte{0, byte(r.IntN(2))}, stream, []byte{0}, be32(len(m)), m)
}

var strangers = []kind{
	{"random bytes", dialogue(noise, noise)},
	{"random bytes, one way", download(random)},
	{"TLS records", dialogue(tlsRecord, tlsRecord)},
	{"SSH", dialogue(ssh, ssh)},
	{"MySQL", dialogue(mysqlQuery, mysqlRows)},
	{"PostgreSQL", dialogue(postgresQuery, postgresRows)},
	{"Redis", dialogue(redisQuery, redisAnswer)},
	{"MongoDB", dialogue(mongo, mongo)},
	{"MQTT", dialogue(mqtt, mqtt)},
	{"AMQP", dialogue(amqp, amqp)},
	{"Kafka", dialogue(prefixed(be32, kafka), prefixed(be32, kafka))},
	{"DNS", dialogue(prefixed(be16, dns), prefixed(be16, dns))},
	{"length of 8 bits", dialogue(prefixed(func(n int) []byte { return []byte{byte(n)} }, func(r *rand.Rand) []byte { return words(r, r.IntN(256)) }), prefixed(varint, body))},
	{"length of 16 bits", dialogue(prefixed(be16, body), prefixed(be16, body))},
	{"length of 64 bits", dialogue(prefixed(be64, body), prefixed(be64, body))},
	{"protobuf", dialogue(prefixed(varint, protobuf), prefixed(varint, protobuf))},
	{"BSON", dialogue(bson, bson)},
	{"gRPC", dialogue(grpc, grpc)},
	{"HTML body", download(html)},
	{"gzip body", download(zipped)},
	{"chunked body", download(chunked)},
	{"JSON lines", download(jsonLines)},
	{"transport stream", download(video)},
	{"MP4", download(boxes)},
	{"periodic data", download(periodic)},
	{"almost constant data", download(sparse)},
	{"sound", download(samples)},
}
