package ui

import (
	"math/bits"
	"time"

	"wsscope/event"
	"wsscope/timeline"
)

// profile is what the charts of a connection are drawn from. It is made by
// walking the connection's rows, a slice at a time, and grows with them; only
// that of the connection on the screen is kept.
type profile struct {
	conn    int
	next    uint32 // the last row walked, plus 1; 0 none
	version int    // grows with every slice

	begin   int64
	width   time.Duration // of a bucket
	bytes   [2][profileBuckets]uint64
	sizes   [2][65]uint64 // messages by the bits of their length
	rtts    [profileRTTs]time.Duration
	nRTT    uint64
	minRTT  time.Duration
	maxRTT  time.Duration
	sumRTT  time.Duration
	pings   [2]uint64
	pongs   [2]uint64
	lastRow int64
	maxGap  time.Duration
	gapAt   int64
}

const (
	profileBuckets = 64
	profileRTTs    = 64                   // the newest are drawn
	profileSlice   = 1 << 15              // rows walked between two draws: about 2 ms in memory
	profileTime    = 4 * time.Millisecond // and no longer where they must be read from the file
)

// updateProfile walks on, and gives the profile's version.
func (a *app) updateProfile(conn int) int {
	p := &a.details.profile
	if p.conn != conn {
		*p = profile{conn: conn, width: time.Millisecond, version: p.version}
	}
	c, ok := a.store.Conn(conn)
	if !ok {
		return p.version
	}
	var row timeline.Row
	steps := profileSlice
	if p.next == 0 {
		first, ok := c.FirstRow()
		if !ok || !a.reader.Row(first, &row) {
			// The first rows were dropped: begin with the oldest there is.
			if !firstOf(a.store, a.reader, conn, &row) {
				return p.version
			}
		}
		p.begin, p.lastRow = row.Time, row.Time
		p.add(&row)
		p.next = row.Index + 1
		p.version++
		steps--
	}
	if !a.reader.Row(p.next-1, &row) {
		return p.version
	}
	walked, begin := 0, time.Now()
	a.reader.Walk(&row, true, func(r *timeline.Row) bool {
		if r.Kind() == timeline.KindFrame && r.Heartbeat() && r.HasDetail() {
			if d, err := a.reader.Detail(r); err == nil && d.HasRTT {
				p.rtt(d.RTT)
			}
		}
		p.add(r)
		p.next = r.Index + 1
		walked++
		if walked%64 == 0 && time.Since(begin) > profileTime {
			steps = walked
		}
		return walked < steps
	})
	if walked > 0 {
		p.version++
	}
	if walked == steps {
		a.post(func() {}) // wakes the next draw, which walks on
	}
	return p.version
}

// firstOf finds the oldest row of a connection that is still there.
func firstOf(s *timeline.Store, r *timeline.Reader, conn int, row *timeline.Row) bool {
	for i, n := s.First(), 0; i < s.Len() && n < profileSlice; i, n = i+1, n+1 {
		if r.Row(i, row) && row.Conn() == conn {
			return true
		}
	}
	return false
}

func (p *profile) rtt(d time.Duration) {
	p.rtts[p.nRTT%profileRTTs] = d
	if p.nRTT == 0 || d < p.minRTT {
		p.minRTT = d
	}
	p.maxRTT = max(p.maxRTT, d)
	p.sumRTT += d
	p.nRTT++
}

// add counts one row.
func (p *profile) add(r *timeline.Row) {
	if gap := time.Duration(r.Time - p.lastRow); gap > p.maxGap && r.Kind() == timeline.KindFrame {
		p.maxGap, p.gapAt = gap, p.lastRow
	}
	p.lastRow = r.Time
	dir := r.Dir()
	if dir == event.NoDir {
		return
	}
	if r.MarkedMessage() {
		p.sizes[dir][bits.Len64(r.Len)]++
	}
	if r.Kind() != timeline.KindFrame {
		return
	}
	switch r.Opcode() {
	case event.OpPing:
		p.pings[dir]++
	case event.OpPong:
		p.pongs[dir]++
	}
	at := max(0, r.Time-p.begin)
	for at/int64(p.width) >= profileBuckets {
		p.halve()
	}
	p.bytes[dir][at/int64(p.width)] += r.Len
}

// halve doubles the time that a bucket stands for.
func (p *profile) halve() {
	for d := range p.bytes {
		for i := range profileBuckets / 2 {
			p.bytes[d][i] = p.bytes[d][2*i] + p.bytes[d][2*i+1]
		}
		clear(p.bytes[d][profileBuckets/2:])
	}
	p.width *= 2
}

// newestRTTs gives up to most of the last round trips, the oldest first.
func (p *profile) newestRTTs(most int) []float64 {
	n := min(p.nRTT, profileRTTs, uint64(most))
	out := make([]float64, 0, n)
	for i := p.nRTT - n; i < p.nRTT; i++ {
		out = append(out, float64(p.rtts[i%profileRTTs]))
	}
	return out
}
