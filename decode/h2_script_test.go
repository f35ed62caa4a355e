package decode

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/net/http2/hpack"

	"wsscope/decode/frame"
	"wsscope/decode/http2"
	"wsscope/event"
	"wsscope/stream"
)

// h2Script turns a scenario into moves. A line is a packet: the side (c or s),
// and frames separated by " + ". A frame is its stream and one of
//
//	connect PATH [NAME=VALUE …]   an Extended CONNECT for WebSocket
//	request NAME=VALUE …          another request
//	status N [NAME=VALUE …]       a response
//	text STRING                   a WebSocket message in a DATA frame
//	bytes STRING                  DATA
//	end, reset                    an empty DATA frame with END_STREAM, RST_STREAM
//
// or, without a stream, "preface", "settings ID=VALUE", "raw STRING", "fin",
// "rst", "eof", "gap N" or "drop": the rest of the line is lost.
type h2Script struct {
	t     testing.TB
	enc   [2]*hpack.Encoder
	block [2]*bytes.Buffer
	moves []h2Move
}

var lineEnds = strings.NewReplacer(`\r`, "\r", `\n`, "\n")

func h2Moves(t testing.TB, lines string) []h2Move {
	s := &h2Script{t: t}
	s.reset()
	var n int64
	for line := range strings.SplitSeq(lines, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			n++
			s.line(line, event.Stamp{Packet: uint64(n), Time: n * 1e6})
		}
	}
	return s.moves
}

// reset empties the tables of both header compressions.
func (s *h2Script) reset() {
	for i := range s.enc {
		s.block[i] = &bytes.Buffer{}
		s.enc[i] = hpack.NewEncoder(s.block[i])
	}
}

func (s *h2Script) line(line string, now event.Stamp) {
	side, rest, _ := strings.Cut(line, " ")
	m := h2Move{dir: event.Dir(strings.Index("cs", side)), now: now, origin: now}
	rest, drop := strings.CutPrefix(rest, "drop ")
	for what := range strings.SplitSeq(rest, " + ") {
		kind, arg, _ := strings.Cut(what, " ")
		switch kind {
		case "fin", "rst", "eof":
			m.ends, m.how = true, map[string]stream.End{"fin": stream.FIN, "rst": stream.RST, "eof": stream.EOF}[kind]
		case "gap":
			fmt.Sscan(arg, &m.gap)
		case "preface":
			m.data = append(m.data, http2.Preface...)
		case "raw":
			m.data = append(m.data, lineEnds.Replace(arg)...)
		case "settings":
			var id uint16
			var v uint32
			fmt.Sscanf(arg, "%d=%d", &id, &v)
			m.data = append(m.data, h2Frame(4, 0, 0, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint16(nil, id), v))...)
		default:
			var id uint32
			fmt.Sscan(kind, &id)
			m.data = append(m.data, s.stream(m.dir, id, arg)...)
		}
	}
	if drop {
		m.gap, m.data = -1, nil
	}
	s.moves = append(s.moves, m)
}

func (s *h2Script) stream(dir event.Dir, id uint32, what string) []byte {
	kind, arg, _ := strings.Cut(what, " ")
	const endStream, endHeaders = 1, 4
	switch kind {
	case "connect":
		path, more, _ := strings.Cut(arg, " ")
		return h2Frame(1, endHeaders, id, s.headers(dir, ":method=CONNECT :protocol=websocket :scheme=http :path="+path+" :authority=server.example.com sec-websocket-version=13 "+more))
	case "request":
		return h2Frame(1, endHeaders, id, s.headers(dir, arg))
	case "status":
		return h2Frame(1, endHeaders, id, s.headers(dir, ":status="+arg))
	case "trailers":
		return h2Frame(1, endHeaders|endStream, id, s.headers(dir, arg))
	case "text":
		return h2Frame(0, 0, id, h2Text(dir, arg))
	case "bytes":
		return h2Frame(0, 0, id, []byte(lineEnds.Replace(arg)))
	case "end":
		return h2Frame(0, endStream, id, nil)
	case "reset":
		return h2Frame(3, 0, id, []byte{0, 0, 0, 8})
	}
	s.t.Fatalf("%q", what)
	return nil
}

func (s *h2Script) headers(dir event.Dir, list string) []byte {
	s.block[dir].Reset()
	for f := range strings.FieldsSeq(list) {
		name, value, _ := strings.Cut(f[1:], "=")
		s.enc[dir].WriteField(hpack.HeaderField{Name: f[:1] + name, Value: value})
	}
	return bytes.Clone(s.block[dir].Bytes())
}

func h2Frame(typ, flags byte, id uint32, payload []byte) []byte {
	n := len(payload)
	b := []byte{byte(n >> 16), byte(n >> 8), byte(n), typ, flags}
	return append(binary.BigEndian.AppendUint32(b, id), payload...)
}

// h2Text is a text message as a direction sends it.
func h2Text(dir event.Dir, text string) []byte {
	if dir == event.ServerToClient {
		return append([]byte{0x81, byte(len(text))}, text...)
	}
	key := [4]byte{1, 2, 3, byte(len(text))}
	b := append([]byte{0x81, 0x80 | byte(len(text))}, key[:]...)
	b = append(b, text...)
	frame.Mask(b[6:], key, 0)
	return b
}
