package event

// Via is what carried a run of a WebSocket's bytes between TCP and the frames.
type Via struct {
	Data   DataFrame // valid if its N is not 0: over HTTP/2
	Record Record    // valid if its N is not 0: inside TLS
}

// DataFrame is the DATA frame of HTTP/2 that carried a run (RFC 9113 section
// 6.1).
type DataFrame struct {
	N      uint64 // among the DATA frames of its direction, of all streams, from 1; lost ones do not count
	Stream uint32
	Off    int64  // of the frame's header in what the direction carries of HTTP/2, preface included; -1 where not known
	Len    uint32 // of its payload, padding included
	Pad    uint32 // bytes of padding
	At     uint32 // where the run begins in the data
}

// Record is the TLS record that carried a run, one of application data (RFC
// 8446 section 5.2, RFC 5246 section 6.2.3).
type Record struct {
	N    uint64 // among the records of its direction, of all types, from 1; lost ones do not count
	Len  uint32 // of its fragment, as its header says
	At   uint32 // where the run begins in the plaintext
	Last uint64 // the packet that carried the record's last byte
}

// Same reports whether two runs came in the same frame and record.
func (v *Via) Same(o *Via) bool { return v.Data.N == o.Data.N && v.Record.N == o.Record.N }

// Skip makes v that of a run that begins n bytes later.
func (v *Via) Skip(n int) {
	v.Data.At += uint32(n)
	v.Record.At += uint32(n)
}
