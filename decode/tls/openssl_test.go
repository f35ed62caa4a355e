package tls

import (
	"bufio"
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"wsscope/event"
	"wsscope/stream"
)

// proxy hands one connection on to a server and records it.
func proxy(t *testing.T, server string) (addr string, done func() []piece) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var pieces []piece
	finished := make(chan bool)
	go func() {
		defer close(finished)
		c, err := l.Accept()
		l.Close()
		if err != nil {
			return
		}
		s, err := net.Dial("tcp", server)
		if err != nil {
			c.Close()
			return
		}
		var wg sync.WaitGroup
		copyTo := func(d event.Dir, to, from net.Conn) {
			b := make([]byte, 3000)
			for {
				n, err := from.Read(b)
				mu.Lock()
				if n > 0 {
					pieces = append(pieces, piece{d, bytes.Clone(b[:n])})
				}
				mu.Unlock()
				if _, err2 := to.Write(b[:n]); err != nil || err2 != nil {
					to.Close()
					return
				}
			}
		}
		wg.Go(func() { copyTo(event.ClientToServer, s, c) })
		wg.Go(func() { copyTo(event.ServerToClient, c, s) })
		wg.Wait()
	}()
	return l.Addr().String(), func() []piece {
		l.Close()
		<-finished
		return pieces
	}
}

// openssl runs the command line tool against its own server and looks at what
// passed.
type openssl struct {
	dir, addr string
	rsa       []byte
}

func startOpenSSL(t *testing.T) *openssl {
	if testing.Short() || raceDetector {
		t.Skip("starts many processes")
	}
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("no openssl here")
	}
	o := &openssl{dir: t.TempDir()}
	write := func(name string, blocks ...*pem.Block) string {
		var b []byte
		for _, p := range blocks {
			b = append(b, pem.EncodeToMemory(p)...)
		}
		file := filepath.Join(o.dir, name)
		if err := os.WriteFile(file, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	r, e := rsaCert(), ecdsaCert()
	key := &pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(r.PrivateKey.(*rsa.PrivateKey))}
	o.rsa = pem.EncodeToMemory(key)
	ec, _ := x509.MarshalPKCS8PrivateKey(e.PrivateKey)
	one := write("rsa.pem", key, &pem.Block{Type: "CERTIFICATE", Bytes: r.Certificate[0]})
	two := write("ec.pem", &pem.Block{Type: "PRIVATE KEY", Bytes: ec}, &pem.Block{Type: "CERTIFICATE", Bytes: e.Certificate[0]})
	cmd := exec.Command("openssl", "s_server", "-accept", "127.0.0.1:0", "-cert", one, "-dcert", two,
		"-cipher", "ALL:@SECLEVEL=0", "-ciphersuites", allSuites13, "-psk", "abcd", "-rev")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for s := bufio.NewScanner(out); o.addr == ""; {
		if !s.Scan() {
			t.Fatal("openssl s_server did not start")
		}
		if _, port, ok := strings.Cut(s.Text(), "ACCEPT 127.0.0.1:"); ok {
			o.addr = "127.0.0.1:" + port
		}
	}
	go io.Copy(io.Discard, out)
	return o
}

const allSuites13 = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"

// connect says lines to the server, one after the other, and gives what was
// recorded.
func (o *openssl) connect(t *testing.T, lines []string, args ...string) *flow {
	addr, done := proxy(t, o.addr)
	log := filepath.Join(o.dir, "keys.log")
	os.Remove(log)
	cmd := exec.Command("openssl", append([]string{"s_client", "-connect", addr, "-keylogfile", log, "-psk", "abcd"}, args...)...)
	in, _ := cmd.StdinPipe()
	out, _ := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	r := bufio.NewReader(out)
	for _, l := range lines {
		io.WriteString(in, l+"\n")
		if len(l) == 1 { // a command of s_client, which answers nothing
			time.Sleep(100 * time.Millisecond)
			continue
		}
		for {
			answer, err := r.ReadString('\n')
			if strings.TrimSpace(answer) == reverse(l) || err != nil {
				break
			}
		}
	}
	in.Close()
	io.Copy(io.Discard, r)
	cmd.Wait()
	timer.Stop()
	f := &flow{pieces: done()}
	f.log, _ = os.ReadFile(log)
	for _, l := range lines {
		if len(l) > 1 {
			f.want[0] = append(f.want[0], l+"\n"...)
			f.want[1] = append(f.want[1], reverse(l)+"\n"...)
		}
	}
	return f
}

func reverse(s string) string {
	b := []byte(s)
	for i := range len(b) / 2 {
		b[i], b[len(b)-1-i] = b[len(b)-1-i], b[i]
	}
	return string(b)
}

// TestOpenSSL goes through the suites of openssl, by its own key log and,
// where the key exchange is RSA, by the private key.
func TestOpenSSL(t *testing.T) {
	o := startOpenSSL(t)
	words := []string{"hello", "good bye"}
	check := func(t *testing.T, f *flow, keys *Keys) {
		t.Helper()
		p := newPlayer(t, keys)
		p.play(f.pieces)
		p.end(stream.FIN)
		if s := p.last; s.Reason != "" && strings.HasSuffix(s.Reason, "is not supported") {
			if strings.Contains(s.Cipher, "AES") || strings.Contains(s.Cipher, "CHACHA20") {
				t.Error(s.Reason)
			}
			return
		}
		p.check(f)
	}
	opened := 0
	for _, version := range []string{"-tls1", "-tls1_1", "-tls1_2"} {
		list, err := exec.Command("openssl", "ciphers", "-s", version, "-psk", "-stdname", "ALL:!aDSS:!SRP:@SECLEVEL=0").Output()
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(list)) {
			fields := strings.Fields(line)
			for _, option := range []string{"", "-no_etm"} {
				if option != "" && !strings.Contains(fields[0], "_CBC_") {
					continue
				}
				t.Run(fmt.Sprint(version, " ", fields[0], " ", option), func(t *testing.T) {
					args := []string{version, "-cipher", fields[2] + ":@SECLEVEL=0"}
					if option != "" {
						args = append(args, option)
					}
					f := o.connect(t, words, args...)
					if len(f.log) == 0 {
						t.Skip("not negotiated")
					}
					opened++
					check(t, f, keysOf(f))
					if strings.HasPrefix(fields[0], "TLS_RSA_WITH") {
						keys := NewKeys()
						if err := keys.AddRSA(o.rsa); err != nil {
							t.Fatal(err)
						}
						check(t, f, keys)
					}
				})
			}
		}
	}
	for suite := range strings.SplitSeq(allSuites13, ":") {
		t.Run(suite, func(t *testing.T) {
			f := o.connect(t, []string{"hello", "K", "again", "k", "good bye"}, "-tls1_3", "-ciphersuites", suite)
			opened++
			check(t, f, keysOf(f))
		})
	}
	if opened < 100 {
		t.Errorf("only %d connections", opened)
	}
}
