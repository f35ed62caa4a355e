package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// soaking is one run of connections that open and close.
type soaking struct {
	addr     string
	listener net.Listener
	rate     int // messages a second of one connection and direction

	sent         count
	open, opened atomic.Int64
	rude, failed atomic.Int64
}

// soak runs wsscope on lo beside connections that open and close, samples its
// memory, and holds what it says against what was sent.
func soak(args []string) error {
	f := flag.NewFlagSet("soak", flag.ExitOnError)
	program := f.String("wsscope", "wsscope", "the program")
	iface := f.String("i", "lo", "the interface")
	port := f.Int("port", 9800, "the server's port")
	last := f.Duration("for", 20*time.Minute, "how long")
	conns := f.Int("conns", 50, "connections at a time")
	life := f.Duration("life", 2*time.Second, "a connection's mean life")
	rate := f.Int("rate", 20, "messages a second of one connection and direction")
	table := f.String("o", "soak.csv", "the samples")
	f.Parse(args)

	s := &soaking{addr: fmt.Sprintf("127.0.0.1:%d", *port), rate: *rate}
	var err error
	if s.listener, err = net.Listen("tcp", s.addr); err != nil {
		return err
	}
	go s.serve()
	w := newWatched()
	if err := w.start(*program, []string{"-i", *iface, "-o", "json", fmt.Sprintf("port %d", *port)}); err != nil {
		return err
	}
	samples, err := os.Create(*table)
	if err != nil {
		return err
	}
	defer samples.Close()
	fmt.Fprintln(samples, "seconds,rss_kib,cpu_seconds,load,open,opened,messages_sent,messages_seen")
	begin := time.Now()
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.clients(*conns, *life, begin.Add(*last))
	}()
	tick := time.NewTicker(10 * time.Second)
	for running := true; running; {
		select {
		case <-tick.C:
		case <-done:
			running = false
		}
		u := w.usage()
		fmt.Fprintf(samples, "%.0f,%d,%.1f,%s,%d,%d,%d,%d\n", time.Since(begin).Seconds(), u.rssKiB, u.cpu, u.load,
			s.open.Load(), s.opened.Load(), s.sent.messages.Load(), w.seen.messages.Load())
	}
	time.Sleep(time.Second) // the last packets pass
	if err := w.stop(); err != nil {
		return err
	}
	fmt.Printf("connections %d, ended rudely %d, not opened %d\n", s.opened.Load(), s.rude.Load(), s.failed.Load())
	fmt.Printf("sent  %s, closes %d\n", &s.sent, s.sent.closes.Load())
	fmt.Printf("seen  %s, closes %d\n", &w.seen, w.seen.closes.Load())
	fmt.Printf("lines %d open, %d end, %d incomplete messages, %d findings; summary %s\n", w.opens, w.ends, w.incomplete, w.findings, w.summary)
	if s.sent.String() != w.seen.String() || s.sent.closes.Load() != w.seen.closes.Load() || w.opens != s.opened.Load() || w.ends != w.opens {
		return fmt.Errorf("what was seen is not what was sent")
	}
	return nil
}

func (s *soaking) serve() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			p, err := accept(conn, &s.sent)
			if err != nil {
				return
			}
			stop := make(chan struct{})
			var wait sync.WaitGroup
			wait.Go(func() { s.chat(p, stop) })
			closed := p.receive()
			close(stop)
			wait.Wait()
			if closed {
				p.control(8, []byte{3, 232})
			}
		}()
	}
}

// clients keeps n connections alive until end.
func (s *soaking) clients(n int, life time.Duration, end time.Time) {
	var wait sync.WaitGroup
	for range n {
		wait.Go(func() {
			for time.Now().Before(end) {
				s.client(time.Duration(rand.ExpFloat64() * float64(life)))
			}
		})
	}
	wait.Wait()
}

// client is one connection. Some never finish their handshake, and some end
// without a close: an analyzer must not keep those for ever.
func (s *soaking) client(life time.Duration) {
	if rand.IntN(20) == 0 {
		if conn, err := net.Dial("tcp", s.addr); err == nil {
			fmt.Fprintf(conn, "GET /never HTTP/1.1\r\nHost: %s\r\n", s.addr)
			conn.Close()
		}
		return
	}
	p, err := dial(s.addr, rand.IntN(2) == 0, &s.sent)
	if err != nil {
		s.failed.Add(1)
		return
	}
	s.opened.Add(1)
	s.open.Add(1)
	defer s.open.Add(-1)
	defer p.conn.Close()
	stop := make(chan struct{})
	time.AfterFunc(life, func() { close(stop) })
	received := make(chan struct{})
	go func() { p.receive(); close(received) }()
	s.chat(p, stop)
	if rand.IntN(10) == 0 { // the end without a close
		s.rude.Add(1)
		p.conn.(*net.TCPConn).CloseWrite()
	} else {
		p.control(8, []byte{3, 232})
	}
	<-received
}

// chat sends messages until stop.
func (s *soaking) chat(p *peer, stop <-chan struct{}) {
	words := []byte(`{"type":"quote","symbol":"ABC","bid":101.25,"ask":101.30,"size":400,"venue":"X","note":"the quick brown fox"},`)
	for {
		wait := time.Duration(rand.ExpFloat64() / float64(s.rate) * float64(time.Second))
		select {
		case <-stop:
			return
		case <-time.After(wait):
		}
		size := 1 + rand.IntN(400)
		if rand.IntN(50) == 0 {
			size = rand.IntN(200_000)
		}
		payload := make([]byte, 0, size+len(words))
		payload = fmt.Appendf(payload, "%016x ", rand.Uint64())
		for len(payload) < size {
			payload = append(payload, words...)
		}
		opcode, fragments := byte(1+rand.IntN(2)), 1
		if rand.IntN(8) == 0 {
			fragments = 1 + rand.IntN(5)
		}
		if p.message(opcode, payload, fragments) != nil {
			return
		}
		if rand.IntN(30) == 0 {
			p.control(9, payload[:8])
		}
	}
}
