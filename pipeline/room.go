package pipeline

import (
	"sync"

	"wsscope/limits"
)

// room bounds the payloads that events hold on their way to the merger: a few
// packets may inflate to a thousand times their size. A worker that is ahead
// waits; one whose job the merger needs next never does.
type room struct {
	mu    sync.Mutex
	freed sync.Cond
	held  int64  // bytes
	next  uint64 // number of the job to be merged
	ended bool   // nothing is merged any more: nobody waits
}

func newRoom() *room {
	r := &room{}
	r.freed.L = &r.mu
	return r
}

// enter waits until a job of this number may be worked on.
func (r *room) enter(number uint64) {
	r.mu.Lock()
	for !r.ended && r.held > limits.EventBytes && number != r.next {
		r.freed.Wait()
	}
	r.mu.Unlock()
}

// take counts what a worker made of a job.
func (r *room) take(n int64) {
	if n > 0 {
		r.mu.Lock()
		r.held += n
		r.mu.Unlock()
	}
}

// merged frees what the outputs of the next job held.
func (r *room) merged(outs []*output) {
	var n int64
	for _, o := range outs {
		if o.large > 0 {
			n += o.large
			clear(o.frames) // or their memory would keep the payloads
			clear(o.messages)
		}
	}
	r.mu.Lock()
	r.held -= n
	r.next++
	r.freed.Broadcast()
	r.mu.Unlock()
}

// open lets everybody in, for good.
func (r *room) open() {
	r.mu.Lock()
	r.ended = true
	r.freed.Broadcast()
	r.mu.Unlock()
}
