package tls

import (
	gotls "crypto/tls"
	"fmt"
	mathrand "math/rand/v2"
	"testing"

	"wsscope/stream"
)

// goConfigs are all versions and suites that Go's crypto/tls has.
func goConfigs() map[string][2]*gotls.Config {
	m := map[string][2]*gotls.Config{}
	add := func(version uint16, s *gotls.CipherSuite) {
		if s.Name == "TLS_RSA_WITH_RC4_128_SHA" || s.ID == 0xc007 || s.ID == 0xc011 {
			return
		}
		client := &gotls.Config{MinVersion: version, MaxVersion: version, CipherSuites: []uint16{s.ID}}
		server := &gotls.Config{MinVersion: version, MaxVersion: version, CipherSuites: []uint16{s.ID}, Certificates: []gotls.Certificate{rsaCert(), ecdsaCert()}}
		m[fmt.Sprintf("%s %s", versionName(version), s.Name)] = [2]*gotls.Config{client, server}
	}
	for _, list := range [][]*gotls.CipherSuite{gotls.CipherSuites(), gotls.InsecureCipherSuites()} {
		for _, s := range list {
			for _, v := range s.SupportedVersions {
				add(v, s)
			}
		}
	}
	return m
}

func TestVersionsAndSuites(t *testing.T) {
	for name, cfg := range goConfigs() {
		t.Run(name, func(t *testing.T) {
			f := converse(t, cfg[0], cfg[1], talk)
			p := newPlayer(t, keysOf(f))
			p.play(f.pieces)
			p.end(stream.FIN)
			p.check(f)
			if p.last.SNI != "ws.example" {
				t.Errorf("SNI %q", p.last.SNI)
			}
			if v := p.last.Version; v != "1.3" && v+" "+p.last.Cipher != name {
				t.Errorf("%s %s", v, p.last.Cipher)
			}
			for _, how := range p.sink.ends {
				if len(how) != 1 || how[0] != stream.FIN {
					t.Errorf("ends %v", p.sink.ends)
				}
			}
			if len(p.last.Alerts) == 0 || p.last.Alerts[0].String() != "warning close_notify" {
				t.Errorf("alerts %v", p.last.Alerts)
			}
		})
	}
}

func TestAnyChunking(t *testing.T) {
	r := mathrand.New(mathrand.NewPCG(1, 2))
	for name, cfg := range goConfigs() {
		t.Run(name, func(t *testing.T) {
			for _, most := range []int{1, 3, 100, 1448, 70000} {
				words := talk
				if most < 100 {
					words = talk[:4]
				}
				f := converse(t, cfg[0], cfg[1], words)
				p := newPlayer(t, keysOf(f))
				p.play(cut(f.pieces, r, most))
				p.end(stream.FIN)
				p.check(f)
			}
		})
	}
}
