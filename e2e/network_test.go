package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// network is two network namespaces; a has the address server.
type network struct {
	a, b, server string
}

// namespaces makes two that go with the test.
func namespaces(t *testing.T) network {
	t.Helper()
	needRoot(t)
	for _, tool := range []string{"ip", "nsenter"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip("skipped: ", err)
		}
	}
	n := network{a: fmt.Sprintf("wsscope-a-%d", os.Getpid()), b: fmt.Sprintf("wsscope-b-%d", os.Getpid()), server: "10.77.42.1"}
	for _, name := range []string{n.a, n.b} {
		if text, err := exec.Command("ip", "netns", "add", name).CombinedOutput(); err != nil {
			t.Skipf("skipped: no network namespaces: %v: %s", err, text)
		}
		t.Cleanup(func() { exec.Command("ip", "netns", "delete", name).Run() })
	}
	for _, name := range []string{n.a, n.b} {
		run(t, "ip", "-n", name, "link", "set", "lo", "up")
	}
	return n
}

// certificate makes a self-signed one: the names of two files.
func certificate(t *testing.T) []string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	of := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "wsscope e2e"}, NotBefore: now.Add(-time.Hour),
		NotAfter: now.Add(time.Hour), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{{127, 0, 0, 1}}}
	cert, err := x509.CreateCertificate(rand.Reader, of, of, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for kind, der := range map[string][]byte{"CERTIFICATE": cert, "PRIVATE KEY": private} {
		name := filepath.Join(t.TempDir(), kind+".pem")
		if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if filepath.Base(names[0]) != "CERTIFICATE.pem" {
		names[0], names[1] = names[1], names[0]
	}
	return names
}
