package tls

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"testing"

	"wsscope/event"
	"wsscope/stream"
)

// script writes the records of a TLS 1.3 connection that no library would be
// talked into.
type script struct {
	keys    *Keys
	random  [32]byte
	suite   suite
	traffic [2][3]*traffic
	pieces  []piece
	want    [2][]byte
}

func newScript() *script {
	s := &script{keys: NewKeys(), suite: suiteByID(0x1301)}
	copy(s.random[:], "the random of a scripted client.")
	for d := range s.traffic {
		for e := range s.traffic[d] {
			s.traffic[d][e] = newTraffic(&s.suite, s.secret(event.Dir(d), epoch(e)))
		}
	}
	return s
}

func (s *script) secret(d event.Dir, e epoch) []byte {
	sum := sha256.Sum256([]byte{byte(d), byte(e)})
	return sum[:]
}

// log gives the keys lines of the key log.
func (s *script) log(labels ...string) {
	for _, l := range labels {
		d, e, _ := trafficLabel(l)
		s.keys.AddLog(fmt.Appendf(nil, "%s %x %x\n", l, s.random, s.secret(d, e)))
	}
}

func (s *script) logAll() {
	s.log("CLIENT_EARLY_TRAFFIC_SECRET", "CLIENT_HANDSHAKE_TRAFFIC_SECRET", "SERVER_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0")
}

func record(typ byte, fragment []byte) []byte {
	head := []byte{typ, 3, 3, byte(len(fragment) >> 8), byte(len(fragment))}
	return append(head, fragment...)
}

func message(typ byte, body ...byte) []byte {
	return append([]byte{typ, 0, byte(len(body) >> 8), byte(len(body))}, body...)
}

func extension(t uint16, data ...byte) []byte {
	b := binary.BigEndian.AppendUint16(nil, t)
	b = binary.BigEndian.AppendUint16(b, uint16(len(data)))
	return append(b, data...)
}

func (s *script) plain(d event.Dir, typ byte, fragment []byte) {
	s.pieces = append(s.pieces, piece{d, record(typ, fragment)})
}

// clientHello sends a ClientHello with further extensions.
func (s *script) clientHello(extensions ...byte) {
	b := append([]byte{3, 3}, s.random[:]...)
	b = append(b, 0, 0, 2, 0x13, 0x01, 1, 0)
	b = append(b, byte(len(extensions)>>8), byte(len(extensions)))
	s.plain(0, handshakeRecord, message(clientHello, append(b, extensions...)...))
}

func (s *script) serverHello(random [32]byte, extensions ...byte) {
	extensions = append(extension(extSupportedVersions, 3, 4), extensions...)
	b := append([]byte{3, 3}, random[:]...)
	b = append(b, 0, 0x13, 0x01, 0)
	b = append(b, byte(len(extensions)>>8), byte(len(extensions)))
	s.plain(1, handshakeRecord, message(serverHello, append(b, extensions...)...))
}

// seal sends a protected record with padding.
func (s *script) seal(d event.Dir, e epoch, typ byte, plain []byte, padding int) {
	t := s.traffic[d][e]
	inner := append(append(bytes.Clone(plain), typ), make([]byte, padding)...)
	n := len(inner) + t.aead.Overhead()
	head := []byte{applicationData, 3, 3, byte(n >> 8), byte(n)}
	nonce := t.iv
	binary.BigEndian.PutUint64(nonce[4:], binary.BigEndian.Uint64(nonce[4:])^t.seq)
	t.seq++
	s.pieces = append(s.pieces, piece{d, t.aead.Seal(head, nonce[:], inner, head)})
}

// say sends application data.
func (s *script) say(d event.Dir, words ...string) {
	for _, w := range words {
		s.seal(d, application, applicationData, []byte(w), 0)
		s.want[d] = append(s.want[d], w...)
	}
}

func (s *script) handshake(d event.Dir, e epoch, typ byte, body ...byte) {
	s.seal(d, e, handshakeRecord, message(typ, body...), 0)
}

// update sends a KeyUpdate and changes the keys.
func (s *script) update(d event.Dir) {
	s.handshake(d, application, keyUpdate, 0)
	s.traffic[d][application] = s.traffic[d][application].update(&s.suite)
}

// begin sends a whole handshake.
func (s *script) begin() {
	s.clientHello()
	s.serverHello([32]byte{1})
	s.finish()
}

// finish sends what follows the ServerHello.
func (s *script) finish(encrypted ...byte) {
	s.plain(1, changeCipherSpec, []byte{1})
	s.handshake(1, handshaking, encryptedExtensions, append([]byte{0, byte(len(encrypted))}, encrypted...)...)
	s.handshake(1, handshaking, finished, make([]byte, 32)...)
	s.plain(0, changeCipherSpec, []byte{1})
	s.handshake(0, handshaking, finished, make([]byte, 32)...)
}

// play feeds the pieces, without those that lost picks, to a Conn.
func (s *script) play(t *testing.T, lost ...int) (*player, *ledger) {
	l := &ledger{sink: sink{t: t}}
	p := &player{sink: &l.sink}
	p.Conn = New(s.keys, l, func(i *Info) { p.last = *i })
	for i, x := range s.pieces {
		if slices.Contains(lost, i) {
			p.Gap(x.dir, int64(len(x.data)), p.stamp())
			continue
		}
		p.data(x.dir, x.data)
	}
	p.end(stream.FIN)
	return p, l
}

func (s *script) check(p *player) {
	p.sink.t.Helper()
	p.check(&flow{want: s.want})
}
