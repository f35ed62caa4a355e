package tls

import (
	"bytes"
	"sync"
	"sync/atomic"

	"wsscope/event"
	"wsscope/limits"
)

// Keys are the secrets that open connections: those of key logs, RSA private
// keys, and the sessions that were seen and may be resumed. They are shared by
// all connections, safe for concurrent use, and may grow at any time.
type Keys struct {
	// generation grows when secrets came in, resumable when a session did;
	// waiting connections compare them, which costs one load.
	generation, resumable atomic.Uint64
	complete              atomic.Bool
	held                  atomic.Int64 // bytes that wait in all connections
	probed                atomic.Int64 // bytes decrypted in vain in search of a secret

	// How often limits struck.
	badLines, heldStruck, keysStruck, sessionsStruck                                                          atomic.Uint64
	messages, transcripts, probesStruck, probedStruck, probedTotalStruck, triesStruck, unread, alerts, hellos atomic.Uint64

	mu         sync.RWMutex
	secrets    map[[32]byte]*secrets
	order      ring[*secrets]
	premasters map[[8]byte][]byte // of RSA lines, by the beginning of the encrypted premaster secret
	premOrder  ring[[8]byte]
	rsa        []*rsaKey
	sessions   sessions
}

// secrets are the secrets of one session, by client random. Once set a slice
// does not change; the fields are guarded by Keys.mu.
type secrets struct {
	random  [32]byte
	master  []byte
	traffic [2][3][]byte // by direction and epoch
	matched bool         // its random was met in a ClientHello
}

// NewKeys makes an empty set.
func NewKeys() *Keys {
	return &Keys{
		secrets:    map[[32]byte]*secrets{},
		premasters: map[[8]byte][]byte{},
		sessions:   sessions{master: map[sessionKey][]byte{}},
	}
}

// AddLog takes a whole key log in the format of NSS (SSLKEYLOGFILE, RFC 9850).
func (k *Keys) AddLog(text []byte) {
	r := k.NewLogReader()
	r.Write(text)
	r.Close()
}

// Complete says that no more secrets will come, so that connections need not
// wait for them.
func (k *Keys) Complete() {
	k.complete.Store(true)
	k.generation.Add(1)
}

// Crowded reports that half of what may wait for keys does.
func (k *Keys) Crowded() bool { return k.held.Load() > limits.TLSHeldTotal/2 }

// BadLines counts the lines of key logs that were not understood.
func (k *Keys) BadLines() uint64 { return k.badLines.Load() }

// Struck tells the limits that struck.
func (k *Keys) Struck() []event.Struck {
	var out []event.Struck
	for _, s := range []struct {
		name  string
		count *atomic.Uint64
		text  string
	}{
		{"tls-held", &k.heldStruck, "directions and connections were given up as encrypted because too much waited for a key"},
		{"tls-hello-awaited", &k.hellos, "directions went on without the hello of the other"},
		{"tls-keys", &k.keysStruck, "sessions of the key log were forgotten"},
		{"tls-sessions", &k.sessionsStruck, "resumable sessions were forgotten"},
		{"tls-message", &k.messages, "handshake messages were too long to be read"},
		{"tls-transcript", &k.transcripts, "handshakes were too long to be hashed for an RSA key exchange"},
		{"tls-probes", &k.probesStruck, "times not all sessions of the key log were tried on a connection"},
		{"tls-probed-bytes", &k.probedStruck, "times not all secrets and sequence numbers were tried on a connection"},
		{"tls-probed-total", &k.probedTotalStruck, "times that no further connection was tried with the secrets of the key log"},
		{"tls-tries", &k.triesStruck, "directions were given up after lost bytes"},
		{"tls-unreadable", &k.unread, "directions were given up because the key log has not their handshake keys"},
		{"tls-alerts", &k.alerts, "alerts were not kept"},
	} {
		if n := s.count.Load(); n > 0 {
			out = append(out, event.Struck{Limit: s.name, Count: n, Text: s.text})
		}
	}
	return out
}

func (k *Keys) add(label string, id, secret []byte) (fresh bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if label == "RSA" {
		return k.addPremaster([8]byte(id), secret)
	}
	d, e, ok := trafficLabel(label)
	if !ok && label != "CLIENT_RANDOM" {
		return false
	}
	random := [32]byte(id)
	s := k.secrets[random]
	if s == nil {
		s = &secrets{random: random}
		if old, full := k.order.add(s, int(limits.TLSKeys)); full {
			delete(k.secrets, old.random)
			k.keysStruck.Add(1)
		}
		k.secrets[random] = s
	}
	slot := &s.master
	if ok {
		slot = &s.traffic[d][e]
	}
	fresh = !bytes.Equal(*slot, secret)
	*slot = secret
	return fresh
}

func (k *Keys) addPremaster(id [8]byte, secret []byte) (fresh bool) {
	old, known := k.premasters[id]
	if !known {
		if old, full := k.premOrder.add(id, int(limits.TLSKeys)); full {
			delete(k.premasters, old)
			k.keysStruck.Add(1)
		}
	}
	k.premasters[id] = secret
	return !bytes.Equal(old, secret)
}

// find gives the secrets of a client random, nil if there are none.
func (k *Keys) find(random [32]byte) *secrets {
	k.mu.RLock()
	s := k.secrets[random]
	known := s == nil || s.matched
	k.mu.RUnlock()
	if !known {
		k.mu.Lock()
		s.matched = true
		k.mu.Unlock()
	}
	return s
}

// trafficSecret reads one secret, nil if it is not (yet) there.
func (k *Keys) trafficSecret(s *secrets, d event.Dir, e epoch) []byte {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return s.traffic[d][e]
}

func (k *Keys) masterSecret(random [32]byte) []byte {
	s := k.find(random)
	if s == nil {
		return nil
	}
	k.mu.RLock()
	defer k.mu.RUnlock()
	return s.master
}

// empty reports whether there is no secret and no private key at all.
func (k *Keys) empty() bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return len(k.secrets) == 0 && len(k.premasters) == 0 && len(k.rsa) == 0
}

// onlyRSA reports whether private keys are all there is.
func (k *Keys) onlyRSA() bool {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return len(k.secrets) == 0 && len(k.rsa) > 0
}

// candidates lists the sessions with traffic secrets that a connection may
// have whose client random is not in the key log, the latest first. Those whose
// client random was met come last, and only where known is false: the
// connection's own was not captured.
func (k *Keys) candidates(known bool) []*secrets {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var list, met []*secrets
	o := &k.order
	for i := range o.keys {
		s := o.keys[(o.next+len(o.keys)-1-i)%len(o.keys)]
		switch {
		case s.master != nil:
			continue
		case !s.matched:
			list = append(list, s)
		case !known:
			met = append(met, s)
		}
		if len(list)+len(met) >= int(limits.TLSProbes) {
			k.probesStruck.Add(1)
			break
		}
	}
	return append(list, met...)
}

// masters lists the sessions with master secrets, the latest first.
func (k *Keys) masters() []secrets {
	k.mu.RLock()
	defer k.mu.RUnlock()
	var list []secrets
	o := &k.order
	for i := range o.keys {
		s := o.keys[(o.next+len(o.keys)-1-i)%len(o.keys)]
		if s.master == nil {
			continue
		}
		if len(list) >= int(limits.TLSProbes) {
			k.probesStruck.Add(1)
			break
		}
		list = append(list, secrets{random: s.random, master: s.master})
	}
	return list
}

// session gives the master secret of a session that may be resumed.
func (k *Keys) session(name sessionKey) []byte {
	k.mu.RLock()
	defer k.mu.RUnlock()
	return k.sessions.master[name]
}

// addSession remembers a session.
func (k *Keys) addSession(name sessionKey, master []byte) {
	if name == (sessionKey{}) {
		return
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, known := k.sessions.master[name]; !known {
		if old, full := k.sessions.order.add(name, int(limits.TLSSessions)); full {
			delete(k.sessions.master, old)
			k.sessionsStruck.Add(1)
		}
	}
	k.sessions.master[name] = master
	k.resumable.Add(1)
}
