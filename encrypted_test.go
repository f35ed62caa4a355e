package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"wsscope/capture"
	"wsscope/decode/tls"
	"wsscope/event"
	"wsscope/pipeline"
)

// closedSink keeps what is told of encrypted connections.
type closedSink struct {
	frameSink
	told    []event.Encrypted
	summary uint64
}

func (s *closedSink) Encrypted(e *event.Encrypted) { s.told = append(s.told, *e) }
func (s *closedSink) Summary(sum *event.Summary)   { s.summary = sum.EncryptedConnections }

// lateSecrets gives each packet in a batch of its own, and the secrets before
// the last packets.
type lateSecrets struct {
	capture.Source
	packets []capture.Packet
	secrets [][]byte
}

func (s *lateSecrets) Next() (*capture.Batch, error) {
	for s.packets == nil {
		b, err := s.Source.Next()
		if err != nil {
			return nil, err
		}
		s.packets, s.secrets = b.Packets, b.Secrets // small captures are one batch
	}
	one := capture.NewBatch(nil)
	switch n := len(s.packets); {
	case n == 0:
		return nil, io.EOF
	case n == 6 && s.secrets != nil:
		one.Secrets, s.secrets = s.secrets, nil
	default:
		one.Packets, s.packets = s.packets[:1:1], s.packets[1:]
	}
	return one, nil
}

// TestEncryptedTold holds what is told of TLS connections while they last:
// those that cannot be read, once, with what their handshake says; and that one
// can be read after all.
func TestEncryptedTold(t *testing.T) {
	for _, test := range []struct {
		name     string
		keys     bool
		lateKeys bool
		want     []string // of each line its description and the beginning of the reason
		summary  uint64
	}{
		{name: "misc-no-keys", want: []string{`TLS 1.3 TLS_AES_256_GCM_SHA384 to "localhost": no keys were given`}, summary: 1},
		{name: "tls12-ecdhe-ecdsa-aes128ccm", want: []string{`TLS 1.2 TLS_ECDHE_ECDSA_WITH_AES_128_CCM to "localhost": no keys were given`}, summary: 1},
		{name: "misc-wrong-keys", keys: true, want: []string{`TLS 1.3 TLS_AES_256_GCM_SHA384 to "localhost": no key for this client random`}, summary: 1},
		{name: "misc-wrong-keys", keys: true, lateKeys: true, want: []string{`TLS 1.3 TLS_AES_256_GCM_SHA384 to "localhost": no key for this client random`}, summary: 1},
		{name: "misc-dsb-end", lateKeys: true}, // no key is overdue when it comes
		{name: "tls13-aes128", keys: true},
		{name: "misc-dsb-end", want: []string{`TLS 1.3 TLS_AES_256_GCM_SHA384 to "localhost": no keys were given`, `TLS 1.3 TLS_AES_256_GCM_SHA384 to "localhost": opened`}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := filepath.Join("testdata", "captures", "wss", test.name)
			files, _ := filepath.Glob(filepath.Join(dir, "capture*"))
			keys := tls.NewKeys()
			if test.keys {
				log, err := os.ReadFile(filepath.Join(dir, "keys.log"))
				if err != nil {
					t.Fatal(err)
				}
				keys.AddLog(log)
			}
			sink := &closedSink{frameSink: frameSink{see: func(*event.Frame) {}}}
			opt := pipeline.Options{}
			opt.Decode.Keys, opt.Decode.LateKeys = keys, test.lateKeys
			src := capture.Open(t.Context(), files, nil, capture.Options{})
			defer src.Close()
			if _, err := pipeline.New(sink, opt).Run(context.Background(), &lateSecrets{Source: src}); err != nil {
				t.Fatal(err)
			}
			var got []string
			for i, e := range sink.told {
				reason, _, _ := strings.Cut(e.Reason, ": ")
				reason, _, _ = strings.Cut(reason, " in the key log")
				if e.Opened {
					reason = "opened"
				}
				got = append(got, e.Describe()+": "+reason)
				if e.Packet == 0 || i > 0 && e.Packet < sink.told[i-1].Packet || e.Server.Port() == 0 {
					t.Errorf("told of %v at packet %d", e.Server, e.Packet)
				}
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
			if sink.summary != test.summary {
				t.Errorf("the summary counts %d, not %d", sink.summary, test.summary)
			}
		})
	}
}
