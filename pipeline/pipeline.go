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
	// goroutine, for a packet that is looked at ahead more than once.
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
	packets atomic.Uint64  // read so far, for whoever asks meanwhile
	working sync.WaitGroup // jobs that some worker has not done
	room    *room

	panicked chan *Panicked // holds one
	broken   atomic.Bool    // a stage panicked: nothing more is decoded
	stages   sync.WaitGroup // all goroutines that Run started
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
	p := &Pipeline{opt: opt, sink: sink, room: newRoom(), panicked: make(chan *Panicked, 1)}
	p.front = newFront(p)
	p.cross = judge.NewCross(p.finding)
	for range opt.Workers {
		out := &output{lean: opt.Lean}
		p.workers = append(p.workers, &worker{shared: decode.NewShared(out, opt.Decode), out: out, p: p})
	}
	return p
}

// Run reads src to its end or until ctx is done, and tells the sink
// everything, the summary last. The problems met with the inputs are
// returned. An error is one of the source's that is no Problem, or of the
// sink's Flush. Where a stage panics, Run panics with a *Panicked, and where
// the sink does, with what that did: see Wait.
func (p *Pipeline) Run(ctx context.Context, src capture.Source) ([]*capture.Problem, error) {
	read := make(chan *job, inFlight)
	ordered := make(chan *job, inFlight)
	free := make(chan *job, 2*inFlight+2)
	stop := make(chan struct{})
	defer close(stop)
	failed := make(chan error, 1)
	p.stages.Go(func() {
		defer p.caught()
		failed <- p.read(ctx, src, read, free, stop)
	})
	inputs := make([]chan *job, len(p.workers))
	for i := range inputs {
		inputs[i] = make(chan *job, inFlight)
		p.stages.Go(func() { p.workers[i].run(inputs[i], i) })
	}
	p.stages.Go(func() { p.lead(read, inputs, ordered) })
	defer p.release(ordered)
	flush := p.follow(ordered, free)
	p.check()
	var err error
	select {
	case err = <-failed:
	case v := <-p.panicked:
		panic(v)
	}
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return p.problem, errors.Join(err, flush)
}

// lead takes the jobs through the front and hands them to the workers.
func (p *Pipeline) lead(read <-chan *job, inputs []chan *job, ordered chan<- *job) {
	defer func() {
		for _, in := range inputs {
			close(in)
		}
		close(ordered)
	}()
	defer p.caught()
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
}

// follow merges the jobs that the workers have done and gives them back. Its
// error is that of the sink's Flush.
func (p *Pipeline) follow(ordered <-chan *job, free chan<- *job) error {
	var flush error
	for j := range ordered {
		j.done.Wait()
		p.check()
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
	return flush
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
