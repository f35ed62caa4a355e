package pipeline

import (
	"hash/fnv"
	"net/netip"
	"unsafe"

	"wsscope/capture"
	"wsscope/event"
	"wsscope/limits"
	"wsscope/link"
	"wsscope/reassembly"
	"wsscope/stream"
)

// front takes packets down to TCP and puts the streams together. It runs in
// one goroutine; what it finds out goes into the job at hand.
type front struct {
	p       *Pipeline
	link    *link.Decoder
	peek    *link.Decoder // of ahead, which decodes packets before their turn
	at      int           // the packet of the job that is at hand
	tcp     *reassembly.Assembler
	job     *job
	keep    func(*capture.Packet) bool
	conns   uint64
	stats   frontStats
	chooser chooser
}

// frontStats are the front's share of the summary.
type frontStats struct {
	packets, bytes   uint64
	snapped          uint64
	undecodable      uint64
	filtered         uint64
	dropped          uint64
	backwards        uint64
	firstTime, last  int64
	seen             bool
	backwardsPacket  uint64
	firstSnappedSize int
}

// endpoints of a connection, by side.
type endpoints [2]netip.AddrPort

func newFront(p *Pipeline) *front {
	f := &front{p: p, link: link.NewDecoder(), peek: link.NewDecoder(), keep: p.opt.Keep}
	f.tcp = reassembly.New(f)
	f.tcp.Ahead = f.ahead
	f.chooser.save = p.opt.Save
	return f
}

// batch processes the packets of a job.
func (f *front) batch(j *job) {
	f.job = j
	if j.batch == nil {
		return
	}
	if f.p.opt.SaveWebSocket {
		f.chooser.passes(f.tcp.Clock(), f.p.working.Wait)
	}
	f.stats.dropped += j.batch.Dropped
	if len(j.batch.Packets) == 0 && f.p.opt.Clock != nil {
		f.tcp.Tick(f.p.opt.Clock().UnixNano())
		return
	}
	var seg link.Segment
	for i := range j.batch.Packets {
		p := &j.batch.Packets[i]
		f.at = i
		now := event.Stamp{Packet: p.Number, Time: p.Time}
		j.stamp = now
		f.count(p)
		if f.keep != nil && !f.keep(p) {
			f.stats.filtered++
			continue
		}
		if f.p.opt.Save != nil && !f.p.opt.SaveWebSocket {
			f.p.opt.Save(p)
		}
		switch f.link.Decode(p, &seg) {
		case link.TCP:
			if len(seg.Payload) > 0 && !within(seg.Payload, p.Data) {
				// Put together from fragments, in memory that is used again.
				seg.Payload = append([]byte(nil), seg.Payload...)
			}
			if c := f.tcp.Segment(&seg, now); c != nil && f.p.opt.SaveWebSocket {
				f.choose(c, p)
			}
		case link.Undecodable, link.UnknownLink:
			f.stats.undecodable++
		}
	}
	f.tcp.Tick(j.stamp.Time) // there may be no TCP among the packets
}

// ahead gives the segments behind the packet at hand that are in the same batch.
func (f *front) ahead(yield func(*link.Segment) bool) {
	var seg link.Segment
	rest := f.job.batch.Packets[f.at+1:]
	for i := range rest[:min(len(rest), int(limits.LookAhead))] {
		p := &rest[i]
		if f.keep != nil && !f.keep(p) {
			continue
		}
		if f.peek.Decode(p, &seg) == link.TCP && !yield(&seg) {
			return
		}
	}
}

func (f *front) count(p *capture.Packet) {
	s := &f.stats
	s.packets++
	s.bytes += uint64(len(p.Data))
	if p.WireLen > len(p.Data) {
		if s.snapped == 0 {
			s.firstSnappedSize = len(p.Data)
		}
		s.snapped++
	}
	switch {
	case !s.seen:
		s.seen, s.firstTime, s.last = true, p.Time, p.Time
	case p.Time < s.last:
		if s.backwards == 0 {
			s.backwardsPacket = p.Number
		}
		s.backwards++
	}
	s.last = max(s.last, p.Time)
	s.firstTime = min(s.firstTime, p.Time)
}

// within reports whether part lies inside whole.
func within(part, whole []byte) bool {
	a, b := uintptr(unsafe.Pointer(unsafe.SliceData(part))), uintptr(unsafe.Pointer(unsafe.SliceData(whole)))
	return a >= b && a < b+uintptr(len(whole))
}

// conn gives what the pipeline keeps of a connection.
func (f *front) conn(c *reassembly.Conn) *tcpConn {
	t, _ := c.User.(*tcpConn)
	if t == nil {
		t = &tcpConn{}
		c.User = t
	}
	return t
}

// assign chooses the worker of a connection, by what it begins with. A TLS
// session may be resumed in another connection to the same server, or through
// the same proxy, whose keys are then those of the first: such connections
// stay together, in order.
func (f *front) assign(c *reassembly.Conn, side int, first []byte) int {
	const handshake, connect = 22, 'C' // RFC 8446 section 5.1; RFC 9110 section 9.3.6
	if len(first) == 0 || first[0] != handshake && first[0] != connect {
		f.conns++
		return int(f.conns % uint64(len(f.job.items)))
	}
	h := fnv.New32a()
	server, _ := c.Addr(1 - side).MarshalBinary()
	h.Write(server)
	return int(h.Sum32() % uint32(len(f.job.items)))
}

func (f *front) add(c *reassembly.Conn, side int, first []byte) *item {
	t := f.conn(c)
	if !t.told {
		t.worker = f.assign(c, side, first)
	}
	items := &f.job.items[t.worker]
	*items = append(*items, item{conn: t, order: f.job.steps})
	f.job.steps++
	it := &(*items)[len(*items)-1]
	if !t.told {
		t.told = true
		it.whole, it.ends = c.SYN, &endpoints{c.Addr(0), c.Addr(1)}
	}
	return it
}

// Open implements reassembly.Sink.
func (f *front) Open(*reassembly.Conn, event.Stamp) {}

// Data implements reassembly.Sink.
func (f *front) Data(c *reassembly.Conn, side int, ch *stream.Chunk) {
	it := f.add(c, side, ch.Data)
	it.kind, it.side, it.data, it.origin, it.now, it.acked = itemData, event.Dir(side), ch.Data, ch.Origin, ch.Now, ch.Acked
}

// Gap implements reassembly.Sink.
func (f *front) Gap(c *reassembly.Conn, side int, n int64, now event.Stamp) {
	it := f.add(c, side, nil)
	it.kind, it.side, it.n, it.now = itemGap, event.Dir(side), n, now
}

// End implements reassembly.Sink.
func (f *front) End(c *reassembly.Conn, side int, how stream.End, now event.Stamp) {
	if t, _ := c.User.(*tcpConn); t == nil || !t.told {
		return // it never carried anything
	}
	it := f.add(c, side, nil)
	it.kind, it.side, it.how, it.now = itemEnd, event.Dir(side), how, now
}

// Conflict implements reassembly.Sink.
func (f *front) Conflict(c *reassembly.Conn, side int, off int64, first, again []byte, now event.Stamp) {
	it := f.add(c, side, nil)
	it.kind, it.side, it.n, it.now = itemConflict, event.Dir(side), off, now
	it.first, it.data = append([]byte(nil), first...), append([]byte(nil), again...)
}

// finish ends all connections with the capture.
func (f *front) finish(j *job) {
	f.job = j
	f.tcp.Close(j.stamp)
	f.notes(j)
}

// struck lists the limits that struck in link and reassembly.
func (f *front) struck() []event.Struck {
	a, l := f.tcp.Struck, f.link.Stats()
	return struckList(
		event.Struck{Limit: "stream-queued", Count: a.Queued, Text: "holes given up because too much data was waiting behind them"},
		event.Struck{Limit: "connections", Count: a.Connections, Text: "connections ended to make room for new ones"},
		event.Struck{Limit: "idle", Count: a.Idle, Text: "connections ended because they were silent too long"},
		event.Struck{Limit: "doubtful-segments", Count: a.Doubtful, Text: "segments with a wrong checksum dropped"},
		event.Struck{Limit: "save-held", Count: f.chooser.unsure, Text: "connections not saved: too long until they showed what they carry"},
		event.Struck{Limit: "save-wait", Count: f.chooser.early, Text: "packets not saved: they came too long before their connection showed that it carries WebSocket"},
		event.Struck{Limit: "link-depth", Count: l.TooDeep, Text: "packets with too many headers inside each other"},
	)
}

func struckList(all ...event.Struck) []event.Struck {
	var out []event.Struck
	for _, s := range all {
		if s.Count > 0 {
			out = append(out, s)
		}
	}
	return out
}
