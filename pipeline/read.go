package pipeline

import (
	"context"
	"errors"
	"io"

	"wsscope/capture"
	"wsscope/event"
)

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
