package tls

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"sync"
	"testing"

	"wsscope/event"
	"wsscope/limits"
)

var (
	id1  = strings.Repeat("ab", 32)
	id2  = strings.Repeat("CD", 32)
	s32  = strings.Repeat("01", 32)
	s48  = strings.Repeat("23", 48)
	pre8 = strings.Repeat("45", 8)
)

func random(hex string) (r [32]byte) {
	var b []byte
	fmt.Sscanf(hex, "%x", &b)
	return [32]byte(b)
}

func TestKeyLogLines(t *testing.T) {
	for _, c := range []struct {
		name, text string
		sessions   int
		bad        uint64
	}{
		{"TLS 1.2", "CLIENT_RANDOM " + id1 + " " + s48 + "\n", 1, 0},
		{"no line break", "CLIENT_RANDOM " + id1 + " " + s48, 1, 0},
		{"CRLF", "CLIENT_RANDOM " + id1 + " " + s48 + "\r\nCLIENT_RANDOM " + id2 + " " + s48 + "\r\n", 2, 0},
		{"blanks", "  CLIENT_RANDOM\t" + id1 + "  " + s48 + " \n\n   \n", 1, 0},
		{"comment", "# made by somebody\n#CLIENT_RANDOM " + id1 + " " + s48 + "\n", 0, 0},
		{"TLS 1.3", "CLIENT_TRAFFIC_SECRET_0 " + id1 + " " + s32 + "\nSERVER_TRAFFIC_SECRET_0 " + id1 + " " + s48 + "\n", 1, 0},
		{"exporter", "EXPORTER_SECRET " + id1 + " " + s32 + "\n", 0, 0},
		{"unknown label", "CLIENT_TRAFFIC_SECRET_1 " + id1 + " " + s32 + "\nECH_CONFIG " + id1 + " 00\n", 0, 0},
		{"short random", "CLIENT_RANDOM abcd " + s48 + "\n", 0, 1},
		{"short secret", "CLIENT_RANDOM " + id1 + " " + s32 + "\n", 0, 1},
		{"odd secret", "SERVER_TRAFFIC_SECRET_0 " + id1 + " " + s32 + "0\n", 0, 1},
		{"not hex", "CLIENT_RANDOM " + id1[:62] + "zz " + s48 + "\n", 0, 1},
		{"two fields", "CLIENT_RANDOM " + id1 + "\n", 0, 1},
		{"four fields", "CLIENT_RANDOM " + id1 + " " + s48 + " x\n", 0, 1},
		{"bad between good", "CLIENT_RANDOM " + id1 + " " + s48 + "\n\x00\xff\nCLIENT_RANDOM " + id2 + " " + s48, 2, 1},
		{"endless line", strings.Repeat("x", 5000) + "\nCLIENT_RANDOM " + id1 + " " + s48 + "\n", 1, 1},
		{"endless last line", "CLIENT_RANDOM " + id1 + " " + s48 + "\n" + strings.Repeat("x", 5000), 1, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, size := range []int{1, 7, 1 << 20} {
				k := NewKeys()
				r := k.NewLogReader()
				for b := []byte(c.text); len(b) > 0; {
					n := min(size, len(b))
					r.Write(b[:n])
					b = b[n:]
				}
				r.Close()
				if len(k.secrets) != c.sessions || k.BadLines() != c.bad {
					t.Errorf("pieces of %d: %d sessions, %d bad lines", size, len(k.secrets), k.BadLines())
				}
				if grew := k.generation.Load() > 0; grew != (c.sessions > 0) {
					t.Errorf("pieces of %d: generation %d", size, k.generation.Load())
				}
			}
		})
	}
}

func TestKeyLogSecrets(t *testing.T) {
	k := NewKeys()
	k.AddLog([]byte("CLIENT_RANDOM " + id1 + " " + s48 + "\nRSA " + pre8 + " " + s48 + "\nSERVER_HANDSHAKE_TRAFFIC_SECRET " + id2 + " " + s32))
	if got := k.masterSecret(random(id1)); fmt.Sprintf("%x", got) != s48 {
		t.Errorf("master secret %x", got)
	}
	if got := k.premaster(append(bytes.Repeat([]byte{0x45}, 8), make([]byte, 248)...)); fmt.Sprintf("%x", got) != s48 {
		t.Errorf("premaster secret %x", got)
	}
	if got := k.trafficSecret(k.find(random(id2)), event.ServerToClient, handshaking); fmt.Sprintf("%x", got) != s32 {
		t.Errorf("traffic secret %x", got)
	}
	before := k.generation.Load()
	k.AddLog([]byte("CLIENT_RANDOM " + id1 + " " + s48))
	if k.generation.Load() != before {
		t.Error("a line that was known counts as new")
	}
	if got := k.masterSecret(random(strings.Repeat("00", 32))); got != nil {
		t.Errorf("%x", got)
	}
}

// TestKeysLimit forgets the oldest session.
func TestKeysLimit(t *testing.T) {
	if raceDetector {
		t.Skip("takes long with the race detector")
	}
	k := NewKeys()
	var log bytes.Buffer
	for i := range limits.TLSKeys + 10 {
		fmt.Fprintf(&log, "CLIENT_RANDOM %064x %s\n", i, s48)
	}
	k.AddLog(log.Bytes())
	if n := len(k.secrets); n != int(limits.TLSKeys) {
		t.Errorf("%d sessions", n)
	}
	var first, last [32]byte
	last[31], last[30], last[29] = 9, 0, 4
	if k.masterSecret(first) != nil || k.masterSecret(last) == nil {
		t.Error("not the oldest was forgotten")
	}
	if got := k.Struck(); len(got) != 1 || got[0].Limit != "tls-keys" || got[0].Count != 10 {
		t.Errorf("%+v", got)
	}
	for i := range limits.TLSSessions + 3 {
		k.addSession(sessionByID(fmt.Append(nil, i)), []byte{1})
	}
	if k.session(sessionByID([]byte("2"))) != nil || k.session(sessionByID([]byte("3"))) == nil || len(k.sessions.master) != int(limits.TLSSessions) {
		t.Error("sessions")
	}
}

func TestAddRSA(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	pkcs1 := pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)})
	der, _ := x509.MarshalPKCS8PrivateKey(key)
	pkcs8 := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	der, _ = x509.MarshalPKCS8PrivateKey(ecdsaCert().PrivateKey)
	ec := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rsaCert().Certificate[0]})
	for _, c := range []struct {
		name string
		text []byte
		want string // part of the error
	}{
		{"PKCS #1", pkcs1, ""},
		{"PKCS #8 behind a certificate", append(cert, pkcs8...), ""},
		{"nothing", nil, "no PEM block"},
		{"a certificate", cert, "no PEM block"},
		{"DER", x509.MarshalPKCS1PrivateKey(key), "DER"},
		{"ECDSA", ec, "not an RSA key"},
		{"old EC", pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY"}), "not an RSA key"},
		{"encrypted", pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY"}), "passphrase"},
		{"encrypted PKCS #1", pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"DEK-Info": "x"}}), "passphrase"},
		{"broken", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte{1}}), "asn1"},
		{"broken PKCS #1", pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte{1}}), "asn1"},
	} {
		k := NewKeys()
		err := k.AddRSA(c.text)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if n := len(k.rsa); (n == 1) != (c.want == "") {
			t.Errorf("%s: %d keys", c.name, n)
		}
	}
}

// TestConcurrent is for the race detector: keys grow while connections use
// them.
func TestConcurrent(t *testing.T) {
	keys := NewKeys()
	var wg sync.WaitGroup
	for range 4 {
		f := converse(t, goConfigs()["1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"][0], goConfigs()["1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"][1], talk)
		wg.Go(func() {
			p := newPlayer(t, keys)
			p.Linger = true
			p.play(f.pieces)
			keys.AddLog(f.log)
			p.end(0)
			p.check(f)
			keys.Struck()
			keys.BadLines()
		})
	}
	wg.Wait()
}
