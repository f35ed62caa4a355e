// Command peers is a WebSocket server or client, by one of two libraries,
// that logs every message it sends and receives. The peers in the other
// languages take the same arguments and write the same log.
//
//	peers LIBRARY server ADDRESS LOG [CERT KEY]    prints its port once it listens
//	peers LIBRARY client URL LOG PLAN DEFLATE      DEFLATE: off, takeover, no-takeover
//
// The server sends a ping and echoes. The client sends the messages of the
// plan, each after the echo of the one before, and closes with the plan's
// code. TLS keys go to SSLKEYLOGFILE.
package main

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"sync"
)

// plan is what a client does.
type plan struct {
	Messages []message
	Close    struct {
		Code   int
		Reason string
	}
}

type message struct {
	Opcode    int
	Payload   []byte
	Fragments int
	Ping      string // sent before it, if not empty
}

// parts cuts the payload.
func (m *message) parts() (parts [][]byte) {
	n := max(m.Fragments, 1)
	for i := range n {
		parts = append(parts, m.Payload[len(m.Payload)*i/n:len(m.Payload)*(i+1)/n])
	}
	return parts
}

// entry is a line of the log.
type entry struct {
	ID     string `json:"id"` // of the connection: its URI
	Dir    string `json:"dir"`
	Act    string `json:"act"` // sent or received
	Opcode int    `json:"opcode"`
	Len    int    `json:"len"`
	SHA256 string `json:"sha256,omitempty"`
	Code   int    `json:"code,omitempty"`
	Reason string `json:"reason,omitempty"`
}

// journal is one end's log of one connection.
type journal struct {
	id, sends, receives string
}

var (
	mu  sync.Mutex
	out *json.Encoder
)

func (j journal) note(act string, opcode int, payload []byte) {
	sum := sha256.Sum256(payload)
	j.write(entry{Act: act, Opcode: opcode, Len: len(payload), SHA256: hex.EncodeToString(sum[:])})
}

func (j journal) closing(act string, code int, reason string) {
	j.write(entry{Act: act, Opcode: 8, Code: code, Reason: reason})
}

func (j journal) write(e entry) {
	e.ID, e.Dir = j.id, j.sends
	if e.Act == "received" {
		e.Dir = j.receives
	}
	mu.Lock()
	defer mu.Unlock()
	if err := out.Encode(e); err != nil {
		log.Fatal(err)
	}
}

func main() {
	log.SetFlags(0)
	log.SetPrefix("peers: ")
	f, err := os.Create(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	out = json.NewEncoder(f)
	serve, dial := serveCoder, dialCoder
	if os.Args[1] == "gorilla" {
		serve, dial = serveGorilla, dialGorilla
	}
	if os.Args[2] == "server" {
		listen(serve)
		return
	}
	text, err := os.ReadFile(os.Args[5])
	if err != nil {
		log.Fatal(err)
	}
	var p plan
	if err := json.Unmarshal(text, &p); err != nil {
		log.Fatal(err)
	}
	if err := dial(os.Args[3], os.Args[6], &p); err != nil {
		log.Fatal(err)
	}
}

func listen(serve http.HandlerFunc) {
	l, err := net.Listen("tcp", os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	os.Stdout.WriteString(port + "\n")
	s := &http.Server{Handler: serve}
	if len(os.Args) > 5 {
		s.TLSConfig = tlsConfig()
		s.TLSNextProto = map[string]func(*http.Server, *tls.Conn, http.Handler){} // HTTP/1.1 alone
		log.Fatal(s.ServeTLS(l, os.Args[5], os.Args[6]))
	}
	log.Fatal(s.Serve(l))
}

// tlsConfig trusts anybody and writes its keys where SSLKEYLOGFILE says.
func tlsConfig() *tls.Config {
	var keys io.Writer
	if name := os.Getenv("SSLKEYLOGFILE"); name != "" {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			log.Fatal(err)
		}
		keys = f
	}
	return &tls.Config{InsecureSkipVerify: true, KeyLogWriter: keys}
}
