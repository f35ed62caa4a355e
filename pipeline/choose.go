package pipeline

import (
	"wsscope/capture"
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
	unsure uint64 // connections given up by a limit
}

type waiting struct {
	conn *tcpConn
	p    capture.Packet // own copy
}

// take takes a packet of a connection.
func (c *chooser) take(t *tcpConn, p *capture.Packet) {
	if t.unsaved || t.carries.Load() == other {
		return
	}
	own := *p
	own.Data = append([]byte(nil), p.Data...)
	c.queue = append(c.queue, waiting{t, own})
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
			c.save(&w.p)
		}
		c.bytes -= int64(len(w.p.Data))
		*w = waiting{}
		c.first++
	}
	if c.first > len(c.queue)/2 {
		n := copy(c.queue, c.queue[c.first:])
		clear(c.queue[n:])
		c.queue, c.first = c.queue[:n], 0
	}
}

// choose passes a packet to the chooser.
func (f *front) choose(c *reassembly.Conn, p *capture.Packet) { f.chooser.take(f.conn(c), p) }
