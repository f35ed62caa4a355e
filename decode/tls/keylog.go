package tls

import (
	"bytes"
	"encoding/hex"

	"wsscope/event"
	"wsscope/limits"
)

// LogReader takes one key log as it grows, in pieces of any size.
type LogReader struct {
	keys    *Keys
	partial []byte // a line that has not ended
	long    bool   // it is too long and dropped to its end
}

// NewLogReader begins a key log. Several may be read at once, each by its own
// reader.
func (k *Keys) NewLogReader() *LogReader { return &LogReader{keys: k} }

// Write takes the next piece; it never fails.
func (r *LogReader) Write(p []byte) (int, error) {
	n, fresh := len(p), false
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			break
		}
		line := p[:i]
		if len(r.partial) > 0 {
			line = append(r.partial, line...)
		}
		if r.long || len(line) > int(limits.TLSKeyLogLine) {
			r.keys.badLines.Add(1)
		} else if r.keys.line(line) {
			fresh = true
		}
		r.partial, r.long = r.partial[:0], false
		p = p[i+1:]
	}
	if len(r.partial)+len(p) > int(limits.TLSKeyLogLine) {
		r.partial, r.long = r.partial[:0], true
	} else if !r.long {
		r.partial = append(r.partial, p...)
	}
	if fresh {
		r.keys.generation.Add(1)
	}
	return n, nil
}

// Close ends the log: the last line needs no line break.
func (r *LogReader) Close() error {
	if r.long || len(r.partial) > 0 {
		r.Write([]byte{'\n'})
	}
	return nil
}

// line takes one line and reports whether it holds a secret that was not
// known.
func (k *Keys) line(line []byte) (fresh bool) {
	f := bytes.Fields(line)
	if len(f) == 0 || f[0][0] == '#' {
		return false
	}
	if len(f) != 3 {
		k.badLines.Add(1)
		return false
	}
	id, err1 := hex.DecodeString(string(f[1]))
	secret, err2 := hex.DecodeString(string(f[2]))
	if err1 != nil || err2 != nil || !k.plausible(string(f[0]), id, secret) {
		k.badLines.Add(1)
		return false
	}
	return k.add(string(f[0]), id, secret)
}

// plausible checks the lengths of a line's fields.
func (k *Keys) plausible(label string, id, secret []byte) bool {
	switch label {
	case "RSA":
		return len(id) == 8 && len(secret) == masterLen
	case "CLIENT_RANDOM":
		return len(id) == 32 && len(secret) == masterLen
	}
	if _, _, ok := trafficLabel(label); ok {
		return len(id) == 32 && (len(secret) == 32 || len(secret) == 48) // SHA-256, SHA-384
	}
	return true // EXPORTER_SECRET, ECH_CONFIG and others that are not needed
}

// trafficLabel gives direction and epoch of a traffic secret's label.
func trafficLabel(label string) (d event.Dir, e epoch, ok bool) {
	switch label {
	case "CLIENT_EARLY_TRAFFIC_SECRET":
		return event.ClientToServer, early, true
	case "CLIENT_HANDSHAKE_TRAFFIC_SECRET":
		return event.ClientToServer, handshaking, true
	case "SERVER_HANDSHAKE_TRAFFIC_SECRET":
		return event.ServerToClient, handshaking, true
	case "CLIENT_TRAFFIC_SECRET_0":
		return event.ClientToServer, application, true
	case "SERVER_TRAFFIC_SECRET_0":
		return event.ServerToClient, application, true
	}
	return 0, 0, false
}
