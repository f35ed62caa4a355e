package http2

import "wsscope/event"

// Role tells from frames, the first of which begins b, whether the direction
// is the client's.
func Role(b []byte) event.Tri {
	for len(b) >= headerLen {
		h := parseHeader(b)
		b = b[headerLen:]
		body := b[:min(int(h.length), len(b))]
		b = b[len(body):]
		switch {
		case h.typ == typePushPromise:
			return event.No
		case h.typ == typeHeaders && int(h.prefix()) < len(body):
			if role := blockRole(body[h.prefix():]); role != event.Unknown {
				return role
			}
		}
	}
	return event.Unknown
}

// blockRole looks at the first field of a header block: pseudo-header fields
// come first (RFC 9113 section 8.3), and their names are in the static table.
func blockRole(b []byte) event.Tri {
	for len(b) > 0 && b[0]&0xe0 == 0x20 { // size updates
		var err error
		if _, b, err = integer(b, 5); err != nil {
			return event.Unknown
		}
	}
	if len(b) == 0 {
		return event.Unknown
	}
	prefix := uint(4)
	switch {
	case b[0]&0x80 != 0:
		prefix = 7
	case b[0]&0x40 != 0:
		prefix = 6
	}
	i, _, err := integer(b, prefix)
	if err != nil || i == 0 || int(i) > len(static) {
		return event.Unknown
	}
	switch static[i-1].Name {
	case ":authority", ":method", ":path", ":scheme":
		return event.Yes
	case ":status":
		return event.No
	}
	return event.Unknown
}
