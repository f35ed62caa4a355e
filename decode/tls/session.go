package tls

import "crypto/sha256"

// sessionKey names a TLS 1.2 session by a hash of what resumes it: its session
// id or its ticket. Zero names none.
type sessionKey [16]byte

func sessionByID(id []byte) sessionKey         { return nameSession('i', id) }
func sessionByTicket(ticket []byte) sessionKey { return nameSession('t', ticket) }

func nameSession(kind byte, b []byte) (k sessionKey) {
	if len(b) > 0 {
		sum := sha256.Sum256(append([]byte{kind}, b...))
		copy(k[:], sum[:])
	}
	return k
}

// sessions is what can be resumed: master secrets by session, of all
// connections, the oldest forgotten first.
type sessions struct {
	master map[sessionKey][]byte
	order  ring[sessionKey]
}

// ring remembers the order of arrival of at most cap keys.
type ring[K any] struct {
	keys []K
	next int
}

// add takes k in; where the ring is full it gives the key that falls out.
func (r *ring[K]) add(k K, most int) (out K, full bool) {
	if len(r.keys) < most {
		r.keys = append(r.keys, k)
		return out, false
	}
	out, r.keys[r.next] = r.keys[r.next], k
	r.next = (r.next + 1) % most
	return out, true
}
