package timeline

import (
	"slices"

	"wsscope/event"
	"wsscope/limits"
)

// Encrypted implements event.EncryptedSink: the connections that cannot be
// read are listed beside the others, the oldest up to a limit.
func (s *Store) Encrypted(e *event.Encrypted) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e.Opened {
		s.encrypted = slices.DeleteFunc(s.encrypted, func(o event.Encrypted) bool {
			return o.Client == e.Client && o.Server == e.Server
		})
	} else if len(s.encrypted) < int(limits.TimelineEncrypted) {
		s.encrypted = append(s.encrypted, *e)
	} else {
		s.stats.EncryptedUnlisted++
	}
	s.version.Add(1)
}

// EncryptedConns is how many encrypted connections are listed.
func (s *Store) EncryptedConns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.encrypted)
}

// EncryptedConn gives one of them, from 0 in the order in which they were
// recognised; ok is false where there is none.
func (s *Store) EncryptedConn(i int) (e event.Encrypted, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i < 0 || i >= len(s.encrypted) {
		return event.Encrypted{}, false
	}
	return s.encrypted[i], true
}
