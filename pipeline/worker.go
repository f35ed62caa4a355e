package pipeline

import (
	"wsscope/decode"
	"wsscope/stream"
)

// worker decodes the connections that are its own, in the order of the
// packets.
type worker struct {
	shared *decode.Shared
	out    *output
	chunk  stream.Chunk // reused, so that none is allocated

	p *Pipeline
}

func (w *worker) run(jobs <-chan *job, index int) {
	for j := range jobs {
		w.job(j, index)
		j.done.Done()
		w.p.working.Done()
	}
}

func (w *worker) job(j *job, index int) {
	if w.p.broken.Load() {
		return
	}
	defer w.p.caught()
	w.p.room.enter(j.number)
	w.out.reset(j.out[index])
	w.out.current = nil
	w.shared.RetryTLS(j.stamp)
	for i := range j.items[index] {
		w.item(&j.items[index][i])
	}
	if j.last {
		w.out.current, w.out.order = nil, j.steps
		w.shared.Finish(j.stamp)
	}
	j.out[index] = w.out.give()
	w.p.room.take(w.out.large)
}

func (w *worker) item(it *item) {
	c := it.conn
	if c.over {
		return
	}
	if c.decoder == nil {
		c.decoder = decode.NewConn(w.shared, it.ends[0], it.ends[1], it.whole)
	}
	w.out.current, w.out.order = it.data, it.order
	opened := len(w.out.opens)
	switch it.kind {
	case itemData:
		w.chunk = stream.Chunk{Data: it.data, Origin: it.origin, Now: it.now, Acked: it.acked}
		c.decoder.Data(it.side, &w.chunk)
	case itemGap:
		c.decoder.Gap(it.side, it.n, it.now)
	case itemEnd:
		c.decoder.End(it.side, it.how, it.now)
	case itemConflict:
		c.decoder.Conflict(it.side, it.n, it.first, it.data, it.now)
	}
	if len(w.out.opens) > opened {
		c.carries.Store(webSocket)
	}
	if c.decoder.Ended() {
		c.decoder, c.over = nil, true
		c.carries.CompareAndSwap(unknown, other)
	}
}
