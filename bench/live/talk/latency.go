package main

import (
	"flag"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// latency measures the way of a frame from the sender's hand to the reader of
// wsscope's standard output. The sender's write and the reader's parsing are
// part of it.
func latency(args []string) error {
	f := flag.NewFlagSet("latency", flag.ExitOnError)
	program := f.String("wsscope", "wsscope", "the program")
	port := f.Int("port", 9801, "the server's port")
	rate := f.Int("rate", 500, "messages a second")
	last := f.Duration("for", 20*time.Second, "how long")
	f.Parse(args)

	addr := fmt.Sprintf("127.0.0.1:%d", *port)
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		if p, err := accept(conn, &count{}); err == nil {
			p.receive()
			p.control(8, []byte{3, 232})
		}
	}()
	var mu sync.Mutex
	var delays []time.Duration
	w := newWatched()
	w.line = func(l *line) {
		now := time.Now().UnixNano()
		text, _, _ := strings.Cut(string(l.payload()), " ")
		if sent, err := strconv.ParseInt(text, 10, 64); err == nil {
			mu.Lock()
			delays = append(delays, time.Duration(now-sent))
			mu.Unlock()
		}
	}
	if err := w.start(*program, []string{"-i", "lo", "-o", "json", fmt.Sprintf("port %d", *port)}); err != nil {
		return err
	}
	var sent count
	p, err := dial(addr, false, &sent)
	if err != nil {
		return err
	}
	filling := strings.Repeat("x", 280)
	for begin := time.Now(); ; {
		due := int(time.Since(begin).Seconds() * float64(*rate))
		for int(sent.messages.Load()) < due {
			if err := p.message(1, fmt.Appendf(nil, "%d %s", time.Now().UnixNano(), filling), 1); err != nil {
				return err
			}
		}
		if time.Since(begin) > *last {
			break
		}
		time.Sleep(time.Second / time.Duration(min(*rate, 1000)))
	}
	p.control(8, []byte{3, 232})
	p.receive()
	u := w.usage()
	if err := w.stop(); err != nil {
		return err
	}
	if len(delays) == 0 || uint64(len(delays)) != sent.messages.Load() {
		return fmt.Errorf("%d messages were sent, %d came", sent.messages.Load(), len(delays))
	}
	slices.Sort(delays)
	at := func(share float64) string {
		return fmt.Sprintf("%.1f", delays[int(share*float64(len(delays)-1))].Seconds()*1e3)
	}
	fmt.Printf("| %d | %d | %s | %s | %s | %s | %.1f | %s |\n", *rate, len(delays), at(0.5), at(0.99), at(0.999), at(1), u.cpu, u.load)
	return nil
}
