// Package pipeline runs the stages side by side and keeps their order. Four
// kinds of goroutines, joined by channels of jobs (one batch of packets
// each):
//
//	reader   fills batches from the source
//	front    link layers and TCP reassembly, one goroutine for all connections
//	workers  decoding, judging; a connection stays with one worker
//	merger   the caller's goroutine: events in packet order, to the sink
//
// The number of workers changes nothing in what the sink sees.
package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"wsscope/capture"
	"wsscope/decode"
	"wsscope/decode/tls"
	"wsscope/event"
	"wsscope/judge"
)

// Options of a run.
type Options struct {
	Decode decode.Options
	Lean   bool // the sink wants neither frames nor messages
	Live   bool // flush after each batch
	// Keep tells which packets to look at; nil: all. It is called from one
	// goroutine.
	Keep func(*capture.Packet) bool
	// Save takes the packets that are looked at, for a file; nil: none. It is
	// called from the same goroutine, and before the packet is decoded.
	Save func(*capture.Packet)
	// SaveWebSocket saves only packets of connections that carry WebSocket,
	// from their first one on.
	SaveWebSocket bool
	// Clock tells the time where packets come from the wire: then it goes on
	// without packets too. nil: there is no time but that of packets.
	Clock      func() time.Time
	MaxPackets uint64 // stop after so many packets; 0: all
	Workers    int    // 0: one for each processor, at most 8
}

// Flusher is a sink that buffers what it prints.
type Flusher interface{ Flush() error }

// Pipeline is one run.
type Pipeline struct {
	opt     Options
	sink    event.Sink
	front   *front
	workers []*worker
	cross   *judge.Cross
	total   event.Summary
	nextID  int
	now     event.Stamp
	problem []*capture.Problem
	packets atomic.Uint64 // read so far, for whoever asks meanwhile
	working sync.WaitGroup
	room    *room
}

// Packets is how many packets were read so far. Any goroutine may ask.
func (p *Pipeline) Packets() uint64 { return p.packets.Load() }

// inFlight is how many jobs may be on their way between two stages: enough
// to keep all busy, few enough to bound memory.
const inFlight = 2

// New prepares a run that tells sink.
func New(sink event.Sink, opt Options) *Pipeline {
	if opt.Workers <= 0 {
		opt.Workers = min(runtime.GOMAXPROCS(0), 8)
	}
	if opt.Decode.Keys == nil {
		opt.Decode.Keys = tls.NewKeys()
	}
	p := &Pipeline{opt: opt, sink: sink, room: newRoom()}
	p.front = newFront(p)
	p.cross = judge.NewCross(p.finding)
	for range opt.Workers {
		out := &output{lean: opt.Lean}
		p.workers = append(p.workers, &worker{shared: decode.NewShared(out, opt.Decode), out: out, working: &p.working, room: p.room})
	}
	return p
}

// Run reads src to its end or until ctx is done, and tells the sink
// everything, the summary last. The problems met with the inputs are
// returned. An error is one of the source's that is no Problem, or of the
// sink's Flush.
func (p *Pipeline) Run(ctx context.Context, src capture.Source) ([]*capture.Problem, error) {
	read := make(chan *job, inFlight)
	ordered := make(chan *job, inFlight)
	free := make(chan *job, 2*inFlight+2)
	stop := make(chan struct{})
	defer close(stop)
	failed := make(chan error, 1)
	go func() { failed <- p.read(ctx, src, read, free, stop) }()
	inputs := make([]chan *job, len(p.workers))
	for i := range inputs {
		inputs[i] = make(chan *job, inFlight)
		go p.workers[i].run(inputs[i], i)
	}
	go func() {
		var number uint64
		for j := range read {
			j.number = number
			number++
			if j.last {
				p.front.finish(j)
			} else {
				p.front.batch(j)
			}
			p.addKeys(j)
			j.done.Add(len(inputs))
			p.working.Add(len(inputs))
			for _, in := range inputs {
				in <- j
			}
			ordered <- j
		}
		for _, in := range inputs {
			close(in)
		}
		close(ordered)
	}()
	var flush error
	for j := range ordered {
		j.done.Wait()
		p.merge(j)
		p.room.merged(j.out)
		if f, ok := p.sink.(Flusher); ok && p.opt.Live && flush == nil {
			flush = f.Flush()
		}
		if j.batch != nil {
			j.batch.Release()
		}
		j.batch, j.problem, j.notes = nil, nil, nil
		select {
		case free <- j:
		default:
		}
	}
	if p.opt.SaveWebSocket {
		p.front.chooser.drain(true)
	}
	err := <-failed
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return p.problem, errors.Join(err, flush)
}

// addKeys takes the secrets that came with a job. The workers have done all
// jobs before it, so that keys count from the same packet on in every run.
func (p *Pipeline) addKeys(j *job) {
	var secrets [][]byte
	if j.batch != nil {
		secrets = j.batch.Secrets
	}
	if len(secrets) == 0 && !j.last {
		return
	}
	p.working.Wait()
	for _, text := range secrets {
		p.opt.Decode.Keys.AddLog(text)
	}
	if j.last {
		p.opt.Decode.Keys.Complete()
	}
}

// read turns batches into jobs. The channel is closed behind the last job.
func (p *Pipeline) read(ctx context.Context, src capture.Source, to chan<- *job, free <-chan *job, stop <-chan struct{}) error {
	defer close(to)
	var stamp event.Stamp
	var packets uint64
	var failed error
	send := func(j *job) bool {
		j.stamp = stamp
		select {
		case to <- j:
			return true
		case <-stop:
			return false
		}
	}
	for ctx.Err() == nil {
		b, err := src.Next()
		if problem := (*capture.Problem)(nil); errors.As(err, &problem) {
			j := p.newJob(free)
			j.problem = problem
			if !send(j) {
				return nil
			}
			continue
		}
		if err != nil {
			if !errors.Is(err, io.EOF) {
				failed = err
			}
			break
		}
		if max := p.opt.MaxPackets; max > 0 && packets+uint64(len(b.Packets)) > max {
			b.Packets = b.Packets[:max-packets]
		}
		packets += uint64(len(b.Packets))
		p.packets.Store(packets)
		if n := len(b.Packets); n > 0 {
			stamp = event.Stamp{Packet: b.Packets[n-1].Number, Time: b.Packets[n-1].Time}
		}
		j := p.newJob(free)
		j.batch = b
		if !send(j) {
			return nil
		}
		if p.opt.MaxPackets > 0 && packets >= p.opt.MaxPackets {
			break
		}
	}
	j := p.newJob(free)
	j.last = true
	send(j)
	return failed
}

func (p *Pipeline) newJob(free <-chan *job) *job {
	var j *job
	select {
	case j = <-free:
		for i := range j.items {
			clear(j.items[i])
			j.items[i] = j.items[i][:0]
		}
	default:
		j = &job{items: make([][]item, len(p.workers)), out: make([]*output, len(p.workers))}
	}
	j.last, j.steps = false, 0
	return j
}

// merge hands the events of a job to the sink, in the order of the packets.
func (p *Pipeline) merge(j *job) {
	at := make([]int, len(j.out))
	for {
		best := -1
		for w, o := range j.out {
			if at[w] < len(o.entries) && (best < 0 || o.entries[at[w]].before(&j.out[best].entries[at[best]])) {
				best = w
			}
		}
		if best < 0 {
			break
		}
		// What was made of one item comes together.
		o := j.out[best]
		for first := o.entries[at[best]]; at[best] < len(o.entries) && o.entries[at[best]].packet == first.packet && o.entries[at[best]].order == first.order; at[best]++ {
			p.tell(o, o.entries[at[best]])
		}
	}
	for i := range j.notes {
		p.finding(&j.notes[i])
	}
	if j.problem != nil {
		p.tellProblem(j)
	}
	if j.last {
		p.summary()
	}
}

// tell hands one event on. An event of the past is told as of now, since
// packet numbers never decrease.
func (p *Pipeline) tell(o *output, e entry) {
	switch e.kind {
	case entryOpen:
		open := o.opens[e.index]
		p.nextID++
		open.Conn.ID = p.nextID
		p.clamp(&open.Stamp)
		p.sink.Open(open)
		p.cross.Open(open)
	case entryFrame:
		f := &o.frames[e.index]
		p.clamp(&f.Stamp)
		p.sink.Frame(f)
		p.cross.Frame(f)
	case entryMessage:
		m := &o.messages[e.index]
		p.clamp(&m.Stamp)
		p.sink.Message(m)
	case entryFinding:
		p.finding(&o.findings[e.index])
	case entryEnd:
		end := &o.ends[e.index]
		p.clamp(&end.Stamp)
		p.cross.End(end)
		p.sink.End(end)
	}
}

func (p *Pipeline) clamp(s *event.Stamp) {
	if s.Packet < p.now.Packet {
		*s = p.now
	}
	p.now = *s
}

func (p *Pipeline) finding(f *event.Finding) {
	p.clamp(&f.Stamp)
	p.total.Findings[f.Severity]++
	p.sink.Finding(f)
}

// tellProblem makes a finding of what is wrong with an input.
func (p *Pipeline) tellProblem(j *job) {
	p.problem = append(p.problem, j.problem)
	if j.problem.Rule == "" {
		return
	}
	f := judge.Note(j.problem.Rule, j.problem.Error())
	f.Stamp, f.Dir = j.stamp, event.NoDir
	p.finding(f)
}

func (p *Pipeline) summary() {
	s, t := &p.total, totals{}
	f := &p.front.stats
	s.Packets, s.Bytes = f.packets, f.bytes
	s.TCPConnections = p.front.tcp.Total
	s.TruncatedPackets, s.UndecodablePackets = f.snapped, f.undecodable
	s.Duration = time.Duration(f.last - f.firstTime)
	if f.filtered > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d packets did not match the capture filter", f.filtered))
	}
	if f.dropped > 0 {
		s.Notes = append(s.Notes, fmt.Sprintf("%d packets were dropped by the kernel: their bytes are lost", f.dropped))
	}
	s.Limits = append(append(p.front.struck(), p.decodeStruck()...), p.opt.Decode.Keys.Struck()...)
	var encrypted decode.Encrypted
	for _, w := range p.workers {
		t.add(&w.out.sum)
		encrypted.Add(&w.shared.Stats.Encrypted)
	}
	s.EncryptedConnections = encrypted.Count
	s.Notes = append(s.Notes, encrypted.Notes()...)
	s.Connections, s.Refused = t.connections, t.refused
	s.Frames, s.Messages, s.PayloadBytes, s.LostBytes = t.frames, t.messages, t.payload, t.lost
	s.ByOpcode = t.byOpcode
	p.sink.Summary(s)
}
