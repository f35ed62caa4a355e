package pipeline

import (
	"wsscope/capture"
	"wsscope/event"
	"wsscope/limits"
	"wsscope/reassembly"
)

// chooser saves the packets of connections that carry WebSocket, in the order
// in which they were captured: they wait until the workers have found out
// about the connection of the first of them.
type chooser struct {
	save   func(*capture.Packet)
	queue  []waiting
	first  int // of queue
	bytes  int64
	clock  int64  // the Assembler's
	unsure uint64 // connections given up by a limit
	early  uint64 // packets of WebSocket connections that waited too long
}

type waiting struct {
	conn  *tcpConn
	since int64
	p     capture.Packet // own copy
}

// take takes a packet of a connection.
func (c *chooser) take(t *tcpConn, p *capture.Packet) {
	if t.unsaved || t.carries.Load() == other {
		return
	}
	own := *p
	own.Data = append([]byte(nil), p.Data...)
	c.queue = append(c.queue, waiting{t, c.clock, own})
	c.bytes += int64(len(own.Data))
	c.drain(false)
}

// drain saves or drops packets from the front of the queue as far as it is
// known which. At the end nothing more will be found out.
func (c *chooser) drain(end bool) {
	for c.first < len(c.queue) {
		w := &c.queue[c.first]
		carries := w.conn.carries.Load()
		if carries == unknown && !w.conn.unsaved {
			if !end && c.bytes <= limits.SaveHeld {
				break
			}
			w.conn.unsaved = true
			if !end {
				c.unsure++
			}
		}
		if carries == webSocket {
			c.early += w.conn.early
			w.conn.early = 0
			c.save(&w.p)
		}
		c.pop()
	}
	if c.first > len(c.queue)/2 {
		n := copy(c.queue, c.queue[c.first:])
		clear(c.queue[n:])
		c.queue, c.first = c.queue[:n], 0
	}
}

// pop drops the packet at the front of the queue.
func (c *chooser) pop() {
	w := &c.queue[c.first]
	c.bytes -= int64(len(w.p.Data))
	*w = waiting{}
	c.first++
}

// passes lets time pass: a connection that shows nothing, or goes on with
// something else, must not keep others waiting. It is called between two jobs;
// wait waits until the workers have done those before.
func (c *chooser) passes(clock int64, wait func()) {
	c.clock = clock
	c.drain(false)
	if !c.overdue() {
		return
	}
	wait() // what is unknown now was not in those jobs
	for c.drain(false); c.overdue(); c.drain(false) {
		c.queue[c.first].conn.early++
		c.pop()
	}
}

func (c *chooser) overdue() bool {
	return c.first < len(c.queue) && c.clock-c.queue[c.first].since > limits.SaveWait
}

// choose passes a packet to the chooser.
func (f *front) choose(c *reassembly.Conn, p *capture.Packet) { f.chooser.take(f.conn(c), p) }

// Close implements reassembly.Sink.
func (f *front) Close(c *reassembly.Conn, _ event.Stamp) {
	if f.p.opt.SaveWebSocket {
		if t := f.conn(c); !t.told { // no worker will find out
			t.carries.Store(other)
		}
	}
}
