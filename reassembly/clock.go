package reassembly

// clock is the time that connections are held against. It follows the times of
// the packets and never goes back. One packet with a wrong time, or two
// interleaved captures whose clocks differ, must not end what is under way: a
// leap is believed once several packets in a row have made it. Nor does it show
// that connections were silent: clocks are set, hosts sleep, captures pause.
// It counts as the longest time that is believed of one packet.
type clock struct {
	time int64 // ns that have passed
	last int64 // the packet time that it stands for
	set  bool
	odd  int   // packets in a row that leapt ahead; back, if negative
	to   int64 // where the shortest of their leaps went
}

const (
	leap          = 300_000_000_000 // ns; shorter than the limits that end a connection in use
	leapsBelieved = 8
)

// hear takes the time of a packet.
func (c *clock) hear(now int64) {
	if !c.set {
		c.set, c.last = true, now
	}
	ahead, behind := uint64(now)-uint64(c.last), uint64(c.last)-uint64(now)
	switch {
	case now >= c.last && ahead <= leap:
		c.time += int64(ahead)
		c.last, c.odd = now, 0
	case now < c.last && behind <= leap:
		c.odd = 0
	case now > c.last:
		if c.odd <= 0 || now < c.to {
			c.to = now
		}
		if c.odd = max(c.odd, 0) + 1; c.odd >= leapsBelieved {
			c.time += leap
			c.last, c.odd = c.to, 0
		}
	default:
		if c.odd >= 0 || now > c.to {
			c.to = now
		}
		if c.odd = min(c.odd, 0) - 1; -c.odd >= leapsBelieved {
			c.last, c.odd = c.to, 0
		}
	}
}
